"""What the ledgers of each generation say, read from files in their real shapes."""

from datetime import date
from pathlib import Path

import pytest

from agentlab.ledgers.contradictions import Disagreement
from agentlab.ledgers.items import Item
from agentlab.ledgers.service import Reading, read
from agentlab.ledgers.statements import Kind
from agentlab.ledgers.statuses import Ledger, Status, meaning
from tests.support.ledgers import (
    ARTEFACTS,
    PLANNING,
    SPEC,
    SPRINT,
    SPRINT_STATUS,
    STORY,
    bmad_v6_folder,
)
from tests.support.projects import bmad_folder, write


def item(reading: Reading, key: str) -> Item:
    return next(each for each in reading.items if each.key == key)


def told(reading: Reading, key: str) -> dict[Ledger, str | None]:
    return {said.ledger: said.raw for said in item(reading, key).statements}


def codes(reading: Reading) -> set[str]:
    return {notice.code for notice in reading.notices}


def test_a_v6_project_is_read_in_the_order_of_its_plan(tmp_path: Path) -> None:
    reading = read(bmad_v6_folder(tmp_path))
    assert [(each.kind, each.key, each.title, each.status) for each in reading.items] == [
        (Kind.EPIC, "epic-1", "People", Status.BACKLOG),
        (Kind.STORY, "1-1-accounts", "Accounts", Status.DONE),
        (Kind.STORY, "1-2-sign-in", "Sign in", Status.IN_PROGRESS),
        (Kind.STORY, "1-3-sign-out", "Sign out", Status.BACKLOG),
        (Kind.RETROSPECTIVE, "epic-1-retrospective", "", Status.OPTIONAL),
        (Kind.ACTION, "action-1", "Write down how releases are made", Status.BACKLOG),
        (Kind.EPIC, "epic-2", "Reading", Status.BACKLOG),
        (Kind.STORY, "2-1-feeds", "Feeds", Status.READY),
        (Kind.STORY, "2-2a-écrans", "Écrans", Status.UNKNOWN),
        (Kind.RETROSPECTIVE, "epic-2-retrospective", "", Status.OPTIONAL),
        (Kind.DOCUMENT, "epics", "Lecteur", Status.UNKNOWN),
    ]


def test_each_ledger_is_shown_with_its_own_word_and_line(tmp_path: Path) -> None:
    found = item(read(bmad_v6_folder(tmp_path)), "1-2-sign-in")
    sprint, story, epics = found.statements
    assert (sprint.ledger, sprint.raw, sprint.path, sprint.line) == (
        Ledger.SPRINT_STATUS,
        "in-progress",
        SPRINT,
        14,
    )
    assert sprint.text == "  1-2-sign-in: in-progress   # Bob is on it"
    assert (story.ledger, story.raw, story.line) == (Ledger.STORY_FILE, "review", 3)
    assert (epics.ledger, epics.raw, epics.line) == (Ledger.EPICS, None, 9)


def test_a_status_inside_a_block_of_the_people_is_none(tmp_path: Path) -> None:
    assert told(read(bmad_v6_folder(tmp_path)), "1-3-sign-out")[Ledger.SPEC] == "ready-for-dev"
    text = "# Story 1.2: Sign in\n\n<intent-contract>\nStatus: done\n</intent-contract>\n"
    write(tmp_path / "lecteur" / STORY, text)
    reading = read(tmp_path / "lecteur")
    assert told(reading, "1-2-sign-in")[Ledger.STORY_FILE] is None
    assert "status_missing" in codes(reading)


def test_headings_inside_fences_are_no_epics(tmp_path: Path) -> None:
    assert "epic-9" not in {each.key for each in read(bmad_v6_folder(tmp_path)).items}


@pytest.mark.parametrize(
    ("ledger", "raw", "status"),
    [
        (Ledger.SPRINT_STATUS, "drafted", Status.READY),
        (Ledger.SPRINT_STATUS, "contexted", Status.IN_PROGRESS),
        (Ledger.SPRINT_STATUS, "completed", Status.DONE),
        (Ledger.STORY_FILE, "InProgress", Status.IN_PROGRESS),
        (Ledger.STORY_FILE, "Ready for Review", Status.REVIEW),
        (Ledger.STORY_FILE, "Approved", Status.READY),
        (Ledger.SPEC, "in-review", Status.REVIEW),
        (Ledger.SPEC, "blocked", Status.BLOCKED),
        (Ledger.QA_GATE, "PASS", Status.DONE),
        (Ledger.QA_GATE, "FAIL", Status.BLOCKED),
        (Ledger.WORKFLOW_STATUS, "required", Status.BACKLOG),
        (Ledger.SPRINT_STATUS, "polishing", Status.UNKNOWN),
        (Ledger.SPRINT_STATUS, None, Status.UNKNOWN),
    ],
)
def test_words_mean_what_their_ledger_means(
    ledger: Ledger, raw: str | None, status: Status
) -> None:
    assert meaning(ledger, raw) is status


