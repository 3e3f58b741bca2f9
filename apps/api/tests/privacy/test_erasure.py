"""Erasing a person: nothing names them any more, the work stays, and so does the chain."""

import asyncio
import io
import json
import zipfile
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from agentlab.audit import actors, verification
from agentlab.audit.trail import record
from agentlab.auth.models import Role
from agentlab.context import Context
from agentlab.kit.ids import new_id
from agentlab.models import metadata
from agentlab.privacy.known import OF_USERS, Fate
from tests.privacy.test_export import add_secrets, id_of
from tests.support.browser import PASSWORD, Browser, refusal
from tests.support.levels import a_client
from tests.support.projects import bmad_folder, project_of

EMAIL = "bob@example.com"


@pytest.fixture
async def page(bob: Browser, context: Context, root: Path) -> dict[str, Any]:
    """Bob's project, with a submission."""
    page = await project_of(bob, context, bmad_folder(root))
    await bob.do(f"/gates/{page['stages'][0]['gate']['id']}/submissions", {"note": "Ready"})
    return page


async def erase(who: Browser, user_id: str, confirmation: str = EMAIL) -> Any:
    return await who.post(f"/privacy/users/{user_id}/erasure", {"confirmation": confirmation})


async def everything_in(context: Context) -> str:
    """All that the database holds, as text."""
    parts: list[str] = []
    async with context.engine.connect() as connection:
        for table in metadata.tables:
            rows = await connection.scalars(text(f"SELECT to_jsonb(t)::text FROM {table} t"))  # noqa: S608 - our tables
            parts += rows.all()
    return "\n".join(parts)


async def make_contact(context: Context, client_id: str, **values: Any) -> str:
    contact_id = new_id()
    given = {"id": contact_id, "client_id": client_id, "name": "Zoé Aït", "email": "zoe@x.test"}
    async with context.engine.begin() as connection:
        await connection.execute(
            text(
                """
                INSERT INTO contacts (id, client_id, name, email, role, phone, created_at)
                VALUES (:id, :client_id, :name, :email, 'Buyer', '+33 1', now())
                """
            ),
            {**given, **values},
        )
    async with context.sessions.begin() as db:
        record(
            db,
            "contact.created",
            subject=contact_id,
            client_id=UUID(client_id),
            after={"name": "Zoé Aït", "email": "zoe@x.test"},
        )
    return str(contact_id)


async def test_nothing_names_an_erased_person(
    ada: Browser, bob: Browser, context: Context, page: dict[str, Any]
) -> None:
    bob_id = await id_of(bob)
    await add_secrets(context, bob_id)
    with actors.acting(actors.SYSTEM):
        async with context.sessions.begin() as db:  # by somebody else, who names them
            record(db, "project.updated", after={"name": "bob noyce"})
            record(db, "user.invited", after={"email": EMAIL.upper()})
            record(db, "client.updated", label="Other", after={"name": "Bob Noyce and sons"})
    answer = await erase(ada, bob_id)
    assert answer.json() == {"audit_entries": 8, "contacts_left": 0, "projects_released": 1}
    left = await everything_in(context)
    for trace in ('Bob Noyce"', EMAIL, EMAIL.upper(), "My agent", "a-key", "argon2"):
        assert (trace in left) == (trace == "argon2"), trace  # which is Ada's
    assert f"erased-{bob_id}@invalid" in left
    assert "Bob Noyce and sons" in left


async def test_the_chain_is_whole_afterwards(
    ada: Browser, bob: Browser, context: Context, page: dict[str, Any]
) -> None:
    await erase(ada, await id_of(bob))
    async with context.sessions() as db:
        found = await verification.verify(db)
    assert (found.is_whole, found.erased, found.checked) == (True, 6, 8)
    newest, _, submission, *_ = (await ada.read("/audit/entries"))["items"]
    assert newest["action"] == "privacy.erased"
    assert newest["after"] == {"sequences": [[1, 6]]}
    assert newest["address"] == ""
    assert submission["details_erased"]
    assert (submission["actor"]["name"], submission["reason"]) == (None, "")


async def test_who_erased_somebody_can_be_erased_too(
    ada: Browser, bob: Browser, app: Any, context: Context, page: dict[str, Any]
) -> None:
    await erase(ada, await id_of(bob))
    async with Browser(app) as eve:
        await eve.join(context, "Eve", "eve@example.com", Role.ADMINISTRATOR)
        assert (await erase(eve, await id_of(ada), "ADA@example.com ")).status_code == 200
    async with context.sessions() as db:
        assert (await verification.verify(db)).is_whole
    assert "Ada" not in await everything_in(context)


