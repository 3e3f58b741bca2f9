"""The main job on real input: BMAD v4 as its own installer writes it."""

import shutil
from pathlib import Path

import pytest

from agentlab.context import Context
from tests.support.bmad import copy_of_installed_project, installed_project_with_packs
from tests.support.browser import Browser
from tests.support.projects import import_it, run_jobs, write

SHIPPED = {
    "brownfield-fullstack": 18,
    "brownfield-service": 14,
    "brownfield-ui": 15,
    "greenfield-fullstack": 19,
    "greenfield-service": 15,
    "greenfield-ui": 18,
}


@pytest.mark.parametrize("workflow", SHIPPED)
async def test_every_shipped_workflow_is_imported_whole(
    bob: Browser, context: Context, root: Path, workflow: str
) -> None:
    folder = copy_of_installed_project(root / "shipped")
    ended = await import_it(bob, context, folder, workflow=workflow)
    page = await bob.read(f"/projects/{ended['project_id']}")
    assert page["workspace"]["method_version"] == "4.44.3"
    assert page["workspace"]["notices"] == []
    assert len(page["stages"]) == SHIPPED[workflow]
    template = page["workflow"]["template"]
    source = await bob.get(f"/templates/{template['id']}/source")
    assert source.content == (folder / template["source_path"]).read_bytes()
    await bob.do(f"/projects/{ended['project_id']}/scans")
    news = await bob.read(f"/projects/{ended['project_id']}/template-news")
    assert news["state"] == "same"


async def test_a_brief_is_decided_and_the_decision_is_in_the_folder(
    bob: Browser, context: Context, root: Path
) -> None:
    folder = copy_of_installed_project(root / "shipped")
    write(folder / "docs" / "brief.md", "# Brief\n")
    ended = await import_it(bob, context, folder, workflow="greenfield-fullstack")
    page = await bob.read(f"/projects/{ended['project_id']}")
    gate_id = page["stages"][0]["gate"]["id"]
    gate = await bob.do(f"/gates/{gate_id}/submissions", {})
    submission = gate["submissions"][0]
    shown = [
        {"document_id": a["document_id"], "sha256": a["sha256"]} for a in submission["artefacts"]
    ]
    assert [a["path"] for a in submission["artefacts"]] == ["docs/brief.md"]
    decided = f"/submissions/{submission['id']}/decision"
    await bob.do(decided, {"verdict": "approved", "artefacts": shown})
    await run_jobs(context)
    assert len(list((folder / ".agentlab" / "decisions").iterdir())) == 1
    page = await bob.read(f"/projects/{ended['project_id']}")
    assert [stage["state"] for stage in page["stages"][:3]] == ["done", "current", "upcoming"]


async def test_two_workflows_of_one_file_are_two_templates(
    bob: Browser, context: Context, root: Path
) -> None:
    keys = ("unity-game-prototype-prototype", "unity-game-prototype-game_jam")
    names = []
    for key in keys:
        folder = root / key
        shutil.copytree(installed_project_with_packs(), folder)
        ended = await import_it(bob, context, folder, workflow=key)
        page = await bob.read(f"/projects/{ended['project_id']}")
        names.append((page["workflow"]["template"]["key"], len(page["stages"]) > 0))
    assert names == [(key, True) for key in keys]
