"""Two transactions at once never leave a name of one client where another client's people read."""

import asyncio
from collections.abc import Callable, Coroutine
from http import HTTPStatus
from typing import Any

import pytest
from httpx import Response
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.audit.trail import LOCK
from agentlab.context import Context
from tests.portfolio.test_sight import only_assigned
from tests.support.browser import Browser
from tests.support.levels import a_client, a_project, a_service

Json = dict[str, Any]
Sending = Callable[[], Coroutine[Any, Any, Response]]

WAITING = text(
    """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'
    """
)
ACROSS = text(
    """
    SELECT count(*) FROM projects p JOIN services s ON s.id = p.service_id WHERE EXISTS (
        SELECT 1 FROM contact_links l JOIN contacts c ON c.id = l.contact_id
        WHERE l.project_id = p.id AND c.client_id <> s.client_id
      UNION ALL
        SELECT 1 FROM application_projects l JOIN applications a ON a.id = l.application_id
        WHERE l.project_id = p.id AND a.client_id <> s.client_id
      UNION ALL
        SELECT 1 FROM users u WHERE u.id = p.owner_id AND u.role <> 'administrator'
          AND s.client_id NOT IN (
            SELECT a.client_id FROM client_assignments a WHERE a.user_id = u.id))
    """
)
"""Projects with something, or somebody, of another client than their own."""

OWNED = text("SELECT count(*) FROM projects WHERE owner_id = CAST(:bob AS uuid)")


async def one_after_the_other(
    context: Context, first: Sending, second: Sending
) -> tuple[Response, Response]:
    """The second is asked for when the first has done everything but commit."""
    async with context.sessions() as db, context.sessions() as looking:
        await db.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        one = asyncio.create_task(first())
        await until_waiting(looking, 1, one)
        assert not one.done(), one.result().text
        other = asyncio.create_task(second())
        await until_waiting(looking, 2, other)
        await db.rollback()
    return await one, await other


async def until_waiting(looking: AsyncSession, expected: int, last: asyncio.Task[Response]) -> None:
    while await looking.scalar(WAITING) < expected and not last.done():
        await looking.rollback()
        await asyncio.sleep(0.02)


@pytest.fixture
async def world(ada: Browser, bob: Browser, context: Context) -> Json:
    """A project of a client that Bob works for, and a client that he does not see."""
    client, other = await a_client(ada), await a_client(ada, "Northwind")
    service, there = await a_service(ada, client), await a_service(ada, other, "Shipping")
    await only_assigned(context, bob, client["id"])
    return {
        "other": other["id"],
        "service": service["id"],
        "beside": (await a_service(ada, client, "Writing"))["id"],
        "there": there["id"],
        "project": (await a_project(ada, service))["id"],
        "contact": (await ada.do("/contacts", {"client_id": client["id"], "name": "Grace"}))["id"],
        "application": (await ada.do("/applications", {"client_id": client["id"], "name": "App"}))[
            "id"
        ],
        "bob": (await bob.read("/session"))["id"],
    }


Asked = Callable[[Browser, Json], Coroutine[Any, Any, Response]]

MOVES: dict[str, Asked] = {
    "project": lambda ada, at: ada.put(
        f"/projects/{at['project']}/service",
        {"service_id": at["there"], "confirm_other_client": True},
    ),
    "projects": lambda ada, at: ada.post(
        "/projects/bulk",
        {
            "action": "move",
            "project_ids": [at["project"]],
            "service_id": at["there"],
            "confirm_other_client": True,
        },
    ),
    "service": lambda ada, at: ada.put(
        f"/services/{at['service']}/client",
        {"client_id": at["other"], "confirm_other_client": True},
    ),
}
CHANGES: dict[str, Asked] = {
    "application": lambda ada, at: ada.put(
        f"/applications/{at['application']}/projects/{at['project']}", {"relation": "builds"}
    ),
    "contact": lambda ada, at: ada.put(
        f"/projects/{at['project']}/contacts/{at['contact']}", {"roles": ["approver"]}
    ),
    "owner": lambda ada, at: ada.patch(
        f"/projects/{at['project']}", {"owner_id": at["bob"]}, version=1
    ),
    "owners": lambda ada, at: ada.post(
        "/projects/bulk",
        {"action": "assign_owner", "project_ids": [at["project"]], "owner_id": at["bob"]},
    ),
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("move", MOVES)
async def test_what_is_given_while_a_move_commits_is_refused(
    *, ada: Browser, context: Context, world: Json, move: str, change: str
) -> None:
    moved, changed = await one_after_the_other(
        context, lambda: MOVES[move](ada, world), lambda: CHANGES[change](ada, world)
    )
    assert moved.status_code == HTTPStatus.OK
    assert changed.status_code >= HTTPStatus.BAD_REQUEST
    assert changed.status_code != HTTPStatus.NOT_FOUND
    assert await across(context) == 0


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("move", MOVES)
async def test_a_move_takes_off_what_was_given_while_it_waited(
    *, ada: Browser, context: Context, world: Json, move: str, change: str
) -> None:
    changed, moved = await one_after_the_other(
        context, lambda: CHANGES[change](ada, world), lambda: MOVES[move](ada, world)
    )
    assert (changed.status_code, moved.status_code) == (HTTPStatus.OK, HTTPStatus.OK)
    assert await across(context) == 0


@pytest.mark.parametrize("move", ["beside", *MOVES])
async def test_a_project_that_moves_meanwhile_is_still_there_for_whoever_waits(
    *, ada: Browser, context: Context, world: Json, move: str
) -> None:
    def beside() -> Coroutine[Any, Any, Response]:
        return ada.put(f"/projects/{world['project']}/service", {"service_id": world["beside"]})

    archiving = {"action": "archive", "project_ids": [world["project"]]}
    moved, archived = await one_after_the_other(
        context,
        beside if move == "beside" else lambda: MOVES[move](ada, world),
        lambda: ada.post("/projects/bulk", archiving),
    )
    assert (moved.status_code, archived.status_code) == (HTTPStatus.OK, HTTPStatus.OK)


@pytest.mark.parametrize("giving", ["owner", "owners", "made"])
@pytest.mark.parametrize("is_given_first", [True, False])
async def test_who_is_deactivated_meanwhile_owns_nothing(
    *, ada: Browser, context: Context, world: Json, giving: str, is_given_first: bool
) -> None:
    made = {"service_id": world["service"], "name": "Another", "owner_id": world["bob"]}
    asked: list[Sending] = [
        lambda: ada.post("/projects", made) if giving == "made" else CHANGES[giving](ada, world),
        lambda: ada.post(f"/users/{world['bob']}/deactivation"),
    ]
    replies = await one_after_the_other(context, *(asked if is_given_first else asked[::-1]))
    refused = [] if is_given_first else ["owner_unknown"]
    assert [reply.json()["code"] for reply in replies if not reply.is_success] == refused
    async with context.sessions() as db:
        assert await db.scalar(OWNED, {"bob": world["bob"]}) == 0


async def across(context: Context) -> int:
    async with context.sessions() as db:
        found: int = await db.scalar(ACROSS)
        return found
