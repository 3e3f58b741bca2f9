"""A project's folder that was moved on disk is given to its project again, or refused."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from agentlab.context import Context
from tests.portfolio.test_sight import only_assigned
from tests.support.agent import Agent, token_of
from tests.support.browser import Browser, parsed, refusal
from tests.support.levels import a_client
from tests.support.projects import bmad_folder, import_it, project_of, write
from tests.support.review import Review


async def move(
    browser: Browser, project: dict[str, Any], folder: Path, **confirmed: bool
) -> httpx.Response:
    path = f"/projects/{project['id']}/workspace"
    return await browser.put(path, {"path": str(folder)} | confirmed)


async def documents_of(browser: Browser, project: dict[str, Any]) -> dict[str, Any]:
    page = await browser.read(f"/projects/{project['id']}/documents")
    return {document["path"]: document for document in page["items"]}


async def actions(browser: Browser, project: dict[str, Any]) -> list[str]:
    trail = (await browser.read("/audit/entries", project_id=project["id"]))["items"]
    return [entry["action"] for entry in trail]


async def test_a_folder_that_moved_keeps_documents_history_and_decisions(
    ada: Browser, bob: Browser, context: Context, root: Path
) -> None:
    folder = bmad_folder(root)
    project = await project_of(bob, context, folder)
    review = Review(bob, context, folder, project)
    await review.decide(await review.submit())
    before = await documents_of(bob, project)
    elsewhere = folder.rename(root / "elsewhere")
    assert refusal(await bob.post(f"/projects/{project['id']}/scans")) == (422, "folder_missing")
    write(elsewhere / "docs" / "brief.md", "# A brief\n")
    scanned = parsed(await move(bob, project, elsewhere))
    assert (scanned["added"], scanned["changed"], scanned["missing"]) == (1, 0, 0)
    page = await review.page()
    assert page["workspace"]["path"] == str(elsewhere)
    after = await documents_of(bob, project)
    assert after.keys() == {*before, "docs/brief.md"}
    assert {path: after[path]["id"] for path in before} == {
        path: document["id"] for path, document in before.items()
    }
    gate = await review.gate()
    assert gate["submissions"][0]["decisions"][0]["verdict"] == "approved"
    assert not (await bob.read(f"/gates/{review.gate_id}/staleness"))["is_stale"]
    assert (await actions(ada, project))[0] == "project.folder_moved"
    feed = (await bob.read("/activity", project_id=project["id"]))["items"]
    assert feed[0]["action"] == "project.folder_moved"


async def test_a_text_that_changed_on_the_way_is_its_next_version(
    bob: Browser, context: Context, root: Path
) -> None:
    folder = bmad_folder(root)
    project = await project_of(bob, context, folder)
    (document,) = (await documents_of(bob, project)).values()
    elsewhere = folder.rename(root / "elsewhere")
    write(elsewhere / "docs" / "prd.md", "# A reader\n\nIt reads aloud.\n")
    assert refusal(await move(bob, project, elsewhere)) == (409, "other_texts")
    assert parsed(await move(bob, project, elsewhere, confirm_other_texts=True))["changed"] == 1
    versions = (await bob.read(f"/documents/{document['id']}"))["versions"]
    assert [version["number"] for version in versions] == [2, 1]


async def test_the_folder_of_another_project_is_refused(
    bob: Browser, ada: Browser, context: Context, root: Path
) -> None:
    project = await project_of(bob, context, bmad_folder(root))
    other = bmad_folder(root, "other")
    ended = await import_it(bob, context, other)
    assert ended["state"] == "done"
    assert refusal(await move(bob, project, other)) == (409, "already_imported")
    assert parsed(await move(bob, project, root / "reader"))["unchanged"] == 1, (
        "it is there already"
    )
    made = await bob.read(f"/projects/{ended['project_id']}")
    assert (await bob.delete(f"/projects/{made['id']}", name=made["name"])).is_success
    assert refusal(await move(bob, project, other)) == (409, "imported_in_bin")


def other_method(folder: Path) -> None:
    write(folder / "docs" / "prd.md", "# A reader\n\nIt reads.\n")


def other_documents(folder: Path) -> None:
    bmad_folder(folder.parent, folder.name)
    (folder / "docs" / "prd.md").unlink()
    write(folder / "docs" / "other.md", "# Another\n")


@pytest.mark.parametrize("fill", [other_method, other_documents])
async def test_a_folder_of_something_else_is_refused_and_nothing_changes(
    ada: Browser, bob: Browser, context: Context, root: Path, fill: Callable[[Path], None]
) -> None:
    project = await project_of(bob, context, bmad_folder(root))
    before = await actions(ada, project)
    fill(root / "else")
    reply = await move(bob, project, root / "else")
    assert (refusal(reply), reply.json()["field"]) == ((409, fill.__name__), "path")
    page = await bob.read(f"/projects/{project['id']}")
    assert page["workspace"]["path"] == str(root / "reader")
    assert list(await documents_of(bob, project)) == ["docs/prd.md"]
    assert await actions(ada, project) == before


async def test_no_folder_of_a_project_out_of_sight_is_taken(
    ada: Browser, bob: Browser, context: Context, root: Path
) -> None:
    hidden = bmad_folder(root / "group", "hidden")
    theirs = await project_of(ada, context, hidden)
    mine = await a_client(ada, "Mine")
    await only_assigned(context, bob, mine["id"])
    folder = bmad_folder(root)
    ended = await import_it(bob, context, folder, client="Mine")
    project = {"id": ended["project_id"]}
    folder.rename(root / "group" / "moved")
    for path in (hidden, hidden / "docs", hidden / "no" / "such", hidden.parent, root):
        assert refusal(await move(bob, project, path)) == (409, "folder_not_yours"), path
    assert refusal(await move(bob, theirs, root / "group" / "moved")) == (404, "not_found")
    assert (await move(bob, project, root / "group" / "moved")).is_success


async def test_only_who_may_manage_the_project_moves_its_folder(
    app: FastAPI, bob: Browser, vera: Browser, context: Context, root: Path
) -> None:
    project = await project_of(bob, context, bmad_folder(root))
    elsewhere = (root / "reader").rename(root / "elsewhere")
    assert refusal(await vera.put(f"/projects/{project['id']}/workspace", {"path": "/"})) == (
        403,
        "forbidden",
    )
    async with Agent(app, await token_of(bob, project_id=project["id"])) as bound:
        assert refusal(await move(bound, project, elsewhere)) == (404, "not_found")
    async with Agent(app, await token_of(bob)) as agent:
        assert (await move(agent, project, elsewhere)).is_success
    assert refusal(await move(bob, project, Path("/etc"))) == (422, "path_outside_roots")
