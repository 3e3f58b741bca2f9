"""Everything about a person, in one file that only they and administrators get."""

import csv
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from agentlab.context import Context
from tests.support.browser import Browser, refusal
from tests.support.levels import a_client, a_project, a_service
from tests.support.projects import bmad_folder, project_of


@pytest.fixture
async def page(bob: Browser, context: Context, root: Path) -> dict[str, Any]:
    """Bob's project, with a submission."""
    page = await project_of(bob, context, bmad_folder(root))
    await bob.do(f"/gates/{page['stages'][0]['gate']['id']}/submissions", {"note": "Ready"})
    return page


async def id_of(who: Browser) -> str:
    user_id: str = (await who.read("/session"))["id"]
    return user_id


def opened(answer: httpx.Response) -> zipfile.ZipFile:
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/zip"
    assert "attachment" in answer.headers["content-disposition"]
    return zipfile.ZipFile(io.BytesIO(answer.content))


def everything(answer: httpx.Response) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(opened(answer).read("person.json"))
    return found


async def add_secrets(context: Context, user_id: str) -> None:
    async with context.engine.begin() as connection:
        await connection.execute(
            text(
                """
                INSERT INTO api_tokens (id, user_id, name, token_hash, hint, scopes, created_at)
                VALUES (gen_random_uuid(), :id, 'My agent', 'hash-of-token', 'wxyz', '{read}',
                    now())
                """
            ),
            {"id": user_id},
        )
        await connection.execute(
            text(
                """
                INSERT INTO idempotency_keys (user_id, key, request_digest, body, created_at)
                VALUES (:id, 'a-key', 'digest-of-request', 'a reply', now())
                """
            ),
            {"id": user_id},
        )


async def test_an_administrator_exports_everything_about_a_person(
    ada: Browser, bob: Browser, page: dict[str, Any]
) -> None:
    archive = opened(await ada.get(f"/privacy/users/{await id_of(bob)}/export"))
    found = json.loads(archive.read("person.json"))
    assert found["account"][0]["email"] == "bob@example.com"
    assert len(found["sessions"]) == 1
    assert [row["note"] for row in found["submissions"]] == ["Ready"]
    assert len(found["imports"]) == 1
    assert len(found["projects_created"]) == 1
    assert {row["action"] for row in found["audit_entries"]} >= {"submission.created"}
    assert all(row["by_them"] for row in found["audit_entries"])
    rows = list(csv.DictReader(io.StringIO(archive.read("submissions.csv").decode())))
    assert [row["note"] for row in rows] == ["Ready"]
    assert "README.txt" in archive.namelist()
    assert "decisions.csv" not in archive.namelist()


async def test_everybody_exports_what_is_about_them(bob: Browser, page: dict[str, Any]) -> None:
    found = everything(await bob.get("/profile/export"))
    assert found["account"][0]["email"] == "bob@example.com"


async def test_no_secret_leaves_with_it(bob: Browser, context: Context) -> None:
    await add_secrets(context, await id_of(bob))
    archive = opened(await bob.get("/profile/export"))
    content = b"".join(archive.read(name) for name in archive.namelist()).decode()
    assert "My agent" in content
    for secret in ("hash-of-token", "digest-of-request", "a reply", "$argon2", "password_hash"):
        assert secret not in content


async def test_others_are_not_in_it(
    ada: Browser, bob: Browser, context: Context, page: dict[str, Any]
) -> None:
    """Who did something about a person, and from where, is that other person's."""
    await ada.get(f"/privacy/users/{await id_of(bob)}/export")
    found = everything(await bob.get("/profile/export"))
    (about,) = [row for row in found["audit_entries"] if not row["by_them"]]
    assert (about["action"], about["address"]) == ("privacy.exported", "")
    assert "Ada" not in json.dumps(found)


async def wall_off(ada: Browser, bob: Browser, *client_ids: str) -> None:
    """From now on, Bob sees these clients alone."""
    path = f"/users/{await id_of(bob)}"
    version = (await bob.read("/profile"))["version"]
    sight = {"sees_all_clients": False, "client_ids": list(client_ids)}
    assert (await ada.patch(path, sight, version=version)).status_code == 200


async def test_of_a_client_out_of_sight_one_gets_only_that_one_did_something(
    ada: Browser, bob: Browser, context: Context
) -> None:
    client = await a_client(bob, "Chamber of Secrets")
    client = (await bob.patch(f"/clients/{client['id']}", {"cost_of_delay": 3}, version=1)).json()
    project = await a_project(bob, await a_service(bob, client), "Basilisk")
    here = await a_project(bob, await a_service(bob, await a_client(bob, "Open")), "Phoenix")
    await wall_off(ada, bob, here["client"]["id"])
    changes = {"name": "Horcrux", "description": "Under the school"}
    path = f"/projects/{project['id']}"
    version = (await ada.read(f"{path}/facts"))["version"]
    assert (await ada.patch(path, changes, version=version)).status_code == 200

    found = everything(await bob.get("/profile/export"))
    made = {row["id"]: row for row in found["projects_created"]}
    assert {name for name, value in made[project["id"]].items() if value is not None} == {
        "id",
        "created_at",
    }
    assert made[here["id"]]["name"] == "Phoenix"
    (changed,) = found["clients_updated"]
    assert (changed["id"], changed["name"]) == (client["id"], None)
    in_trail = [row for row in found["audit_entries"] if row["client_id"] == client["id"]]
    assert [(row["action"], row["subject_id"]) for row in in_trail][:2] == [
        ("client.created", client["id"]),
        ("client.changed", client["id"]),
    ]
    assert all(row["by_them"] for row in in_trail)
    assert not any(row["label"] or row["before"] or row["after"] for row in in_trail)
    text = json.dumps(found)
    for secret in ("Secrets", "Basilisk", "Horcrux", "school", "Reading"):
        assert (secret in text) == (secret == "Reading"), secret  # the name of both services

    told = everything(await ada.get(f"/privacy/users/{await id_of(bob)}/export"))
    assert {row["name"] for row in told["projects_created"]} == {"Horcrux", "Phoenix"}


