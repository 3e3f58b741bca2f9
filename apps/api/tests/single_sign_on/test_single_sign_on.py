"""Signing in at a real OpenID provider, which runs in a process of its own."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
from fastapi import FastAPI
from pydantic import SecretStr, ValidationError
from pyrage.x25519 import Identity as BackupKey
from sqlalchemy import text

from agentlab.auth import sessions
from agentlab.auth.callers import COOKIE as SESSION
from agentlab.auth.models import Role
from agentlab.context import Context
from agentlab.operations.backup.desk import folder_of
from agentlab.operations.backup.shelf import Shelf
from agentlab.settings import Settings
from agentlab.single_sign_on import provider as provider_module
from agentlab.single_sign_on import service
from agentlab.single_sign_on.routes import COOKIE
from tests.operations.backup import support as bundles
from tests.support.browser import ORIGIN, Browser, parsed, refusal
from tests.support.openid_provider import OpenIDProvider, openid_provider

CALLBACK = f"{ORIGIN}/api/v1/single-sign-on/callback"
GRACE = {"email": "grace@example.com", "email_verified": True, "name": "Grace Hopper"}


@pytest.fixture(scope="module")
async def provider() -> AsyncIterator[OpenIDProvider]:
    async with openid_provider(CALLBACK) as running:
        yield running


@pytest.fixture
def settings(settings: Settings, provider: OpenIDProvider) -> Settings:
    return settings.model_copy(
        update={
            "oidc_issuer": provider.issuer,
            "oidc_client_id": provider.client.client_id,
            "oidc_client_secret": SecretStr(provider.client.client_secret),
            "oidc_name": "Example Login",
            "oidc_roles": (("directors", "administrator"), ("staff", "product_owner")),
        }
    )


def change(context: Context, **changes: Any) -> None:
    object.__setattr__(context, "settings", context.settings.model_copy(update=changes))


async def start(browser: Browser, after: str = "/gates/1?x=1") -> str:
    """The provider's address that the browser is sent to."""
    reply = await browser.get("/single-sign-on/start", next=after)
    assert reply.status_code == 303, reply.text
    return reply.headers["location"]


async def finish(browser: Browser, address: str) -> httpx.Response:
    """Follow the provider's redirect back to us."""
    assert address.startswith(CALLBACK)
    return await browser.http.get(address)


async def sign_in(browser: Browser, provider: OpenIDProvider, subject: str) -> str:
    """All of it; where the browser lands."""
    back = await provider.consent(await start(browser), subject)
    reply = await finish(browser, back)
    assert reply.status_code == 303
    return reply.headers["location"]


async def rows(context: Context, query: str) -> list[Any]:
    async with context.engine.connect() as connection:
        return [tuple(row) for row in await connection.execute(text(query))]


async def test_the_sign_in_page_learns_whether_it_is_on(
    anonymous: Browser, context: Context
) -> None:
    assert await anonymous.read("/single-sign-on") == {"is_on": True, "name": "Example Login"}
    change(context, oidc_issuer=None)
    assert await anonymous.read("/single-sign-on") == {"is_on": False, "name": None}
    for path in ("start", "callback"):
        reply = await anonymous.get(f"/single-sign-on/{path}")
        assert refusal(reply) == (404, "single_sign_on_off")


async def test_a_new_person_gets_an_account_with_the_role_of_their_group(
    ada: Browser, anonymous: Browser, provider: OpenIDProvider, context: Context
) -> None:
    await provider.knows("new", **GRACE, groups=["staff", "others"])
    assert await sign_in(anonymous, provider, "new") == "/gates/1?x=1"
    account = await anonymous.read("/session")
    assert (account["name"], account["role"]) == ("Grace Hopper", "product_owner")
    assert account["email"] == "grace@example.com"
    assert COOKIE not in anonymous.http.cookies
    actions = await rows(context, "SELECT action FROM audit_entries ORDER BY sequence")
    assert actions[:2] == [("user.created",), ("identity.linked",)]


async def test_the_second_time_it_is_the_same_person_whatever_their_email(
    ada: Browser, anonymous: Browser, provider: OpenIDProvider
) -> None:
    await provider.knows("moving", **GRACE, groups=["staff"])
    await sign_in(anonymous, provider, "moving")
    first = await anonymous.read("/session")
    await provider.knows("moving", **{**GRACE, "email": "g.hopper@example.com"}, groups=["staff"])
    await sign_in(anonymous, provider, "moving")
    assert await anonymous.read("/session") == first