def test_an_unknown_status_is_kept_and_said(tmp_path: Path) -> None:
    reading = read(bmad_v6_folder(tmp_path))
    assert told(reading, "2-2a-écrans")[Ledger.SPRINT_STATUS] == "polishing"
    notice = next(each for each in reading.notices if each.code == "unknown_status")
    assert (notice.path, notice.line) == (SPRINT, 20)
    assert "`polishing`" in notice.text


@pytest.mark.parametrize("when", ["13-45-2025 25:61", "yesterday", "2026-02-30"])
def test_an_impossible_date_is_said_and_nothing_else_happens(tmp_path: Path, when: str) -> None:
    folder = bmad_v6_folder(tmp_path)
    write(
        folder / SPRINT, SPRINT_STATUS.replace("last_updated: 2026-11-27", f"last_updated: {when}")
    )
    reading = read(folder)
    assert "impossible_date" in codes(reading)
    assert item(reading, "1-1-accounts").status is Status.DONE


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("last_updated: 2026-11-27", date(2026, 11, 27)),
        ("last_updated: 11-26-2026 17:00", date(2026, 11, 26)),
        ("last_updated: soon", None),
        ("", date(2026, 11, 20)),
    ],
)
def test_the_day_of_the_sprint_status_is_its_own_word(
    tmp_path: Path, said: str, day: date | None
) -> None:
    folder = bmad_v6_folder(tmp_path)
    write(folder / SPRINT, SPRINT_STATUS.replace("last_updated: 2026-11-27", said))
    assert read(folder).sprint_updated_on == day


def test_a_key_that_nobody_knows_is_said_in_one_line(tmp_path: Path) -> None:
    folder = bmad_v6_folder(tmp_path)
    more = "team:\n  lead: Ada\n  members: [Bob, Vera]\n"
    write(folder / SPRINT, SPRINT_STATUS + more)
    found = [each for each in read(folder).notices if each.code == "unknown_key"]
    line = SPRINT_STATUS.count("\n") + 1
    assert [(each.path, each.line, dict(each.says[0].values)) for each in found] == [
        (SPRINT, 9, {"key": "house_rule"}),
        (SPRINT, line, {"key": "team"}),
    ]
    assert found[1].text == (
        f"{SPRINT}, line {line}: `team` has no meaning for AgentLab; it is kept as it is."
    )


ALPHA = """\
generated: 05-06-2025 21:30
project: My Awesome Project
project_key: jira-1234
tracking_system: file-system
story_location: "{project-root}/docs/stories"

development_status:
  epic-1: contexted
  1-1-user-authentication: done
  epic-1-retrospective: completed
"""
OF_6_12 = """\
generated: 05-06-2025 21:30
last_updated: 05-06-2025 21:30
project: My Awesome Project
project_key: NOKEY
tracking_system: file-system
story_location: "docs/stories"

development_status:
  epic-1: in-progress
  1-1-user-authentication: done
  epic-1-retrospective: done

# Action items committed during retrospectives (section created by the retrospective workflow)
action_items:
  - id: "epic-1-retro-item-1-review"
    epic: 1
    action: "Add error-handling review to the code review checklist"
    owner: "Charlie"
    status: open
    ref: "_bmad-output/implementation-artifacts/epic-1-retro-05-06-2025.md"
"""


@pytest.mark.parametrize(("text", "expected"), [(ALPHA, {"keys_missing"}), (OF_6_12, set())])
def test_what_the_generations_write_is_no_oddity(
    tmp_path: Path, text: str, expected: set[str]
) -> None:
    folder = bmad_v6_folder(tmp_path)
    (folder / f"{PLANNING}/epics.md").unlink()
    (folder / STORY).unlink()
    (folder / SPEC).unlink()
    write(folder / SPRINT, text)
    assert codes(read(folder)) == expected


def test_what_bmads_validator_misses_is_named(tmp_path: Path) -> None:
    folder = bmad_v6_folder(tmp_path)
    write(
        folder / SPRINT, "development_status:\n  epic-1: done\n  epic-1: backlog\n  notes: done\n"
    )
    reading = read(folder)
    assert {"keys_missing", "given_twice", "unknown_key"} <= codes(reading)
    assert item(reading, "epic-1").status is Status.BACKLOG
    assert item(reading, "notes").status is Status.DONE


