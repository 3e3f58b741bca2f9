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
