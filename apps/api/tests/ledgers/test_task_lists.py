"""Where the features, changes and tasks of Spec Kit, OpenSpec and Backlog.md stand."""

import shutil
import time
from pathlib import Path

from agentlab.ledgers.contradictions import Disagreement
from agentlab.ledgers.items import Item
from agentlab.ledgers.service import Reading, read
from agentlab.ledgers.statements import Kind
from agentlab.ledgers.statuses import Ledger, Status
from tests.support import shipped
from tests.support.projects import write

TASKS = """# Tasks: Search the books

## Phase 1: Setup

- [x] T001 Create the project structure
- [ ] T002 [P] Add an index
- [ ] T002 A number that is taken
"""
CHANGE = "openspec/changes/add-search"


def copy_of(package: Path, folder: Path) -> Path:
    return Path(shutil.copytree(package, folder / "project"))


def standing(reading: Reading) -> list[tuple[Kind, str, Status]]:
    return [(each.kind, each.key, each.status) for each in reading.items]


def item(reading: Reading, key: str) -> Item:
    return next(each for each in reading.items if each.key == key)


def disputed(reading: Reading) -> dict[str, Disagreement]:
    return {each.item.key: each.kind for each in reading.contradictions}


def test_features_of_spec_kit_stand_where_their_tasks_are(tmp_path: Path) -> None:
    project = copy_of(shipped.spec_kit(), tmp_path)
    write(project / "specs/001-search-books/tasks.md", TASKS)
    reading = read(project)
    assert standing(reading) == [
        (Kind.SPEC, "001-search-books", Status.IN_PROGRESS),
        (Kind.TASK, "001-search-books/T001", Status.DONE),
        (Kind.TASK, "001-search-books/T002", Status.BACKLOG),
        (Kind.TASK, "001-search-books/#3", Status.BACKLOG),
        (Kind.SPEC, "002-sort-books", Status.BACKLOG),
    ]
    boxes, spec = item(reading, "001-search-books").statements
    assert (boxes.ledger, boxes.raw, boxes.line) == (Ledger.TASK_LIST, "1 of 3", 6)
    assert (spec.ledger, spec.raw) == (Ledger.SPEC, "Draft")
    assert item(reading, "001-search-books/T002").title == "[P] Add an index"


def test_changes_of_openspec_are_done_when_they_are_archived(tmp_path: Path) -> None:
    project = copy_of(shipped.openspec(), tmp_path)
    write(project / CHANGE / "proposal.md", "# Add search\n\n## Why\n\nTo find.\n")
    write(project / CHANGE / "tasks.md", "## Index\n\n- [x] 1.1 Make it\n- [x] 1.2 Fill it\n")
    archived = next((project / "openspec/changes/archive").iterdir())
    write(archived / "proposal.md", "# Add login\n")
    reading = read(project)
    assert standing(reading) == [
        (Kind.SPEC, archived.name, Status.DONE),
        (Kind.SPEC, "add-search", Status.DONE),
        (Kind.TASK, "add-search/1.1", Status.DONE),
        (Kind.TASK, "add-search/1.2", Status.DONE),
    ]
    assert item(reading, "add-search").title == "Add search"


def test_tasks_of_backlog_md_are_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    project = copy_of(shipped.backlog_md(), tmp_path)
    reading = read(project)
    assert [(each.title, each.status) for each in reading.items] == [
        ("Read a book", Status.IN_PROGRESS),
        ("Write a book", Status.BACKLOG),
        ("Learn to read", Status.BACKLOG),
    ]
    said, boxes = reading.items[0].statements
    assert (said.ledger, said.raw, said.text) == (
        Ledger.TASK_FILE,
        "In Progress",
        "status: In Progress",
    )
    assert (boxes.ledger, boxes.raw) == (Ledger.TASK_LIST, "0 of 2")
    assert disputed(reading) == {}


def test_a_status_that_its_boxes_belie_is_a_contradiction(tmp_path: Path) -> None:
    project = copy_of(shipped.backlog_md(), tmp_path)
    first, second = sorted((project / "backlog/tasks").glob("*.md"))[:2]
    first.write_text(first.read_text().replace("status: In Progress", "status: Done"))
    second.write_text(second.read_text() + "\n- [x] Written\n")
    reading = read(project)
    assert list(disputed(reading).values()) == [
        Disagreement.DONE_WITH_OPEN_TASKS,
        Disagreement.TASKS_DONE_FIRST,
    ]
    assert [each.proposal for each in reading.contradictions] == [None, None]


def test_a_subtask_hangs_on_its_task_and_on_no_other(tmp_path: Path) -> None:
    project = copy_of(shipped.backlog_md(), tmp_path)
    for number, parent in ((1, "task-1"), (2, "task-99")):
        write(
            project / f"backlog/tasks/task-1.{number} - Part.md",
            f"---\nid: task-1.{number}\ntitle: Part\nstatus: Polishing\n"
            f"parent_task_id: {parent}\n---\n",
        )
    parts = [each for each in read(project).items if each.title == "Part"]
    assert [each.parent is not None for each in parts] == [True, False]
    assert {each.status for each in parts} == {Status.UNKNOWN}
    assert len(read(project).items) == 5


def test_a_file_of_a_hundred_thousand_boxes_is_read_in_part_and_says_so(tmp_path: Path) -> None:
    project = copy_of(shipped.openspec(), tmp_path)
    write(project / CHANGE / "tasks.md", "- [ ] Go on\n" * 100_000)
    began = time.monotonic()
    reading = read(project)
    assert time.monotonic() - began < 20
    assert "too_many_tasks" in {notice.code for notice in reading.notices}
    assert len(reading.items) == 5_001
