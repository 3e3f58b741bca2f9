"""Rules about every route, checked on the routes themselves."""

import inspect
import re
from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts

from agentlab.app import create_app
from agentlab.auth import callers, once, sight
from agentlab.settings import Settings

PUBLIC = {
    "accept_link",
    "finish_single_sign_on",
    "get_setup",
    "get_single_sign_on",
    "get_template_schema",
    "issue_access_token",
    "livez",
    "look_up_link",
    "metrics",
    "readyz",
    "refresh_access_token",
    "restore_found_backup",
    "revoke_access_token",
    "set_up",
    "sign_in",
    "sign_out",
    "start_single_sign_on",
}
OWN = {
    "change_password",
    "change_profile",
    "change_view",
    "confirm_session",
    "create_token",
    "delete_view",
    "end_other_sessions",
    "end_session",
    "look_at_activity",
    "note_reading",
    "revoke_token",
    "save_view",
    "send_test_digest",
    "snooze",
    "unsnooze",
}
"""What everybody may change, because it is their own."""
SAFE = {"GET", "HEAD"}


@pytest.fixture(scope="module")
def routes() -> list[APIRoute]:
    return list(api_routes(create_app(Settings(), with_worker=False)))


def api_routes(app: FastAPI) -> Iterator[APIRoute]:
    for found in iter_route_contexts(app.routes):
        if isinstance(found.original_route, APIRoute):
            yield found.original_route


def asked(dependant: Dependant) -> set[object]:
    """Every function that a route depends on, directly or through another."""
    found: set[object] = {dependant.call}
    for part in dependant.dependencies:
        found |= asked(part)
    return found


def direct_callers(route: APIRoute) -> set[object]:
    called: set[object] = {part.call for part in route.dependant.dependencies}
    return called & callers.CALLERS


def test_every_route_says_who_may_call_it(routes: list[APIRoute]) -> None:
    assert routes
    undecided = [route.name for route in routes if len(direct_callers(route)) != 1]
    assert undecided == []


def test_the_public_routes_are_these(routes: list[APIRoute]) -> None:
    public = {route.name for route in routes if callers.anyone in direct_callers(route)}
    assert public == PUBLIC


def test_no_viewer_changes_anything_but_what_is_their_own(routes: list[APIRoute]) -> None:
    writes = [route for route in routes if not (route.methods or set()) <= SAFE]
    open_to_viewers = {route.name for route in writes if callers.signed_in in direct_callers(route)}
    assert open_to_viewers == set()
    own = {route.name for route in writes if callers.in_person in direct_callers(route)}
    assert own == OWN


def test_every_id_in_an_address_is_looked_at(routes: list[APIRoute]) -> None:
    """What one may not see is not there: `sight` has to know every kind of id."""
    named = {name for route in routes for name in re.findall(r"{(\w+)}", route.path)}
    assert named - sight.PLACES.keys() - sight.ELSEWHERE == set()


def test_of_every_reply_that_is_told_again_somebody_looks_what_it_is_about(
    routes: list[APIRoute],
) -> None:
    made = {
        route.name: set(re.findall(r"{(\w+)}", route.path))
        for route in filter(once.is_creation, routes)
    }
    unnamed = {name for name, ids in made.items() if not ids & sight.PLACES.keys()}
    assert unnamed == once.ABOUT.keys() | once.OWN
    assert {name for about in once.ABOUT.values() for name in about.values()} <= sight.PLACES.keys()


def test_operators_only_look(routes: list[APIRoute]) -> None:
    """A token is no person: what it opens changes nothing and shows nobody's documents."""
    open_to_tokens = {route.name for route in routes if callers.operator in direct_callers(route)}
    assert open_to_tokens == {"healthz"}


def test_a_decision_needs_a_person_in_a_session(routes: list[APIRoute]) -> None:
    places = ("decision", "/approval", "/acceptances")
    writes = [route for route in routes if not (route.methods or set()) <= SAFE]
    deciding = [route for route in writes if any(place in route.path for place in places)]
    named = {route.name for route in deciding}
    assert named == {"decide_submission", "renew_approval", "accept_change"}
    for route in deciding:
        assert callers.reviewer in direct_callers(route)
        assert callers.in_person in asked(route.dependant)


def test_every_route_has_a_sentence_for_the_reference(routes: list[APIRoute]) -> None:
    assert [route.name for route in routes if not route.description] == []


def test_every_route_is_async(routes: list[APIRoute]) -> None:
    """Sync routes share the thread pool with sync dependencies, and can starve each other."""
    assert [r.name for r in routes if not inspect.iscoroutinefunction(r.endpoint)] == []


def test_nothing_that_a_route_asks_for_takes_a_thread(routes: list[APIRoute]) -> None:
    """FastAPI gives sync dependencies to threads, which takes longer than most of them."""
    functions = {call for route in routes for call in asked(route.dependant)}
    in_threads = [
        call.__name__
        for call in functions
        if inspect.isfunction(call)
        and not (inspect.iscoroutinefunction(call) or inspect.isasyncgenfunction(call))
    ]
    assert in_threads == []
