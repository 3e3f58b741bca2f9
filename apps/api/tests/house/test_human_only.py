"""Only people decide, by construction.

Of all that can be asked of AgentLab, enumerated from what it is made of, nothing comes to
`gates.service.decide` but what asks for a person in a session. The same holds for what people say
about the way through a workflow: answers, routes, skips and reopenings; for the rules of a gate,
changes that are accepted, requests for changes and corrections of ledgers.
"""

import re
import tomllib
from collections.abc import Iterator
from itertools import chain, combinations
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from pydantic import SecretStr
from sqlalchemy import text

from agentlab import worker
from agentlab.app import create_app
from agentlab.auth import callers, tokens
from agentlab.auth.callers import COOKIE
from agentlab.auth.models import Scope
from agentlab.cli.main import COMMANDS, made
from agentlab.context import Context
from agentlab.gates import policies, service
from agentlab.gates.staleness import service as staleness
from agentlab.gates.threads import service as threads
from agentlab.ledgers import corrections
from agentlab.settings import Settings
from agentlab.workflows import flow
from agentlab.workflows import service as workflows
from tests.house.test_routes import api_routes, asked
from tests.support.agent import Agent, token_of
from tests.support.browser import PASSWORD, Browser, refusal
from tests.support.flow import WORKFLOW, Flow
from tests.support.projects import bmad_folder, project_of
from tests.support.reach import ROOT, mentioning, place_of, reachable
from tests.support.review import Review

DECIDE = place_of(service.decide)
SETTLE = place_of(service.settle)
ADD = place_of(service.add_decision)

SAYING = {
    place_of(flow.answer): {"answer_condition", "create_sample"},
    place_of(flow.choose): {"choose_route"},
    place_of(workflows.skip): {"skip_stage", "create_sample"},
    place_of(workflows.reopen): {"reopen_stage"},
    place_of(policies.change): {"set_gate_policy"},
    place_of(staleness.accept): {"accept_change"},
    place_of(threads.open_thread): {"open_thread"},
    place_of(threads.move): {"resolve_thread", "reopen_thread"},
    place_of(corrections.apply): {"apply_correction"},
    place_of(corrections.undo): {"undo_correction"},
}
"""What only a person says, and the routes that come to it."""

MAKES_ONE = re.compile(r"[^\w]Decision\(|insert\((\w+\.)*Decision\b|INTO decisions\b")

DECIDING_ROUTES = {"decide_submission", "renew_approval", "create_sample"}
"""The sample's history has decisions; they are of the person who asks for it."""


@pytest.fixture(scope="module")
def routes() -> list[APIRoute]:
    return list(api_routes(create_app(Settings(), with_worker=False)))


def every_command() -> dict[str, Any]:
    """Every command by its words, with the function that it runs."""
    return {
        words: function
        for name in COMMANDS
        for words, function in commands_below(made(name), f"agentlab {name}")
    }


def commands_below(group: Any, name: str) -> Iterator[tuple[str, Any]]:
    for part, each in getattr(group, "commands", {}).items():
        yield from commands_below(each, f"{name} {part}")
    if group.callback is not None:
        yield name, getattr(group.callback, "__wrapped__", group.callback)


