"""The backup container of a server: it makes bundles when they are due, and keeps the archive."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from fastapi import FastAPI
from sqlalchemy import text

from agentlab.context import Context
from agentlab.kit import problems
from agentlab.kit.jobs import Worker
from agentlab.operations.backup import jobs, server
from agentlab.operations.backup.desk import folder_of
from agentlab.operations.point_in_time.keeper import Keeper
from agentlab.operations.point_in_time.repository import Repository, elsewhere, local
from agentlab.process import create_base
from agentlab.settings import Settings


def create_backup_app(settings: Settings) -> FastAPI:
    """Over HTTP it says only how it is, as the worker does."""
    app = create_base(settings, create_service)
    app.router.default = problems.unknown_address
    return app


@dataclass(frozen=True)
class Service:
    worker: Worker
    keeper: Keeper

    async def run(self) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(self.worker.run())
            group.create_task(self.keeper.run())


def create_service(context: Context) -> Service:
    keeper = Keeper(
        open_repositories=partial(opened, context),
        last_archived=partial(last_archived, context),
        is_used=partial(is_used, context),
        wake=Waking(context).wake,
        state=folder_of(context.settings),
    )
    return Service(jobs.create_worker(context, server.place_of_running), keeper)


def opened(context: Context) -> Iterator[Repository]:
    """The one on this host whatever the settings of the other are."""
    yield local()
    place = server.place_of_running(context)
    yield from elsewhere(place.s3, place.key)


async def last_archived(context: Context) -> tuple[str | None, int]:
    """The segment that was archived last, as PostgreSQL believes, and how many wait for that."""
    async with context.engine.connect() as db:
        row = (await db.execute(text(LAST_ARCHIVED))).one()
    return row.last_archived_wal, row.waiting


LAST_ARCHIVED = """
SELECT last_archived_wal,
  (SELECT count(*) FROM pg_ls_archive_statusdir() WHERE name LIKE '%.ready') AS waiting
FROM pg_stat_archiver
"""


@dataclass
class Waking:
    """Until its first checkpoint, PostgreSQL that was started ignores `archive_timeout`."""

    context: Context
    started_at: datetime | None = None

    async def wake(self) -> None:
        async with self.context.engine.connect() as db:
            started_at = await db.scalar(text("SELECT pg_postmaster_start_time()"))
            if started_at != self.started_at:
                await db.execute(text("CHECKPOINT"))
        self.started_at = started_at


async def is_used(context: Context) -> bool:
    """Whether somebody has an account in the database that runs."""
    async with context.engine.connect() as db:
        return bool(await db.scalar(text("SELECT EXISTS (SELECT FROM users)")))
