"""Walls: what is of a client that one is not assigned to is not there."""

import asyncio
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from fastapi import FastAPI
from sqlalchemy import text

from agentlab.auth.models import Role
from agentlab.context import Context
from agentlab.imports import service
from tests.support.browser import Browser, refusal
from tests.support.levels import a_client
from tests.support.projects import (
    bmad_folder,
    import_body,
    import_it,
    project_of,
    run_jobs,
    write,
)


@pytest.fixture
async def page(bob: Browser, vera: Browser, context: Context, root: Path) -> dict[str, Any]:
    """Bob's project, of whose client Vera has never heard."""
    page = await project_of(bob, context, bmad_folder(root))
    await only_assigned(context, vera)
    return page


async def only_assigned(context: Context, who: Browser, *client_ids: str) -> None:
    """From now on they see these clients."""
    user_id = (await who.read("/session"))["id"]
    async with context.engine.begin() as connection:
        await connection.execute(
            text("UPDATE users SET sees_all_clients = false WHERE id = :user"), {"user": user_id}
        )
        for client_id in client_ids:
            await connection.execute(
                text("INSERT INTO client_assignments VALUES (:user, :client)"),
                {"user": user_id, "client": client_id},
            )


async def test_a_stranger_meets_walls_everywhere(vera: Browser, page: dict[str, Any]) -> None:
    gate_id = page["stages"][0]["gate"]["id"]
    document_id = page["documents"]["items"][0]["id"]
    assert await vera.read("/portfolio") == {"clients": []}
    for path in (
        f"/projects/{page['id']}",
        f"/projects/{page['id']}/documents",
        f"/gates/{gate_id}",
        f"/documents/{document_id}",
        f"/documents/{document_id}/versions/1/content",
        f"/templates/{page['workflow']['template']['id']}/source",
    ):
        assert refusal(await vera.get(path)) == (404, "not_found"), path


@pytest.mark.parametrize("is_there", [False, True])
async def test_a_filter_by_what_is_not_there_says_the_same_as_by_what_one_may_not_see(
    app: FastAPI, bob: Browser, vera: Browser, page: dict[str, Any], *, is_there: bool
) -> None:
    """Several at once narrow, so nothing matches; a single one is asked about. The same by each."""
    client_id = (await bob.read("/portfolio"))["clients"][0]["id"]
    known = {"client_id": client_id, "project_id": page["id"]}
    hidden = known if is_there else dict.fromkeys(known, str(uuid4()))
    for path, name, takes_several in filters_of(app):
        needed = {"q": "reader"} if path.endswith("/quick") else {"table": "stages"}
        reply = await vera.get(path, **needed, **{name: hidden[name]})
        if takes_several:
            assert reply.is_success, path
            assert page["name"] not in reply.text
        else:
            assert refusal(reply) == (404, "not_found"), path
            assert reply.json()["field"] == name


def filters_of(app: FastAPI) -> list[tuple[str, str, bool]]:
    """The lists that everybody may ask for, by client or project; whether each takes several."""
    return [
        (path.removeprefix("/api/v1"), each["name"], each["schema"].get("type") == "array")
        for path, item in app.openapi()["paths"].items()
        for each in item.get("get", {}).get("parameters", [])
        if each["name"] in {"client_id", "project_id"} and each["in"] == "query"
        if "/audit/" not in path
    ]


async def test_who_is_assigned_sees_the_client(
    bob: Browser, vera: Browser, context: Context, page: dict[str, Any]
) -> None:
    client_id = (await bob.read("/portfolio"))["clients"][0]["id"]
    await only_assigned(context, vera, client_id)
    assert (await vera.read(f"/projects/{page['id']}"))["name"] == "reader"
    assert len((await vera.read("/portfolio"))["clients"]) == 1