async def test_their_work_stays(
    ada: Browser, bob: Browser, context: Context, page: dict[str, Any]
) -> None:
    await erase(ada, await id_of(bob))
    gate = await ada.read(f"/gates/{page['stages'][0]['gate']['id']}")
    (submission,) = gate["submissions"]
    assert (submission["submitted_by"], submission["note"]) == ("Erased person", "Ready")
    newest = (await ada.read("/activity"))["items"][1]
    assert (newest["action"], newest["actor"]["name"]) == ("submission.created", None)


async def test_nobody_comes_in_any_more(
    ada: Browser, bob: Browser, anonymous: Browser, context: Context
) -> None:
    bob_id = await id_of(bob)
    await erase(ada, bob_id)
    assert refusal(await bob.get("/session")) == (401, "not_signed_in")
    answer = await anonymous.post("/session", {"email": EMAIL, "password": PASSWORD})
    assert refusal(answer) == (401, "wrong_credentials")
    assert len(await context.redis.keys("session:*:user")) == 1  # Ada's


@pytest.mark.parametrize("typed", ["", "bob", "ada@example.com", "Bob Noyce"])
async def test_the_email_has_to_be_typed(ada: Browser, bob: Browser, typed: str) -> None:
    assert refusal(await erase(ada, await id_of(bob), typed)) == (422, "not_confirmed")
    assert (await bob.read("/session"))["email"] == EMAIL


async def test_the_last_administrator_stays(ada: Browser, bob: Browser) -> None:
    answer = await erase(ada, await id_of(ada), "ada@example.com")
    assert refusal(answer) == (409, "last_administrator")


async def test_of_two_who_erase_each_other_one_stays(
    ada: Browser, app: Any, context: Context
) -> None:
    async with Browser(app) as eve:
        await eve.join(context, "Eve", "eve@example.com", Role.ADMINISTRATOR)
        ada_id, eve_id = await id_of(ada), await id_of(eve)
        answers = await asyncio.gather(
            erase(ada, eve_id, "eve@example.com"), erase(eve, ada_id, "ada@example.com")
        )
    codes = sorted(answer.status_code for answer in answers)
    assert codes in ([200, 401], [200, 409])  # too late to ask, or the last one by then
    refused = max(answers, key=lambda answer: answer.status_code)
    assert refusal(refused)[1] in {"not_signed_in", "last_administrator"}
    async with context.engine.connect() as connection:
        left = await connection.scalar(
            text("SELECT count(*) FROM users WHERE deactivated_at IS NULL")
        )
    assert left == 1


async def test_an_erased_person_owns_nothing_any_more(
    ada: Browser, bob: Browser, page: dict[str, Any]
) -> None:
    assert (await erase(ada, await id_of(bob))).json()["projects_released"] == 1
    assert (await ada.read(f"/projects/{page['id']}/facts"))["owner"] is None
    newest = (await ada.read("/audit/entries"))["items"][1]
    assert (newest["action"], newest["after"]) == ("project.changed", {"owner_id": None})


async def test_an_erasure_and_a_deactivation_at_once_do_not_wait_for_each_other(
    ada: Browser, app: Any, context: Context
) -> None:
    async with Browser(app) as eve:
        await eve.join(context, "Eve", "eve@example.com", Role.ADMINISTRATOR)
        await eve.join(context, "Eve II", "eve2@example.com", Role.ADMINISTRATOR)
        ada_id, eve_id = await id_of(ada), await id_of(eve)
        answers = await asyncio.gather(
            erase(ada, eve_id, "eve2@example.com"), eve.post(f"/users/{ada_id}/deactivation")
        )
    assert min(answer.status_code for answer in answers) == 200
    assert max(answer.status_code for answer in answers) < 500


async def test_only_administrators_erase(anonymous: Browser, bob: Browser, vera: Browser) -> None:
    bob_id = await id_of(bob)
    assert refusal(await erase(anonymous, bob_id)) == (401, "not_signed_in")
    assert refusal(await erase(bob, bob_id)) == (403, "forbidden")
    assert refusal(await erase(vera, bob_id)) == (403, "forbidden")
    nobody = str(new_id())
    path = f"/privacy/contacts/{nobody}/erasure"
    assert refusal(await bob.post(path, {"confirmation": "x"}))[0] in {403, 404}


async def test_a_stranger_cannot_be_erased(ada: Browser) -> None:
    assert refusal(await erase(ada, str(new_id()))) == (404, "not_found")
    path = f"/privacy/contacts/{new_id()}/erasure"
    assert refusal(await ada.post(path, {"confirmation": "x"})) == (404, "not_found")


