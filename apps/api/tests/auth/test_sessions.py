import json
from datetime import timedelta

import pytest
from fastapi import FastAPI

from agentlab.auth import sessions, throttle
from agentlab.auth.callers import COOKIE
from agentlab.context import Context
from agentlab.kit.ids import new_id
from agentlab.settings import Settings
from tests.support.browser import PASSWORD, Browser, parsed, refusal

RIGHT = {"email": "ada@example.com", "password": PASSWORD}
WRONG = {"email": "ada@example.com", "password": "not the password"}


async def test_signing_in_opens_a_session(ada: Browser, anonymous: Browser) -> None:
    account = parsed(await anonymous.post("/session", {**RIGHT, "email": "ADA@example.com"}))
    assert account["name"] == "Ada Lovelace"
    assert await anonymous.read("/session") == account


async def test_the_cookie_is_closed_to_scripts_and_to_other_sites(
    ada: Browser, anonymous: Browser
) -> None:
    response = await anonymous.post("/session", RIGHT)
    cookie = response.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie


async def test_signing_out_ends_the_session_on_the_server(ada: Browser, anonymous: Browser) -> None:
    stolen = ada.http.cookies[COOKIE]
    assert (await ada.delete("/session")).status_code == 204
    anonymous.http.cookies.set(COOKIE, stolen)
    assert refusal(await anonymous.get("/session")) == (401, "not_signed_in")


async def test_a_wrong_password_and_an_unknown_account_get_the_same_answer(
    ada: Browser, anonymous: Browser
) -> None:
    wrong = (await anonymous.post("/session", WRONG)).json()
    unknown = (await anonymous.post("/session", {**WRONG, "email": "eve@example.com"})).json()
    assert wrong["code"] == "wrong_credentials"
    assert {**wrong, "request_id": ""} == {**unknown, "request_id": ""}


async def test_after_five_failures_the_one_who_guesses_has_to_wait(
    ada: Browser, anonymous: Browser
) -> None:
    for _ in range(throttle.LIMITS["guess"]):
        assert refusal(await anonymous.post("/session", WRONG)) == (401, "wrong_credentials")
    response = await anonymous.post("/session", RIGHT)
    assert refusal(response) == (429, "too_many_sign_ins")
    wait_s = timedelta(seconds=int(response.headers["retry-after"]))
    assert timedelta() < wait_s <= throttle.WINDOW


async def test_a_stranger_who_guesses_does_not_keep_a_person_out(
    ada: Browser, app: FastAPI, anonymous: Browser
) -> None:
    async with Browser(app, address="203.0.113.9") as stranger:
        for _ in range(throttle.LIMITS["guess"] + 5):
            await stranger.post("/session", WRONG)
    await anonymous.do("/session", RIGHT)


async def test_many_who_guess_together_are_stopped(
    ada: Browser, app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(throttle.LIMITS, "account", 2 * throttle.LIMITS["guess"])
    codes = []
    for number in range(throttle.LIMITS["account"] // throttle.LIMITS["guess"] + 1):
        async with Browser(app, address=f"203.0.113.{number}") as one:
            replies = [await one.post("/session", WRONG) for _ in range(throttle.LIMITS["guess"])]
        codes += [reply.status_code for reply in replies]
    assert codes.count(401) == throttle.LIMITS["account"]
    assert set(codes[throttle.LIMITS["account"] :]) == {429}


async def test_counts_always_end(ada: Browser, context: Context, anonymous: Browser) -> None:
    await context.redis.flushdb()
    await throttle.forgive(context.redis, account="ada@example.com", address="127.0.0.1")
    keys = await context.redis.keys("sign-ins:*")
    assert keys
    assert all([await context.redis.ttl(key) > 0 for key in keys])


async def test_a_right_password_clears_the_count(ada: Browser, anonymous: Browser) -> None:
    for _ in range(3):
        for _ in range(throttle.LIMITS["guess"] - 1):
            await anonymous.post("/session", WRONG)
        await anonymous.do("/session", RIGHT)


async def test_the_session_id_is_not_stored_anywhere(ada: Browser, context: Context) -> None:
    keys = await context.redis.keys("session:*")
    assert keys
    assert not any(ada.http.cookies[COOKIE] in key for key in keys)


async def test_a_session_of_a_removed_redis_is_over_and_nothing_else_is_lost(
    ada: Browser, context: Context
) -> None:
    await context.redis.flushdb()
    assert refusal(await ada.get("/portfolio")) == (401, "not_signed_in")
    await ada.do("/session", RIGHT)
    assert await ada.read("/portfolio") == {"clients": []}


async def test_signing_in_ends_the_session_that_the_browser_had(app: FastAPI, ada: Browser) -> None:
    before = ada.http.cookies[COOKIE]
    await ada.do("/session", RIGHT)
    async with Browser(app) as thief:
        thief.http.cookies.set(COOKIE, before)
        assert refusal(await thief.get("/session")) == (401, "not_signed_in")


async def test_limits_are_settings(ada: Browser, context: Context, settings: Settings) -> None:
    limits = sessions.limits_of(
        settings.model_copy(update={"session_idle_hours": 1, "session_days": 2})
    )
    token = await sessions.start(context.redis, new_id(), limits=limits)
    key = sessions.key_of(token)
    assert 3_590 < await context.redis.ttl(sessions.user_key(key)) <= 3_600
    assert await sessions.user_of(context.redis, token, sessions.Limits())
    assert 43_190 < await context.redis.ttl(sessions.user_key(key)) <= 43_200
    assert await context.redis.ttl(sessions.limit_key(key)) <= 2 * 86_400
    reply = await ada.post("/session", RIGHT)
    assert f"Max-Age={14 * 86_400}" in reply.headers["set-cookie"]


async def test_a_session_that_is_over_is_not_listed(context: Context, app: FastAPI) -> None:
    user_id = new_id()
    token = await sessions.start(context.redis, user_id)
    [session] = await sessions.of_person(context.redis, user_id)
    await context.redis.delete(sessions.limit_key(session.key))
    assert await sessions.user_of(context.redis, token) is None
    assert await sessions.of_person(context.redis, user_id) == []
    assert await sessions.keys_of_person(context.redis, user_id) == set()


async def test_a_listed_session_says_when_it_was_used(context: Context, app: FastAPI) -> None:
    user_id = new_id()
    await sessions.start(context.redis, user_id)
    [session] = await sessions.of_person(context.redis, user_id)
    hour = timedelta(hours=1)
    used = sessions.user_key(session.key)
    await context.redis.expire(used, sessions.LIMITS.idle - hour)
    started = sessions.limit_key(session.key)
    earlier = (session.started_at - 2 * hour).isoformat()
    await context.redis.set(
        started, json.dumps({"started_at": earlier, "address": "", "user_agent": ""})
    )
    [session] = await sessions.of_person(context.redis, user_id)
    assert abs(session.last_used_at - session.started_at - hour) < timedelta(seconds=5)


async def test_nonsense_cookies_are_no_session(anonymous: Browser) -> None:
    for value in ("x", "a" * 5000, "%00"):
        anonymous.http.cookies.set(COOKIE, value)
        assert refusal(await anonymous.get("/session")) == (401, "not_signed_in")
