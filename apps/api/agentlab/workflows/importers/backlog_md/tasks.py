"""The tasks of a Backlog.md project, in an order that fits what they depend on."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from agentlab.workflows.importers.checklists import Boxes, boxes_of, front_matter_of
from agentlab.workflows.importers.precedence import after_all_before
from agentlab.workflows.importers.project_files import ProjectFiles
from agentlab.workflows.importers.values import as_text, as_texts
from agentlab.workflows.importers.yaml_source import BrokenYaml
from agentlab.workspaces.notices import Clause, Notice, shown

MAX_TASKS = 1_000
KNOWN = frozenset(
    {
        *("id", "title", "status", "assignee", "reporter", "created_date", "updated_date"),
        *("labels", "milestone", "dependencies", "references", "documentation", "modified_files"),
        *("parent_task_id", "subtasks", "priority", "type", "ordinal", "onStatusChange"),
    }
)
TASK_LEFT_OUT = Clause("task_left_out", "the task was left out")
NUMBERS = re.compile(r"\d{1,9}")


@dataclass(frozen=True, slots=True)
class Task:
    """What a task's file says. `boxes` are those of its acceptance criteria and the like."""

    path: str
    id: str
    title: str
    status: str
    assignees: tuple[str, ...]
    dependencies: tuple[str, ...]
    ordinal: float
    boxes: Boxes
    values: Mapping[str, JsonValue]


def read_tasks(files: ProjectFiles, folders: Sequence[str]) -> tuple[Task, ...]:
    """The tasks in `folders`, each once, in their order; a notice for each that cannot be read."""
    found: dict[str, Task] = {}
    for path in _paths(files, folders):
        task = _task(files, path)
        if task is None:
            continue
        if task.id.lower() in found:
            english = f"the id `{task.id}` is taken already; it was left out"
            clause = Clause("task_id_taken", english, {"key": task.id})
            files.notices.append(Notice.of(path, None, "id_taken", clause))
        else:
            found[task.id.lower()] = task
    _report_unknown(files, found.values())
    return _in_order(files, sorted(found.values(), key=_place))


def _paths(files: ProjectFiles, folders: Sequence[str]) -> Iterator[str]:
    paths = [
        f"{folder}/{name}"
        for folder in folders
        for name in files.names(folder)
        if name.lower().endswith(".md") and shown(name) == name
    ]
    if len(paths) > MAX_TASKS:
        english = f"it holds {len(paths):,} tasks; the first {MAX_TASKS:,} are read"
        clause = Clause("too_many_task_files", english, {"count": len(paths), "limit": MAX_TASKS})
        files.notices.append(Notice.of(folders[0], None, "too_many_files", clause))
    yield from paths[:MAX_TASKS]


def _task(files: ProjectFiles, path: str) -> Task | None:
    data = files.read_or_say(path)
    if data is None:
        return None
    text = data.decode("utf-8", "replace")
    try:
        values = front_matter_of(text)
    except BrokenYaml as broken:
        line = broken.line + 1 if broken.line else None
        files.notices.append(Notice.of(path, line, "broken_yaml", broken.reason, TASK_LEFT_OUT))
        return None
    id_ = as_text(values.get("id")) if values is not None else None
    if values is None or not id_:
        clause = Clause("task_without_id", "it has no `id` in its front matter, so it is no task")
        files.notices.append(Notice.of(path, None, "malformed_item", clause))
        return None
    ordinal = values.get("ordinal")
    return Task(
        path,
        id_,
        as_text(values.get("title")) or id_,
        as_text(values.get("status")) or "",
        as_texts(values.get("assignee") or []) or (),
        as_texts(values.get("dependencies") or []) or (),
        float(ordinal) if isinstance(ordinal, int | float) else float("inf"),
        boxes_of(text),
        values,
    )


def _place(task: Task) -> tuple[float, list[int], str]:
    return task.ordinal, [int(number) for number in NUMBERS.findall(task.id)], task.id


def _report_unknown(files: ProjectFiles, tasks: Iterable[Task]) -> None:
    """One notice for each unknown key, however many tasks have it."""
    unknown: dict[str, list[Task]] = {}
    for task in tasks:
        for key in (key for key in task.values if key not in KNOWN):
            unknown.setdefault(key, []).append(task)
    for key, found in unknown.items():
        often = "1 task" if len(found) == 1 else f"{len(found)} tasks"
        english = f"`{key}`, in {often}, has no meaning in Backlog.md; it is kept as it is"
        clause = Clause("unknown_key_of_tasks", english, {"key": key, "count": len(found)})
        files.notices.append(Notice.of(found[0].path, None, "unknown_key", clause))


def _in_order(files: ProjectFiles, tasks: Sequence[Task]) -> tuple[Task, ...]:
    places = {task.id.lower(): at for at, task in enumerate(tasks)}
    after: dict[int, set[int]] = {}
    for at, task in enumerate(tasks):
        for name in task.dependencies:
            if name.lower() in places:
                after.setdefault(places[name.lower()], set()).add(at)
            else:
                english = f"it depends on `{name}`, which is not there; that is ignored"
                clause = Clause("task_needs_unknown", english, {"name": name})
                files.notices.append(Notice.of(task.path, None, "dangling_reference", clause))
    order = list(after_all_before(len(tasks), after))
    if len(order) == len(tasks):
        return tuple(tasks[at] for at in order)
    left = [task for at, task in enumerate(tasks) if at not in set(order)]
    names = ", ".join(task.id for task in left[:5])
    english = f"what depends on what goes round in a circle ({names}); their numbers count"
    clause = Clause("tasks_in_circle", english, {"names": names})
    files.notices.append(Notice.of(left[0].path, None, "cycle", clause))
    return tuple(tasks)
