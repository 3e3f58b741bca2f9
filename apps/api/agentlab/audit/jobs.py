"""Verifying the trail in the background, once a day by itself; and the retention of details."""

from datetime import timedelta
from uuid import UUID

from pydantic_core import to_jsonable_python
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.audit import forgetting, verification
from agentlab.audit.models import AuditVerification
from agentlab.audit.verification import Head, Verification
from agentlab.context import Context
from agentlab.kit import logging
from agentlab.kit.clock import now
from agentlab.kit.jobs import enqueue

log = logging.get(__name__)

VERIFY = "verify_audit_trail"
A_DAY = timedelta(days=1)


async def request(db: AsyncSession, *, by: UUID | None) -> AuditVerification:
    """Ask for a verification; one that runs already serves everybody."""
    await db.execute(text("LOCK TABLE audit_verifications IN SHARE ROW EXCLUSIVE MODE"))
    running = await last(db)
    if running and running.ended_at is None:
        return running
    requested = AuditVerification(requested_by=by, total=await verification.size(db))
    db.add(requested)
    await db.flush()
    await enqueue(db, VERIFY, verification_id=str(requested.id))
    return requested


async def last(db: AsyncSession) -> AuditVerification | None:
    newest = AuditVerification.started_at.desc()
    return await db.scalar(select(AuditVerification).order_by(newest).limit(1))


async def run(context: Context, verification_id: str) -> None:
    """Walk the trail and keep what was found. Safe to run again: it begins anew."""
    key = UUID(verification_id)

    async def tell(checked: int) -> None:
        async with context.sessions.begin() as db:
            asked = await going_on(db, key)
            if asked is not None:
                asked.checked = checked

    async with context.sessions() as db:
        asked = await db.get(AuditVerification, key)
        if asked is None or asked.ended_at is not None:
            return
        known = await known_heads(db)
    async with context.sessions() as db:
        result = await verification.verify(db, known=known, on_progress=tell)
    async with context.sessions.begin() as db:
        asked = await going_on(db, key)
        if asked is not None:
            keep(asked, result)
    if not result.is_whole:
        first = to_jsonable_python(result.troubles[:3])
        log.error("audit_trail_broken", troubles=result.troubles_total, first=first)


async def going_on(db: AsyncSession, key: UUID) -> AuditVerification | None:
    """The verification, unless another worker has ended it: that stays as it is."""
    asked = await db.get_one(AuditVerification, key, with_for_update=True)
    return asked if asked.ended_at is None else None


async def known_heads(db: AsyncSession) -> list[Head]:
    """The head of the last verification that found nothing wrong."""
    found = await db.scalar(
        select(AuditVerification)
        .where(AuditVerification.ended_at.is_not(None), AuditVerification.troubles_total == 0)
        .order_by(AuditVerification.started_at.desc())
        .limit(1)
    )
    if found is None or not found.head_sequence or found.head_hash is None:
        return []
    return [Head(found.head_sequence, found.head_hash)]


def keep(asked: AuditVerification, result: Verification) -> None:
    asked.ended_at = now()
    asked.total = asked.checked = result.checked
    asked.erased = result.erased
    asked.head_sequence, asked.head_hash = result.head.sequence, result.head.hash
    asked.troubles_total = result.troubles_total
    asked.troubles = to_jsonable_python(result.troubles)


async def verify_daily(context: Context) -> None:
    """A sweep: the trail is verified at least once a day, whether anybody asks or not."""
    async with context.sessions.begin() as db:
        before = await last(db)
        if before is None or before.started_at < now() - A_DAY:
            await request(db, by=None)


async def apply_retention(context: Context) -> None:
    """A sweep: once a day, delete the details that are older than AUDIT_DETAILS_RETENTION_DAYS."""
    days = context.settings.audit_details_retention_days
    if days is None:
        return
    async with context.sessions.begin() as db:
        before = await forgetting.last_retention(db)
        if before is None or before < now() - A_DAY:
            await forgetting.forget_older(db, now() - timedelta(days=days))
