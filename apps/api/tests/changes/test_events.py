"""Following what changes, over a real connection."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from agentlab.auth import sessions
from agentlab.auth.callers import COOKIE
from agentlab.context import Context
from agentlab.kit.waiting import until
from tests.portfolio.test_sight import only_assigned
from tests.support.agent import token_of
from tests.support.browser import Browser, refusal
from tests.support.event_source import following
from tests.support.levels import a_client, a_project, a_service
from tests.support.projects import (
    bmad_folder,
    import_body,
    project_of,
    run_jobs,
    stage_of,
    write,
)
from tests.support.serving import Served, served
from tests.support.statements import recorded

ALL_CONNECTIONS = 10


@pytest.fixture
async def serving(app: FastAPI) -> AsyncIterator[Served]:
    async with served(app) as server:
        yield server


async def test_it_works(
    serving: Served, vera: Browser, bob: Browser, context: Context, root: Path
) -> None:
    page = await project_of(bob, context, bmad_folder(root))
    gate_id = stage_of(page, "prd.md")["gate"]["id"]
    async with following(serving.url, cookies=vera.http.cookies) as events:
        await events.settle()
        await bob.do(f"/gates/{gate_id}/submissions", {"note": ""})
        told = [await events.next(), await events.next()]
    assert {event.kind for event in told} == {"change"}
    assert [event.data for event in told] == [
        {"noun": "stage", "id": stage_of(page, "prd.md")["id"], "project_id": page["id"]},
        {"noun": "gate", "id": gate_id, "project_id": page["id"]},
    ]


async def test_nobody_else_may_listen(anonymous: Browser) -> None:
    assert refusal(await anonymous.get("/events")) == (401, "not_signed_in")


async def test_an_agent_listens_until_its_token_is_revoked(
    serving: Served, bob: Browser, context: Context
) -> None:
    context.live.heartbeat_s = 0.05
    made = await bob.do("/tokens", {"name": "Claude Code", "scopes": ["read"]})
    async with following(serving.url, token=made["token"]) as events:
        await events.settle()
        await bob.delete(f"/tokens/{made['id']}")
        assert await events.rest() == []


async def test_everybody_hears_what_is_in_their_sight(
    serving: Served, ada: Browser, bob: Browser, vera: Browser, context: Context
) -> None:
    """Of a client that is not theirs nothing at all, and of theirs as soon as it is theirs."""
    theirs, hidden = [await a_client(ada, name) for name in ("Theirs", "Hidden")]
    mine = await a_service(ada, theirs)
    secret = await a_service(ada, hidden)
    await only_assigned(context, vera, theirs["id"])
    vera_id = (await vera.read("/session"))["id"]
    async with following(serving.url, cookies=vera.http.cookies) as events:
        await events.settle()
        await a_project(ada, secret)
        contact = await ada.do("/contacts", {"client_id": hidden["id"], "name": "Grace"})
        await ada.delete(f"/contacts/{contact['id']}", name="Grace")
        seen = await a_project(ada, mine)
        assert (await events.next()).data == about("project", seen["id"], seen["id"])
        # A contact that is gone still has a client.
        contact = await ada.do("/contacts", {"client_id": theirs["id"], "name": "Grace"})
        await ada.delete(f"/contacts/{contact['id']}", name="Grace")
        for _ in range(2):
            assert (await events.next()).data == about("portfolio", contact["id"])
        # Assigned to the other one instead, and from that moment on.
        version = (await ada.read(f"/users/{vera_id}"))["version"]
        change = {"client_ids": [hidden["id"]]}
        await ada.patch(f"/users/{vera_id}", change, version=version)
        assert (await events.next()).data == about("people", vera_id)
        await a_project(ada, mine, "Second")
        seen = await a_project(ada, secret, "Third")
        assert (await events.next()).data == about("project", seen["id"], seen["id"])
        # Whose it is nobody can say: that it was, and no more.
        reference = {"code": "new_one", "name": "New one"}
        await ada.do("/reference/business_domain", reference)
        assert (await events.next()).data == about("portfolio")


async def test_a_move_between_clients_is_heard_on_both_sides(
    serving: Served, ada: Browser, vera: Browser, context: Context
) -> None:
    left, entered = [await a_client(ada, name) for name in ("Left", "Entered")]
    service = await a_service(ada, left)
    await only_assigned(context, vera, left["id"])
    async with following(serving.url, cookies=vera.http.cookies) as events:
        await events.settle()
        moved = await ada.put(
            f"/services/{service['id']}/client",
            {"client_id": entered["id"], "confirm_other_client": True},
        )
        assert moved.is_success, moved.text
        assert (await events.next()).data == about("portfolio", service["id"])


async def test_a_token_of_one_project_hears_of_that_one(
    serving: Served, ada: Browser, context: Context
) -> None:
    service = await a_service(ada, await a_client(ada))
    bound, other = [await a_project(ada, service, name) for name in ("Bound", "Other")]
    token = await token_of(ada, "read", project_id=bound["id"])
    async with following(serving.url, token=token) as events:
        await events.settle()
        for project in (other, bound):
            change = {"description": "New"}
            answer = await ada.patch(
                f"/projects/{project['id']}", change, version=project["version"]
            )
            assert answer.is_success, answer.text
        assert (await events.next()).data == about("project", bound["id"], bound["id"])


async def test_fifty_listeners_cost_one_look_at_who_sees_what(
    serving: Served, ada: Browser, bob: Browser, context: Context
) -> None:
    client = await a_client(ada)
    async with AsyncExitStack() as stack:
        opening = [
            stack.enter_async_context(following(serving.url, cookies=bob.http.cookies))
            for _ in range(50)
        ]
        streams = [await stream for stream in opening]
        await asyncio.gather(*(stream.settle() for stream in streams))
        with recorded(context.engine) as statements:
            for number in range(10):
                await ada.do("/services", {"client_id": client["id"], "name": f"S {number}"})
            for _ in range(10):
                await asyncio.gather(*(stream.next() for stream in streams))
        looks = [
            each for each in statements if each.startswith("SELECT client_assignments.user_id")
        ]
    assert 1 <= len(looks) <= 10


def about(noun: str, id_: str | None = None, project_id: str | None = None) -> dict[str, Any]:
    return {"noun": noun, "id": id_, "project_id": project_id}


async def test_no_proxy_and_no_cache_holds_it_back(serving: Served, vera: Browser) -> None:
    async with following(serving.url, cookies=vera.http.cookies) as events:
        await events.settle()
        assert events.response.headers["content-type"].startswith("text/event-stream")
        assert events.response.headers["x-accel-buffering"] == "no"
        assert events.response.headers["cache-control"] == "no-store"
        assert events.retry_ms == 1_500


async def test_everything_that_people_do_is_told(
    serving: Served, bob: Browser, context: Context, root: Path
) -> None:
    """In the order in which it happened: import, submission, rejection, file, scan, approval."""
    folder = bmad_folder(root)
    async with following(serving.url, cookies=bob.http.cookies) as events:
        await events.settle()

        async def nouns(count: int) -> list[str]:
            return [(await events.next()).data["noun"] for _ in range(count)]

        requested = await bob.do("/imports", import_body(folder))
        assert (await events.next()).data == {
            "noun": "import",
            "id": requested["id"],
            "project_id": None,
        }
        await run_jobs(context)
        # Begun, its progress, and then all at once what it made and that it is done.
        assert await nouns(2) == ["import", "import"]
        made = ["portfolio", "portfolio", "document", "project", "import"]
        assert await nouns(5) == made
        page = await bob.read(f"/imports/{requested['id']}")
        project = await bob.read(f"/projects/{page['project_id']}")
        gate_id = stage_of(project, "prd.md")["gate"]["id"]
        gate = await bob.do(f"/gates/{gate_id}/submissions", {"note": ""})
        assert await nouns(2) == ["stage", "gate"]
        choice = {"verdict": "rejected", "reason": "No numbers.", "artefacts": shown(gate)}
        await bob.do(f"/submissions/{gate['submissions'][0]['id']}/decision", choice)
        assert await nouns(2) == ["stage", "gate"]
        await run_jobs(context)
        assert await nouns(1) == ["gate"]
        write(folder / "docs" / "prd.md", "# A reader\n\nIt reads 50 articles.\n")
        await bob.do(f"/projects/{project['id']}/scans")
        assert await nouns(1) == ["document"]
        gate = await bob.do(f"/gates/{gate_id}/submissions", {"note": ""})
        assert await nouns(2) == ["stage", "gate"]
        await bob.do(
            f"/submissions/{gate['submissions'][0]['id']}/decision",
            {"verdict": "approved", "reason": "", "artefacts": shown(gate)},
        )
        assert await nouns(2) == ["stage", "gate"]


def shown(gate: dict[str, list[dict[str, list[dict[str, str]]]]]) -> list[dict[str, str]]:
    artefacts = gate["submissions"][0]["artefacts"]
    return [{"document_id": a["document_id"], "sha256": a["sha256"]} for a in artefacts]


async def test_who_comes_back_gets_what_was_missed(
    serving: Served, vera: Browser, bob: Browser, context: Context, root: Path
) -> None:
    page = await project_of(bob, context, bmad_folder(root))
    async with following(serving.url, cookies=vera.http.cookies) as events:
        await events.settle()
    gate_id = stage_of(page, "prd.md")["gate"]["id"]
    await bob.do(f"/gates/{gate_id}/submissions", {"note": ""})
    await until(lambda: not context.live.has_unsent, timeout_s=5)
    after = events.position
    async with following(serving.url, cookies=vera.http.cookies, after=after) as again:
        told = [await again.next(), await again.next()]
    assert [event.data["noun"] for event in told] == ["stage", "gate"]


@pytest.mark.parametrize("after", ["1-1", "99999999999999-0", "9" * 20 + "-0", "nonsense"])
async def test_who_was_away_too_long_is_told_to_read_everything(
    serving: Served, vera: Browser, after: str
) -> None:
    async with following(serving.url, cookies=vera.http.cookies, after=after) as events:
        event = await events.next()
        assert (event.kind, event.data) == ("reset", {})
    async with following(serving.url, cookies=vera.http.cookies, after=event.id) as again:
        asking = asyncio.create_task(again.next())
        await asyncio.sleep(0.1)
        assert not asking.done()
        asking.cancel()


async def test_streams_end_whole_when_the_process_is_told_to_stop(
    app: FastAPI, serving: Served, vera: Browser
) -> None:
    async with following(serving.url, cookies=vera.http.cookies) as events:
        await events.settle()
        app.state.stopping.set()
        assert await events.rest() == []
    # A proxy may still send somebody here while it turns away: served, and ended at once.
    async with following(serving.url, cookies=vera.http.cookies) as late:
        assert late.response.status_code == 200
        assert await late.rest() == []


async def test_a_graceful_stop_does_not_wait_for_streams(
    app: FastAPI, serving: Served, vera: Browser
) -> None:
    async with following(serving.url, cookies=vera.http.cookies) as events:
        await events.settle()
        app.state.stopping.set()
        async with asyncio.timeout(2):
            await serving.stop()
        assert await events.rest() == []


async def test_it_ends_with_the_session(serving: Served, vera: Browser, context: Context) -> None:
    context.live.heartbeat_s = 0.05
    async with following(serving.url, cookies=vera.http.cookies) as events:
        await events.beat()
        await events.beat()
        await vera.delete("/session")
        assert await events.rest() == []


async def test_listening_does_not_keep_a_session_from_idling_out(
    serving: Served, vera: Browser, context: Context
) -> None:
    context.live.heartbeat_s = 0.05
    async with following(serving.url, cookies=vera.http.cookies) as events:
        await events.settle()
        key = f"{sessions.key_of(vera.http.cookies[COOKIE])}:user"
        await context.redis.expire(key, 1_000)
        await events.beat()
        await events.beat()
        assert await context.redis.ttl(key) <= 1_000


async def test_two_hundred_streams_hold_no_connection_to_the_database(
    serving: Served, bob: Browser, context: Context, root: Path
) -> None:
    pool = context.engine.pool
    async with AsyncExitStack() as stack:
        opening = [
            stack.enter_async_context(following(serving.url, cookies=bob.http.cookies))
            for _ in range(200)
        ]
        streams = [await stream for stream in opening]
        await asyncio.gather(*(stream.settle() for stream in streams))
        assert pool.checkedout() == 0  # type: ignore[attr-defined] # of the pool that we use
        replies = await asyncio.gather(*(bob.get("/portfolio") for _ in range(ALL_CONNECTIONS)))
        assert {reply.status_code for reply in replies} == {200}
        await bob.do("/imports", import_body(bmad_folder(root)))
        told = await asyncio.gather(*(stream.next() for stream in streams))
        assert {event.data["noun"] for event in told} == {"import"}
    assert await until(lambda: context.live.listeners == 0, timeout_s=10)