async def test_a_known_email_is_linked_only_when_it_is_verified(
    bob: Browser, anonymous: Browser, provider: OpenIDProvider, context: Context
) -> None:
    claims = {"email": "BOB@example.com", "name": "Somebody", "groups": ["staff"]}
    for verified in (False, None, "true"):
        await provider.knows("bobs", **claims, email_verified=verified)
        landed = await sign_in(anonymous, provider, "bobs")
        assert landed == "/sign-in?problem=email_not_verified"
    assert refusal(await anonymous.get("/session")) == (401, "not_signed_in")
    await provider.knows("bobs", **claims, email_verified=True)
    assert await sign_in(anonymous, provider, "bobs") == "/gates/1?x=1"
    assert await anonymous.read("/session") == await bob.read("/session")


async def test_no_account_is_made_for_an_email_that_is_not_verified(
    ada: Browser, anonymous: Browser, provider: OpenIDProvider
) -> None:
    for verified in (False, None, "true"):
        claims = {**GRACE, "email_verified": verified}
        await provider.knows("squatter", **claims, groups=["staff"])
        landed = await sign_in(anonymous, provider, "squatter")
        assert landed == "/sign-in?problem=email_not_verified"
    assert (await ada.read("/users", search="grace"))["items"] == []


async def test_a_provider_that_never_says_whether_emails_are_verified_may_be_trusted(
    ada: Browser, bob: Browser, anonymous: Browser, provider: OpenIDProvider, context: Context
) -> None:
    silent = {"email": "grace@example.com", "name": "Grace Hopper", "groups": ["staff"]}
    await provider.knows("silent", **silent)
    assert await sign_in(anonymous, provider, "silent") == "/sign-in?problem=email_not_verified"
    change(context, oidc_emails_are_verified=True)
    await provider.knows("unsure", **{**silent, "email": "bob@example.com"}, email_verified=False)
    assert await sign_in(anonymous, provider, "unsure") == "/sign-in?problem=email_not_verified"
    assert await sign_in(anonymous, provider, "silent") == "/gates/1?x=1"


async def test_a_link_of_before_opens_nothing_after_a_first_sign_in_at_the_provider(
    ada: Browser, anonymous: Browser, provider: OpenIDProvider
) -> None:
    grace = {"email": "grace@example.com", "name": "Grace Hopper", "role": "viewer"}
    invitation = await ada.do("/invitations", {**grace, "sees_all_clients": True})
    await provider.knows("invited", **GRACE, groups=["staff"])
    await sign_in(anonymous, provider, "invited")
    token = {"token": invitation["link"]["token"]}
    assert refusal(await ada.post("/invitations/lookup", token)) == (410, "link_revoked")


@pytest.mark.parametrize("said", [7, True, {"staff": True}])
async def test_groups_that_are_no_list_are_none(
    ada: Browser, anonymous: Browser, provider: OpenIDProvider, said: object
) -> None:
    await provider.knows("strange", **GRACE, groups=said)
    assert await sign_in(anonymous, provider, "strange") == "/sign-in?problem=no_role"


async def test_an_administrator_who_never_came_does_not_stand_in_for_the_last_one(
    ada: Browser, anonymous: Browser, provider: OpenIDProvider
) -> None:
    eve = {"email": "eve@example.com", "name": "Eve", "role": "administrator"}
    await ada.do("/invitations", {**eve, "sees_all_clients": True})
    await provider.knows("ada2", email="ada@example.com", email_verified=True, groups=["staff"])
    await sign_in(anonymous, provider, "ada2")
    assert (await anonymous.read("/session"))["role"] == "administrator"


async def test_of_two_administrators_who_lose_the_role_at_once_one_stays(
    ada: Browser, app: FastAPI, context: Context, provider: OpenIDProvider
) -> None:
    async with Browser(app) as eve, Browser(app) as one, Browser(app) as two:
        await eve.join(context, "Eve", "eve@example.com", Role.ADMINISTRATOR)
        for who in ("ada", "eve"):
            email = f"{who}@example.com"
            await provider.knows(f"{who}3", email=email, email_verified=True, groups=["staff"])
        await asyncio.gather(sign_in(one, provider, "ada3"), sign_in(two, provider, "eve3"))
    assert await rows(context, "SELECT count(*) FROM users WHERE role = 'administrator'") == [(1,)]


