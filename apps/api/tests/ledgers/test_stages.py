"""Stages whose recorded state the files do not bear out, and what their documents carry."""

import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from agentlab.context import Context
from agentlab.kit.clock import now
from tests.support import shipped
from tests.support.browser import Browser
from tests.support.ledgers import (
    ARTEFACTS,
    PLANNING,
    SPRINT,
    SPRINT_STATUS,
    bmad_v6_folder,
)
from tests.support.projects import bmad_folder, import_it, stage_of, write

Json = dict[str, Any]

BUILDING = """\
workflow:
  id: short
  name: A short workflow
  type: greenfield
  project_types: [web-app]
  sequence:
    - agent: pm
      creates: prd.md
    - agent: architect
      creates: architecture.md
      requires: prd.md
    - agent: dev
      action: implement_story
      requires: sharded_docs
    - step: workflow_end
      action: project_complete
"""
ARCHITECTURE = """\
---
name: 'A reader'
type: architecture-spine
status: draft               # draft · final
updated: '2026-11-20'
---

# Architecture Spine — A reader
"""
STORY = "# Story 1.{number}: Read\n\n## Status\n\n{status}\n"


@pytest.fixture
def folder(root: Path) -> Path:
    return bmad_folder(root, workflow=BUILDING)


@pytest.fixture
async def page(ada: Browser, context: Context, folder: Path) -> Json:
    """A project without gates, so that its stages are completed by hand."""
    ended = await import_it(ada, context, folder, gates=[])
    page: Json = await ada.read(f"/projects/{ended['project_id']}")
    return page


async def complete(browser: Browser, page: Json, *keys: str) -> None:
    for key in keys:
        await browser.do(f"/stages/{stage_of(page, key)['id']}/completion")


async def scanned(browser: Browser, page: Json) -> Json:
    await browser.do(f"/projects/{page['id']}/scans")
    progress: Json = await browser.read(f"/projects/{page['id']}/progress")
    return progress


def findings(progress: Json) -> list[tuple[Any, ...]]:
    named = ("finding", "state", "names", "open", "total")
    return [tuple(each[name] for name in named) for each in progress["stages"]]


def evidence(progress: Json, stage: Json) -> Json:
    found: Json = next(each for each in progress["evidence"] if each["stage_id"] == stage["id"])
    return found


async def test_a_draft_that_is_recorded_as_done_is_named(
    ada: Browser, page: Json, folder: Path
) -> None:
    write(folder / "docs/architecture.md", ARCHITECTURE)
    await complete(ada, page, "prd.md", "architecture.md")
    progress = await scanned(ada, page)
    title = "Architecture Spine — A reader"
    assert findings(progress) == [("artefact_draft", "done", [title], 0, 0)]
    stage = stage_of(page, "architecture.md")
    [carried] = evidence(progress, stage)["statuses"]
    assert (carried["title"], carried["raw"], carried["status"]) == (title, "draft", "backlog")
    write(folder / "docs/architecture.md", ARCHITECTURE.replace("status: draft", "status: final"))
    progress = await scanned(ada, page)
    assert findings(progress) == []
    [carried] = evidence(progress, stage)["statuses"]
    assert (carried["raw"], carried["status"]) == ("final", "done")


async def test_a_draft_is_no_trouble_while_it_is_worked_on(
    ada: Browser, page: Json, folder: Path
) -> None:
    write(folder / "docs/prd.md", "---\nstatus: draft\n---\n# A reader\n")
    progress = await scanned(ada, page)
    assert findings(progress) == []
    shown = evidence(progress, stage_of(page, "prd.md"))
    assert (shown["wanted"], shown["there"]) == (1, 1)
    assert [(each["raw"], each["status"]) for each in shown["statuses"]] == [("draft", "backlog")]


async def test_what_a_done_stage_should_have_left_is_missed(
    ada: Browser, page: Json, folder: Path
) -> None:
    await complete(ada, page, "prd.md", "architecture.md")
    progress = await scanned(ada, page)
    assert findings(progress) == [("artefact_missing", "done", ["architecture.md"], 0, 0)]
    shown = evidence(progress, stage_of(page, "architecture.md"))
    assert (shown["wanted"], shown["there"], shown["statuses"]) == (1, 0, [])
    write(folder / "docs/architecture.md", "# Architecture\n")
    assert findings(await scanned(ada, page)) == []


