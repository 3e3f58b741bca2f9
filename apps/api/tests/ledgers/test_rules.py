"""Each rule on which ledgers contradict each other, over HTTP, and what its correction writes."""

from pathlib import Path
from typing import Any

import pytest

from agentlab.context import Context
from tests.ledgers.test_corrections import apply, contradictions, imported, named
from tests.support.browser import Browser, refusal
from tests.support.ledgers import ARTEFACTS, EPICS, PLANNING, SPEC, SPEC_TEXT, SPRINT
from tests.support.projects import bmad_folder, write

Json = dict[str, Any]

AGREED = """\
# generated: 11-20-2026 09:00
generated: 11-20-2026 09:00
last_updated: 11-27-2026 18:00
project: Lecteur
project_key: NOKEY
tracking_system: file-system
story_location: "_bmad-output/implementation-artifacts"

development_status:
  epic-1: in-progress
  1-1-accounts: done
  1-2-sign-in: backlog   # Bob is on it
  1-3-sign-out: ready-for-dev
  epic-1-retrospective: optional
"""


@pytest.fixture
def folder(root: Path) -> Path:
    """A project whose ledgers agree."""
    folder = root / "lecteur"
    write(folder / "_bmad/_config/manifest.yaml", "installation:\n  version: 6.12.0\n")
    write(folder / "_bmad/bmm/config.yaml", "output_folder: '{project-root}/_bmad-output'\n")
    write(folder / SPRINT, AGREED)
    write(folder / SPEC, SPEC_TEXT)
    write(folder / f"{PLANNING}/epics.md", EPICS.split("### Epic 2")[0])
    return folder


@pytest.fixture
async def project(ada: Browser, context: Context, folder: Path) -> str:
    project = await imported(ada, context, folder)
    assert await contradictions(ada, project) == []
    return project


async def found(browser: Browser, project: str, kind: str) -> Json:
    """The one contradiction that there is after a scan."""
    await browser.do(f"/projects/{project}/scans")
    [only] = await contradictions(browser, project)
    assert only["kind"] == kind
    return only


def words(contradiction: Json) -> list[tuple[str, str, str | None]]:
    return [(each["ledger"], each["path"], each["raw"]) for each in contradiction["evidence"]]


async def settles(browser: Browser, project: str, contradiction: Json) -> None:
    reply = await apply(browser, project, contradiction)
    assert reply.status_code == 201, reply.text
    assert await contradictions(browser, project) == []


async def is_for_people(browser: Browser, project: str, contradiction: Json) -> None:
    assert contradiction["proposal"] is None
    body = {"contradiction_id": contradiction["id"], "sha256": "0" * 64}
    refused = await browser.post(f"/projects/{project}/corrections", body)
    assert refusal(refused) == (409, "nothing_proposed")


async def test_a_spec_behind_the_sprint_status_is_raised(
    ada: Browser, project: str, folder: Path
) -> None:
    write(folder / SPRINT, AGREED.replace("sign-out: ready-for-dev", "sign-out: in-progress"))
    disagreement = await found(ada, project, "spec_behind_sprint")
    assert words(disagreement) == [
        ("sprint_status", SPRINT, "in-progress"),
        ("spec", SPEC, "ready-for-dev"),
    ]
    assert disagreement["proposal"]["path"] == SPEC
    await settles(ada, project, disagreement)
    expected = SPEC_TEXT.replace("status: 'ready-for-dev'", "status: 'in-progress'")
    assert (folder / SPEC).read_bytes() == expected.encode()
    assert "Status: draft" in expected  # what people froze


async def test_a_spec_in_review_is_spelled_as_specs_spell_it(
    ada: Browser, project: str, folder: Path
) -> None:
    write(folder / SPRINT, AGREED.replace("sign-out: ready-for-dev", "sign-out: review"))
    await settles(ada, project, await found(ada, project, "spec_behind_sprint"))
    assert "\nstatus: 'in-review' # draft |" in (folder / SPEC).read_text()


@pytest.mark.parametrize("word", ["review", "done"])
async def test_a_blocked_spec_of_finished_work_is_for_people(
    ada: Browser, project: str, folder: Path, word: str
) -> None:
    write(folder / SPEC, SPEC_TEXT.replace("status: 'ready-for-dev'", "status: blocked"))
    write(folder / SPRINT, AGREED.replace("sign-out: ready-for-dev", f"sign-out: {word}"))
    disagreement = await found(ada, project, "spec_blocked")
    assert words(disagreement) == [("sprint_status", SPRINT, word), ("spec", SPEC, "blocked")]
    await is_for_people(ada, project, disagreement)


