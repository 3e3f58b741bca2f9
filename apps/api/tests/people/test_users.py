import asyncio
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import select

from agentlab.audit.models import AuditDetail, AuditEntry
from agentlab.auth.models import Identity, Role, User
from agentlab.context import Context
from agentlab.people import recovery
from agentlab.people.schemas import Acceptance
from agentlab.people.service import UserErased
from agentlab.portfolio.models import Client
from tests.support.agent import Agent, token_of
from tests.support.browser import PASSWORD, Browser, refusal
from tests.support.levels import a_client, a_project, a_service
from tests.support.statements import recorded
from tests.support.trail import recorded_as

NOBODY = "00000000-0000-7000-8000-000000000000"
INVITED = {
    "email": "grace@example.com",
    "name": "Grace Hopper",
    "role": "product_owner",
    "sees_all_clients": False,
}


async def user_of(ada: Browser, email: str) -> dict[str, Any]:
    [found] = (await ada.read("/users", search=email))["items"]
    user: dict[str, Any] = found
    return user


async def client_named(context: Context, *names: str) -> list[str]:
    clients = [Client(name=name) for name in names]
    async with context.sessions.begin() as db:
        db.add_all(clients)
        recorded_as(db, "client.created")
    return [str(client.id) for client in clients]


async def trail_of(context: Context, action: str) -> list[dict[str, Any]]:
    async with context.sessions() as db:
        found = await db.scalars(
            select(AuditDetail.detail)
            .join(AuditEntry, AuditEntry.sequence == AuditDetail.sequence)
            .where(AuditEntry.action == action)
            .order_by(AuditEntry.sequence)
        )
        return list(found)


async def test_who_no_longer_sees_a_project_is_not_its_owner_any_more(
    ada: Browser, bob: Browser, context: Context
) -> None:
    here, there = await a_client(ada, "Here"), await a_client(ada, "There")
    bob_id = (await bob.read("/session"))["id"]
    projects = [
        await a_project(ada, await a_service(ada, client), f"Of {client['name']}", owner_id=bob_id)
        for client in (here, there)
    ]
    patch = {"sees_all_clients": False, "client_ids": [there["id"]]}
    version = (await user_of(ada, "bob@"))["version"]
    changed = (await ada.patch(f"/users/{bob_id}", patch, version=version)).json()
    owner = {"id": bob_id, "name": "Bob Noyce"}
    assert changed["released"] == [{"id": projects[0]["id"], "name": "Of Here", "owner": owner}]
    owners = [(await ada.read(f"/projects/{one['id']}/facts"))["owner"] for one in projects]
    assert owners == [None, owner]
    assert (await trail_of(context, "project.changed"))[-1]["before"] == {"owner_id": bob_id}
    again = {"name": "Robert Noyce"}
    changed = await ada.patch(f"/users/{bob_id}", again, version=changed["version"])
    assert changed.json()["released"] == []


async def test_who_only_looks_from_now_on_owns_nothing_any_more(ada: Browser, bob: Browser) -> None:
    bob_id = (await bob.read("/session"))["id"]
    service = await a_service(ada, await a_client(ada))
    project = await a_project(ada, service, owner_id=bob_id)
    version = (await user_of(ada, "bob@"))["version"]
    changed = (await ada.patch(f"/users/{bob_id}", {"role": "viewer"}, version=version)).json()
    assert [one["id"] for one in changed["released"]] == [project["id"]]
    assert (await ada.read(f"/projects/{project['id']}/facts"))["owner"] is None


