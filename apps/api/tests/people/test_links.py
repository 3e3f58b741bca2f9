import asyncio
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import text

from agentlab.auth.callers import COOKIE
from agentlab.auth.service import hash_of_nobody
from agentlab.context import Context
from agentlab.kit import clock
from agentlab.people import links
from tests.people.test_users import INVITED, NOBODY, client_named, trail_of, user_of
from tests.support.agent import Agent, token_of
from tests.support.browser import PASSWORD, Browser, refusal

NEW = "a whole new password"


async def invited(ada: Browser, **changes: Any) -> dict[str, Any]:
    invitation: dict[str, Any] = await ada.do("/invitations", {**INVITED, **changes})
    return invitation


async def test_who_is_invited_chooses_a_password_and_is_signed_in(
    ada: Browser, anonymous: Browser, context: Context
) -> None:
    [maison] = await client_named(context, "Maison Lumière")
    invitation = await invited(ada, client_ids=[maison])
    user, link = invitation["user"], invitation["link"]
    assert user["state"] == "invited"
    assert user["clients"] == [{"id": maison, "name": "Maison Lumière"}]
    assert user["link"] == {"purpose": "invitation", "expires_at": link["expires_at"]}
    assert link["path"] == f"/invitation#{link['token']}"
    about = await anonymous.do("/invitations/lookup", {"token": link["token"]})
    assert about == {
        "purpose": "invitation",
        "name": "Grace Hopper",
        "email": "grace@example.com",
        "expires_at": link["expires_at"],
    }
    choice = {"token": link["token"], "password": NEW, "name": "Rear Admiral Hopper"}
    account = await anonymous.do("/invitations/acceptance", choice)
    assert account == await anonymous.read("/session")
    assert (account["name"], account["role"]) == ("Rear Admiral Hopper", "product_owner")
    assert account["sees_all_clients"] is False
    now = await user_of(ada, "grace@")
    assert (now["state"], now["link"], bool(now["signed_in_at"])) == ("active", None, True)
    [entry] = await trail_of(context, "user.joined")
    assert entry["actor"] == "Grace Hopper"
    assert entry["after"] == {"name": "Rear Admiral Hopper"}


async def test_the_token_is_kept_nowhere(ada: Browser, context: Context) -> None:
    token = (await invited(ada))["link"]["token"]
    async with context.sessions() as db:
        kept = (await db.execute(text("SELECT account_links::text FROM account_links"))).scalars()
        details = (await db.execute(text("SELECT detail::text FROM audit_details"))).scalars()
        assert not any(token in row for row in (*kept, *details))


