"""Deleting details on purpose: an entry names them, so that the chain still verifies."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, delete, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.audit import actors
from agentlab.audit.models import AuditDetail, AuditEntry
from agentlab.audit.trail import LOCK, record
from agentlab.audit.verification import FORGETTING, RETAINED, as_ranges


async def forget(db: AsyncSession, which: ColumnElement[bool]) -> Sequence[int]:
    """Delete the details of the entries that `which` is about; say which ones those were.

    What is being recorded meanwhile waits until this transaction ends, so that nothing slips
    through. Entries that name forgotten details keep their own: the chain needs them.
    """
    await db.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    chosen = (
        select(AuditDetail.sequence)
        .join(AuditEntry, AuditEntry.sequence == AuditDetail.sequence)
        .where(which, AuditEntry.action.not_in(FORGETTING))
    )
    rows = await db.scalars(
        delete(AuditDetail)
        .where(AuditDetail.sequence.in_(chosen))
        .returning(AuditDetail.sequence)
        .execution_options(synchronize_session=False)
    )
    return rows.all()


def record_forgotten(
    db: AsyncSession,
    action: str,
    sequences: Sequence[int],
    *,
    subject: UUID | None = None,
    before: datetime | None = None,
) -> None:
    """Name what was deleted. The entry holds nobody's name, so that it never has to go itself."""
    after: dict[str, Any] = {"sequences": as_ranges(sequences)}
    if before:
        after["older_than"] = before
    with nameless():
        record(db, action, subject=subject, after=after)


@contextmanager
def nameless() -> Iterator[None]:
    """Inside the block, who acts is known by their id only."""
    with actors.acting(replace(actors.current(), name="", address="")):
        yield


async def forget_older(db: AsyncSession, than: datetime) -> int:
    """Apply the retention: delete details from before then; how many there were."""
    sequences = await forget(db, AuditEntry.at < than)
    if sequences:
        record_forgotten(db, RETAINED, sequences, before=than)
    return len(sequences)


async def last_retention(db: AsyncSession) -> datetime | None:
    """When the retention deleted something the last time."""
    return await db.scalar(
        select(AuditEntry.at)
        .where(AuditEntry.action == RETAINED)
        .order_by(AuditEntry.sequence.desc())
        .limit(1)
    )