def test_what_one_ledger_knows_and_another_does_not_is_named(tmp_path: Path) -> None:
    folder = bmad_v6_folder(tmp_path)
    write(folder / f"{ARTEFACTS}/3-1-lost.md", "# Story 3.1: Lost\n\nStatus: done\n")
    reading = read(folder)
    assert item(reading, "epic-3").status is Status.DONE
    text = next(each.text for each in reading.notices if each.path == f"{ARTEFACTS}/3-1-lost.md")
    assert "3-1-lost is not in" in text
    assert SPRINT in text


def test_an_epic_with_leading_zeros_is_the_epic_of_its_stories(tmp_path: Path) -> None:
    folder = bmad_v6_folder(tmp_path)
    lines = ("epic-01: backlog", "01-01-accounts: in-progress", "epic-01-retrospective: optional")
    statuses = "".join(f"  {line}\n" for line in lines)
    actions = "action_items:\n  - epic: 1\n    action: Write\n"
    write(folder / SPRINT, f"development_status:\n{statuses}{actions}")
    reading = read(folder)
    assert [each.key for each in reading.items if each.kind is Kind.EPIC] == ["epic-01", "epic-2"]
    parts = ["01-01-accounts", "1-2-sign-in", "1-3-sign-out", "epic-01-retrospective", "action-1"]
    assert [each.key for each in reading.items if each.parent == "epic-01"] == parts
    kinds = [(each.item.key, each.kind) for each in reading.contradictions]
    assert ("epic-01", Disagreement.EPIC_BEHIND_STORIES) in kinds


def test_two_epics_of_one_number_stay_two(tmp_path: Path) -> None:
    folder = bmad_v6_folder(tmp_path)
    write(folder / SPRINT, SPRINT_STATUS.replace("  epic-1:", "  epic-01: done\n  epic-1:"))
    reading = read(folder)
    assert item(reading, "1-1-accounts").parent == "epic-1"
    assert item(reading, "epic-01").status is Status.DONE
    assert "number_taken" in codes(reading)


def test_two_stories_of_one_number_stay_two(tmp_path: Path) -> None:
    folder = bmad_v6_folder(tmp_path)
    more = SPRINT_STATUS.replace("  1-3-sign-out", "  1-2-sign-in-again: done\n  1-3-sign-out")
    write(folder / SPRINT, more)
    reading = read(folder)
    assert item(reading, "1-2-sign-in").status is Status.IN_PROGRESS
    assert item(reading, "1-2-sign-in-again").status is Status.DONE
    assert "number_taken" in codes(reading)


def test_a_spec_folder_lists_stories_and_their_files_say_where_they_stand(tmp_path: Path) -> None:
    folder = bmad_v6_folder(tmp_path)
    specs = folder / "_bmad-output/specs/spec-search"
    write(specs / "SPEC.md", "---\nid: search\n---\n# Search\n")
    listed = "- id: '10'\n  title: Index\n- id: '20'\n  title: Query\n  done_checkpoint: true\n"
    write(specs / "stories.yaml", listed)
    write(specs / "stories/20-query.md", "---\ntitle: 'Query'\nstatus: done\n---\n")
    write(specs / "stories/30-lost.md", "---\nstatus: draft\n---\n")
    reading = read(folder)
    of_spec = [(each.key, each.status) for each in reading.items if each.parent == "spec-search"]
    assert of_spec == [
        ("spec-search/10", Status.BACKLOG),
        ("spec-search/20", Status.DONE),
        ("spec-search/30-lost", Status.BACKLOG),
    ]
    assert item(reading, "spec-search").status is Status.IN_PROGRESS
    assert any(
        each.path == "_bmad-output/specs/spec-search/stories/30-lost.md" for each in reading.notices
    )


def test_the_retrospective_of_a_spec_folder_has_its_verdict(tmp_path: Path) -> None:
    folder = bmad_v6_folder(tmp_path)
    specs = folder / "_bmad-output/specs/spec-search"
    write(specs / "SPEC.md", "---\nid: search\n---\n# Search\n")
    write(specs / "stories.yaml", "- id: '10'\n  title: Index\n")
    front = "date: 11-27-2026 18:00\nverdict: rejected\ncriteria: declared\nheadless: true\n"
    write(specs / "RETROSPECTIVE.md", f"---\n{front}---\n\n# Retrospective: Search\n")
    reading = read(folder)
    found = item(reading, "spec-search/retrospective")
    assert (found.kind, found.parent, found.status) == (
        Kind.RETROSPECTIVE,
        "spec-search",
        Status.DONE,
    )
    [said] = found.statements
    assert (said.ledger, said.raw, said.status) == (
        Ledger.RETROSPECTIVE,
        "rejected",
        Status.BLOCKED,
    )
    assert (said.line, said.text) == (3, "verdict: rejected")
    keys = [each.key for each in reading.items]
    assert keys[keys.index("spec-search") :][:3] == [
        "spec-search",
        "spec-search/10",
        "spec-search/retrospective",
    ]
    assert not any("RETROSPECTIVE" in (each.path or "") for each in reading.notices)


