"""`Idempotency-Key`: a creation happens once, however often it is asked for."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from agentlab.auth import once
from agentlab.context import Context
from agentlab.kit import clock
from tests.support.agent import Agent, token_of
from tests.support.browser import ORIGIN, Browser, refusal
from tests.support.levels import a_client, a_service
from tests.support.projects import bmad_folder, import_body, project_of


async def ask(browser: Browser, path: str, body: Any = None, key: str = "a-key") -> httpx.Response:
    return await browser.http.post(f"/api/v1{path}", json=body, headers={"Idempotency-Key": key})


async def count(context: Context, table: str) -> int:
    async with context.engine.connect() as connection:
        return int(await connection.scalar(text(f"SELECT count(*) FROM {table}")) or 0)  # noqa: S608 - our own


async def test_the_second_time_the_first_reply_comes_again(
    bob: Browser, context: Context, root: Path
) -> None:
    body = import_body(bmad_folder(root))
    first, again = [await ask(bob, "/imports", body) for _ in range(2)]
    assert (first.status_code, again.status_code) == (202, 202)
    assert first.content == again.content
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.headers["Content-Type"] == first.headers["Content-Type"]
    assert await count(context, "imports") == 1


async def test_at_once_it_happens_once(bob: Browser, context: Context, root: Path) -> None:
    page = await project_of(bob, context, bmad_folder(root))
    path = f"/gates/{page['stages'][0]['gate']['id']}/submissions"
    replies = await asyncio.gather(*(ask(bob, path, {}) for _ in range(4)))
    assert {reply.status_code for reply in replies} == {201}
    assert len({reply.content for reply in replies}) == 1
    assert await count(context, "submissions") == 1


async def test_a_reply_that_never_arrived_comes_again(
    bob: Browser, app: FastAPI, context: Context, root: Path
) -> None:
    body = import_body(bmad_folder(root))

    async def lost(*_: Any) -> None:
        raise ConnectionResetError

    async def hung_up(scope: Any, receive: Any, _: Any) -> None:
        await app(scope, receive, lost)

    transport = httpx.ASGITransport(hung_up)
    async with Browser(app) as browser:
        browser.http = httpx.AsyncClient(
            transport=transport, base_url=ORIGIN, cookies=bob.http.cookies
        )
        with pytest.raises(ConnectionResetError):
            await ask(browser, "/imports", body)
    again = await ask(bob, "/imports", body)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert await count(context, "imports") == 1


async def test_a_key_belongs_to_one_request(bob: Browser, root: Path) -> None:
    await ask(bob, "/imports", import_body(bmad_folder(root)))
    for path, body in (
        ("/imports", import_body(bmad_folder(root, "another"))),
        ("/sample", None),
    ):
        reply = await ask(bob, path, body)
        assert refusal(reply) == (422, "idempotency_key_reused"), path
        assert reply.json()["field"] == "Idempotency-Key"


async def test_keys_are_a_persons_and_a_tokens_own(
    ada: Browser, bob: Browser, app: FastAPI, context: Context, root: Path
) -> None:
    body = import_body(bmad_folder(root))
    for one in (ada, bob):
        assert (await ask(one, "/imports", body)).status_code == 202
    assert await count(context, "imports") == 2
    async with Agent(app, await token_of(bob)) as agent:
        reply = await ask(agent, "/imports", body)
        assert refusal(reply) == (422, "idempotency_key_reused")


@pytest.mark.parametrize("key", ["", " ", "a b", "é", "x" * 201])
async def test_a_malformed_key_is_refused(bob: Browser, root: Path, key: str) -> None:
    reply = await bob.http.post(
        "/api/v1/imports",
        json=import_body(bmad_folder(root)),
        headers={b"Idempotency-Key": key.encode()},
    )
    assert refusal(reply) == (422, "idempotency_key_malformed")


async def test_what_was_refused_may_be_tried_again(
    bob: Browser, context: Context, root: Path
) -> None:
    page = await project_of(bob, context, bmad_folder(root))
    path = f"/gates/{page['stages'][0]['gate']['id']}/submissions"
    reply = await ask(bob, path, {"note": 1})
    assert refusal(reply) == (422, "invalid_input")
    assert (await ask(bob, path, {})).status_code == 201


async def test_replies_are_kept_for_a_day(
    bob: Browser, context: Context, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = import_body(bmad_folder(root))
    await ask(bob, "/imports", body)
    await ask(bob, "/imports", import_body(bmad_folder(root, "second")), "another-key")
    later = datetime.now(UTC) + once.KEPT + timedelta(seconds=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert "Idempotency-Replayed" not in (await ask(bob, "/imports", body)).headers
    await once.forget_old(context)
    assert await count(context, "idempotency_keys") == 1


async def test_what_is_out_of_sight_by_now_is_not_told_again(
    ada: Browser, bob: Browser, context: Context
) -> None:
    client = await a_client(ada)
    service = await a_service(ada, client)
    bob_id = (await bob.read("/session"))["id"]
    await assign(ada, bob_id, client["id"])
    asked = {
        "/services": {"client_id": client["id"], "name": "Listening"},
        "/projects": {"service_id": service["id"], "name": "Radio"},
        "/contacts": {"client_id": client["id"], "name": "Grace Hopper"},
        "/applications": {"client_id": client["id"], "name": "Catalogue"},
    }
    for path, body in asked.items():
        first, again = [await ask(bob, path, body, path) for _ in range(2)]
        assert (first.status_code, again.content) == (201, first.content)
    await assign(ada, bob_id)
    for path, body in asked.items():
        assert refusal(await ask(bob, path, body, path)) == (404, "not_found"), path
    await assign(ada, bob_id, client["id"])
    for path, body in asked.items():
        again = await ask(bob, path, body, path)
        assert again.headers["Idempotency-Replayed"] == "true", path


async def assign(ada: Browser, user_id: str, *client_ids: str) -> None:
    """Have the person see these clients, and no other."""
    version = (await ada.read(f"/users/{user_id}"))["version"]
    sees = {"sees_all_clients": False, "client_ids": client_ids}
    answer = await ada.patch(f"/users/{user_id}", sees, version=version)
    assert answer.is_success, answer.text


async def test_a_deleted_project_is_not_told_again(ada: Browser) -> None:
    service = await a_service(ada, await a_client(ada))
    body = {"service_id": service["id"], "name": "Radio"}
    made = (await ask(ada, "/projects", body)).json()
    await ada.delete(f"/projects/{made['id']}", name="Radio")
    assert refusal(await ask(ada, "/projects", body)) == (404, "not_found")


async def test_a_secret_that_is_shown_once_takes_no_key(ada: Browser, context: Context) -> None:
    """Its reply is not stored: a key that is ignored would promise what does not happen."""
    ada_id = (await ada.read("/session"))["id"]
    asked = {
        "/tokens": {"name": "Claude Code", "scopes": ["read"]},
        "/invitations": {"name": "Eve", "email": "eve@example.com", "role": "viewer"},
        f"/users/{ada_id}/links": {},
    }
    for path, body in asked.items():
        answer = await ask(ada, path, body)
        assert refusal(answer) == (422, "idempotency_key_not_taken"), path
        assert answer.json()["field"] == "Idempotency-Key"
    for table in ("api_tokens", "account_links", "idempotency_keys"):
        assert await count(context, table) == 0
