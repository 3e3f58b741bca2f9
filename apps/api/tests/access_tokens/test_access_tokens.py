"""JWT access tokens: signing in, refreshing, reuse, revocation, and the operators' own tokens."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import jwt
import pytest
from fastapi import FastAPI
from pydantic import SecretStr
from sqlalchemy import event, text
from sqlalchemy.orm import Session
from sqlalchemy.util import await_only

from agentlab.access_tokens import service
from agentlab.auth import throttle, tokens
from agentlab.auth.models import RefreshToken
from agentlab.context import Context
from agentlab.kit import clock
from agentlab.settings import Settings
from tests.support.agent import Agent
from tests.support.browser import PASSWORD, Browser, refusal

NOW, BEFORE, STRANGER = (SecretStr(letter * 40) for letter in "nbs")
BOB = {"email": "BOB@example.com", "password": PASSWORD, "scopes": ["read", "write"]}


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"jwt_secret": NOW, "jwt_secret_previous": BEFORE})


async def refreshed(browser: Browser, pair: dict[str, Any]) -> httpx.Response:
    return await browser.post("/access-tokens/refresh", {"refresh_token": pair["refresh_token"]})


async def actions(context: Context) -> list[str]:
    async with context.engine.connect() as connection:
        return list(
            await connection.scalars(text("SELECT action FROM audit_entries ORDER BY sequence"))
        )


async def test_a_password_gets_a_program_in_for_15_minutes(
    bob: Browser, anonymous: Browser, app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    pair = await anonymous.do("/access-tokens", BOB)
    assert (pair["token_type"], pair["expires_in"]) == ("Bearer", 900)
    assert pair["refresh_expires_in"] == pytest.approx(30 * 86_400, abs=5)
    claims = jwt.decode(pair["access_token"], options={"verify_signature": False})
    assert claims["exp"] - claims["iat"] == 900
    assert claims["scope"] == "read write"
    async with Agent(app, pair["access_token"]) as agent:
        assert (await agent.read("/session"))["name"] == "Bob Noyce"
        monkeypatch.setattr(tokens, "LIFETIME", -timedelta(seconds=1))
        stale = await anonymous.do("/access-tokens", BOB)
        agent.http.headers["Authorization"] = f"Bearer {stale['access_token']}"
        assert refusal(await agent.get("/session")) == (401, "token_refused")


async def test_the_wrong_password_and_no_account_are_refused_and_slowed_down(
    bob: Browser, anonymous: Browser
) -> None:
    wrong = {**BOB, "password": "not the password"}
    nobody = {**BOB, "email": "nobody@example.com"}
    assert refusal(await anonymous.post("/access-tokens", nobody)) == (401, "wrong_credentials")
    for _ in range(throttle.LIMITS["guess"]):
        assert refusal(await anonymous.post("/access-tokens", wrong)) == (401, "wrong_credentials")
    assert refusal(await anonymous.post("/access-tokens", BOB)) == (429, "too_many_sign_ins")
    assert refusal(await anonymous.post("/session", {**wrong, "password": PASSWORD})) == (
        429,
        "too_many_sign_ins",
    )


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ("deactivated_at = now()", "account_deactivated"),
        ("password_hash = '!'", "wrong_credentials"),
    ],
)
async def test_who_may_not_sign_in_gets_no_tokens(
    bob: Browser, anonymous: Browser, context: Context, change: str, code: str
) -> None:
    async with context.engine.begin() as connection:
        await connection.execute(text(f"UPDATE users SET {change}"))  # noqa: S608 - our own
    assert refusal(await anonymous.post("/access-tokens", BOB)) == (401, code)
    assert refusal(await anonymous.post("/session", BOB)) == (401, code)


async def test_a_viewers_access_token_can_only_read(vera: Browser, anonymous: Browser) -> None:
    asked = {**BOB, "email": "vera@example.com"}
    assert refusal(await anonymous.post("/access-tokens", asked)) == (403, "scope_beyond_role")
    pair = await anonymous.do("/access-tokens", {**asked, "scopes": ["read"]})
    assert pair["scopes"] == ["read"]


async def test_each_refresh_token_works_once_and_the_end_stays_where_it_was(
    bob: Browser, anonymous: Browser, app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = await anonymous.do("/access-tokens", BOB)
    later = datetime.now(UTC) + timedelta(days=29)
    monkeypatch.setattr(clock, "now", lambda: later)
    second = (await refreshed(anonymous, first)).json()
    assert second["refresh_token"] != first["refresh_token"]
    assert second["refresh_expires_in"] == pytest.approx(86_400, abs=5)
    at_the_end = later + timedelta(days=1)
    monkeypatch.setattr(clock, "now", lambda: at_the_end)
    reply = await refreshed(anonymous, second)
    assert refusal(reply) == (401, "refresh_token_refused")


async def test_a_used_refresh_token_ends_the_whole_chain(
    bob: Browser, anonymous: Browser, app: FastAPI, context: Context
) -> None:
    first = await anonymous.do("/access-tokens", BOB)
    second = (await refreshed(anonymous, first)).json()
    other = await anonymous.do("/access-tokens", BOB)
    assert refusal(await refreshed(anonymous, first)) == (401, "refresh_token_reused")
    assert refusal(await refreshed(anonymous, second)) == (401, "refresh_token_refused")
    async with Agent(app, second["access_token"]) as agent:
        assert refusal(await agent.get("/session")) == (401, "token_refused")
    assert (await refreshed(anonymous, other)).status_code == 200
    assert await actions(context) == [
        "refresh_token.issued",
        "refresh_token.issued",
        "refresh_token.reused",
    ]


async def test_of_two_refreshes_at_once_one_works_and_the_chain_ends(
    bob: Browser, anonymous: Browser
) -> None:
    first = await anonymous.do("/access-tokens", BOB)
    replies = await asyncio.gather(*(refreshed(anonymous, first) for _ in range(3)))
    assert sorted(reply.status_code for reply in replies) == [200, 401, 401]
    (winner,) = [reply.json() for reply in replies if reply.status_code == 200]
    assert refusal(await refreshed(anonymous, winner)) == (401, "refresh_token_refused")


async def test_revocation_ends_the_chain_and_says_nothing(
    bob: Browser, anonymous: Browser, app: FastAPI, context: Context
) -> None:
    pair = await anonymous.do("/access-tokens", BOB)
    shown = {"refresh_token": pair["refresh_token"]}
    for body in (shown, shown, {"refresh_token": "unknown"}):
        assert (await anonymous.post("/access-tokens/revocation", body)).status_code == 204
    assert refusal(await refreshed(anonymous, pair)) == (401, "refresh_token_refused")
    async with Agent(app, pair["access_token"]) as agent:
        assert refusal(await agent.get("/session")) == (401, "token_refused")
    assert await actions(context) == ["refresh_token.issued", "refresh_token.revoked"]


async def new_password(bob: Browser, ada: Browser, first: dict[str, Any]) -> httpx.Response:
    return await bob.put("/profile/password", {"current": PASSWORD, "new": "a longer horse"})


async def everywhere(bob: Browser, ada: Browser, first: dict[str, Any]) -> httpx.Response:
    return await bob.delete("/sessions")


async def by_administrator(bob: Browser, ada: Browser, first: dict[str, Any]) -> httpx.Response:
    return await ada.delete(f"/users/{(await bob.read('/session'))['id']}/sessions")


async def by_itself(bob: Browser, ada: Browser, first: dict[str, Any]) -> httpx.Response:
    shown = {"refresh_token": first["refresh_token"]}
    return await bob.post("/access-tokens/revocation", shown)


async def by_reuse(bob: Browser, ada: Browser, first: dict[str, Any]) -> httpx.Response:
    return await refreshed(bob, first)


@pytest.mark.parametrize("end", [new_password, everywhere, by_administrator, by_itself, by_reuse])
async def test_whatever_ends_a_chain_ends_the_link_that_a_refresh_adds_meanwhile(
    ada: Browser, bob: Browser, anonymous: Browser, context: Context, end: Any
) -> None:
    first = await anonymous.do("/access-tokens", BOB)
    second = (await refreshed(anonymous, first)).json()
    with refreshes_held_back() as (has_added, may_commit):
        refreshing = asyncio.create_task(refreshed(anonymous, second))
        await has_added.wait()
        ending = asyncio.create_task(end(bob, ada, first))
        await until_somebody_waits(context)
        may_commit.set()
        third = (await refreshing).json()
        await ending
    assert refusal(await refreshed(anonymous, third)) == (401, "refresh_token_refused")


@contextmanager
def refreshes_held_back() -> Iterator[tuple[asyncio.Event, asyncio.Event]]:
    """A refresh says when it has added its link, and waits before it commits."""
    has_added, may_commit = asyncio.Event(), asyncio.Event()

    def hold_back(session: Session) -> None:
        if any(isinstance(each, RefreshToken) for each in session.new):
            session.flush()
            has_added.set()
            await_only(may_commit.wait())

    event.listen(Session, "before_commit", hold_back)
    try:
        yield has_added, may_commit
    finally:
        event.remove(Session, "before_commit", hold_back)


async def until_somebody_waits(context: Context) -> None:
    waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    async with asyncio.timeout(30), context.engine.connect() as connection:
        while not await connection.scalar(waiting):  # noqa: ASYNC110 - it is in another process
            await asyncio.sleep(0.01)


async def test_who_is_deactivated_refreshes_nothing(
    bob: Browser, anonymous: Browser, context: Context
) -> None:
    pair = await anonymous.do("/access-tokens", BOB)
    async with context.engine.begin() as connection:
        await connection.execute(text("UPDATE users SET deactivated_at = now()"))
    assert refusal(await refreshed(anonymous, pair)) == (401, "refresh_token_refused")


async def test_secrets_rotate_without_signing_programs_out(
    bob: Browser, anonymous: Browser, app: FastAPI, settings: Settings
) -> None:
    pair = await anonymous.do("/access-tokens", BOB)
    claims = jwt.decode(pair["access_token"], options={"verify_signature": False})
    for secret, status in ((BEFORE, 200), (STRANGER, 401)):
        forged = jwt.encode(claims, secret.get_secret_value(), tokens.ALGORITHM)
        async with Agent(app, forged) as agent:
            assert (await agent.get("/session")).status_code == status


async def test_neither_kind_of_jwt_opens_the_others_doors(
    bob: Browser, anonymous: Browser, app: FastAPI, settings: Settings
) -> None:
    pair = await anonymous.do("/access-tokens", BOB)
    header = {"Authorization": f"Bearer {pair['access_token']}"}
    reply = await anonymous.http.get("/healthz", headers=header)
    assert refusal(reply) == (401, "token_refused")
    async with Agent(app, tokens.issue(settings, subject="a test")) as operator:
        assert refusal(await operator.get("/session")) == (401, "token_refused")


async def test_without_a_secret_there_are_none(
    bob: Browser, anonymous: Browser, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    bare = context.settings.model_copy(update={"jwt_secret": None, "jwt_secret_previous": None})
    object.__setattr__(context, "settings", bare)
    assert refusal(await anonymous.post("/access-tokens", BOB)) == (503, "jwt_secret_missing")
    async with context.engine.connect() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM refresh_tokens")) == 0


async def test_what_has_ended_is_forgotten(
    bob: Browser, anonymous: Browser, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    await anonymous.do("/access-tokens", BOB)
    for later, left in ((30, 1), (32, 0)):
        at = datetime.now(UTC) + timedelta(days=later)
        monkeypatch.setattr(clock, "now", lambda at=at: at)
        await service.forget_ended(context)
        async with context.engine.connect() as connection:
            assert await connection.scalar(text("SELECT count(*) FROM refresh_tokens")) == left


async def test_a_program_stands_among_the_sessions_and_is_ended_alone(
    bob: Browser, vera: Browser, anonymous: Browser, app: FastAPI, context: Context
) -> None:
    pair, other = [await anonymous.do("/access-tokens", BOB) for _ in range(2)]
    pair = (await refreshed(anonymous, pair)).json()
    newest, _ = await programs_of(bob)
    assert newest["started_at"] < newest["last_used_at"]
    assert (newest["address"], newest["is_current"]) == ("", False)
    path = f"/sessions/{newest['key']}"
    assert refusal(await vera.delete(path)) == (404, "not_found")
    assert (await bob.delete(path)).status_code == 204
    assert len(await programs_of(bob)) == 1
    assert len(await bob.read("/sessions")) == 2
    assert refusal(await refreshed(anonymous, pair)) == (401, "refresh_token_refused")
    async with Agent(app, pair["access_token"]) as agent:
        assert refusal(await agent.get("/session")) == (401, "token_refused")
    assert (await refreshed(anonymous, other)).status_code == 200
    assert (await actions(context))[-1] == "refresh_token.revoked"
    assert refusal(await bob.delete(path)) == (404, "not_found")


async def programs_of(who: Browser) -> list[dict[str, Any]]:
    return [each for each in await who.read("/sessions") if each["kind"] == "api"]


async def test_a_sign_in_that_is_refreshed_meanwhile_ends_too(
    bob: Browser, anonymous: Browser
) -> None:
    for _ in range(5):
        pair = await anonymous.do("/access-tokens", BOB)
        [key] = [each["key"] for each in await programs_of(bob)]
        answer, ended = await asyncio.gather(
            refreshed(anonymous, pair), bob.delete(f"/sessions/{key}")
        )
        assert ended.status_code == 204
        assert await programs_of(bob) == []
        if answer.is_success:
            again = await refreshed(anonymous, answer.json())
            assert refusal(again) == (401, "refresh_token_refused")
