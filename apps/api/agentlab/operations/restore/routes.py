import asyncio

from fastapi import APIRouter, status

from agentlab.audit.trail import record
from agentlab.auth.callers import Administrator, Confirmed
from agentlab.auth.service import ReauthenticationNeeded
from agentlab.context import Ctx
from agentlab.kit.problems import documents
from agentlab.operations.backup import reading
from agentlab.operations.backup.bundle import (
    BundleDamaged,
    BundleMissing,
    BundleOfOtherFormat,
    KeyDoesNotFit,
)
from agentlab.operations.backup.keys import KeyMissing, KeyUnusable
from agentlab.operations.backup.shelf import BackupRuns, ShelfUnusable
from agentlab.operations.embedded.folder import DataFolderUnusable
from agentlab.operations.restore import starting
from agentlab.operations.restore.compatibility import BundleEmpty, BundleTooNew
from agentlab.operations.restore.schemas import RestoreIn, RestoreOut, RestoresOut

router = APIRouter(prefix="/restore", tags=["backups"])


@router.get("", responses=documents(DataFolderUnusable))
async def get_restore(_: Administrator, confirmed: Confirmed, context: Ctx) -> RestoresOut:
    """The restore that runs, or the last one, and whether one can be begun here."""
    last = await asyncio.to_thread(starting.last_restore, context.settings)
    return RestoresOut(
        restores_here=starting.restores_here(context.settings),
        is_confirmed=confirmed,
        last=starting.shown(last) if last else None,
    )


@router.post(
    "",
    status_code=status.HTTP_202_ACCEPTED,
    responses=documents(
        ReauthenticationNeeded,
        starting.RestoreOnHost,
        starting.RestoreNotStarted,
        BackupRuns,
        ShelfUnusable,
        BundleMissing,
        BundleDamaged,
        BundleOfOtherFormat,
        BundleEmpty,
        BundleTooNew,
        KeyDoesNotFit,
        KeyMissing,
        KeyUnusable,
        DataFolderUnusable,
    ),
)
async def restore_backup(
    body: RestoreIn, _: Administrator, confirmed: Confirmed, context: Ctx
) -> RestoreOut:
    """Let a backup take the place of what is in use, which is backed up first.

    Who asks has shown within the last five minutes that it is them. AgentLab starts anew at the
    end; `GET /restore` says how far it is.
    """
    if not confirmed:
        raise ReauthenticationNeeded(
            "A restore exchanges everything, so show once more that it is you: give your password."
        )
    settings = context.settings
    kept = await asyncio.to_thread(reading.shelf_of(settings).find, body.backup)
    key = body.key.get_secret_value() if body.key else None
    await asyncio.to_thread(starting.check, settings, kept, key)
    # By itself, and not with the reply: the restore point that is made then holds who asked.
    async with context.sessions.begin() as db:
        record(db, "backup.restore_requested", label=kept.file.stem)
    return starting.shown(await starting.start(settings, kept, key))
