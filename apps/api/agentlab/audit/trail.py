"""Writing the audit trail: what is recorded in a transaction is chained when it commits."""

import asyncio
import secrets
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar
from uuid import UUID

from pydantic_core import to_jsonable_python
from sqlalchemy import event, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session, SessionTransaction
from sqlalchemy.util import await_only

from agentlab.audit import actors, chain
from agentlab.audit.models import AuditEntry
from agentlab.kit.clock import now
from agentlab.kit.ids import request_id

T = TypeVar("T")
U = TypeVar("U")
Pending = tuple[dict[str, Any], dict[str, Any]]

PENDING = "audit.pending"
RECORDED = "audit.recorded"
CLIENTS = "audit.clients"
"""In `Session.info`: the clients of what this transaction recorded something of, by its id."""
LOCK = 7_236_540_024
"""One transaction at a time may lengthen the chain; it holds the lock only while it commits."""

MANY = 100
"""More entries than this are made ready outside the event loop."""

HEAD = text("SELECT sequence || ':' || hash FROM audit_entries ORDER BY sequence DESC LIMIT 1")
"""A version of all that is recorded: another one after every change, and never one of before."""

CHANGED_FOR = text(
    """
    WITH seen AS (SELECT CAST(split_part(:version, ':', 1) AS bigint) AS sequence,
                         split_part(:version, ':', 2) AS hash)
    SELECT NOT EXISTS (SELECT FROM audit_entries e JOIN seen USING (sequence, hash))
        OR EXISTS (
            SELECT FROM (
                SELECT client_id FROM audit_entries
                WHERE sequence > (SELECT sequence FROM seen) ORDER BY sequence
            ) AS since
            WHERE client_id IS NULL OR client_id IN (
                SELECT a.client_id FROM client_assignments a WHERE a.user_id = :user_id))
    """
)
"""Whether something was recorded since a version that may concern one who sees these clients.

What has no client may concern everybody, as who sees what does; and so may what was recorded
before a backup was restored, which is not there any more.

The order makes PostgreSQL begin at the version. It guesses that a third of the trail came since,
and without an order it would read all of it to find the few entries that did.
"""


def record(
    db: AsyncSession,
    action: str,
    *,
    subject: UUID | None = None,
    label: str | None = None,
    client_id: UUID | None = None,
    project_id: UUID | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str = "",
) -> None:
    """Say what this transaction changes; it stands in the trail exactly when it commits.

    Args:
        db: the transaction.
        action: `noun.verb` in the past tense, such as `project.archived`.
        subject: the id of what was changed.
        label: its name, unless that is a person's.
        client_id: the client that it belongs to.
        project_id: the project that it belongs to.
        before: the fields that changed, as they were.
        after: the same fields as they are now.
        reason: in the person's own words.
    """
    actor = actors.current()
    given = {
        "before": before,
        "after": after,
        "reason": reason,
        "actor": actor.name,
        "address": actor.address,
    }
    detail = to_jsonable_python({key: value for key, value in given.items() if value})
    salt = secrets.token_bytes(16)
    entry = {
        "actor_kind": actor.kind,
        "actor_id": actor.id,
        "token_id": actor.token_id,
        "action": action,
        "subject_id": subject,
        "label": label,
        "client_id": client_id,
        "project_id": project_id,
        "request_id": request_id(),
        "detail_digest": chain.digest_of(salt, detail),
    }
    if not db.in_transaction():
        db.sync_session.begin()
    db.info.setdefault(PENDING, []).append((entry, {"salt": f"\\x{salt.hex()}", "detail": detail}))
    db.info[RECORDED] = True
    if client_id:
        clients: dict[UUID, set[UUID]] = db.info.setdefault(CLIENTS, {})
        for id_ in filter(None, (subject, project_id)):
            clients.setdefault(id_, set()).add(client_id)


# One statement for however many: the import of a spreadsheet has an entry for each row.
WRITE = text(
    """
    WITH entries AS (
        INSERT INTO audit_entries
        SELECT * FROM json_populate_recordset(null::audit_entries, CAST(:entries AS json)))
    INSERT INTO audit_details
    SELECT * FROM json_populate_recordset(null::audit_details, CAST(:details AS json))
    """
)


@event.listens_for(Session, "before_commit")
def lengthen_the_chain(session: Session) -> None:
    if not session.in_nested_transaction():  # the end of a savepoint is none
        write_pending(session)


async def write(db: AsyncSession) -> int:
    """Chain what was recorded so far, before the commit; the last entry's number.

    For what needs the entry in its place. Others wait from here until the transaction ends.
    """
    await db.run_sync(write_pending)
    return await db.scalar(select(func.max(AuditEntry.sequence))) or 0


def write_pending(session: Session) -> None:
    pending = session.info.pop(PENDING, None)
    if not pending:
        return
    session.flush()  # whoever waits for a row lock does so before the chain's
    # All that costs time comes before the lock, and in a thread where it is much: both would keep
    # others waiting.
    entries = in_a_thread(spelled, pending) if len(pending) > MANY else spelled(pending)
    session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    last = session.execute(
        select(AuditEntry.sequence, AuditEntry.hash).order_by(AuditEntry.sequence.desc()).limit(1)
    ).one_or_none()
    session.execute(WRITE, chain.linked(entries, last or (0, chain.GENESIS), at=now()))


def spelled(pending: Iterable[Pending]) -> list[chain.Entry]:
    return [chain.Entry.of(entry, detail) for entry, detail in pending]


def in_a_thread(work: Callable[[T], U], given: T) -> U:
    """From an event of SQLAlchemy's, which is no coroutine."""
    return await_only(asyncio.to_thread(work, given))


@event.listens_for(Session, "after_commit")
def forget_that_it_was_recorded(session: Session) -> None:
    if not session.in_nested_transaction():
        session.info.pop(RECORDED, None)
        session.info.pop(CLIENTS, None)


@event.listens_for(Session, "after_soft_rollback")
def forget_what_was_recorded(session: Session, ended: SessionTransaction) -> None:
    if ended.parent is None:
        session.info.pop(PENDING, None)
        session.info.pop(RECORDED, None)
        session.info.pop(CLIENTS, None)
