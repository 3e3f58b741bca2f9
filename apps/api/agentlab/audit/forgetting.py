"""Deleting details on purpose: an entry names them, so that the chain still verifies."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.audit import actors, trail
from agentlab.audit.models import AuditDetail, AuditEntry
from agentlab.audit.verification import FORGETTING, RETAINED, as_ranges


async def details_of(db: AsyncSession, which: ColumnElement[bool]) -> Sequence[int]:
    """Those that may be forgotten of the entries that `which` is about.

    What is being recorded meanwhile waits until this transaction ends, so that nothing slips
    through. Entries that name forgotten details keep their own: the chain needs them.
    """
    await db.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": trail.LOCK})
    rows = await db.scalars(
        select(AuditDetail.sequence)
        .join(AuditEntry, AuditEntry.sequence == AuditDetail.sequence)
        .where(which, AuditEntry.action.not_in(FORGETTING))
    )
    return rows.all()


async def forget(
    db: AsyncSession,
    action: str,
    sequences: Sequence[int],
    *,
    subject: UUID | None = None,
    before: datetime | None = None,
) -> None:
    """Name details, and delete them. The database lets nobody do the second without the first.

    The entry that names them holds nobody's name, so that it never has to go itself.
    """
    after: dict[str, Any] = {"sequences": as_ranges(sequences)}
    if before:
        after["older_than"] = before
    with nameless():
        trail.record(db, action, subject=subject, after=after)
    last = await trail.write(db)
    await db.execute(select(func.forget_audit_details(last)))


@contextmanager
def nameless() -> Iterator[None]:
    """Inside the block, who acts is known by their id only."""
    with actors.acting(replace(actors.current(), name="", address="")):
        yield


async def forget_older(db: AsyncSession, than: datetime) -> int:
    """Apply the retention: delete details from before then; how many there were."""
    sequences = await details_of(db, AuditEntry.at < than)
    if sequences:
        await forget(db, RETAINED, sequences, before=than)
    return len(sequences)


async def last_retention(db: AsyncSession) -> datetime | None:
    """When the retention deleted something the last time."""
    return await db.scalar(
        select(AuditEntry.at)
        .where(AuditEntry.action == RETAINED)
        .order_by(AuditEntry.sequence.desc())
        .limit(1)
    )
