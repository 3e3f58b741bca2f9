"""Recognising Backlog.md and reading its tasks, and its board, as workflows."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from pydantic import JsonValue

from agentlab.workflows.importers.backlog_md.tasks import Task, read_tasks
from agentlab.workflows.importers.definitions import (
    ArtefactDefinition,
    Detection,
    GateProposal,
    Role,
    StageDefinition,
    WorkflowDefinition,
)
from agentlab.workflows.importers.keys import stage_key
from agentlab.workflows.importers.project_files import ProjectFiles
from agentlab.workflows.importers.values import as_text, as_texts
from agentlab.workspaces.folder import opened_root
from agentlab.workspaces.notices import Clause, Notice, shown

ROOT_CONFIG = "backlog.config.yml"
FOLDERS = ("backlog", ".backlog")
CONFIGS = ("config.yml", "config.yaml")
LAST = "The work counts as done after this"
STATUSES = ("To Do", "In Progress", "Done")

# A file of this name may be anybody's; with one of these keys it is Backlog.md's.
OWN_KEYS = frozenset({"statuses", "default_status", "task_prefix", "backlog_directory"})


def detect(folder: Path) -> Detection | None:
    """What `folder` holds of Backlog.md; None when it is not there.

    Raises what `opened_root` raises.
    """
    with opened_root(folder) as top:
        files = ProjectFiles(top)
        found = _config(files)
        if found is None:
            return None
        tasks = _tasks(files, found)
        return Detection(
            method="backlog.md",
            generation="v1",
            version=None,
            folder=found.folder,
            evidence=tuple(_evidence(found, tasks)),
            workflows=tuple(_workflows(found, tasks, files)),
            notices=tuple(files.notices),
        )


def tasks_in(files: ProjectFiles) -> tuple[Task, ...]:
    """The tasks of a Backlog.md project; none where it is not there."""
    found = _config(files)
    return _tasks(files, found) if found else ()


def _tasks(files: ProjectFiles, found: "_Config") -> tuple[Task, ...]:
    return read_tasks(files, (f"{found.folder}/tasks", f"{found.folder}/completed"))


@dataclass(frozen=True, slots=True)
class _Config:
    """The configuration's file and what it says; `folder` is where the tasks are."""

    path: str
    data: bytes
    values: Mapping[str, JsonValue]
    folder: str


def _config(files: ProjectFiles) -> _Config | None:
    places = [(ROOT_CONFIG, FOLDERS[0])]
    places += [(f"{folder}/{name}", folder) for folder in FOLDERS for name in CONFIGS]
    for path, folder in places:
        data = files.read_or_say(path)
        source = files.parse(path, data) if data is not None else None
        values = source.value if source else None
        if data is None or not isinstance(values, dict) or not OWN_KEYS & values.keys():
            continue
        given = as_text(values.get("backlog_directory")) if path == ROOT_CONFIG else None
        return _Config(path, data, values, _folder(files, path, given, folder))
    return None


def _folder(files: ProjectFiles, path: str, given: str | None, default: str) -> str:
    if given is None:
        return default
    place = PurePosixPath(given)
    if place.is_absolute() or ".." in place.parts or not place.parts or shown(given) != given:
        english = f"`backlog_directory` is not a path in the project, so {default} is assumed"
        clause = Clause("backlog_no_path", english, {"default": default})
        files.notices.append(Notice.of(path, None, "location_assumed", clause))
        return default
    return str(place)


def _evidence(found: _Config, tasks: Sequence[Task]) -> Iterator[str]:
    yield found.path
    counts: dict[str, int] = {}
    for task in tasks:
        status = task.status or "no status"
        counts[status] = counts.get(status, 0) + 1
    each = ", ".join(f"{count} {shown(status)}" for status, count in counts.items())
    number = "1 task" if len(tasks) == 1 else f"{len(tasks)} tasks"
    yield f"{found.folder}/tasks: {number}" + (f" ({each})" if each else "")


def _workflows(
    found: _Config, tasks: Sequence[Task], files: ProjectFiles
) -> Iterator[WorkflowDefinition]:
    """The tasks one after the other, and the columns of the board."""
    name = as_text(found.values.get("project_name")) or "Backlog.md"
    if tasks:
        yield _workflow(found, "tasks", f"{name}: tasks", _of_tasks(tasks))
    yield _workflow(found, "board", f"{name}: board", _of_board(found, files))


def _workflow(
    found: _Config, key: str, name: str, stages: Iterator[StageDefinition]
) -> WorkflowDefinition:
    return WorkflowDefinition(
        key=key,
        name=name,
        stages=tuple(stages),
        source_path=found.path,
        source=found.data,
        sha256=hashlib.sha256(found.data).hexdigest(),
        extra={"config": dict(found.values)},
    )


def _of_tasks(tasks: Sequence[Task]) -> Iterator[StageDefinition]:
    paths = {task.id.lower(): task.path for task in tasks}
    taken: set[str] = set()
    for position, task in enumerate(tasks, start=1):
        key = stage_key(task.id, position, taken)
        taken.add(key)
        needed = [name for name in task.dependencies if name.lower() in paths]
        criteria = "1 box" if task.boxes.total == 1 else f"{task.boxes.total} boxes"
        reason = f"The task has {criteria} to tick before it counts as done"
        yield StageDefinition(
            position=position,
            key=key,
            title=f"{task.id}: {task.title}"[:200],
            agent=", ".join(task.assignees) or None,
            notes=f"Status: {task.status}" if task.status else None,
            artefacts=(
                _file("updates", task.path, task.id),
                *(_file("requires", paths[name.lower()], name) for name in needed),
            ),
            gate=GateProposal("approval", reason) if task.boxes.total else None,
            extra={"status": task.status, "task": dict(task.values)},
        )


def _of_board(found: _Config, files: ProjectFiles) -> Iterator[StageDefinition]:
    given = as_texts(found.values.get("statuses") or [])
    if given is None:
        english = "`statuses` is no list of names, so Backlog.md's own are assumed"
        clause = Clause("statuses_no_list", english)
        files.notices.append(Notice.of(found.path, None, "unusual_value", clause))
    statuses = tuple(dict.fromkeys(given or ())) or STATUSES
    taken: set[str] = set()
    for position, status in enumerate(statuses, start=1):
        key = stage_key(status.lower(), position, taken)
        taken.add(key)
        last = GateProposal("approval", LAST) if position == len(statuses) else None
        tasks = f"{found.folder}/tasks/*.md"
        yield StageDefinition(
            position=position,
            key=key,
            title=status[:200] or f"Stage {position}",
            repeats="for_each_task",
            artefacts=(ArtefactDefinition("updates", tasks, tasks, patterns=(tasks,), every=True),),
            gate=last,
        )


def _file(role: Role, path: str, label: str) -> ArtefactDefinition:
    return ArtefactDefinition(role, label, path, patterns=(path,))