async def test_administrators_see_everybody_with_what_they_may_do(
    ada: Browser, bob: Browser, vera: Browser
) -> None:
    page = await ada.read("/users")
    assert [user["name"] for user in page["items"]] == ["Ada Lovelace", "Bob Noyce", "Vera Rubin"]
    assert {user["state"] for user in page["items"]} == {"active"}
    assert [user["is_last_administrator"] for user in page["items"]] == [True, False, False]
    assert page["next"] is None


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ({"search": "RUBIN"}, ["Vera Rubin"]),
        ({"search": "bob@"}, ["Bob Noyce"]),
        ({"search": "%"}, []),
        ({"role": ["viewer", "administrator"]}, ["Ada Lovelace", "Vera Rubin"]),
        ({"state": "invited"}, ["Grace Hopper"]),
        ({"state": "deactivated"}, []),
        ({"sort": "-name", "search": "o"}, ["Vera Rubin", "Grace Hopper", "Bob Noyce", "Ada Love"]),
    ],
)
async def test_the_list_is_searched_filtered_and_sorted(
    ada: Browser, bob: Browser, vera: Browser, asked: dict[str, Any], names: list[str]
) -> None:
    await ada.do("/invitations", INVITED)
    found = [user["name"] for user in (await ada.read("/users", **asked))["items"]]
    assert len(found) == len(names)
    assert all(name.startswith(expected) for name, expected in zip(found, names, strict=True))


async def test_the_list_comes_in_pages(ada: Browser, bob: Browser, vera: Browser) -> None:
    for sort in ("name", "email", "role", "created", "signed_in", "-signed_in"):
        first = await ada.read("/users", limit=2, sort=sort)
        rest = await ada.read("/users", limit=2, sort=sort, after=first["next"])
        assert len({user["id"] for user in first["items"] + rest["items"]}) == 3, sort
    assert refusal(await ada.get("/users", sort="shoe size")) == (422, "unknown_order")
    assert refusal(await ada.get("/users", after="x")) == (422, "invalid_cursor")


async def test_more_people_need_no_more_statements(
    ada: Browser, bob: Browser, vera: Browser, context: Context
) -> None:
    with recorded(context.engine) as few:
        await ada.read("/users", limit=1)
    with recorded(context.engine) as many:
        await ada.read("/users")
    assert len(few) == len(many)


async def test_only_administrators_manage_people(
    ada: Browser, bob: Browser, vera: Browser, anonymous: Browser
) -> None:
    bob_id = (await user_of(ada, "bob@"))["id"]
    for method, path in (
        ("GET", "/users"),
        ("GET", f"/users/{bob_id}"),
        ("PATCH", f"/users/{bob_id}"),
        ("POST", f"/users/{bob_id}/deactivation"),
        ("DELETE", f"/users/{bob_id}/deactivation"),
        ("POST", f"/users/{bob_id}/unlock"),
        ("POST", f"/users/{bob_id}/links"),
        ("DELETE", f"/users/{bob_id}/links"),
        ("DELETE", f"/users/{bob_id}/sessions"),
        ("POST", "/invitations"),
    ):
        for who, expected in ((bob, 403), (vera, 403), (anonymous, 401)):
            body = INVITED if path == "/invitations" else {}
            reply = await who.http.request(
                method, f"/api/v1{path}", json=body, headers={"If-Match": "*"}
            )
            assert reply.status_code == expected, (method, path)


async def test_everybody_finds_the_names_of_those_who_can_sign_in(
    ada: Browser, vera: Browser, anonymous: Browser
) -> None:
    await ada.do("/invitations", INVITED)
    ada_id, vera_id = [(await user_of(ada, name))["id"] for name in ("ada@", "vera@")]
    found = (await vera.read("/people"))["items"]
    assert found == [{"id": ada_id, "name": "Ada Lovelace"}, {"id": vera_id, "name": "Vera Rubin"}]
    assert (await vera.read("/people", search="ada"))["items"] == found[:1]
    await ada.do(f"/users/{vera_id}/deactivation")
    assert (await ada.read("/people"))["items"] == found[:1]
    assert refusal(await anonymous.get("/people")) == (401, "not_signed_in")


