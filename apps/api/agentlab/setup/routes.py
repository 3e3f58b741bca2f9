import asyncio

from fastapi import APIRouter, Request, Response, status

from agentlab.auth import callers, service, sessions
from agentlab.auth.callers import Anyone
from agentlab.auth.routes import hand_over
from agentlab.auth.schemas import AccountIn, AccountOut
from agentlab.context import Context, Ctx
from agentlab.kit.db import DB
from agentlab.kit.problems import documents
from agentlab.operations.backup.archives import Archive
from agentlab.operations.backup.bundle import (
    BundleDamaged,
    BundleMissing,
    BundleOfOtherFormat,
    KeyDoesNotFit,
)
from agentlab.operations.backup.keys import KeyUnusable
from agentlab.operations.backup.shelf import BackupRuns, KeptBundle, ShelfUnusable
from agentlab.operations.embedded.folder import DataFolderUnusable
from agentlab.operations.restore import starting
from agentlab.operations.restore.compatibility import BundleTooNew
from agentlab.operations.restore.journal import Outcome
from agentlab.operations.restore.schemas import RestoreOut, RestoreProgress
from agentlab.setup import service as first_run
from agentlab.setup.schemas import FirstRestoreIn, FoundArchive, FoundBackup, SetupOut

router = APIRouter(tags=["setup"])


@router.get("/setup", responses=documents(ShelfUnusable, DataFolderUnusable))
async def get_setup(_: Anyone, db: DB, context: Ctx) -> SetupOut:
    """Whether the first administrator has still to be made, or everything restored instead."""
    needs_first = await service.needs_first_administrator(db)
    return await asyncio.to_thread(state_of, context, needs_first=needs_first)


@router.post(
    "/setup",
    status_code=status.HTTP_201_CREATED,
    responses=documents(service.AlreadySetUp, first_run.BackupsFound, ShelfUnusable),
)
async def set_up(
    account: AccountIn, _: Anyone, db: DB, context: Ctx, request: Request, response: Response
) -> AccountOut:
    """Make the first administrator and sign them in. Works once, and not beside backups."""
    await service.need_nobody(db)
    await asyncio.to_thread(first_run.need_no_backups, context.settings)
    user = await service.create_first_administrator(db, account)
    token = await service.start_session(db, context, user, origin=callers.origin_of(request))
    await sessions.confirm(context.redis, token)
    await hand_over(request, response, context, token)
    return AccountOut.model_validate(user)


@router.post(
    "/setup/restore",
    responses=documents(
        service.AlreadySetUp,
        starting.RestoreOnHost,
        starting.RestoreNotStarted,
        BackupRuns,
        ShelfUnusable,
        BundleMissing,
        BundleDamaged,
        BundleOfOtherFormat,
        BundleTooNew,
        KeyDoesNotFit,
        KeyUnusable,
        DataFolderUnusable,
    ),
)
async def restore_found_backup(body: FirstRestoreIn, _: Anyone, db: DB, context: Ctx) -> RestoreOut:
    """Restore a backup where nobody is yet. Whoever has its key may; `GET /setup` says how far.

    AgentLab starts anew at the end, and then has its people.
    """
    await service.need_nobody(db)
    key = body.key.get_secret_value()
    return starting.shown(await first_run.start_restore(context.settings, body.backup, key))


def state_of(context: Context, *, needs_first: bool) -> SetupOut:
    """Where somebody is already, only that a restore is coming to its end."""
    settings = context.settings
    last = starting.last_restore(settings)
    restore = RestoreProgress.model_validate(last) if last else None
    if not needs_first:
        is_running = restore is not None and restore.outcome is Outcome.RUNNING
        return SetupOut(needs_first_administrator=False, restore=restore if is_running else None)
    return SetupOut(
        needs_first_administrator=True,
        backups=list(map(found_backup, first_run.found_backups(settings))),
        archives=list(map(found_archive, first_run.found_archives(settings))),
        restores_here=starting.restores_here(settings),
        restore=restore,
    )


def found_backup(kept: KeptBundle) -> FoundBackup:
    return FoundBackup(
        name=kept.name,
        created_at=kept.created_at,
        size_bytes=kept.size,
        agentlab=kept.manifest.agentlab if kept.manifest else "",
    )


def found_archive(archive: Archive) -> FoundArchive:
    return FoundArchive(until=archive.until, command=first_run.command_for(archive))