async def test_the_role_follows_the_groups_and_the_trail_says_so(
    ada: Browser, anonymous: Browser, provider: OpenIDProvider, context: Context
) -> None:
    for groups, role in (
        (["staff"], "product_owner"),
        (["staff", "directors"], "administrator"),
        ("staff", "product_owner"),
    ):
        await provider.knows("rising", **GRACE, groups=groups)
        await sign_in(anonymous, provider, "rising")
        assert (await anonymous.read("/session"))["role"] == role
    changes = await rows(
        context,
        "SELECT d.detail->'before'->>'role', d.detail->'after'->>'role' FROM audit_entries e "
        "JOIN audit_details d USING (sequence) WHERE action = 'user.role_changed' ORDER BY 1",
    )
    assert changes == [("administrator", "product_owner"), ("product_owner", "administrator")]


async def test_the_last_administrator_stays_one(
    ada: Browser, anonymous: Browser, provider: OpenIDProvider
) -> None:
    await provider.knows("ada", email="ada@example.com", email_verified=True, groups=["staff"])
    assert await sign_in(anonymous, provider, "ada") == "/gates/1?x=1"
    assert (await anonymous.read("/session"))["role"] == "administrator"


async def test_without_a_group_there_is_no_way_in_but_for_a_default_role(
    ada: Browser, anonymous: Browser, provider: OpenIDProvider, context: Context
) -> None:
    await provider.knows("alone", **GRACE, groups=["others"])
    assert await sign_in(anonymous, provider, "alone") == "/sign-in?problem=no_role"
    change(context, oidc_default_role="viewer")
    await sign_in(anonymous, provider, "alone")
    assert (await anonymous.read("/session"))["role"] == "viewer"


async def test_new_people_see_no_client_until_they_are_given_some(
    ada: Browser, anonymous: Browser, provider: OpenIDProvider, context: Context
) -> None:
    await ada.do("/clients", {"name": "Élan"})
    await provider.knows("new", **GRACE, groups=["staff"])
    await sign_in(anonymous, provider, "new")
    assert (await anonymous.read("/clients"))["items"] == []
    change(context, oidc_sees_all_clients=True)
    newer = {**GRACE, "email": "heidi@example.com", "name": "Heidi"}
    await provider.knows("newer", **newer, groups=["staff"])
    await sign_in(anonymous, provider, "newer")
    assert [each["name"] for each in (await anonymous.read("/clients"))["items"]] == ["Élan"]


async def test_without_a_mapping_roles_stay_as_they_were_given_here(
    bob: Browser, anonymous: Browser, provider: OpenIDProvider, context: Context
) -> None:
    change(context, oidc_roles=(), oidc_default_role="viewer")
    await provider.knows("plain", email="bob@example.com", email_verified=True)
    await sign_in(anonymous, provider, "plain")
    assert (await anonymous.read("/session"))["role"] == "product_owner"


async def test_nobody_comes_before_the_first_administrator(
    anonymous: Browser, provider: OpenIDProvider
) -> None:
    await provider.knows("early", **GRACE, groups=["staff"])
    assert await sign_in(anonymous, provider, "early") == "/sign-in?problem=not_set_up"
    await provider.knows("early", **GRACE, groups=["directors"])
    await sign_in(anonymous, provider, "early")
    assert (await anonymous.read("/session"))["role"] == "administrator"


async def test_beside_backups_a_director_is_not_the_first_administrator_either(
    anonymous: Browser, provider: OpenIDProvider, settings: Settings
) -> None:
    bundles.put(Shelf(folder_of(settings)), BackupKey.generate())
    await provider.knows("back", **GRACE, groups=["directors"])
    assert await sign_in(anonymous, provider, "back") == "/sign-in?problem=backups_found"
    assert (await anonymous.read("/setup"))["needs_first_administrator"] is True