async def test_stories_that_were_started_before_their_stage_are_named(
    ada: Browser, page: Json, folder: Path
) -> None:
    write(folder / "docs/stories/1.1.story.md", STORY.format(number=1, status="Approved"))
    write(folder / "docs/stories/1.2.story.md", STORY.format(number=2, status="Done"))
    write(folder / "docs/stories/1.3.story.md", STORY.format(number=3, status="InProgress"))
    progress = await scanned(ada, page)
    assert findings(progress) == [("stories_started", "upcoming", [], 2, 3)]
    assert progress["stages"][0]["stage_id"] == stage_of(page, "implement_story")["id"]


async def test_stories_that_are_open_after_their_stage_are_named(
    ada: Browser, page: Json, folder: Path
) -> None:
    write(folder / "docs/architecture.md", "# Architecture\n")
    write(folder / "docs/stories/1.1.story.md", STORY.format(number=1, status="Done"))
    write(folder / "docs/stories/1.2.story.md", STORY.format(number=2, status="Ready for Review"))
    await complete(ada, page, "prd.md", "architecture.md", "implement_story")
    assert findings(await scanned(ada, page)) == [("stories_open", "done", [], 1, 2)]
    write(folder / "docs/stories/1.2.story.md", STORY.format(number=2, status="Done"))
    assert findings(await scanned(ada, page)) == []


RUN = "reader-2026-11-28"
WRITTEN = {
    "bmad-brainstorming": (f"_bmad-output/brainstorming/brainstorm-{RUN}/.memlog.md", None),
    "bmad-product-brief": (f"{PLANNING}/briefs/brief-{RUN}/brief.md", "draft"),
    "bmad-prfaq": (f"{PLANNING}/prfaq-reader.md", "customer-faq"),
    "bmad-prd": (f"{PLANNING}/prds/prd-{RUN}/prd.md", "final"),
    "bmad-ux": (f"{PLANNING}/ux-designs/ux-{RUN}/DESIGN.md", "final"),
    "bmad-architecture": (
        f"{PLANNING}/architecture/architecture-{RUN}/ARCHITECTURE-SPINE.md",
        "draft",
    ),
    "bmad-create-epics-and-stories": (f"{PLANNING}/epics.md", None),
    "bmad-sprint-planning": (SPRINT, None),
    "bmad-build": (f"{ARTEFACTS}/spec-1-1-accounts.md", None),
    "bmad-qa-generate-e2e-tests": (f"{ARTEFACTS}/tests/test-summary.md", None),
    "bmad-retrospective": (f"{ARTEFACTS}/epic-1-retro-2026-11-28.md", None),
}
"""What the steps of 6.12 write first, and the status that it carries."""


async def test_the_files_of_a_shipped_method_are_seen_beside_its_stages(
    ada: Browser, context: Context, root: Path
) -> None:
    folder = Path(shutil.copytree(shipped.bmad_v6("6.12.0"), root / "shipped"))
    ended = await import_it(ada, context, folder, workflow="bmm", gates=[])
    page = await ada.read(f"/projects/{ended['project_id']}")
    stages = {stage["key"]: stage["id"] for stage in page["stages"]}
    progress = await scanned(ada, page)
    seen = {each["stage_id"]: each for each in progress["evidence"]}
    assert seen.keys() == {stages[key] for key in WRITTEN}
    assert {(each["wanted"], each["there"]) for each in seen.values()} == {(1, 0)}
    for path, status in WRITTEN.values():
        write(folder / path, f"---\nstatus: {status}\n---\n# A\n" if status else "# A\n")
    progress = await scanned(ada, page)
    seen = {each["stage_id"]: each for each in progress["evidence"]}
    for key, (_, status) in WRITTEN.items():
        shown = seen[stages[key]]
        carried = [each["raw"] for each in shown["statuses"]]
        assert (key, shown["there"], carried) == (key, 1, [status] if status else [])
    upcoming = {stage["id"] for stage in page["stages"] if stage["state"] == "upcoming"}
    told = {each["stage_id"] for each in progress["stages"]}
    assert told == upcoming & seen.keys()
    assert {each["finding"] for each in progress["stages"]} == {"artefact_there"}


async def test_a_sprint_status_that_nobody_has_written_for_days_is_stale(
    ada: Browser, context: Context, root: Path
) -> None:
    folder = bmad_v6_folder(root)
    ended = await import_it(ada, context, folder, workflow=None)
    page = {"id": ended["project_id"]}
    for days, is_stale in ((7, False), (9, True)):
        day = now().date() - timedelta(days=days)
        text = SPRINT_STATUS.replace("2026-11-27", day.isoformat())
        write(folder / SPRINT, text)
        progress = await scanned(ada, page)
        assert progress["sprint_updated_on"] == day.isoformat()
        assert progress["is_sprint_stale"] is is_stale
