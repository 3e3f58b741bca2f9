"""Spec Kit, OpenSpec and Backlog.md: projects that their own programs have written."""

import shutil
from pathlib import Path

from agentlab.workflows.importers.detection import candidates
from tests.support import shipped
from tests.support.projects import write


def test_spec_kit_is_a_workflow_for_all_features_and_one_for_each(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(shipped.spec_kit(), tmp_path / "project"))
    write(
        folder / "specs/001-search-books/tasks.md", "- [x] T001 One\n- [X] T002 Two\n- [ ] T003 3\n"
    )
    (found,) = candidates(folder)
    assert (found.method, found.generation, found.version) == ("spec-kit", "v1", "1.2.3")
    assert found.evidence[0] == ".specify/init-options.json"
    assert found.evidence[-1] == "specs: 2 features"
    assert [each.key for each in found.workflows] == [
        "speckit",
        "001-search-books",
        "002-sort-books",
    ]
    search = found.workflows[1]
    assert search.description == "Draft; 2 of 3 tasks done"
    assert search.source == (folder / ".specify/workflows/speckit/workflow.yml").read_bytes()
    assert [stage.key for stage in search.stages] == ["specify", "plan", "tasks", "implement"]
    assert [stage.gate.reason if stage.gate else None for stage in search.stages] == [
        "Review the generated spec before planning.",
        "Review the plan before generating tasks.",
        None,
        None,
    ]
    assert search.stages[0].artefacts[0].patterns == ("specs/001-search-books/spec.md",)
    assert found.workflows[0].stages[0].artefacts[0].patterns == ("specs/*/spec.md",)
    assert search.notices == ()


def test_spec_kit_without_a_workflow_file_has_the_steps_of_its_guide(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(shipped.spec_kit(), tmp_path / "project"))
    shutil.rmtree(folder / ".specify/workflows")
    (found,) = candidates(folder)
    search = found.workflows[1]
    assert [stage.key for stage in search.stages if not stage.optional] == [
        "specify",
        "plan",
        "tasks",
        "implement",
    ]
    assert search.source_path == "specs/001-search-books/spec.md"


def test_openspec_is_a_workflow_for_each_open_change(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(shipped.openspec(), tmp_path / "project"))
    write(
        folder / "openspec/changes/add-search/tasks.md", "## 1. Do\n- [x] 1.1 One\n- [ ] 1.2 Two\n"
    )
    (found,) = candidates(folder)
    assert (found.method, found.generation) == ("openspec", "v1")
    assert found.evidence == (
        "openspec/config.yaml",
        "openspec/changes: 1 open change",
        "openspec/changes/archive: 1 archived change",
        "openspec/specs: 0 specs",
    )
    assert [each.key for each in found.workflows] == ["openspec", "add-search"]
    change = found.workflows[1]
    assert change.description == "1 of 2 tasks done"
    assert [(stage.key, stage.gate is not None) for stage in change.stages] == [
        ("proposal", True),
        ("specs", True),
        ("design", True),
        ("tasks", False),
        ("apply", False),
        ("archive", True),
    ]
    assert change.stages[0].artefacts[0].patterns == (
        "openspec/changes/add-search/proposal.md",
        "openspec/changes/archive/*-add-search/proposal.md",
    )
    assert change.source == (folder / "openspec/changes/add-search/.openspec.yaml").read_bytes()


def test_the_schema_that_openspec_ships_is_the_one_that_is_assumed(tmp_path: Path) -> None:
    """A project that has a copy of it gets the same stages as one that has none."""
    schema = shipped.package(shipped.OPENSPEC) / "schemas/spec-driven/schema.yaml"
    plain = Path(shutil.copytree(shipped.openspec(), tmp_path / "plain"))
    own = Path(shutil.copytree(plain, tmp_path / "own"))
    write(own / "openspec/schemas/spec-driven/schema.yaml", schema.read_bytes())
    (assumed,), (read,) = candidates(plain), candidates(own)
    for without, given in zip(assumed.workflows, read.workflows, strict=True):
        assert [stage.key for stage in given.stages] == [stage.key for stage in without.stages]
        assert [stage.artefacts for stage in given.stages] == [
            stage.artefacts for stage in without.stages
        ]
    assert read.workflows[0].source == schema.read_bytes()


def test_a_schema_that_goes_round_in_a_circle_is_read_in_its_own_order(tmp_path: Path) -> None:
    write(tmp_path / "openspec/config.yaml", "schema: ours\n")
    write(
        tmp_path / "openspec/schemas/ours/schema.yaml",
        "artifacts:\n- {id: a, requires: [b]}\n- {id: b, requires: [a, gone]}\n- {id: b}\n- {}\n",
    )
    (found,) = candidates(tmp_path)
    assert [stage.key for stage in found.workflows[0].stages] == ["a", "b", "apply", "archive"]
    assert {notice.code for notice in found.notices} == {
        "cycle",
        "dangling_reference",
        "id_taken",
        "malformed_item",
    }


def test_backlog_md_is_a_workflow_of_its_tasks_and_one_of_its_board(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(shipped.backlog_md(), tmp_path / "project"))
    (found,) = candidates(folder)
    assert (found.method, found.generation) == ("backlog.md", "v1")
    assert found.evidence[0] == "backlog/config.yml"
    assert found.evidence[1].startswith("backlog/tasks: 3 tasks (")
    assert found.notices == ()
    tasks, board = found.workflows
    assert [stage.key for stage in tasks.stages] == ["TASK-2", "TASK-3", "TASK-1"]
    read = tasks.stages[2]
    assert (read.title, read.notes) == ("TASK-1: Read a book", "Status: In Progress")
    assert read.agent is not None
    assert read.agent.lstrip("@") == "ada"
    assert read.gate is not None
    assert read.gate.reason == "The task has 2 boxes to tick before it counts as done"
    assert [(a.role, a.patterns) for a in read.artefacts] == [
        ("updates", ("backlog/tasks/task-1 - Read-a-book.md",)),
        ("requires", ("backlog/tasks/task-3 - Learn-to-read.md",)),
    ]
    assert [stage.title for stage in board.stages] == ["To Do", "In Progress", "Done"]
    assert [stage.gate is not None for stage in board.stages] == [False, False, True]


def test_a_broken_task_is_named_and_the_others_are_read(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(shipped.backlog_md(), tmp_path / "project"))
    tasks = folder / "backlog/tasks"
    write(tasks / "task-4 - A.md", "---\nid: [\n---\n")
    write(tasks / "task-5 - B.md", "No front matter\n")
    write(tasks / "task-6 - C.md", "---\nid: task-2\n---\n")
    write(tasks / "task-7 - D.md", "---\nid: TASK-7\ndependencies: [TASK-8, gone]\nodd: 1\n---\n")
    write(tasks / "task-8 - E.md", "---\nid: TASK-8\ndependencies: [TASK-7]\n---\n")
    write(tasks / "task-9 - F.md", b"# " + b"x" * 5_000_000)
    (found,) = candidates(folder)
    assert {notice.code for notice in found.notices} == {
        "broken_yaml",
        "malformed_item",
        "id_taken",
        "dangling_reference",
        "unknown_key",
        "cycle",
        "too_large",
    }
    assert len(found.workflows[0].stages) == 5
