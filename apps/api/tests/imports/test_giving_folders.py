"""A project that was made without a folder gets one, and every way in which that is refused."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from agentlab.context import Context
from agentlab.imports import jobs
from tests.portfolio.test_sight import only_assigned
from tests.support.agent import Agent, token_of
from tests.support.browser import Browser, refusal
from tests.support.levels import Json, a_client, a_project, a_service
from tests.support.projects import bmad_folder, project_of, run_jobs, write


async def without_folder(browser: Browser, **more: Any) -> Json:
    return await a_project(browser, await a_service(browser, await a_client(browser)), **more)


def body(folder: Path, **changes: Any) -> Json:
    return {"path": str(folder), "workflow": "short", **changes}


async def give(browser: Browser, context: Context, project: Json, given: Json) -> Json:
    """Ask for it, run the job, and return how it ended."""
    requested = await browser.do(f"/projects/{project['id']}/imports", given)
    await run_jobs(context)
    ended: Json = await browser.read(f"/imports/{requested['id']}")
    return ended


async def test_a_project_without_a_folder_gets_one_with_everything_in_it(
    bob: Browser, ada: Browser, context: Context, root: Path
) -> None:
    made = await without_folder(bob)
    folder = bmad_folder(root)
    ended = await give(bob, context, made, body(folder, gates=["prd.md"]))
    assert (ended["state"], ended["project_id"]) == ("done", made["id"])
    page = await bob.read(f"/projects/{made['id']}")
    assert (page["name"], page["status"]) == ("Reader", "draft")
    assert (page["workspace"]["path"], page["workspace"]["method"]) == (str(folder), "bmad")
    assert [stage["key"] for stage in page["stages"] if stage["gate"]] == ["prd.md"]
    assert [document["path"] for document in page["documents"]["items"]] == ["docs/prd.md"]
    trail = (await ada.read("/audit/entries", project_id=made["id"]))["items"]
    assert [entry["action"] for entry in trail] == [
        "project.folder_given",
        "project.scanned",
        "project.created",
    ]
    feed = (await ada.read("/activity", project_id=made["id"]))["items"]
    assert feed[0]["action"] == "project.folder_given"


async def test_a_folder_without_a_method_brings_its_documents(
    bob: Browser, context: Context, root: Path
) -> None:
    made = await without_folder(bob)
    write(root / "notes" / "README.md", "# Notes\n")
    await give(bob, context, made, body(root / "notes", workflow=None))
    page = await bob.read(f"/projects/{made['id']}")
    assert (page["workflow"], page["documents"]["total"]) == (None, 1)


async def test_a_project_has_one_folder(bob: Browser, context: Context, root: Path) -> None:
    imported = await project_of(bob, context, bmad_folder(root))
    other = bmad_folder(root, "other")
    reply = await bob.post(f"/projects/{imported['id']}/imports", body(other))
    assert refusal(reply) == (409, "project_has_folder")
    assert str(root / "reader") in reply.json()["detail"]


async def test_without_a_folder_there_is_none_to_scan_or_to_move(bob: Browser, root: Path) -> None:
    made = await without_folder(bob)
    scanned = await bob.post(f"/projects/{made['id']}/scans")
    moved = await bob.put(f"/projects/{made['id']}/workspace", {"path": str(bmad_folder(root))})
    assert refusal(scanned) == refusal(moved) == (409, "project_without_folder")


async def test_of_two_folders_at_once_one_is_given(
    bob: Browser, context: Context, root: Path
) -> None:
    made = await without_folder(bob)
    path = f"/projects/{made['id']}/imports"
    folders = [bmad_folder(root, name) for name in ("one", "two")]
    ids = [(await bob.do(path, body(folder)))["id"] for folder in folders]
    await asyncio.gather(*(jobs.run(context, id_) for id_ in ids))
    ended = [await bob.read(f"/imports/{id_}") for id_ in ids]
    assert sorted(one["state"] for one in ended) == ["done", "failed"]
    codes = {one["error"]["code"] for one in ended if one["error"]}
    assert codes == {"project_has_folder"}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"workflow": "unknown"}, "unknown_workflow"),
        ({"workflow": None}, "workflow_missing"),
        ({"gates": ["no such stage"]}, "unknown_gate"),
        ({"path": "/etc"}, "path_outside_roots"),
        ({"path": "relative"}, "path_not_absolute"),
        ({"path": "/nowhere/at/all"}, "path_outside_roots"),
    ],
)
async def test_a_refused_folder_says_why_and_leaves_the_project_as_it_was(
    bob: Browser, context: Context, root: Path, change: Json, code: str
) -> None:
    made = await without_folder(bob)
    ended = await give(bob, context, made, body(bmad_folder(root), **change))
    assert (ended["state"], ended["error"]["code"]) == ("failed", code)
    page = await bob.read(f"/projects/{made['id']}")
    assert (page["workspace"], page["documents"]["total"]) == (None, 0)


async def test_the_folder_of_another_project_is_not_given(
    bob: Browser, context: Context, root: Path
) -> None:
    folder = bmad_folder(root)
    await project_of(bob, context, folder)
    service = (await bob.read("/portfolio"))["clients"][0]["services"][0]
    made = await a_project(bob, service, "Another")
    ended = await give(bob, context, made, body(folder))
    assert ended["error"]["code"] == "already_imported"


async def test_what_is_archived_takes_no_folder(bob: Browser, context: Context, root: Path) -> None:
    made = await without_folder(bob)
    asked = body(bmad_folder(root))
    path = f"/projects/{made['id']}/imports"
    before = await bob.do(path, asked)
    await bob.do(f"/services/{made['service']['id']}/archival", {})
    assert refusal(await bob.post(path, asked)) == (409, "place_archived")
    await run_jobs(context)
    assert (await bob.read(f"/imports/{before['id']}"))["error"]["code"] == "place_archived"


async def test_only_who_may_import_gives_a_folder(
    app: FastAPI, bob: Browser, vera: Browser, context: Context, root: Path
) -> None:
    made = await without_folder(bob)
    path, asked = f"/projects/{made['id']}/imports", body(bmad_folder(root))
    assert refusal(await vera.post(path, asked)) == (403, "forbidden")
    bound = Agent(app, await token_of(bob, project_id=made["id"]))
    assert refusal(await bound.post(path, asked)) == (404, "not_found")
    agent = Agent(app, await token_of(bob))
    assert (await agent.post(path, asked)).status_code == 202
    await only_assigned(context, bob)
    assert refusal(await bob.post(path, asked)) == (404, "not_found")
