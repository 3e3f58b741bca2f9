"""Features, changes and tasks of Spec Kit, OpenSpec and Backlog.md: files with boxes to tick."""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from agentlab.ledgers.project import ProjectLedgers, joined
from agentlab.ledgers.statements import Kind, Source, Statement, clean
from agentlab.ledgers.statuses import Ledger
from agentlab.workflows.importers.backlog_md import installation as backlog_md
from agentlab.workflows.importers.backlog_md.tasks import Task
from agentlab.workflows.importers.checklists import BOX, STATUS, boxes_of, status_of
from agentlab.workflows.importers.openspec.stages import ARCHIVE, CHANGES
from agentlab.workflows.importers.project_files import ProjectFiles
from agentlab.workflows.importers.spec_kit import installation as spec_kit
from agentlab.workflows.importers.spec_kit.steps import SPECS
from agentlab.workspaces.notices import Clause

TASKS = "tasks.md"
MAX_TASKS = 5_000
"""Of one file."""
NAMED = re.compile(r"\**(?P<key>T\d{1,6}|\d{1,6}(?:\.\d{1,6}){0,3})\b[.:]?\**\s*(?P<title>.*)")
TITLE = re.compile(r"^#[ \t]+(?:[A-Z][\w ]{0,30}:[ \t]*)?(\S[^\r\n]{0,300})", re.MULTILINE)
BACKLOG_NUMBER = re.compile(r"[A-Za-z][\w]*-(?P<number>\d{1,9}(?:\.\d{1,9})?)")
BACKLOG_STATUS = re.compile(r"^status[ \t]*:", re.MULTILINE)


def read_features(project: ProjectLedgers, files: ProjectFiles) -> None:
    """Spec Kit: a folder for each feature, with its spec and its tasks."""
    for feature in spec_kit.features(files):
        folder = joined(SPECS, feature)
        spec = project.source(joined(folder, "spec.md"))
        if spec:
            found = STATUS.search(spec.text)
            at = found.start("status") if found else 0
            word = status_of(spec.text)
            project.found.statements.append(of_spec(spec, feature, word, at if word else None))
        add_tasks(project, joined(folder, TASKS), feature)


def read_changes(project: ProjectLedgers, files: ProjectFiles) -> None:
    """OpenSpec: a folder for each open change; what is archived is done."""
    if not files.is_folder(CHANGES):
        return
    for change in files.folders(CHANGES):
        if change == ARCHIVE or change.startswith("."):
            continue
        folder = joined(CHANGES, change)
        proposal = project.source(joined(folder, "proposal.md"))
        if proposal:
            project.found.statements.append(of_spec(proposal, change, None, None))
        add_tasks(project, joined(folder, TASKS), change)
    archive = joined(CHANGES, ARCHIVE)
    for change in files.folders(archive) if files.is_folder(archive) else ():
        source = project.source(joined(archive, change, "proposal.md"))
        source = source or project.source(joined(archive, change, TASKS))
        if source:
            project.found.statements.append(of_spec(source, change, "archived", None))


def read_board(project: ProjectLedgers, files: ProjectFiles) -> None:
    """Backlog.md: a file for each task, with its status and its boxes."""
    tasks = backlog_md.tasks_in(files)
    known = {task.id.lower(): task.id for task in tasks}
    for task in tasks:
        source = project.source(task.path)
        if source is None:
            continue
        named = BACKLOG_NUMBER.fullmatch(task.id)
        number = named["number"] if named else None
        parent = known.get(str(task.values.get("parent_task_id") or "").lower())
        project.found.statements += of_task(task, source, number, parent)


def of_spec(source: Source, key: str, word: str | None, at: int | None) -> Statement:
    return Statement(
        ledger=Ledger.SPEC,
        kind=Kind.SPEC,
        key=clean(key, 200),
        number=None,
        title=title_of(source),
        raw=clean(word, 100) if word else None,
        path=source.path,
        line=source.line_at(at) if at is not None else None,
        text=source.line_around(at) if at is not None else "",
        sha256=source.sha256,
    )


def title_of(source: Source) -> str | None:
    """The first heading, without the words that templates put before a name."""
    found = TITLE.search(source.text)
    return clean(found[1].strip(), 200) if found else None


def add_tasks(project: ProjectLedgers, path: str, whole: str) -> None:
    """How far `whole` is by its boxes, and each of them as a task of it."""
    source = project.source(path)
    if source is None:
        return
    boxes = boxes_of(source.text)
    if not boxes.total:
        return
    found = project.found.statements
    found.append(counted(source, Kind.SPEC, clean(whole, 200), None, None))
    taken: set[str] = set()
    for position, (at, line, mark, words) in enumerate(boxes_in(source), start=1):
        if position > MAX_TASKS:
            english = f"it has {boxes.total:,} boxes; the first {MAX_TASKS:,} are listed as tasks"
            what = Clause("too_many_tasks", english, {"count": boxes.total, "limit": MAX_TASKS})
            project.found.odd(source.path, line, "too_many_tasks", what)
            return
        named = NAMED.match(words)
        name = named["key"] if named and named["key"] not in taken else f"#{position}"
        taken.add(name)
        found.append(
            Statement(
                ledger=Ledger.TASK_LIST,
                kind=Kind.TASK,
                key=clean(f"{whole}/{name}", 200),
                number=None,
                title=clean((named["title"] if named else words).strip(), 200) or None,
                raw=f"[{mark}]",
                path=source.path,
                line=line,
                text=source.line_around(at),
                sha256=source.sha256,
                parent=clean(whole, 200),
            )
        )


def boxes_in(source: Source) -> Iterator[tuple[int, int, str, str]]:
    """Where each box is, in which line, how it is marked, and the words after it."""
    line, counted_to = 1, 0
    for found in BOX.finditer(source.text):
        at = found.start("mark")
        line += source.text.count("\n", counted_to, at)
        counted_to = at
        end = source.text.find("\n", found.end())
        words = source.text[found.end() : end if end >= 0 else None]
        yield at, line, found["mark"], words.strip()


def of_task(
    task: Task, source: Source, number: str | None, parent: str | None
) -> Iterator[Statement]:
    at = BACKLOG_STATUS.search(source.text)
    yield Statement(
        ledger=Ledger.TASK_FILE,
        kind=Kind.TASK,
        key=clean(task.id, 200),
        number=number,
        title=clean(task.title, 200),
        raw=clean(task.status, 100) or None,
        path=source.path,
        line=source.line_at(at.start()) if at else None,
        text=source.line_around(at.start()) if at else PurePosixPath(source.path).name,
        sha256=source.sha256,
        parent=clean(parent, 200) if parent else None,
    )
    if task.boxes.total:
        yield counted(source, Kind.TASK, clean(task.id, 200), number, parent)


def counted(
    source: Source, kind: Kind, key: str, number: str | None, parent: str | None
) -> Statement:
    """What the boxes of a file say together, with the first that is open as evidence."""
    boxes = boxes_of(source.text)
    found = next((each for each in boxes_in(source) if each[2] == " "), None)
    at, line, *_ = found or next(boxes_in(source))
    return Statement(
        ledger=Ledger.TASK_LIST,
        kind=kind,
        key=key,
        number=number,
        title=None,
        raw=f"{boxes.ticked} of {boxes.total}",
        path=source.path,
        line=line,
        text=source.line_around(at),
        sha256=source.sha256,
        parent=parent,
    )