async def test_who_was_deactivated_stays_out(
    ada: Browser, bob: Browser, anonymous: Browser, provider: OpenIDProvider, context: Context
) -> None:
    await provider.knows("gone", email="bob@example.com", email_verified=True, groups=["staff"])
    async with context.engine.begin() as connection:
        await connection.execute(
            text("UPDATE users SET deactivated_at = now() WHERE email = 'bob@example.com'")
        )
    assert await sign_in(anonymous, provider, "gone") == "/sign-in?problem=account_deactivated"


async def test_without_an_email_there_is_no_account(
    ada: Browser, anonymous: Browser, provider: OpenIDProvider
) -> None:
    await provider.knows("mute", name="Nobody", groups=["staff"])
    assert await sign_in(anonymous, provider, "mute") == "/sign-in?problem=email_missing"


async def test_hostile_names_are_made_harmless(
    ada: Browser, anonymous: Browser, provider: OpenIDProvider
) -> None:
    await provider.knows("odd", **{**GRACE, "name": "a\0\x1b[31mb\n" + "x" * 500}, groups="staff")
    await sign_in(anonymous, provider, "odd")
    name = (await anonymous.read("/session"))["name"]
    assert name.startswith("a[31mbxx")
    assert len(name) == 200


async def test_who_says_no_at_the_provider_comes_back_with_a_sentence(
    anonymous: Browser, provider: OpenIDProvider
) -> None:
    back = await provider.deny(await start(anonymous))
    query = parse_qs(urlsplit(back).query)
    address = f"{CALLBACK}?{urlencode({key: values[0] for key, values in query.items()})}"
    landed = (await finish(anonymous, address)).headers["location"]
    assert landed in {"/sign-in?problem=provider_refused", "/sign-in?problem=sign_in_expired"}


async def test_a_sign_in_comes_back_once_and_in_its_own_browser(
    ada: Browser, app: FastAPI, anonymous: Browser, provider: OpenIDProvider
) -> None:
    await provider.knows("once", **GRACE, groups=["staff"])
    back = await provider.consent(await start(anonymous), "once")
    async with Browser(app) as thief:
        landed = (await finish(thief, back)).headers["location"]
        assert landed == "/sign-in?problem=sign_in_expired"
    again = (await finish(anonymous, back)).headers["location"]
    assert again == "/sign-in?problem=sign_in_expired"
    back = await provider.consent(await start(anonymous), "once")
    assert (await finish(anonymous, back)).headers["location"] == "/gates/1?x=1"
    again = (await finish(anonymous, back)).headers["location"]
    assert again == "/sign-in?problem=sign_in_expired"


async def test_pkce_and_the_nonce_are_asked_for(
    anonymous: Browser, provider: OpenIDProvider
) -> None:
    query = parse_qs(urlsplit(await start(anonymous)).query)
    assert query["code_challenge_method"] == ["S256"]
    assert query["redirect_uri"] == [CALLBACK]
    assert query["scope"] == ["openid email profile"]
    assert len(query["nonce"][0]) > 20
    assert len(query["state"][0]) > 20


@pytest.mark.parametrize("spoiled", ["nonce", "verifier"])
async def test_a_stolen_code_is_worth_nothing_in_another_sign_in(
    ada: Browser,
    anonymous: Browser,
    provider: OpenIDProvider,
    monkeypatch: pytest.MonkeyPatch,
    spoiled: str,
) -> None:
    await provider.knows("victim", **GRACE, groups=["staff"])
    back = await provider.consent(await start(anonymous), "victim")
    plain = provider_module.Provider.claims

    async def claims(self: Any, code: str, pending: Any, redirect_uri: str) -> Any:
        object.__setattr__(pending, spoiled, "another" * 10)
        return await plain(self, code, pending, redirect_uri)

    monkeypatch.setattr(provider_module.Provider, "claims", claims)
    landed = (await finish(anonymous, back)).headers["location"]
    assert landed == "/sign-in?problem=provider_refused"


async def test_an_id_token_of_another_issuer_or_client_is_refused(
    ada: Browser, anonymous: Browser, provider: OpenIDProvider, context: Context
) -> None:
    change(context, oidc_client_id="another")
    address = await start(anonymous)
    reply = await provider.http.get(address)
    assert reply.status_code == 400
    change(context, oidc_issuer=provider.issuer.replace("127.0.0.1", "localhost"))
    landed = (await anonymous.get("/single-sign-on/start")).headers["location"]
    assert landed.startswith(("http://localhost", "/sign-in?problem=provider_unavailable"))