async def test_a_blocked_spec_of_work_that_goes_on_is_no_contradiction(
    ada: Browser, project: str, folder: Path
) -> None:
    write(folder / SPEC, SPEC_TEXT.replace("status: 'ready-for-dev'", "status: blocked"))
    write(folder / SPRINT, AGREED.replace("sign-out: ready-for-dev", "sign-out: in-progress"))
    await ada.do(f"/projects/{project}/scans")
    assert await contradictions(ada, project) == []


async def test_a_story_with_a_file_is_at_least_ready(
    ada: Browser, project: str, folder: Path
) -> None:
    write(folder / f"{ARTEFACTS}/1-2-sign-in.md", "# Story 1.2: Sign in\n\n## Story\n")
    disagreement = await found(ada, project, "story_file_floor")
    proposal = disagreement["proposal"]
    assert (proposal["path"], proposal["line"]) == (SPRINT, 12)
    assert (proposal["before"], proposal["after"]) == ("backlog", "ready-for-dev")
    await settles(ada, project, disagreement)
    expected = AGREED.replace("1-2-sign-in: backlog ", "1-2-sign-in: ready-for-dev ")
    assert (folder / SPRINT).read_bytes() == expected.encode()


async def test_an_epic_that_is_done_before_its_stories_is_for_people(
    ada: Browser, project: str, folder: Path
) -> None:
    write(folder / SPRINT, AGREED.replace("epic-1: in-progress", "epic-1: done"))
    disagreement = await found(ada, project, "epic_done_early")
    assert words(disagreement) == [
        ("sprint_status", SPRINT, "done"),
        ("sprint_status", SPRINT, "backlog"),
    ]
    assert [each["line"] for each in disagreement["evidence"]] == [10, 12]
    await is_for_people(ada, project, disagreement)


async def test_a_retrospective_that_was_held_is_done(
    ada: Browser, project: str, folder: Path
) -> None:
    path = f"{ARTEFACTS}/epic-1-retro-2026-11-27.md"
    text = "---\nepic: 1\ndate: 2026-11-27\nverdict: rejected\ncriteria: declared\n---\n# Epic 1\n"
    write(folder / path, text)
    disagreement = await found(ada, project, "retrospective_held")
    assert words(disagreement) == [
        ("sprint_status", SPRINT, "optional"),
        ("retrospective", path, "rejected"),
    ]
    await settles(ada, project, disagreement)
    expected = AGREED.replace("epic-1-retrospective: optional", "epic-1-retrospective: done")
    assert (folder / SPRINT).read_bytes() == expected.encode()
    assert (folder / path).read_text() == text


async def test_a_correction_of_a_spec_can_be_taken_back(
    ada: Browser, project: str, folder: Path
) -> None:
    write(folder / SPRINT, AGREED.replace("sign-out: ready-for-dev", "sign-out: done"))
    reply = await apply(ada, project, await found(ada, project, "spec_behind_sprint"))
    assert (folder / SPEC).read_text() != SPEC_TEXT
    await ada.do(f"/corrections/{reply.json()['id']}/undoing")
    assert (folder / SPEC).read_bytes() == SPEC_TEXT.encode()
    assert (await named(ada, project, "spec_behind_sprint"))["proposal"]["after"] == "done"


GATE = """\
# <!-- Powered by BMAD™ Core -->
schema: 1
story: "1.1"
story_title: "Set up"
gate: "FAIL" # PASS|CONCERNS|FAIL|WAIVED
status_reason: "Nobody can sign in." # 1-2 sentence summary of why this gate decision
reviewer: "Quinn (Test Architect)"
updated: "2026-11-20T10:00:00Z"
waiver: { active: false }
top_issues: []
"""


async def test_a_done_story_whose_gate_failed_is_for_people(
    ada: Browser, context: Context, root: Path
) -> None:
    folder = bmad_folder(root)
    write(folder / "docs/stories/1.1.set-up.md", "# Story 1.1: Set up\n\n## Status\n\nDone\n")
    write(folder / "docs/qa/gates/1.1-set-up.yml", GATE)
    project = await imported(ada, context, folder)
    disagreement = await found(ada, project, "gate_failed")
    assert words(disagreement) == [
        ("story_file", "docs/stories/1.1.set-up.md", "Done"),
        ("qa_gate", "docs/qa/gates/1.1-set-up.yml", "FAIL"),
    ]
    assert "status_reason: Nobody can sign in." in disagreement["evidence"][1]["text"]
    await is_for_people(ada, project, disagreement)
    write(folder / "docs/qa/gates/1.1-set-up.yml", GATE.replace('"FAIL"', '"PASS"'))
    await ada.do(f"/projects/{project}/scans")
    assert await contradictions(ada, project) == []
