"""Bring the documents of a project up to date with the files of its workspace."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.changes.schemas import Noun
from agentlab.changes.service import announce
from agentlab.documents import service
from agentlab.documents.service import Known, Text
from agentlab.errors import Conflict
from agentlab.kit.clock import now
from agentlab.portfolio.records import record_of_project
from agentlab.workspaces import service as workspaces
from agentlab.workspaces.folder import UNUSABLE
from agentlab.workspaces.notices import Clause, Notice, as_json
from agentlab.workspaces.reading import ReadDocument, read_documents
from agentlab.workspaces.titles import title_of

BATCH_FILES = 256
BATCH_BYTES = 8 * 1024 * 1024
MAX_NOTICES = 200

OnProgress = Callable[[int, str], Awaitable[None]]
"""Called after each batch with the number of files read so far and the last one's path."""

Afterwards = Callable[[AsyncSession, UUID, Path], Awaitable[None]]
AFTERWARDS: list[Afterwards] = []
"""What other features read of the files and documents at every scan, in its transaction."""


def after_scan(do: Afterwards) -> Afterwards:
    AFTERWARDS.append(do)
    return do


@dataclass
class Scan:
    """What a scan found, in numbers of documents."""

    added: int = 0
    changed: int = 0
    missing: int = 0
    returned: int = 0
    unchanged: int = 0
    notices: list[Notice] = field(default_factory=list)

    @property
    def read(self) -> int:
        return self.added + self.changed + self.returned + self.unchanged

    @property
    def is_news(self) -> bool:
        return any((self.added, self.changed, self.missing, self.returned))


class FolderEmptied(Conflict):
    code = "folder_emptied"


UNSCANNABLE = (workspaces.ProjectWithoutFolder, workspaces.BeingScanned, FolderEmptied, *UNUSABLE)
"""Why the folder of a project may not be scanned, for whoever scans it before they do more."""


async def no_progress(_done: int, _path: str) -> None:
    """For those who do not watch."""


async def scan(
    db: AsyncSession, project_id: UUID, root: Path, on_progress: OnProgress = no_progress
) -> Scan:
    """Record every new and changed file of `root`, and which documents are gone.

    Files are streamed: memory holds one batch of at most 256 files, which ends with the file that
    takes it over 8 MiB.

    Raises:
        FolderEmptied: the folder is empty where documents were known.
        BeingScanned: another scan of the project runs.
    """
    workspace = await workspaces.hold(db, project_id)
    recorded = await service.known(db, project_id)
    result = Scan()
    found: set[str] = set()
    files = read_documents(root)
    while batch := await asyncio.to_thread(next_batch, files):
        texts = [take(item, result.notices) for item in batch]
        await record(db, project_id, [text for text in texts if text], recorded, result)
        found.update(text.path for text in texts if text)
        await on_progress(result.read, texts[-1].path if texts[-1] else "")
    await need_not_empty(root, recorded, found)
    await mark_missing(db, recorded, found, result)
    for do in AFTERWARDS:
        await do(db, project_id, root)
    workspace.notices = as_kept(result.notices)
    workspace.scanned_at = now()
    if result.is_news:
        announce(db, Noun.DOCUMENT, project_id=project_id)
        await record_of_project(db, project_id, "project.scanned", after=counts(result))
    return result


def counts(result: Scan) -> dict[str, int]:
    """What was news, for the audit trail."""
    found = {
        "added": result.added,
        "changed": result.changed,
        "missing": result.missing,
        "returned": result.returned,
    }
    return {name: number for name, number in found.items() if number}


def next_batch(files: Iterator[ReadDocument | Notice]) -> list[ReadDocument | Notice]:
    batch: list[ReadDocument | Notice] = []
    size = 0
    for item in files:
        batch.append(item)
        size += item.size if isinstance(item, ReadDocument) else 0
        if len(batch) == BATCH_FILES or size >= BATCH_BYTES:
            break
    return batch


def take(item: ReadDocument | Notice, notices: list[Notice]) -> Text | None:
    if isinstance(item, Notice):
        notices.append(item)
        return None
    if item.notice:
        notices.append(item.notice)
    return Text(item.path, title_of(item.data, item.path), item.data, item.sha256)


async def record(
    db: AsyncSession, project_id: UUID, texts: list[Text], recorded: dict[str, Known], result: Scan
) -> None:
    """Sort a batch into new, changed, returned and unchanged, and store what is new in it."""
    added = [text for text in texts if text.path not in recorded]
    rest = [(recorded[text.path], text) for text in texts if text.path in recorded]
    changed = [(old, text) for old, text in rest if old.sha256 != text.sha256]
    returned = [old.id for old, text in rest if old.sha256 == text.sha256 and old.is_missing]
    await service.add(db, project_id, added)
    await service.change(db, changed)
    await service.mark_found(db, returned)
    result.added += len(added)
    result.changed += len(changed)
    result.returned += len(returned)
    result.unchanged += len(rest) - len(changed) - len(returned)


async def need_not_empty(root: Path, recorded: dict[str, Known], found: set[str]) -> None:
    """An empty folder is more likely a disk that is not mounted than all work thrown away."""
    if recorded and not found and not await asyncio.to_thread(lambda: any(root.iterdir())):
        raise FolderEmptied(
            f"The folder is empty, though {len(recorded)} documents are known from it. If its "
            "disk is not mounted, mount it and scan again. Nothing was changed."
        )


def as_kept(notices: Sequence[Notice]) -> list[dict[str, Any]]:
    """Notices as the workspace keeps them: so many that a person reads them."""
    kept = [as_json(notice) for notice in notices[:MAX_NOTICES]]
    if len(notices) > MAX_NOTICES:
        count = len(notices) - MAX_NOTICES
        rest = f"And {count:,} more of the same kind or others"
        clause = Clause("more_notices", rest, {"count": count})
        kept.append(as_json(Notice(None, None, "more_notices", f"{rest}.", (clause,))))
    return kept


async def mark_missing(
    db: AsyncSession, recorded: dict[str, Known], found: set[str], result: Scan
) -> None:
    """What was not found is gone, but for what lies where the scan could not look."""
    unseen = tuple(notice.path for notice in result.notices if notice.path)
    gone = [
        old.id
        for path, old in recorded.items()
        if path not in found and not old.is_missing and not lies_at(path, unseen)
    ]
    await service.mark_missing(db, gone)
    result.missing = len(gone)


def lies_at(path: str, places: Sequence[str]) -> bool:
    return any(path == place or path.startswith(f"{place}/") for place in places)
