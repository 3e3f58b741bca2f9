"""The folder of a project, found again through the allowed roots at every use."""

import asyncio
from collections.abc import Iterable, Sequence
from pathlib import Path
from uuid import UUID

from psycopg.errors import LockNotAvailable
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.errors import Conflict, NotFound
from agentlab.workspaces.folder import resolve
from agentlab.workspaces.models import Workspace
from agentlab.workspaces.notices import Notice
from agentlab.workspaces.reading import read_document
from agentlab.workspaces.walk import FoundDocument, walk_documents


class BeingScanned(Conflict):
    code = "being_scanned"


async def find(db: AsyncSession, project_id: UUID, *, lock: bool = False) -> Workspace:
    """The workspace; with `lock`, while no other transaction can scan it.

    Raises:
        NotFound: there is no such project.
        BeingScanned: with `lock`, when another transaction scans it.
    """
    query = select(Workspace).filter_by(project_id=project_id)
    # Waiting would hold a connection: a few impatient clicks could take all of them.
    locked = query.with_for_update(nowait=True)
    try:
        workspace = await db.scalar(locked if lock else query)
    except OperationalError as error:
        if isinstance(error.orig, LockNotAvailable):
            raise BeingScanned("The folder is being scanned. Try again in a moment.") from error
        raise
    if workspace is None:
        raise NotFound("There is no such project.")
    return workspace


async def folder(workspace: Workspace, roots: Sequence[Path]) -> Path:
    """Its folder, checked again: it may be gone, or the roots may have changed."""
    return await asyncio.to_thread(resolve, workspace.path, roots)


async def paths(root: Path) -> list[str]:
    """The paths of all documents that are there now."""

    def walk() -> list[str]:
        return [found.path for found in walk_documents(root) if isinstance(found, FoundDocument)]

    return await asyncio.to_thread(walk)


async def digests(root: Path, paths: Iterable[str]) -> dict[str, str | None]:
    """The SHA-256 of each file as it is now; None for one that cannot be read."""

    def read() -> dict[str, str | None]:
        found = {path: read_document(root, path) for path in paths}
        return {p: None if isinstance(r, Notice) else r.sha256 for p, r in found.items()}

    return await asyncio.to_thread(read)
