import asyncio

from fastapi import APIRouter, status

from agentlab.audit.trail import record
from agentlab.auth.callers import Administrator
from agentlab.context import Context, Ctx
from agentlab.kit.db import DB
from agentlab.kit.jobs import enqueue
from agentlab.kit.problems import documents
from agentlab.operations.backup import jobs, reading
from agentlab.operations.backup.bundle import BundleMissing
from agentlab.operations.backup.schemas import BackupsOut, RequestedOut
from agentlab.operations.backup.shelf import BackupRuns, KeptBundle, ShelfUnusable

router = APIRouter(prefix="/backups", tags=["backups"])


@router.get("", responses=documents(ShelfUnusable))
async def list_backups(_: Administrator, context: Ctx) -> BackupsOut:
    """The backups, newest first, how far one is that runs, and what needs somebody."""
    return await asyncio.to_thread(reading.overview, context.settings)


@router.post("", status_code=status.HTTP_202_ACCEPTED, responses=documents(BackupRuns))
async def make_backup(_: Administrator, context: Ctx, db: DB) -> RequestedOut:
    """Ask for a backup; watch it with GET. One runs at a time."""
    await asyncio.to_thread(refuse_while_one_runs, context)
    await enqueue(db, jobs.BACK_UP, queue=jobs.QUEUE)
    record(db, "backup.requested")
    return RequestedOut(requested="backup")


@router.post(
    "/{backup_name}/proof",
    status_code=status.HTTP_202_ACCEPTED,
    responses=documents(BackupRuns, BundleMissing, ShelfUnusable),
)
async def prove_backup(backup_name: str, _: Administrator, context: Ctx, db: DB) -> RequestedOut:
    """Ask for a verification of a backup, and for a restore into a scratch database."""
    await asyncio.to_thread(refuse_while_one_runs, context)
    found = await asyncio.to_thread(find, context, backup_name)
    await enqueue(db, jobs.PROVE, queue=jobs.QUEUE, name=found.name)
    record(db, "backup.proof_requested", label=found.file.stem)
    return RequestedOut(requested="proof")


def refuse_while_one_runs(context: Context) -> None:
    reading.shelf_of(context.settings).refuse_while_one_runs()


def find(context: Context, name: str) -> KeptBundle:
    return reading.shelf_of(context.settings).find(name)
