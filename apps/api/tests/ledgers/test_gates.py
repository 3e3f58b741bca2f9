"""Quality gates as BMAD v4 writes them: the reason is shown, and a waiver counts while in force."""

from datetime import timedelta
from pathlib import Path

import pytest

from agentlab.kit.clock import now
from agentlab.ledgers.service import read
from agentlab.ledgers.statements import Statement
from agentlab.ledgers.statuses import Ledger, Status
from agentlab.workspaces.notices import Notice
from tests.support.projects import bmad_folder, write

PATH = "docs/qa/gates/1.3-checkout.yml"
WAIVED = """\
schema: 1
story: '1.3'
story_title: 'Checkout'
gate: WAIVED
status_reason: 'Known issues accepted for MVP release.'
reviewer: 'Quinn'
updated: '2025-01-12T10:15:00Z'
top_issues:
  - id: 'PERF-001'
    severity: low
    finding: 'Dashboard loads slowly with 1000+ items'
    suggested_action: 'Implement pagination in next sprint'
waiver:
  active: true
  reason: 'MVP release - performance optimization deferred'
  approved_by: 'Product Owner'
"""


def gate(tmp_path: Path, text: str) -> tuple[Statement, list[Notice]]:
    folder = bmad_folder(tmp_path)
    write(folder / PATH, text)
    reading = read(folder)
    [said] = next(each for each in reading.items if each.key == "1.3-checkout").statements
    assert said.ledger is Ledger.QA_GATE
    return said, [each for each in reading.notices if each.path == PATH]


def test_the_reason_is_shown_below_the_verdict(tmp_path: Path) -> None:
    said, notices = gate(tmp_path, WAIVED)
    assert (said.raw, said.status, said.line) == ("WAIVED", Status.DONE, 4)
    assert said.text == "gate: WAIVED\nstatus_reason: Known issues accepted for MVP release."
    assert notices == []


def test_a_reason_of_many_lines_stands_in_one(tmp_path: Path) -> None:
    block = "status_reason: |\n  Nobody can sign in.\n  Nobody at all.\n"
    said, _ = gate(tmp_path, f"gate: FAIL\n{block}waiver: {{ active: false }}\n")
    assert said.text.splitlines() == [
        "gate: FAIL",
        "status_reason: Nobody can sign in. Nobody at all.",
    ]
    assert said.status is Status.BLOCKED


@pytest.mark.parametrize("active", ["false", "False", "no"])
def test_a_waiver_that_is_not_active_waives_nothing(tmp_path: Path, active: str) -> None:
    said, [notice] = gate(tmp_path, WAIVED.replace("active: true", f"active: {active}"))
    assert (said.raw, said.status) == ("WAIVED", Status.REVIEW)
    assert (notice.code, notice.line) == ("waiver_not_in_force", 14)
    assert notice.text == f"{PATH}, line 14: its waiver is not active, so it is not waived."


@pytest.mark.parametrize("line", ["expires: '2025-01-26T00:00:00Z'", "expires: 2025-01-26"])
def test_a_waiver_that_ended_waives_nothing(tmp_path: Path, line: str) -> None:
    said, [notice] = gate(tmp_path, f"{WAIVED}{line}\n")
    assert said.status is Status.REVIEW
    assert (notice.code, notice.line) == ("waiver_not_in_force", 17)
    assert "its waiver ended at 2025-01-26" in notice.text


def test_an_end_below_the_waiver_itself_counts_too(tmp_path: Path) -> None:
    said, [notice] = gate(tmp_path, f"{WAIVED}  expires: 2025-01-26\n")
    assert (said.status, notice.code) == (Status.REVIEW, "waiver_not_in_force")


def test_a_waiver_counts_through_its_last_day(tmp_path: Path) -> None:
    for end in (now().date(), now() + timedelta(hours=1)):
        said, notices = gate(tmp_path, f"{WAIVED}expires: '{end.isoformat()}'\n")
        assert (said.status, notices) == (Status.DONE, [])


def test_an_end_that_does_not_exist_is_said_and_ends_nothing(tmp_path: Path) -> None:
    said, [notice] = gate(tmp_path, f"{WAIVED}expires: '{{ISO-8601 timestamp}}'\n")
    assert (said.status, notice.code) == (Status.DONE, "impossible_date")


@pytest.mark.parametrize(
    ("verdict", "status"),
    [("PASS", Status.DONE), ("CONCERNS", Status.REVIEW), ("FAIL", Status.BLOCKED)],
)
def test_other_verdicts_have_no_waiver_to_be_in_force(
    tmp_path: Path, verdict: str, status: Status
) -> None:
    text = WAIVED.replace("WAIVED", verdict).replace("active: true", "active: false")
    said, notices = gate(tmp_path, f"{text}expires: '2025-01-26T00:00:00Z'\n")
    assert (said.raw, said.status, notices) == (verdict, status, [])