async def test_a_provider_that_is_away_is_said(anonymous: Browser, context: Context) -> None:
    change(context, oidc_issuer="http://127.0.0.1:9")
    reply = await anonymous.get("/single-sign-on/start")
    assert reply.headers["location"] == "/sign-in?problem=provider_unavailable"


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example", "//evil.example", "/\\evil.example", "x", "/é"]
)
async def test_nobody_is_sent_elsewhere_afterwards(
    ada: Browser, anonymous: Browser, provider: OpenIDProvider, elsewhere: str
) -> None:
    await provider.knows("safe", **GRACE, groups=["staff"])
    back = await provider.consent(await start(anonymous, elsewhere), "safe")
    assert (await finish(anonymous, back)).headers["location"] == "/"


async def test_who_signs_in_elsewhere_has_no_password_here(
    ada: Browser, anonymous: Browser, provider: OpenIDProvider
) -> None:
    await provider.knows("nopass", **GRACE, groups=["staff"])
    await sign_in(anonymous, provider, "nopass")
    parsed(await anonymous.get("/session"))
    reply = await anonymous.post("/session", {"email": GRACE["email"], "password": "!"})
    assert refusal(reply) == (401, "wrong_credentials")


def test_settings_say_what_is_wrong_with_them(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (
        ("OIDC_ISSUER", "http://login.example.com"),
        ("OIDC_ROLES", "staff"),
        ("OIDC_ROLES", "staff=king"),
        ("OIDC_DEFAULT_ROLE", "king"),
    ):
        with monkeypatch.context() as patched:
            patched.setenv(name, value)
            with pytest.raises(ValidationError):
                Settings()


def test_settings_are_read_as_people_write_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(
        "OIDC_ISSUER", "https://login.example.com/x/.well-known/openid-configuration"
    )
    monkeypatch.setenv(
        "OIDC_ROLES", " cn=staff,ou=x=viewer , it=administrator".replace(",ou", ";ou")
    )
    monkeypatch.setenv("OIDC_NAME", "")
    monkeypatch.setenv("OIDC_DEFAULT_ROLE", "")
    read = Settings()
    assert read.oidc_issuer == "https://login.example.com/x"
    assert read.oidc_roles == (("it", "administrator"), ("cn=staff;ou=x", "viewer"))
    assert (read.oidc_name, read.oidc_default_role) == ("OpenID Connect", None)


async def again(browser: Browser, provider: OpenIDProvider, subject: str) -> str:
    """A sign-in at which the provider has to ask who it is; where the browser lands."""
    reply = await browser.get("/single-sign-on/start", next="/gates/1", again=True)
    address = reply.headers["location"]
    asked = parse_qs(urlsplit(address).query)
    assert (asked["prompt"], asked["max_age"]) == (["login"], ["0"])
    landed = await finish(browser, await provider.consent(address, subject))
    return str(landed.headers["location"])


async def is_confirmed(browser: Browser, context: Context) -> bool:
    return await sessions.is_confirmed(context.redis, browser.http.cookies[SESSION])


async def test_a_sign_in_shows_who_somebody_is_only_when_the_provider_asked_again(
    ada: Browser, anonymous: Browser, provider: OpenIDProvider, context: Context
) -> None:
    await provider.knows("confirming", **GRACE, groups=["staff"])
    await sign_in(anonymous, provider, "confirming")
    assert not await is_confirmed(anonymous, context)
    reply = await anonymous.put("/session/confirmation", {"password": "there is none"})
    assert refusal(reply) == (409, "no_password")
    assert await again(anonymous, provider, "confirming") == "/gates/1"
    assert await is_confirmed(anonymous, context)


@pytest.mark.parametrize("auth_time", [1_700_000_000, "just now", None])
async def test_a_provider_that_did_not_ask_again_is_not_believed(
    ada: Browser, anonymous: Browser, provider: OpenIDProvider, auth_time: object
) -> None:
    claims = {"iss": provider.issuer, "sub": "any", "auth_time": auth_time}
    with pytest.raises(service.NotAskedAgain):
        service.need_asked_again(claims)
    service.need_asked_again({**claims, "auth_time": int(time.time())})
