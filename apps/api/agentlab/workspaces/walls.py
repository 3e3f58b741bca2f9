"""Folders of projects that somebody does not see, which no path is a way round.

Who imports a folder reads every document in it. So what is such a folder, lies in one or holds one
is not theirs to import; and what they browse says nothing of it.
"""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import func, not_, select
from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.auth.sight import Looking, project_in_sight
from agentlab.errors import Conflict
from agentlab.portfolio.models import Client, Project, Service
from agentlab.workspaces.folder import FolderListing, is_inside, list_folders, located, resolve
from agentlab.workspaces.models import Workspace

ONE_AT_A_TIME = 7_236_540_041


class FolderNotYours(Conflict):
    code = "folder_not_yours"


async def resolved(
    db: AsyncSession, path: str, *, by: Looking | None, roots: Sequence[Path]
) -> Path:
    """The folder that `path` means, if it is theirs; None is the command line.

    It is asked before the folder is opened, or the answer would tell what is there.

    Raises:
        FolderNotYours, and what `resolve` raises.
    """
    place = await asyncio.to_thread(located, path, roots)
    await need_theirs(db, place, by)
    return await asyncio.to_thread(resolve, place, roots)


async def need_theirs(db: AsyncSession, root: Path, by: Looking | None) -> None:
    hidden = await out_of_sight(db, by)
    if is_inside(root, hidden) or any(each.is_relative_to(root) for each in hidden):
        raise not_theirs()


async def need_theirs_at_the_end(db: AsyncSession, root: Path, by: Looking | None) -> None:
    """What was imported beside us counts, too: of two at once, one waits until the other is there.

    To be called last, as whoever waits does so for a commit and not for a whole import.
    """
    if by and not by.sees_all:
        await db.execute(select(func.pg_advisory_xact_lock(ONE_AT_A_TIME)))
    await need_theirs(db, root, by)


async def browse(
    db: AsyncSession, path: str | None, *, by: Looking, roots: Sequence[Path]
) -> FolderListing:
    """The folders in `path`, or the roots, without those of projects out of sight."""
    hidden = await out_of_sight(db, by)
    if path and is_inside(await asyncio.to_thread(located, path, roots), hidden):
        raise not_theirs()
    return await asyncio.to_thread(list_folders, path, roots, hidden)


async def out_of_sight(db: AsyncSession, by: Looking | None) -> frozenset[Path]:
    """Every folder of a project that they do not see, also of those in the bin."""
    if by is None:
        return frozenset()
    found = await db.scalars(
        select(Workspace.path)
        .join(Project, Project.id == Workspace.project_id)
        .join(Service, Service.id == Project.service_id)
        .join(Client, Client.id == Service.client_id)
        .where(not_(project_in_sight(by, Project.id, Client.id)))
    )
    return frozenset(map(Path, found))


def not_theirs() -> FolderNotYours:
    return FolderNotYours("This folder cannot be imported; ask an administrator.", field="path")
