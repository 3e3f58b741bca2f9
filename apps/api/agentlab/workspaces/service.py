"""The folder of a project, found again through the allowed roots at every use."""

import asyncio
from collections.abc import Iterable, Sequence
from pathlib import Path
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.errors import NotFound
from agentlab.workspaces.folder import resolve
from agentlab.workspaces.models import Workspace
from agentlab.workspaces.notices import Notice
from agentlab.workspaces.reading import read_document


async def find(db: AsyncSession, project_id: UUID, *, lock: bool = False) -> Workspace:
    """The workspace; with `lock`, while no other transaction can scan it."""
    query = select(Workspace).filter_by(project_id=project_id)
    workspace = await db.scalar(query.with_for_update() if lock else query)
    if workspace is None:
        raise NotFound("There is no such project.")
    return workspace


async def folder(workspace: Workspace, roots: Sequence[Path]) -> Path:
    """Its folder, checked again: it may be gone, or the roots may have changed."""
    return await asyncio.to_thread(resolve, workspace.path, roots)


async def digests(root: Path, paths: Iterable[str]) -> dict[str, str | None]:
    """The SHA-256 of each file as it is now; None for one that cannot be read."""

    def read() -> dict[str, str | None]:
        found = {path: read_document(root, path) for path in paths}
        return {p: None if isinstance(r, Notice) else r.sha256 for p, r in found.items()}

    return await asyncio.to_thread(read)