async def test_nobody_signs_in_who_has_not_accepted(
    ada: Browser, anonymous: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    await invited(ada)
    hash_of_nobody()
    for password in ("!", "", PASSWORD, "no account has this password"):
        body = {"email": "grace@example.com", "password": password}
        assert refusal(await anonymous.post("/session", body)) == (401, "wrong_credentials")


async def test_a_link_works_once(ada: Browser, anonymous: Browser) -> None:
    token = (await invited(ada))["link"]["token"]
    await anonymous.do("/invitations/acceptance", {"token": token, "password": NEW})
    for reply in (
        await anonymous.post("/invitations/acceptance", {"token": token, "password": NEW}),
        await anonymous.post("/invitations/lookup", {"token": token}),
    ):
        assert refusal(reply) == (410, "link_used")


async def test_of_two_who_use_a_link_at_once_one_is_told(
    app: FastAPI, ada: Browser, anonymous: Browser
) -> None:
    token = (await invited(ada))["link"]["token"]
    async with Browser(app) as other:
        replies = await asyncio.gather(
            *(
                who.post("/invitations/acceptance", {"token": token, "password": NEW})
                for who in (anonymous, other)
            )
        )
    assert sorted(reply.status_code for reply in replies) == [200, 410]


async def test_a_new_link_ends_the_one_before(ada: Browser, anonymous: Browser) -> None:
    invitation = await invited(ada)
    path = f"/users/{invitation['user']['id']}/links"
    again = await ada.do(path)
    assert again["purpose"] == "invitation"
    old = await anonymous.post("/invitations/lookup", {"token": invitation["link"]["token"]})
    assert refusal(old) == (410, "link_revoked")
    await anonymous.do("/invitations/lookup", {"token": again["token"]})
    assert (await ada.delete(path)).status_code == 204
    gone = await anonymous.post("/invitations/lookup", {"token": again["token"]})
    assert refusal(gone) == (410, "link_revoked")
    assert (await user_of(ada, "grace@"))["link"] is None


async def test_a_link_ends_after_seven_days(
    ada: Browser, anonymous: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = (await invited(ada))["link"]["token"]
    later = clock.now() + timedelta(days=7, seconds=1)
    monkeypatch.setattr(links, "now", lambda: later)
    for path, more in (("lookup", {}), ("acceptance", {"password": NEW})):
        reply = await anonymous.post(f"/invitations/{path}", {"token": token, **more})
        assert refusal(reply) == (410, "link_expired")


async def test_a_deactivated_person_has_no_link(ada: Browser, anonymous: Browser) -> None:
    invitation = await invited(ada)
    await ada.do(f"/users/{invitation['user']['id']}/deactivation")
    reply = await anonymous.post("/invitations/lookup", {"token": invitation["link"]["token"]})
    assert refusal(reply) == (410, "link_revoked")


@pytest.mark.parametrize("token", ["", "x", "x" * 200])
async def test_half_a_link_is_refused(anonymous: Browser, token: str) -> None:
    for path in ("lookup", "acceptance"):
        reply = await anonymous.post(f"/invitations/{path}", {"token": token, "password": NEW})
        assert refusal(reply) == (401, "link_unknown")


async def test_a_short_password_leaves_the_link_as_it_was(ada: Browser, anonymous: Browser) -> None:
    token = (await invited(ada))["link"]["token"]
    reply = await anonymous.post("/invitations/acceptance", {"token": token, "password": "short"})
    assert refusal(reply) == (422, "invalid_input")
    assert reply.json()["field"] == "password"
    await anonymous.do("/invitations/acceptance", {"token": token, "password": NEW})


async def test_nobody_is_invited_twice(ada: Browser) -> None:
    await invited(ada)
    reply = await ada.post("/invitations", {**INVITED, "email": "GRACE@example.com"})
    assert refusal(reply) == (409, "email_taken")
    unknown = {**INVITED, "email": "x@example.com", "client_ids": [NOBODY]}
    assert refusal(await ada.post("/invitations", unknown)) == (404, "not_found")
    assert (await ada.read("/users", search="x@"))["items"] == []


async def test_a_reset_signs_out_everywhere_and_keeps_the_name(
    ada: Browser, bob: Browser, anonymous: Browser, context: Context
) -> None:
    path = f"/users/{(await user_of(ada, 'bob@'))['id']}"
    link = await ada.do(f"{path}/links")
    assert link["purpose"] == "reset"
    assert await bob.read("/session")  # nothing has happened yet
    choice = {"token": link["token"], "password": NEW, "name": "Somebody else"}
    assert (await anonymous.do("/invitations/acceptance", choice))["name"] == "Bob Noyce"
    assert refusal(await bob.get("/session")) == (401, "not_signed_in")
    right = {"email": "bob@example.com", "password": NEW}
    assert refusal(await bob.post("/session", {**right, "password": PASSWORD}))[0] == 401
    await bob.do("/session", right)
    assert await trail_of(context, "user.password_reset")


async def test_a_reset_revokes_api_tokens_too(
    ada: Browser, bob: Browser, anonymous: Browser, app: FastAPI, context: Context
) -> None:
    async with Agent(app, await token_of(bob)) as agent, Agent(app, await token_of(ada)) as other:
        link = await ada.do(f"/users/{(await user_of(ada, 'bob@'))['id']}/links")
        await agent.read("/session")  # nothing has happened yet
        choice = {"token": link["token"], "password": NEW}
        await anonymous.do("/invitations/acceptance", choice)
        assert refusal(await agent.get("/session")) == (401, "token_refused")
        await other.read("/session")
    assert len(await trail_of(context, "api_token.revoked")) == 1


async def test_a_link_ends_the_session_that_was_there_before(ada: Browser, app: FastAPI) -> None:
    token = (await invited(ada))["link"]["token"]
    before = ada.http.cookies[COOKIE]
    await ada.do("/invitations/acceptance", {"token": token, "password": NEW})
    async with Browser(app) as thief:
        thief.http.cookies.set(COOKIE, before)
        assert refusal(await thief.get("/session")) == (401, "not_signed_in")


async def test_a_link_is_forgotten_when_it_ended_long_ago(
    ada: Browser, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    await invited(ada)
    for days, left in ((36, 1), (38, 0), (39, 0)):
        at = clock.now() + timedelta(days=days)
        with monkeypatch.context() as later:
            later.setattr(links, "now", lambda at=at: at)
            await links.forget_ended(context)
        async with context.sessions() as db:
            assert await db.scalar(text("SELECT count(*) FROM account_links")) == left
    [entry] = await trail_of(context, "user.links_forgotten")
    assert entry["after"] == {"count": 1}
