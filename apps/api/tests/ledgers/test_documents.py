"""What planning documents say of themselves, in the front matter that each generation writes."""

from pathlib import Path

import pytest

from agentlab.ledgers.service import Reading, read
from agentlab.ledgers.statements import Kind, Statement
from agentlab.ledgers.statuses import Status
from tests.support.ledgers import PLANNING, bmad_v6_folder
from tests.support.projects import write

SPINE = """\
---
name: 'Lecteur'
type: architecture-spine
purpose: build-substrate    # build-substrate (default) · discussion · report · deck
status: draft               # draft · final
created: '2026-11-20'
binds: []                   # capability / unit IDs governed
---

# Architecture Spine — Lecteur
"""

PRD = """\
---
stepsCompleted:
  - step-01-init
  - step-12-complete
inputDocuments: []
workflowType: 'prd'
---

# Product Requirements Document - Lecteur
"""

DECISIONS = """\
---
stepsCompleted: [1, 2, 3]
inputDocuments: []
workflowType: 'architecture'
project_name: 'Lecteur'
---

# Architecture Decision Document
"""


def documents(reading: Reading) -> dict[str, tuple[str | None, Status]]:
    return {
        item.key: (item.statements[0].raw, item.status)
        for item in reading.items
        if item.kind is Kind.DOCUMENT
    }


def only(folder: Path, text: str) -> Statement:
    write(folder / f"{PLANNING}/epics.md", "# Lecteur\n")
    write(folder / f"{PLANNING}/architecture.md", text)
    [found] = [each for each in read(folder).items if each.kind is Kind.DOCUMENT]
    [statement] = found.statements
    return statement


def test_a_spine_says_that_it_is_a_draft(tmp_path: Path) -> None:
    folder = bmad_v6_folder(tmp_path)
    path = f"{PLANNING}/architecture/architecture-lecteur-2026-11-20/ARCHITECTURE-SPINE.md"
    write(folder / path, SPINE)
    write(folder / f"{PLANNING}/prds/prd-lecteur/prd.md", "---\nstatus: final\n---\n# PRD\n")
    write(folder / f"{PLANNING}/prds/prd-later/prd.md", "---\nstatus: draft\n---\n# PRD\n")
    write(folder / f"{PLANNING}/prds/prd-lecteur/addendum.md", "# Addendum\n")
    reading = read(folder)
    assert documents(reading) == {
        "architecture/architecture-lecteur-2026-11-20/ARCHITECTURE-SPINE": (
            "draft",
            Status.BACKLOG,
        ),
        "epics": ("step 3", Status.UNKNOWN),
        "prds/prd-later/prd": ("draft", Status.BACKLOG),
        "prds/prd-lecteur/prd": ("final", Status.DONE),
    }
    [said] = next(each for each in reading.items if each.key.endswith("SPINE")).statements
    assert (said.path, said.line) == (path, 5)
    assert said.text == "status: draft               # draft · final"
    assert [each for each in reading.notices if PLANNING in (each.path or "")] == []


@pytest.mark.parametrize(
    ("text", "raw", "status"),
    [
        (DECISIONS, "step 3 of 8", Status.IN_PROGRESS),
        (DECISIONS.replace("[1, 2, 3]", "[]"), "step 0 of 8", Status.BACKLOG),
        (DECISIONS.replace("3]", "3, 4, 5, 6, 7, 8]"), "step 8 of 8", Status.DONE),
        (DECISIONS.replace("project_name", "status: 'complete'\nname"), "complete", Status.DONE),
        (PRD, "step-12-complete", Status.DONE),
        (PRD.replace("12-complete", "09-functional"), "step-09-functional", Status.UNKNOWN),
        ("---\nstatus: approved\n---\n", "approved", Status.DONE),
        ("---\nstatus: in-review\n---\n", "in-review", Status.REVIEW),
        ("---\nstatus: customer-faq\n---\n", "customer-faq", Status.IN_PROGRESS),
        ("---\nstatus: polishing\n---\n", "polishing", Status.UNKNOWN),
    ],
)
def test_a_status_or_the_steps_say_where_a_document_is(
    tmp_path: Path, text: str, raw: str, status: Status
) -> None:
    said = only(bmad_v6_folder(tmp_path), text)
    assert (said.raw, said.status) == (raw, status)


def test_the_line_of_the_steps_is_shown(tmp_path: Path) -> None:
    said = only(bmad_v6_folder(tmp_path), DECISIONS)
    assert (said.line, said.text) == (2, "stepsCompleted: [1, 2, 3]")


def test_what_says_nothing_of_itself_is_no_oddity(tmp_path: Path) -> None:
    folder = bmad_v6_folder(tmp_path)
    before = read(folder)
    for text in (
        "# Brief\n",
        "---\ntitle: Brief\n---\n",
        "---\nstatus: [\n---\n",
        "---\nstatus:\n---\n",
    ):
        write(folder / f"{PLANNING}/brief.md", text)
        after = read(folder)
        assert (documents(after), after.notices) == (documents(before), before.notices)


def test_a_readiness_report_is_read_once(tmp_path: Path) -> None:
    folder = bmad_v6_folder(tmp_path)
    report = "---\nstepsCompleted: [1, 2]\n---\n# Report\n\nOverall Readiness Status: READY\n"
    write(folder / f"{PLANNING}/implementation-readiness-report-2026-11-20.md", report)
    assert documents(read(folder))["implementation-readiness-report-2026-11-20"] == (
        "READY",
        Status.DONE,
    )