async def test_a_contact_is_exported_and_erased(
    ada: Browser, bob: Browser, context: Context, page: dict[str, Any]
) -> None:
    client_id = (await bob.read("/portfolio"))["clients"][0]["id"]
    contact_id = await make_contact(context, client_id)
    exported = await ada.get(f"/privacy/contacts/{contact_id}/export")
    found = json.loads(zipfile.ZipFile(io.BytesIO(exported.content)).read("person.json"))
    assert found["contact"][0]["phone"] == "+33 1"
    assert found["audit_entries"][0]["after"]["name"] == "Zoé Aït"
    path = f"/privacy/contacts/{contact_id}/erasure"
    assert refusal(await ada.post(path, {"confirmation": "x"})) == (422, "not_confirmed")
    await ada.do(path, {"confirmation": "zoe@x.test"})
    left = await everything_in(context)
    for trace in ("Zoé", "zoe@x.test", "+33 1", "Buyer"):
        assert trace not in left
    async with context.sessions() as db:
        assert (await verification.verify(db)).is_whole


@pytest.mark.parametrize("name", ["Address", "actor", "before", "active", "role"])
async def test_a_contact_who_is_called_like_a_field_takes_nothing_along(
    ada: Browser, name: str
) -> None:
    client = await a_client(ada)
    await ada.patch(f"/clients/{client['id']}", {"description": "New"}, version=1)
    contact = await ada.do(
        "/contacts", {"client_id": client["id"], "name": name, "email": "a@example.com"}
    )
    before = (await ada.read("/audit/entries"))["items"]
    answer = await ada.do(
        f"/privacy/contacts/{contact['id']}/erasure", {"confirmation": "a@example.com"}
    )
    assert answer == {"audit_entries": 1, "contacts_left": 0, "projects_released": 0}
    after = (await ada.read("/audit/entries"))["items"]
    assert after[2:] == before[1:]
    assert [entry["details_erased"] for entry in after] == [False, True, *[False] * len(before[1:])]


async def test_who_is_called_the_same_keeps_their_history(ada: Browser, bob: Browser) -> None:
    """Bob Noyce has an account; a contact at a client and another one are called so, too."""
    here = {"client_id": (await a_client(ada))["id"], "name": "Bob Noyce"}
    bob_id = await id_of(bob)
    profile = await bob.read("/profile")
    await bob.patch("/profile", {"language": "fr"}, version=profile["version"])
    contact = await ada.do("/contacts", {**here, "email": "bob@example.org"})
    await ada.do("/contacts", {**here, "email": "robert@example.org"})
    answer = await ada.do(
        f"/privacy/contacts/{contact['id']}/erasure", {"confirmation": "bob@example.org"}
    )
    assert answer == {"audit_entries": 1, "contacts_left": 0, "projects_released": 0}
    erased, namesake, first, *rest = (await ada.read("/audit/entries"))["items"]
    assert (erased["action"], first["details_erased"]) == ("privacy.erased", True)
    assert namesake["after"]["email"] == "robert@example.org"
    by_bob = [entry for entry in rest if entry["actor"]["id"] == bob_id]
    assert [entry["after"] for entry in by_bob] == [{"language": "fr"}]
    assert not any(entry["details_erased"] for entry in rest)


async def test_that_the_same_person_stands_at_other_clients_is_told(ada: Browser) -> None:
    for name in ("Here", "There"):
        client = await a_client(ada, name)
        contact = {"client_id": client["id"], "name": "Grace", "email": "grace@example.com"}
        made = await ada.do("/contacts", contact)
    path = f"/privacy/contacts/{made['id']}/erasure"
    answer = await ada.do(path, {"confirmation": "grace@example.com"})
    assert answer["contacts_left"] == 1


async def test_the_same_person_at_other_clients_is_erased_when_asked(
    ada: Browser, bob: Browser, context: Context
) -> None:
    ids = []
    for name in ("Here", "There", "Elsewhere"):
        client = await a_client(ada, name)
        contact = {"client_id": client["id"], "name": f"Robert {name}", "email": EMAIL.upper()}
        ids.append((await ada.do("/contacts", contact))["id"])
    gone = await ada.do("/contacts", {**contact, "client_id": (await a_client(ada, "D"))["id"]})
    for place in ("contacts", "bin"):
        await ada.delete(f"/{place}/{gone['id']}", name=gone["name"])
    bob_id = await id_of(bob)
    exported = await ada.get(f"/privacy/users/{bob_id}/export")
    found = json.loads(zipfile.ZipFile(io.BytesIO(exported.content)).read("person.json"))
    assert {row["id"] for row in found["contacts"]} == set(ids)
    wanted = {"confirmation": EMAIL, "also_contacts": True}
    assert (await ada.do(f"/privacy/users/{bob_id}/erasure", wanted))["contacts_left"] == 0
    left = await everything_in(context)
    assert ("Robert" in left, EMAIL.upper() in left) == (False, False)


