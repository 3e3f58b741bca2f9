"""What is a person's own: the profile, the password, the sessions."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from agentlab.auth.callers import COOKIE
from agentlab.context import Context
from tests.people.test_users import trail_of, user_of
from tests.support.agent import Agent, token_of
from tests.support.browser import PASSWORD, Browser, refusal
from tests.support.event_source import following
from tests.support.serving import served

NEW = "a whole new password"


@pytest.fixture
async def elsewhere(app: FastAPI, vera: Browser) -> AsyncIterator[Browser]:
    """Vera once more, in another browser."""
    async with Browser(app, address="203.0.113.7") as browser:
        browser.http.headers["User-Agent"] = "Another browser"
        await browser.do("/session", {"email": "vera@example.com", "password": PASSWORD})
        yield browser


async def test_a_viewer_changes_what_is_their_own(vera: Browser, context: Context) -> None:
    profile = await vera.read("/profile")
    assert (profile["language"], profile["time_zone"], profile["has_password"]) == (
        None,
        None,
        True,
    )
    wanted = {"name": "Véra 🔭", "language": "fr", "time_zone": "Europe/Paris"}
    reply = await vera.patch("/profile", wanted, version=profile["version"])
    changed = reply.json()
    assert reply.headers["etag"] == f'"{changed["version"]}"'
    assert {name: changed[name] for name in wanted} == wanted
    account = await vera.read("/session")
    assert {name: account[name] for name in wanted} == wanted
    cleared = await vera.patch(
        "/profile", {"language": None, "time_zone": None}, version=changed["version"]
    )
    assert (cleared.json()["language"], cleared.json()["time_zone"]) == (None, None)
    entry = (await trail_of(context, "user.changed"))[0]
    assert entry["before"] == {"name": "Vera Rubin", "language": None, "time_zone": None}


@pytest.mark.parametrize(
    "patch",
    [
        {"name": None},
        {"name": ""},
        {"language": "de"},
        {"time_zone": "Mars/Olympus Mons"},
        {"time_zone": "../etc/passwd"},
    ],
)
async def test_what_no_profile_can_have_is_refused(vera: Browser, patch: dict[str, Any]) -> None:
    profile = await vera.read("/profile")
    reply = await vera.patch("/profile", patch, version=profile["version"])
    assert refusal(reply) == (422, "invalid_input")


async def test_nobody_gives_themselves_rights_or_an_address(vera: Browser) -> None:
    profile = await vera.read("/profile")
    body = {"role": "administrator", "email": "ada@example.com", "sees_all_clients": False}
    await vera.patch("/profile", body, version=profile["version"])
    assert await vera.read("/profile") == profile


async def test_two_browsers_of_one_person_do_not_overwrite_each_other(vera: Browser) -> None:
    profile = await vera.read("/profile")
    await vera.patch("/profile", {"name": "Vera"}, version=profile["version"])
    late = await vera.patch("/profile", {"name": "V."}, version=profile["version"])
    assert refusal(late) == (412, "changed_meanwhile")
    assert refusal(await vera.patch("/profile", {"name": "V."})) == (428, "if_match_missing")


async def test_a_new_password_signs_out_everywhere_else(
    vera: Browser, elsewhere: Browser, anonymous: Browser, context: Context
) -> None:
    reply = await vera.put("/profile/password", {"current": PASSWORD, "new": NEW})
    assert reply.status_code == 204
    assert await vera.read("/session")
    assert refusal(await elsewhere.get("/session")) == (401, "not_signed_in")
    old = {"email": "vera@example.com", "password": PASSWORD}
    assert refusal(await anonymous.post("/session", old)) == (401, "wrong_credentials")
    await anonymous.do("/session", {**old, "password": NEW})
    [entry] = await trail_of(context, "user.password_changed")
    assert entry["after"] == {"sessions_ended": 1}


async def test_who_does_not_know_the_password_cannot_change_it(vera: Browser) -> None:
    for _ in range(5):
        reply = await vera.put("/profile/password", {"current": "a guess", "new": NEW})
        assert refusal(reply) == (422, "wrong_password")
        assert reply.json()["field"] == "current"
    reply = await vera.put("/profile/password", {"current": PASSWORD, "new": NEW})
    assert refusal(reply) == (429, "too_many_sign_ins")


async def test_a_short_password_is_refused(vera: Browser) -> None:
    reply = await vera.put("/profile/password", {"current": PASSWORD, "new": "short"})
    assert refusal(reply) == (422, "invalid_input")
    assert reply.json()["field"] == "new"


async def test_sessions_are_told_apart(vera: Browser, elsewhere: Browser) -> None:
    mine, other = sorted(await vera.read("/sessions"), key=lambda each: not each["is_current"])
    assert (mine["is_current"], other["is_current"]) == (True, False)
    assert (other["address"], other["user_agent"]) == ("203.0.113.7", "Another browser")
    assert other["started_at"] <= other["last_used_at"]
    assert elsewhere.http.cookies[COOKIE] not in str(mine | other)


async def test_a_session_is_revoked(vera: Browser, elsewhere: Browser, context: Context) -> None:
    [key] = [each["key"] for each in await vera.read("/sessions") if not each["is_current"]]
    assert (await vera.delete(f"/sessions/{key}")).status_code == 204
    assert refusal(await elsewhere.get("/portfolio")) == (401, "not_signed_in")
    assert len(await vera.read("/sessions")) == 1
    assert refusal(await vera.delete(f"/sessions/{key}")) == (404, "not_found")
    assert await trail_of(context, "session.revoked")


async def test_nobody_revokes_the_session_of_another(vera: Browser, bob: Browser) -> None:
    [session] = await vera.read("/sessions")
    assert refusal(await bob.delete(f"/sessions/{session['key']}")) == (404, "not_found")
    assert await vera.read("/session")


async def test_revoking_the_own_session_signs_out(vera: Browser) -> None:
    [session] = await vera.read("/sessions")
    reply = await vera.delete(f"/sessions/{session['key']}")
    assert f'{COOKIE}=""; expires=' in reply.headers["set-cookie"]
    assert refusal(await vera.get("/session")) == (401, "not_signed_in")


async def test_signing_out_everywhere_else_leaves_this_one(
    vera: Browser, elsewhere: Browser
) -> None:
    assert (await vera.delete("/sessions")).json() == {"ended": 1}
    assert refusal(await elsewhere.get("/session")) == (401, "not_signed_in")
    assert len(await vera.read("/sessions")) == 1


async def test_an_administrator_signs_somebody_out(
    ada: Browser, vera: Browser, elsewhere: Browser
) -> None:
    path = f"/users/{(await user_of(ada, 'vera@'))['id']}/sessions"
    assert (await ada.delete(path)).json() == {"ended": 2, "tokens_revoked": 0}
    for browser in (vera, elsewhere):
        assert refusal(await browser.get("/session")) == (401, "not_signed_in")
    assert await ada.read("/session")


async def test_an_administrator_signs_somebodys_agents_out_too(
    ada: Browser, vera: Browser, app: FastAPI, context: Context
) -> None:
    path = f"/users/{(await user_of(ada, 'vera@'))['id']}/sessions"
    async with Agent(app, await token_of(vera, "read")) as agent:
        assert (await ada.delete(path)).json() == {"ended": 1, "tokens_revoked": 1}
        assert refusal(await agent.get("/session")) == (401, "token_refused")
    assert len(await trail_of(context, "api_token.revoked")) == 1


async def change_password(ada: Browser, vera: Browser) -> httpx.Response:
    return await vera.put("/profile/password", {"current": PASSWORD, "new": NEW})


async def sign_out_everywhere(ada: Browser, vera: Browser) -> httpx.Response:
    return await ada.delete(f"/users/{(await user_of(ada, 'vera@'))['id']}/sessions")


@pytest.mark.parametrize("act", [change_password, sign_out_everywhere])
async def test_a_link_of_before_opens_nothing_afterwards(
    ada: Browser, vera: Browser, act: Any
) -> None:
    user = await user_of(ada, "vera@")
    link = await ada.do(f"/users/{user['id']}/links")
    assert (await act(ada, vera)).is_success
    reply = await ada.post("/invitations/lookup", {"token": link["token"]})
    assert refusal(reply) == (410, "link_revoked")


async def test_agents_go_on_when_their_person_chooses_a_new_password(
    vera: Browser, app: FastAPI
) -> None:
    async with Agent(app, await token_of(vera, "read")) as agent:
        wanted = {"current": PASSWORD, "new": NEW}
        assert (await vera.put("/profile/password", wanted)).is_success
        assert (await vera.delete("/sessions")).is_success
        await agent.read("/session")


async def test_the_live_stream_of_a_revoked_session_ends_at_once(
    app: FastAPI, vera: Browser, elsewhere: Browser
) -> None:
    async with (
        served(app) as server,
        following(server.url, cookies=elsewhere.http.cookies) as events,
    ):
        await events.settle()
        await vera.delete("/sessions")
        assert await events.rest() == []


async def test_nobody_else_has_a_profile(anonymous: Browser) -> None:
    for reply in (
        await anonymous.get("/profile"),
        await anonymous.get("/sessions"),
        await anonymous.delete("/sessions"),
        await anonymous.delete("/sessions/x"),
        await anonymous.patch("/profile", {}, version=1),
        await anonymous.put("/profile/password", {"current": PASSWORD, "new": NEW}),
    ):
        assert refusal(reply) == (401, "not_signed_in")