async def test_of_people_with_whom_one_shares_no_client_one_learns_nothing(
    ada: Browser, bob: Browser, vera: Browser, app: FastAPI, context: Context
) -> None:
    """Ada sees everything; Bob and Vera see what they are assigned to."""
    mine, other = [await a_client(ada, name) for name in ("Mine", "Other")]

    async def names(who: Browser) -> list[str]:
        return [person["name"] for person in (await who.read("/people"))["items"]]

    async def assign(email: str, *clients: dict[str, Any]) -> None:
        user = await user_of(ada, email)
        sees = {"sees_all_clients": False, "client_ids": [client["id"] for client in clients]}
        changed = await ada.patch(f"/users/{user['id']}", sees, version=user["version"])
        assert changed.is_success, changed.text

    await assign("bob@", mine)
    await assign("vera@")
    assert await names(vera) == ["Vera Rubin"]
    await assign("vera@", other)
    assert await names(vera) == ["Ada Lovelace", "Vera Rubin"]
    await assign("vera@", other, mine)
    everybody = ["Ada Lovelace", "Bob Noyce", "Vera Rubin"]
    assert (await names(vera), await names(bob), await names(ada)) == (everybody,) * 3
    # A token of one project: the people of its client.
    project = await a_project(ada, await a_service(ada, other))
    token = await token_of(vera, "read", project_id=project["id"])
    async with Agent(app, token) as agent:
        assert await names(agent) == ["Ada Lovelace", "Vera Rubin"]
    token = await token_of(ada, "read", project_id=project["id"])
    async with Agent(app, token) as agent:
        assert await names(agent) == ["Ada Lovelace", "Vera Rubin"]


async def test_rights_are_changed_and_hold_at_once(
    ada: Browser, vera: Browser, context: Context
) -> None:
    maison, other = await client_named(context, "Maison Lumière", "Other")
    user = await user_of(ada, "vera@")
    changes = {"role": "product_owner", "sees_all_clients": False, "client_ids": [maison]}
    reply = await ada.patch(f"/users/{user['id']}", changes, version=user["version"])
    changed = reply.json()
    assert reply.headers["etag"] == f'"{user["version"] + 1}"'
    assert changed["clients"] == [{"id": maison, "name": "Maison Lumière"}]
    assert changed["updated_by"]["name"] == "Ada Lovelace"
    assert (await vera.read("/session"))["role"] == "product_owner"
    assert [client["id"] for client in (await vera.read("/portfolio"))["clients"]] == [maison]
    [entry] = await trail_of(context, "user.changed")
    assert entry["before"] == {"role": "viewer", "sees_all_clients": True, "client_ids": []}
    assert entry["after"] == changes
    assert other not in str(entry)


async def test_two_who_edit_a_person_do_not_overwrite_each_other(
    ada: Browser, vera: Browser
) -> None:
    user = await user_of(ada, "vera@")
    path = f"/users/{user['id']}"
    await ada.patch(path, {"role": "product_owner"}, version=user["version"])
    late = await ada.patch(path, {"name": "Vera"}, version=user["version"])
    assert refusal(late) == (412, "changed_meanwhile")
    assert refusal(await ada.patch(path, {"name": "Vera"})) == (428, "if_match_missing")


@pytest.mark.parametrize(
    ("patch", "refused", "field"),
    [
        ({"email": "ada@example.com"}, (409, "email_taken"), "email"),
        ({"email": "nobody"}, (422, "invalid_input"), "email"),
        ({"name": None}, (422, "invalid_input"), "name"),
        ({"role": "owner"}, (422, "invalid_input"), "role"),
        ({"client_ids": [NOBODY]}, (404, "not_found"), "client_ids.0"),
    ],
)
async def test_what_cannot_be_is_refused(
    ada: Browser,
    vera: Browser,
    patch: dict[str, Any],
    refused: tuple[int, str],
    field: str,
) -> None:
    user = await user_of(ada, "vera@")
    reply = await ada.patch(f"/users/{user['id']}", patch, version=user["version"])
    assert refusal(reply) == refused
    assert reply.json()["field"] == field
    assert (await user_of(ada, "vera@"))["version"] == user["version"]