@pytest.mark.parametrize("is_in_bin", [False, True])
async def test_no_path_leads_into_the_folder_of_a_project_out_of_sight(
    ada: Browser, bob: Browser, context: Context, root: Path, *, is_in_bin: bool
) -> None:
    folder = bmad_folder(root / "group")
    page = await project_of(ada, context, folder)
    await only_mine(ada, context, bob)
    if is_in_bin:
        await ada.delete(f"/projects/{page['id']}", name=page["name"])
    (root / "link").symlink_to(folder)
    missing = folder / "no" / "such"
    for path in (folder, folder / "docs", missing, folder.parent, root, root / "link" / "docs"):
        inspected = await bob.post("/inspections", {"path": str(path)})
        assert refusal(inspected) == (409, "folder_not_yours"), path
        ended = await import_it(bob, context, path, client="Mine", workflow=None)
        assert ended["error"] == {
            "code": "folder_not_yours",
            "detail": "This folder cannot be imported; ask an administrator.",
        }
        assert ended["progress"] is None
    seen = await ada.do("/inspections", {"path": str(folder)})
    assert (seen["project_id"], seen["is_in_bin"]) == (page["id"], is_in_bin)


async def test_a_folder_beside_one_out_of_sight_is_everybody_s(
    ada: Browser, bob: Browser, context: Context, root: Path
) -> None:
    await project_of(ada, context, bmad_folder(root))
    await only_mine(ada, context, bob)
    beside = bmad_folder(root, "reader-2")
    assert (await bob.do("/inspections", {"path": str(beside)}))["documents_total"] == 1
    assert (await import_it(bob, context, beside, client="Mine"))["state"] == "done"


async def test_who_browses_meets_no_folder_of_a_project_out_of_sight(
    ada: Browser, bob: Browser, context: Context, root: Path
) -> None:
    folder = bmad_folder(root / "group")
    await project_of(ada, context, folder)
    (root / "group" / "reader-2").mkdir()
    await only_mine(ada, context, bob)
    assert await names_in(bob, None) == [root.name]
    assert await names_in(bob, root) == ["group"]
    assert await names_in(bob, root / "group") == ["reader-2"]
    assert await names_in(ada, root / "group") == ["reader", "reader-2"]
    for path in (folder, folder / "docs", folder / "missing"):
        assert refusal(await bob.get("/folders", path=str(path))) == (409, "folder_not_yours")


async def test_an_allowed_root_that_is_out_of_sight_is_not_listed(
    ada: Browser, bob: Browser, context: Context, root: Path
) -> None:
    write(root / "docs" / "prd.md", "# A plan\n")
    ended = await import_it(ada, context, root, workflow=None)
    assert ended["state"] == "done"
    await only_mine(ada, context, bob)
    assert await names_in(bob, None) == []
    assert await names_in(ada, None) == [root.name]


async def test_of_two_imports_at_once_one_does_not_hold_the_other(
    ada: Browser,
    bob: Browser,
    app: FastAPI,
    context: Context,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Neither saw the other's folder when it began."""
    root = context.settings.workspace_roots[0]
    inner = bmad_folder(root)
    both_read_all = asyncio.Barrier(2)
    keep = service.keep_notices

    async def keep_when_both_did(*given: Any) -> None:
        await keep(*given)
        await both_read_all.wait()

    monkeypatch.setattr(service, "keep_notices", keep_when_both_did)
    async with Browser(app) as mallory:
        await mallory.join(context, "Mallory", "mallory@example.com", Role.PRODUCT_OWNER)
        await only_mine(ada, context, bob)
        await only_mine(ada, context, mallory, "Hers")
        asked = (
            (bob, import_body(inner, client="Mine")),
            (mallory, import_body(root, client="Hers", workflow=None)),
        )
        for who, body in asked:
            await who.do("/imports", body)
        await run_jobs(context)
    async with context.engine.connect() as connection:
        ends = await connection.execute(
            text("SELECT state, error_code FROM imports ORDER BY state")
        )
        assert ends.all() == [("done", None), ("failed", "folder_not_yours")]


async def only_mine(ada: Browser, context: Context, who: Browser, client: str = "Mine") -> None:
    """From now on they see one client, with nothing in it."""
    await only_assigned(context, who, (await a_client(ada, client))["id"])


async def names_in(who: Browser, folder: Path | None) -> list[str]:
    where = {"path": str(folder)} if folder else {}
    return [found["name"] for found in (await who.read("/folders", **where))["folders"]]


async def test_nobody_learns_by_importing_whether_a_client_exists(
    bob: Browser, context: Context, root: Path, page: dict[str, Any]
) -> None:
    await only_assigned(context, bob)
    for client in ("Maison Lumière", "Somebody"):
        folder = bmad_folder(root, client)
        ended = await import_it(bob, context, folder, client=client)
        assert ended["error"]["code"] == "client_not_yours"
        assert client in ended["error"]["detail"]
