"""API tokens: made, used, seen and revoked; what an agent with one may do."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import text

from agentlab.api_tokens import service
from agentlab.auth import bearers
from agentlab.context import Context
from agentlab.kit import clock
from tests.portfolio.test_sight import only_assigned
from tests.support.agent import Agent, token_of
from tests.support.browser import Browser, refusal
from tests.support.projects import bmad_folder, import_body, import_it, project_of

CLAUDE = {"name": "Claude Code", "scopes": ["read", "write"]}


async def entries(context: Context) -> list[Any]:
    query = text(
        "SELECT e.action, e.actor_kind, e.actor_id, e.token_id, e.label, d.detail "
        "FROM audit_entries e JOIN audit_details d USING (sequence) ORDER BY sequence"
    )
    async with context.engine.connect() as connection:
        return list(await connection.execute(query))


async def test_a_token_is_shown_once_and_only_its_hash_is_kept(
    bob: Browser, context: Context
) -> None:
    made = await bob.do("/tokens", CLAUDE)
    token = made.pop("token")
    assert token.startswith("agl_")
    assert len(token) == len("agl_") + 43
    assert made["hint"] == token[-4:]
    assert (await bob.read("/tokens"))["items"] == [made]
    async with context.engine.connect() as connection:
        stored = (await connection.execute(text("SELECT * FROM api_tokens"))).one()
    assert token not in str(stored)
    assert bearers.hash_of(token) == stored.token_hash


async def test_a_token_reads_and_writes_as_its_person_and_the_trail_says_which(
    bob: Browser, app: FastAPI, context: Context, root: Path
) -> None:
    page = await project_of(bob, context, bmad_folder(root))
    me = await bob.read("/session")
    async with Agent(app, await token_of(bob)) as agent:
        assert await agent.read("/session") == me
        await agent.do(f"/gates/{page['stages'][0]['gate']['id']}/submissions", {})
    token_id = (await bob.read("/tokens"))["items"][0]["id"]
    last = (await entries(context))[-1]
    assert (last.action, last.actor_kind) == ("submission.created", "agent")
    assert (str(last.actor_id), str(last.token_id)) == (me["id"], token_id)


async def test_making_and_revoking_are_in_the_trail(bob: Browser, context: Context) -> None:
    made = await bob.do("/tokens", CLAUDE)
    assert (await bob.delete(f"/tokens/{made['id']}")).status_code == 204
    created, revoked = await entries(context)
    assert (created.action, revoked.action) == ("api_token.created", "api_token.revoked")
    assert (created.label, revoked.label) == (None, None)  # it may name somebody
    assert created.detail["after"]["name"] == "Claude Code"
    assert revoked.detail["before"]["name"] == "Claude Code"


async def test_a_revoked_token_opens_nothing_at_once(bob: Browser, app: FastAPI) -> None:
    async with Agent(app, await token_of(bob)) as agent:
        await agent.read("/portfolio")
        token_id = (await bob.read("/tokens"))["items"][0]["id"]
        await bob.delete(f"/tokens/{token_id}")
        assert refusal(await agent.get("/portfolio")) == (401, "token_refused")
    assert (await bob.read("/tokens"))["items"] == []
    assert refusal(await bob.delete(f"/tokens/{token_id}")) == (404, "not_found")


async def test_a_token_ends(bob: Browser, app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    ends = datetime.now(UTC) + timedelta(days=1)
    async with Agent(app, await token_of(bob, expires_at=ends.isoformat())) as agent:
        await agent.read("/portfolio")
        monkeypatch.setattr(clock, "now", lambda: ends)
        assert refusal(await agent.get("/portfolio")) == (401, "token_refused")


@pytest.mark.parametrize("days", [-1, 0, 367, 100_000])
async def test_a_token_ends_within_a_year_or_never(bob: Browser, days: int) -> None:
    ends = datetime.now(UTC) + timedelta(days=days)
    reply = await bob.post("/tokens", {**CLAUDE, "expires_at": ends.isoformat()})
    assert refusal(reply) == (422, "expiry_out_of_range")
    assert reply.json()["field"] == "expires_at"


@pytest.mark.parametrize(
    "changes",
    [
        {"scopes": []},
        {"scopes": ["operations"]},
        {"name": ""},
        {"name": "a\0b"},
        {"expires_at": "2030-01-01T00:00:00"},
        {"project_id": "x"},
    ],
)
async def test_bad_input_is_refused(bob: Browser, changes: dict[str, Any]) -> None:
    reply = await bob.post("/tokens", {**CLAUDE, **changes})
    assert refusal(reply) == (422, "invalid_input")


async def test_tokens_are_a_persons_own(
    ada: Browser, bob: Browser, vera: Browser, anonymous: Browser
) -> None:
    made = await bob.do("/tokens", CLAUDE)
    assert (await vera.read("/tokens"))["items"] == []
    assert refusal(await vera.delete(f"/tokens/{made['id']}")) == (404, "not_found")
    assert refusal(await vera.get("/tokens", all=True)) == (403, "forbidden")
    assert refusal(await anonymous.get("/tokens")) == (401, "not_signed_in")
    assert (await ada.read("/tokens"))["items"] == []
    (seen,) = (await ada.read("/tokens", all=True))["items"]
    assert seen["owner"]["name"] == "Bob Noyce"
    assert (await ada.delete(f"/tokens/{made['id']}")).status_code == 204
    assert (await bob.read("/tokens"))["items"] == []


async def test_a_viewers_token_can_only_read(vera: Browser, app: FastAPI) -> None:
    reply = await vera.post("/tokens", CLAUDE)
    assert refusal(reply) == (403, "scope_not_yours")
    async with Agent(app, await token_of(vera, "read")) as agent:
        await agent.read("/portfolio")
        reply = await agent.post("/sample")
        assert refusal(reply) == (403, "scope_missing")


async def test_each_scope_opens_its_own_doors(bob: Browser, app: FastAPI, root: Path) -> None:
    async with Agent(app, await token_of(bob, "read")) as reader:
        await reader.read("/portfolio")
        reply = await reader.post("/imports", import_body(bmad_folder(root)))
        assert refusal(reply) == (403, "scope_missing")
        assert "`write`" in reply.json()["detail"]
    async with Agent(app, await token_of(bob, "write")) as writer:
        assert refusal(await writer.get("/portfolio")) == (403, "scope_missing")
        await writer.do("/inspections", {"path": str(bmad_folder(root, "second"))})


async def test_no_agent_decides_administers_or_makes_tokens(
    ada: Browser, app: FastAPI, context: Context, root: Path
) -> None:
    page = await project_of(ada, context, bmad_folder(root))
    gate = await ada.do(f"/gates/{page['stages'][0]['gate']['id']}/submissions", {})
    submission = gate["submissions"][-1]["id"]
    async with Agent(app, await token_of(ada)) as agent:
        for path, body in (
            (f"/submissions/{submission}/decision", {"verdict": "approved", "artefacts": []}),
            ("/tokens", CLAUDE),
        ):
            assert refusal(await agent.post(path, body)) == (403, "forbidden"), path
        assert refusal(await agent.get("/tokens")) == (403, "forbidden")
        assert (await agent.http.get("/healthz")).status_code == 401


async def test_a_token_never_has_more_rights_than_its_person_has_now(
    bob: Browser, app: FastAPI, context: Context, root: Path
) -> None:
    page = await project_of(bob, context, bmad_folder(root))
    bound = await token_of(bob, project_id=page["id"])
    async with Agent(app, await token_of(bob)) as agent, Agent(app, bound) as bound_agent:
        await only_assigned(context, bob)
        for one in (agent, bound_agent):
            assert refusal(await one.get(f"/projects/{page['id']}")) == (404, "not_found")
            assert await one.read("/portfolio") == {"clients": []}
        await set_user(context, "role = 'viewer'")
        assert refusal(await agent.post("/sample")) == (403, "forbidden")
        await set_user(context, "deactivated_at = now()")
        assert refusal(await agent.get("/portfolio")) == (401, "token_refused")


async def set_user(context: Context, change: str) -> None:
    async with context.engine.begin() as connection:
        await connection.execute(
            text(f"UPDATE users SET {change} WHERE email = 'bob@example.com'")  # noqa: S608 - our own
        )


async def test_a_token_of_one_project_finds_nothing_else(
    bob: Browser, app: FastAPI, context: Context, root: Path
) -> None:
    own = await project_of(bob, context, bmad_folder(root, "own"))
    await import_it(bob, context, bmad_folder(root, "other"), service="Another")
    await import_it(bob, context, bmad_folder(root, "third"), client="Somebody else")
    portfolio = await bob.read("/portfolio")
    everything = [
        project["id"]
        for client in portfolio["clients"]
        for each in client["services"]
        for project in each["projects"]
    ]
    async with Agent(app, await token_of(bob, project_id=own["id"])) as agent:
        for project_id in everything:
            status = (await agent.get(f"/projects/{project_id}")).status_code
            assert status == (200 if project_id == own["id"] else 404)
        (client,) = (await agent.read("/portfolio"))["clients"]
        (only,) = client["services"]
        assert [project["id"] for project in only["projects"]] == [own["id"]]
        for path, body in (
            ("/imports", import_body(bmad_folder(root, "fourth"))),
            ("/sample", None),
            ("/inspections", {"path": str(root / "own")}),
        ):
            assert refusal(await agent.post(path, body)) == (404, "not_found"), path
        await agent.do(f"/gates/{own['stages'][0]['gate']['id']}/submissions", {})


async def test_a_token_is_bound_only_to_a_project_in_sight(
    bob: Browser, vera: Browser, context: Context, root: Path
) -> None:
    page = await project_of(bob, context, bmad_folder(root))
    made = await vera.do("/tokens", {**CLAUDE, "scopes": ["read"], "project_id": page["id"]})
    assert made["project_name"] == "reader"
    await only_assigned(context, vera)
    reply = await vera.post("/tokens", {**CLAUDE, "scopes": ["read"], "project_id": page["id"]})
    assert refusal(reply) == (404, "not_found")
    assert reply.json()["field"] == "project_id"
    (seen,) = (await vera.read("/tokens"))["items"]
    assert (seen["project_id"], seen["project_name"]) == (page["id"], None)


async def test_the_bearer_counts_and_not_the_cookie(
    ada: Browser, vera: Browser, app: FastAPI
) -> None:
    token = await token_of(vera, "read")
    both = {"Authorization": f"Bearer {token}"}
    reply = await ada.http.get("/api/v1/session", headers=both)
    assert reply.json()["name"] == "Vera Rubin"
    reply = await ada.http.get("/api/v1/session", headers={"Authorization": "Bearer nonsense"})
    assert refusal(reply) == (401, "token_refused")


async def test_a_bearer_is_no_cross_site_request(bob: Browser, app: FastAPI, root: Path) -> None:
    elsewhere = {"Origin": "https://elsewhere.example", "Sec-Fetch-Site": "cross-site"}
    async with Agent(app, await token_of(bob)) as agent:
        reply = await agent.http.post(
            "/api/v1/inspections", json={"path": str(bmad_folder(root))}, headers=elsewhere
        )
    assert reply.status_code == 200
    reply = await bob.http.post("/api/v1/inspections", json={"path": "/"}, headers=elsewhere)
    assert refusal(reply) == (403, "cross_site_request")


@pytest.mark.parametrize("token", ["", "agl_", "agl_x", "x", "é", "a.b.c", "x" * 5000])
async def test_nonsense_is_no_token(bob: Browser, token: str) -> None:
    header = {b"Authorization": f"Bearer {token}".encode()}
    reply = await bob.http.get("/api/v1/session", headers=header)
    assert refusal(reply) == (401, "token_refused")


async def test_the_last_use_is_noted_once_a_minute_and_leaves_no_trace_in_the_trail(
    bob: Browser, app: FastAPI, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Agent(app, await token_of(bob)) as agent:
        before = len(await entries(context))
        uses = []
        for later_s in (0, 59, 61):
            at = datetime.now(UTC) + timedelta(seconds=later_s)
            with monkeypatch.context() as patched:
                patched.setattr(clock, "now", lambda at=at: at)
                await agent.read("/portfolio")
            (seen,) = (await bob.read("/tokens"))["items"]
            uses.append(seen["last_used_at"])
    assert uses[0] is not None
    assert uses[0] == uses[1] < uses[2]
    assert seen["last_used_address"] == "127.0.0.1"
    assert len(await entries(context)) == before


async def test_nobody_has_more_than_fifty(bob: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "AT_MOST", 3)
    replies = await asyncio.gather(*(bob.post("/tokens", CLAUDE) for _ in range(5)))
    assert sorted(reply.status_code for reply in replies) == [201, 201, 201, 409, 409]
    first = (await bob.read("/tokens"))["items"][0]
    await bob.delete(f"/tokens/{first['id']}")
    await bob.do("/tokens", CLAUDE)


async def test_the_list_comes_in_pages(bob: Browser) -> None:
    for name in ("c", "a", "b"):
        await bob.do("/tokens", {**CLAUDE, "name": name})
    first = await bob.read("/tokens", sort="name", limit=2)
    rest = await bob.read("/tokens", sort="name", limit=2, after=first["next"])
    assert [each["name"] for each in first["items"] + rest["items"]] == ["a", "b", "c"]
    assert refusal(await bob.get("/tokens", sort="secret")) == (422, "unknown_order")


@pytest.mark.parametrize("ends", ["revoked", "expired"])
async def test_from_where_a_token_was_used_is_forgotten_when_it_ended_long_ago(
    bob: Browser, app: FastAPI, context: Context, monkeypatch: pytest.MonkeyPatch, ends: str
) -> None:
    expiry = {"expires_at": (clock.now() + timedelta(hours=1)).isoformat()}
    made = await bob.do("/tokens", CLAUDE | (expiry if ends == "expired" else {}))
    async with Agent(app, made["token"]) as agent:
        await agent.read("/session")
    if ends == "revoked":
        await bob.delete(f"/tokens/{made['id']}")
    for days, left in ((29, "127.0.0.1"), (31, None), (32, None)):
        at = clock.now() + timedelta(days=days)
        with monkeypatch.context() as later:
            later.setattr(clock, "now", lambda at=at: at)
            await service.forget_addresses(context)
        async with context.sessions() as db:
            found = await db.scalar(text("SELECT last_used_address FROM api_tokens"))
            assert found == left
    assert [each.action for each in await entries(context)][-1] == "api_token.addresses_forgotten"