async def test_an_assignment_survives_its_client_in_the_bin(
    ada: Browser, vera: Browser, context: Context
) -> None:
    [binned, kept] = await client_named(context, "Binned", "Kept")
    user = await user_of(ada, "vera@")
    path = f"/users/{user['id']}"
    await ada.patch(path, {"client_ids": [binned]}, version=user["version"])
    await set_bin(context, binned, is_in=True)
    changed = (await ada.patch(path, {"client_ids": [kept]}, version=user["version"] + 1)).json()
    assert [client["name"] for client in changed["clients"]] == ["Kept"]
    await set_bin(context, binned, is_in=False)
    both = (await ada.read(path))["clients"]
    assert [client["name"] for client in both] == ["Binned", "Kept"]


async def set_bin(context: Context, client_id: str, *, is_in: bool) -> None:
    at = "now()" if is_in else "NULL"
    async with context.engine.begin() as connection:
        await connection.exec_driver_sql(
            f"UPDATE clients SET deleted_at = {at} WHERE id = %s",  # noqa: S608 - our own words
            (client_id,),
        )


async def test_who_is_deactivated_is_out_at_once_and_can_come_back(
    ada: Browser, bob: Browser, anonymous: Browser, context: Context
) -> None:
    path = f"/users/{(await user_of(ada, 'bob@'))['id']}"
    assert await ada.do(f"{path}/deactivation") == {"released": [], "tokens_revoked": 0}
    assert refusal(await bob.get("/portfolio")) == (401, "not_signed_in")
    right = {"email": "bob@example.com", "password": PASSWORD}
    assert refusal(await anonymous.post("/session", right)) == (401, "account_deactivated")
    wrong = {**right, "password": "not the password"}
    assert refusal(await anonymous.post("/session", wrong)) == (401, "wrong_credentials")
    assert (await ada.read(path))["state"] == "deactivated"
    assert refusal(await ada.post(f"{path}/deactivation")) == (409, "user_deactivated")
    assert refusal(await ada.post(f"{path}/links")) == (409, "user_deactivated")
    assert (await ada.delete(f"{path}/deactivation")).status_code == 204
    assert refusal(await ada.delete(f"{path}/deactivation")) == (409, "user_active")
    assert refusal(await bob.get("/portfolio")) == (401, "not_signed_in")
    await anonymous.do("/session", right)
    assert await trail_of(context, "user.deactivated")
    assert await trail_of(context, "user.reactivated")


async def test_who_is_deactivated_owns_nothing_any_more_and_has_no_token(
    ada: Browser, bob: Browser, app: FastAPI, context: Context
) -> None:
    project = await a_project(ada, await a_service(ada, await a_client(ada)))
    facts = await ada.read(f"/projects/{project['id']}/facts")
    bob_id = (await bob.read("/session"))["id"]
    given = {"owner_id": bob_id}
    await ada.patch(f"/projects/{project['id']}", given, version=facts["version"])
    path = f"/users/{bob_id}"
    assert (await ada.read(path))["projects_owned"] == 1
    async with Agent(app, await token_of(bob)) as agent:
        taken = await ada.do(f"{path}/deactivation")
        assert taken["tokens_revoked"] == 1
        assert [one["id"] for one in taken["released"]] == [project["id"]]
        assert (await ada.delete(f"{path}/deactivation")).status_code == 204
        assert refusal(await agent.get("/session")) == (401, "token_refused")
    assert (await ada.read(f"/projects/{project['id']}/facts"))["owner"] is None
    assert (await ada.read(path))["projects_owned"] == 0
    assert (await trail_of(context, "project.changed"))[-1]["before"] == given
    assert len(await trail_of(context, "api_token.revoked")) == 1


