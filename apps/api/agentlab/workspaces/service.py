"""The folder of a project, found again through the allowed roots at every use."""

import asyncio
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NoReturn
from uuid import UUID

from psycopg.errors import LockNotAvailable
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.errors import Conflict, NotFound
from agentlab.portfolio.models import Project
from agentlab.workspaces.folder import resolve
from agentlab.workspaces.models import Workspace
from agentlab.workspaces.notices import Notice
from agentlab.workspaces.reading import read_document
from agentlab.workspaces.walk import FoundDocument, walk_documents


class BeingScanned(Conflict):
    code = "being_scanned"


class ProjectWithoutFolder(Conflict):
    code = "project_without_folder"


async def find(db: AsyncSession, project_id: UUID) -> Workspace:
    """The workspace of a project.

    Raises:
        NotFound: there is no such project.
        ProjectWithoutFolder: it has not been given one.
    """
    workspace = await db.scalar(select(Workspace).filter_by(project_id=project_id))
    return workspace or await say_why_none(db, project_id)


async def hold(db: AsyncSession, project_id: UUID) -> Workspace:
    """The workspace; no other transaction can scan it until we commit.

    Raises:
        NotFound, ProjectWithoutFolder: as `find` does.
        BeingScanned: another transaction scans it.
    """
    # Waiting would hold a connection: a few impatient clicks could take all of them.
    held = select(Workspace).filter_by(project_id=project_id).with_for_update(nowait=True)
    try:
        workspace = await db.scalar(held)
    except OperationalError as error:
        if isinstance(error.orig, LockNotAvailable):
            raise BeingScanned("The folder is being scanned. Try again in a moment.") from error
        raise
    return workspace or await say_why_none(db, project_id)


async def say_why_none(db: AsyncSession, project_id: UUID) -> NoReturn:
    if await db.scalar(select(Project.id).filter_by(id=project_id)) is None:
        raise NotFound("There is no such project.")
    raise ProjectWithoutFolder("The project has no folder yet. Give it one first.")


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