def test_there_is_no_other_way_in() -> None:
    """What is enumerated here is all: HTTP, one program with its commands, and its jobs."""
    app = create_app(Settings(), with_worker=False)
    others = [
        getattr(found.original_route, "path", found.original_route)
        for found in iter_route_contexts(app.routes)
        if not isinstance(found.original_route, APIRoute)
    ]
    assert others == ["/api/openapi.json"]
    project = tomllib.loads((ROOT.parent / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["scripts"].keys() == {"agentlab"}
    assert project.keys().isdisjoint({"gui-scripts", "entry-points"})


def test_every_route_that_can_come_to_decide_needs_a_person_in_a_session(
    routes: list[APIRoute],
) -> None:
    deciding = [route for route in routes if DECIDE in reachable(place_of(route.endpoint))]
    assert {route.name for route in deciding} == DECIDING_ROUTES
    for route in deciding:
        assert callers.in_person in asked(route.dependant), route.name


def test_no_command_can_come_to_decide() -> None:
    commands = every_command()
    assert len(commands) > 30
    assert {"agentlab up", "agentlab import", "agentlab work"} <= commands.keys()
    reaching = [
        name for name, function in commands.items() if DECIDE in reachable(place_of(function))
    ]
    assert reaching == []


def test_no_job_can_come_to_decide() -> None:
    reached = reachable(place_of(worker.create_worker))
    # What the jobs do is seen by this, or it would prove nothing.
    assert ("agentlab.gates.files", "write") in reached
    assert ("agentlab.gates.due", "remind") in reached
    assert ("agentlab.imports.service", "import_folder") in reached
    # Those that a scan calls have put themselves on its list.
    assert ("agentlab.ledgers.recording", "settle_intents") in reached
    assert DECIDE not in reached


def test_nobody_else_mentions_decide_or_makes_a_decision() -> None:
    assert mentioning(DECIDE) == {
        "agentlab.gates.routes",
        "agentlab.gates.staleness.service",
        "agentlab.sample.service",
    }
    assert mentioning(SETTLE) == mentioning(ADD) == set()
    making = {
        str(path.relative_to(ROOT))
        for path in ROOT.rglob("*.py")
        if MAKES_ONE.search(path.read_text("utf-8"))
    }
    assert making == {"gates/service.py", "gates/models.py"}  # the second one defines it


def test_decide_itself_takes_no_agent() -> None:
    """Should a route forget to ask who calls, the rule still holds."""
    assert ("agentlab.gates.policies", "need_right") in reachable(DECIDE)


def test_what_people_say_of_the_way_only_people_say(routes: list[APIRoute]) -> None:
    commands = every_command()
    jobs = reachable(place_of(worker.create_worker))
    assert ("agentlab.gates.flow_file", "write") in jobs
    for saying, named in SAYING.items():
        reaching = [route for route in routes if saying in reachable(place_of(route.endpoint))]
        assert {route.name for route in reaching} == named
        for route in reaching:
            assert callers.in_person in asked(route.dependant), route.name
        assert saying not in jobs
        for name, function in commands.items():
            assert saying not in reachable(place_of(function)), name


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"jwt_secret": SecretStr("j" * 40)})


@pytest.fixture
async def review(bob: Browser, context: Context, root: Any) -> Review:
    folder = bmad_folder(root)
    return Review(bob, context, folder, await project_of(bob, context, folder))


def scopes_in_every_combination() -> list[tuple[Scope, ...]]:
    every = [combinations(Scope, size) for size in range(1, len(Scope) + 1)]
    return list(chain.from_iterable(every))


async def test_no_token_of_any_kind_and_scope_decides(
    review: Review, ada: Browser, anonymous: Browser, app: FastAPI, context: Context
) -> None:
    submission = await review.submit()
    bearers = {"operator": tokens.issue(context.settings, subject="host")}
    for scopes in scopes_in_every_combination():
        named = " ".join(scopes)
        bearers[f"token: {named}"] = await token_of(review.browser, *scopes)
        bearers[f"administrator's token: {named}"] = await token_of(ada, *scopes)
        bearers[f"bound token: {named}"] = await token_of(
            review.browser, *scopes, project_id=review.project_id
        )
        asking = {"email": "bob@example.com", "password": PASSWORD, "scopes": list(scopes)}
        pair = await anonymous.do("/access-tokens", asking)
        bearers[f"access token: {named}"] = pair["access_token"]
    assert len(bearers) == 1 + 4 * len(scopes_in_every_combination())
    for kind, bearer in bearers.items():
        async with Agent(app, bearer) as agent:
            for cookies in ({}, {COOKIE: review.browser.http.cookies[COOKIE]}):
                agent.http.cookies.update(cookies)
                status, _ = refusal(await review.decide(submission, by=agent))
                assert status in {401, 403}, kind
                # A token that is bound to a project reaches nothing outside it.
                assert refusal(await agent.post("/sample"))[0] in {401, 403, 404}, kind
    async with context.engine.connect() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM decisions")) == 0
    assert (await review.states())[0] == "submitted"


async def test_no_token_says_which_way_the_work_goes(
    bob: Browser, app: FastAPI, context: Context, root: Any
) -> None:
    folder = bmad_folder(root, workflow=WORKFLOW)
    way = Flow(bob, await project_of(bob, context, folder))
    before = await way.states()
    optional = way.ids["retrospective"]
    async with Agent(app, await token_of(bob, *Scope)) as agent:
        replies = [
            await way.answer("analysis", holds=False, by=agent),
            await way.choose("single_story", by=agent),
            await agent.post(f"/stages/{optional}/skip", {"reason": "I would rather not."}),
            await agent.post(f"/stages/{optional}/reopening", {"reason": ""}),
        ]
    assert [refusal(reply) for reply in replies] == [(403, "forbidden")] * 4
    assert await way.states() == before