async def test_nothing_brings_an_erased_person_back(
    ada: Browser, bob: Browser, context: Context
) -> None:
    bob_id = (await bob.read("/session"))["id"]
    await ada.do(f"/privacy/users/{bob_id}/erasure", {"confirmation": "bob@example.com"})
    path = f"/users/{bob_id}"
    erased = await ada.read(path)
    assert erased["state"] == "erased"
    assert (await ada.read("/users", state="erased"))["items"] == [erased]
    assert (await ada.read("/users", state="deactivated"))["items"] == []
    for reply in (
        await ada.delete(f"{path}/deactivation"),
        await ada.post(f"{path}/links"),
        await ada.patch(path, {"email": "bob@example.com"}, version=erased["version"]),
    ):
        assert refusal(reply) == (409, "user_erased")
    new = Acceptance(token="x", password=PASSWORD).password
    for administrator in (False, True):
        with pytest.raises(UserErased):
            async with context.sessions.begin() as db:
                await recovery.reset(
                    db, context.redis, erased["email"], new, administrator=administrator
                )


async def test_who_only_comes_from_a_provider_that_is_gone_administers_nothing(
    ada: Browser, context: Context
) -> None:
    eve = User(name="Eve", email="eve@example.com", password_hash="!", role=Role.ADMINISTRATOR)
    async with context.sessions.begin() as db:
        db.add(eve)
        await db.flush()
        db.add(Identity(issuer="https://login.example.com", subject="eve", user_id=eve.id))
        recorded_as(db, "user.created")
    mine = await user_of(ada, "ada@")
    assert (mine["is_last_administrator"], (await user_of(ada, "eve@"))["state"]) == (
        True,
        "invited",
    )
    on = {"oidc_issuer": "https://login.example.com", "oidc_client_id": "lab"}
    object.__setattr__(context, "settings", context.settings.model_copy(update=on))
    assert (await user_of(ada, "eve@"))["state"] == "active"
    assert (await ada.post(f"/users/{mine['id']}/deactivation")).is_success


async def test_the_last_administrator_stays_one(ada: Browser, context: Context) -> None:
    user = await user_of(ada, "ada@")
    path = f"/users/{user['id']}"
    demoted = await ada.patch(path, {"role": "viewer"}, version=user["version"])
    assert refusal(demoted) == (409, "last_administrator")
    assert refusal(await ada.post(f"{path}/deactivation")) == (409, "last_administrator")
    # Somebody who has not come yet could not administer either.
    await ada.do("/invitations", {**INVITED, "role": "administrator"})
    assert refusal(await ada.post(f"{path}/deactivation")) == (409, "last_administrator")
    assert (await ada.read(path))["is_last_administrator"]


async def test_two_administrators_who_demote_each_other_leave_one(
    app: FastAPI, ada: Browser, context: Context
) -> None:
    async with Browser(app) as eve:
        await eve.join(context, "Eve", "eve@example.com", Role.ADMINISTRATOR)
        of_ada, of_eve = [await user_of(ada, name) for name in ("ada@", "eve@")]
        replies = await asyncio.gather(
            ada.patch(f"/users/{of_eve['id']}", {"role": "viewer"}, version=of_eve["version"]),
            eve.patch(f"/users/{of_ada['id']}", {"role": "viewer"}, version=of_ada["version"]),
        )
    assert sorted(reply.status_code for reply in replies) in ([200, 403], [200, 409])


async def test_who_is_not_there_is_not_found(ada: Browser) -> None:
    path = f"/users/{NOBODY}"
    for reply in (
        await ada.get(path),
        await ada.patch(path, {"name": "X"}, version=1),
        await ada.post(f"{path}/deactivation"),
        await ada.delete(f"{path}/deactivation"),
        await ada.post(f"{path}/unlock"),
        await ada.post(f"{path}/links"),
        await ada.delete(f"{path}/links"),
        await ada.delete(f"{path}/sessions"),
    ):
        assert refusal(reply) == (404, "not_found")
    assert refusal(await ada.get("/users/me")) == (422, "invalid_input")