async def test_what_moved_behind_a_wall_is_out_of_sight_with_its_past(
    ada: Browser, bob: Browser
) -> None:
    here, there = await a_client(ada, "Open"), await a_client(ada, "Closed")
    project = await a_project(bob, await a_service(bob, here), "Basilisk")
    vault = await a_service(ada, there, "Vault")
    moved = await a_service(bob, here, "Dungeon")
    for path, place in (
        (f"/projects/{project['id']}/service", {"service_id": vault["id"]}),
        (f"/services/{moved['id']}/client", {"client_id": there["id"]}),
    ):
        assert (await ada.put(path, {**place, "confirm_other_client": True})).is_success
    await wall_off(ada, bob, here["id"])
    text = json.dumps(everything(await bob.get("/profile/export")))
    assert ("Reading" in text, "Basilisk" in text, "Dungeon" in text) == (True, False, False)


async def test_whom_one_invited_and_whose_contacts_one_edited_is_not_in_it(
    ada: Browser, bob: Browser
) -> None:
    client = await a_client(ada)
    invited = {"name": "Carol Shaw", "email": "carol@example.com", "role": "viewer"}
    await ada.do("/invitations", {**invited, "sees_all_clients": True})
    grace = {"name": "Grace Hopper", "email": "grace@example.com", "phone": "+1 555"}
    contact = await ada.do("/contacts", {"client_id": client["id"], **grace})
    change = {"phone": "+1 777", "role": "Admiral"}
    assert (await ada.patch(f"/contacts/{contact['id']}", change, version=1)).status_code == 200
    token = await bob.do("/tokens", {"name": "Bobby's laptop", "scopes": ["read"]})
    await ada.delete(f"/tokens/{token['id']}")
    path = f"/privacy/users/{await id_of(ada)}/export"
    for address in ("/profile/export", path):
        found = everything(await ada.get(address))
        actions = [row["action"] for row in found["audit_entries"]]
        assert {"user.invited", "contact.created", "contact.changed"} <= set(actions)
        assert "api_token.revoked" in actions
        text = json.dumps(found)
        for trace in ("Carol", "carol@", "Grace", "grace@", "+1 555", "+1 777", "Admiral", "Bobby"):
            assert trace not in text, trace


async def test_it_has_what_an_erasure_finds(ada: Browser, bob: Browser, context: Context) -> None:
    """Also what names the person in entries of others, and who ended a token of theirs."""
    client = await a_client(ada)
    contact = {"client_id": client["id"], "name": "Robert", "email": "BOB@example.com"}
    await ada.do("/contacts", contact)
    await a_client(ada, "Bob Noyce")
    token = await bob.do("/tokens", {"name": "Bobby's laptop", "scopes": ["read"]})
    await ada.delete(f"/tokens/{token['id']}")
    found = everything(await ada.get(f"/privacy/users/{await id_of(bob)}/export"))
    by_others = [row for row in found["audit_entries"] if not row["by_them"]]
    assert [(row["action"], row["before"] or row["after"]) for row in by_others] == [
        ("contact.created", {**by_others[0]["after"], "email": "BOB@example.com"}),
        ("client.created", {**by_others[1]["after"], "name": "Bob Noyce"}),
        ("api_token.revoked", {"name": "Bobby's laptop", "user_id": await id_of(bob)}),
    ]
    erased = await ada.do(
        f"/privacy/users/{await id_of(bob)}/erasure", {"confirmation": "bob@example.com"}
    )
    assert erased["audit_entries"] == len(found["audit_entries"]) + 1  # that it was exported


async def test_what_names_one_behind_a_wall_is_not_in_ones_own(ada: Browser, bob: Browser) -> None:
    client = await a_client(ada)
    await ada.do("/contacts", {"client_id": client["id"], "name": "B", "email": "bob@example.com"})
    await wall_off(ada, bob)
    found = everything(await bob.get("/profile/export"))
    assert {row["action"] for row in found["audit_entries"]} == {"user.changed"}


async def test_that_it_was_made_is_in_the_trail(ada: Browser, bob: Browser) -> None:
    await bob.get("/profile/export")
    (entry,) = (await ada.read("/audit/entries", action="privacy."))["items"]
    assert entry["subject_id"] == entry["actor"]["id"] == await id_of(bob)


async def test_only_administrators_export_others(
    anonymous: Browser, ada: Browser, bob: Browser, vera: Browser
) -> None:
    path = f"/privacy/users/{await id_of(ada)}/export"
    assert refusal(await anonymous.get(path)) == (401, "not_signed_in")
    assert refusal(await anonymous.get("/profile/export")) == (401, "not_signed_in")
    assert refusal(await bob.get(path)) == (403, "forbidden")
    assert refusal(await vera.get(path)) == (403, "forbidden")


async def test_a_stranger_cannot_be_exported(ada: Browser) -> None:
    nobody = "00000000-0000-7000-8000-000000000000"
    for path in (f"/privacy/users/{nobody}/export", f"/privacy/contacts/{nobody}/export"):
        assert refusal(await ada.get(path)) == (404, "not_found")
    assert refusal(await ada.get("/privacy/users/x/export"))[0] == 422