def test_a_retrospective_that_is_only_begun_has_no_verdict(tmp_path: Path) -> None:
    specs = bmad_v6_folder(tmp_path) / "_bmad-output/specs/spec-search"
    write(specs / "SPEC.md", "---\nid: search\n---\n# Search\n")
    write(specs / "RETROSPECTIVE.md", "---\ndate: 11-27-2026 18:00\nverdict:\n---\n")
    reading = read(tmp_path / "lecteur")
    assert told(reading, "spec-search/retrospective") == {Ledger.RETROSPECTIVE: None}
    assert not any("RETROSPECTIVE" in (each.path or "") for each in reading.notices)


def test_the_games_module_of_the_alphas_has_its_own_states(tmp_path: Path) -> None:
    write(tmp_path / "bmad/_cfg/manifest.yaml", "installation:\n  version: 6.0.0-alpha.22\n")
    write(tmp_path / "bmad/bmgd/config.yaml", "output_folder: '{project-root}/docs'\n")
    text = "workflow_status:\n  game-brief: docs/game-brief.md\n  gdd: required\n"
    write(tmp_path / "docs/bmgd-workflow-status.yaml", f"{text}  narrative: skipped\n")
    write(tmp_path / "docs/game-brief.md", "---\nstepsCompleted: [1, 2, 3]\n---\n# Brief\n")
    reading = read(tmp_path)
    assert [(each.key, each.status) for each in reading.items] == [
        ("game-brief", Status.DONE),
        ("gdd", Status.BACKLOG),
        ("narrative", Status.OPTIONAL),
    ]
    assert told(reading, "gdd") == {Ledger.WORKFLOW_STATUS: "required"}
    assert told(reading, "game-brief") == {
        Ledger.SPEC: "step 3",
        Ledger.WORKFLOW_STATUS: "done",
    }
    assert reading.notices == []


def test_retrospectives_readiness_and_the_alphas_states_are_read(tmp_path: Path) -> None:
    folder = bmad_v6_folder(tmp_path)
    retro = "---\nverdict: accepted-with-open-items\n---\n# Retrospective\n"
    write(folder / f"{ARTEFACTS}/epic-1-retro-2026-11-27.md", retro)
    write(
        folder / f"{PLANNING}/implementation-readiness.md", "# Readiness\n\n**Verdict:** CONCERNS\n"
    )
    alpha = "workflow_status:\n  prd: docs/prd.md\n  brief: docs/gone.md\n  ux: optional\n"
    write(folder / "_bmad-output/bmm-workflow-status.yaml", alpha)
    write(folder / "docs/prd.md", "# PRD\n")
    reading = read(folder)
    assert told(reading, "epic-1-retrospective") == {
        Ledger.SPRINT_STATUS: "optional",
        Ledger.RETROSPECTIVE: "accepted-with-open-items",
    }
    assert item(reading, "implementation-readiness").status is Status.REVIEW
    assert item(reading, "prd").status is Status.DONE
    assert item(reading, "ux").status is Status.OPTIONAL
    assert any("docs/gone.md" in each.text for each in reading.notices if each.code == "dangling")


def test_a_v4_project_has_its_stories_gates_and_epics(tmp_path: Path) -> None:
    folder = bmad_folder(tmp_path)
    prd = "# A reader\n\n## Epic 1 Foundations\n\n### Story 1.1 Set up\n\n### Story 1.2 Sign in\n"
    write(folder / "docs/prd.md", prd)
    story = (
        "# Story 1.1: Set up\r\n\r\n## Status\r\n\r\nReady for Review\r\n\r\n"
        "## QA Results\r\n\r\nStatus: done\r\n"
    )
    write(folder / "docs/stories/1.1.set-up.md", story)
    gate = "schema: 1\nstory: '1.1'\nstory_title: Set up\ngate: CONCERNS\n"
    write(folder / "docs/qa/gates/1.1-set-up.yml", gate)
    reading = read(folder)
    assert [(each.key, each.title, each.status) for each in reading.items] == [
        ("epic-1", "Foundations", Status.IN_PROGRESS),
        ("1.1.set-up", "Set up", Status.REVIEW),
        ("1.2", "Sign in", Status.BACKLOG),
    ]
    assert told(reading, "1.1.set-up") == {
        Ledger.STORY_FILE: "Ready for Review",
        Ledger.QA_GATE: "CONCERNS",
        Ledger.EPICS: None,
    }


def test_a_folder_without_a_method_has_no_ledgers(tmp_path: Path) -> None:
    write(tmp_path / "docs/stories/1.1.a.md", "# A\n\n## Status\n\nDone\n")
    assert read(tmp_path).items == []