async def deleted(ada: Browser, how: str) -> str:
    """A contact whose row is gone; its id."""
    client = await a_client(ada)
    grace = {"name": "Grace Hopper", "email": "grace@example.com", "phone": "+1 555"}
    contact = await ada.do("/contacts", {"client_id": client["id"], **grace})
    place, gone = ("contacts", contact) if how == "deleted" else ("clients", client)
    for where in (place, "bin"):
        reply = await ada.delete(f"/{where}/{gone['id']}", name=gone["name"])
        assert reply.status_code == 204
    return str(contact["id"])


@pytest.mark.parametrize("how", ["deleted", "purged with its client"])
async def test_what_the_trail_says_of_a_deleted_contact_is_exported_and_erased(
    ada: Browser, context: Context, how: str
) -> None:
    path = f"/privacy/contacts/{await deleted(ada, how)}"
    exported = await ada.get(f"{path}/export")
    found = json.loads(zipfile.ZipFile(io.BytesIO(exported.content)).read("person.json"))
    assert found["contact"] == []
    assert found["audit_entries"][0]["after"]["phone"] == "+1 555"
    answer = await ada.post(f"{path}/erasure", {"confirmation": "x"})
    assert refusal(answer) == (422, "not_confirmed")
    await ada.do(f"{path}/erasure", {"confirmation": "grace@example.com"})
    left = await everything_in(context)
    for trace in ("Grace", "grace@example.com", "+1 555"):
        assert trace not in left
    again = await ada.post(f"{path}/erasure", {"confirmation": "grace@example.com"})
    assert refusal(again) == (404, "not_found")
    assert refusal(await ada.get(f"{path}/export")) == (404, "not_found")


async def test_a_contact_in_the_bin_is_exported_and_erased(ada: Browser, context: Context) -> None:
    client = await a_client(ada)
    grace = {"name": "Grace Hopper", "email": "grace@example.com", "phone": "+1 555"}
    contact = await ada.do("/contacts", {"client_id": client["id"], **grace})
    await ada.delete(f"/contacts/{contact['id']}", name="Grace Hopper")
    path = f"/privacy/contacts/{contact['id']}"
    exported = await ada.get(f"{path}/export")
    found = json.loads(zipfile.ZipFile(io.BytesIO(exported.content)).read("person.json"))
    assert found["contact"][0]["email"] == "grace@example.com"
    await ada.do(f"{path}/erasure", {"confirmation": "grace@example.com"})
    left = await everything_in(context)
    for trace in ("Grace", "grace@example.com", "+1 555"):
        assert trace not in left
    assert [row["name"] for row in (await ada.read("/bin"))["items"]] == ["Erased person"]


async def test_somebody_elses_id_is_no_deleted_contact(ada: Browser, bob: Browser) -> None:
    client_id = (await a_client(ada))["id"]
    for id_ in (await id_of(bob), client_id):
        assert refusal(await ada.get(f"/privacy/contacts/{id_}/export")) == (404, "not_found")


async def test_no_stored_reply_holds_who_was_erased(ada: Browser, context: Context) -> None:
    client = await a_client(ada)
    made = {}
    for name in ("Grace Hopper", "Alan Turing"):
        body = {"client_id": client["id"], "name": name, "email": f"{name[:4]}@example.com"}
        reply = await ada.http.post(
            "/api/v1/contacts", json=body, headers={"Idempotency-Key": name[:4]}
        )
        made[name] = reply.json()["id"]
    path = f"/privacy/contacts/{made['Grace Hopper']}/erasure"
    await ada.do(path, {"confirmation": "grac@example.com"})
    assert "Grace" not in await everything_in(context)
    async with context.engine.connect() as connection:
        kept = await connection.scalars(
            text("SELECT convert_from(body, 'UTF8') FROM idempotency_keys")
        )
        assert [json.loads(body)["name"] for body in kept] == ["Alan Turing"]


async def test_names_of_tokens_go_with_their_person(
    ada: Browser, bob: Browser, context: Context
) -> None:
    """Also when somebody else ended the token."""
    made = await bob.do("/tokens", {"name": "Bobby's laptop", "scopes": ["read"]})
    await ada.delete(f"/tokens/{made['id']}")
    await erase(ada, await id_of(bob))
    assert "Bobby" not in await everything_in(context)


async def test_a_contact_without_an_email_is_confirmed_by_name(
    ada: Browser, bob: Browser, context: Context, page: dict[str, Any]
) -> None:
    client_id = (await bob.read("/portfolio"))["clients"][0]["id"]
    contact_id = await make_contact(context, client_id, email=None)
    await ada.do(f"/privacy/contacts/{contact_id}/erasure", {"confirmation": "Zoé Aït"})


def test_what_is_removed_goes_by_itself_with_an_account() -> None:
    """A column that is removed belongs to one person only."""
    assert {place.column.name for place in OF_USERS if place.fate is Fate.REMOVED} == {"user_id"}
