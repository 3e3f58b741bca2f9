"""Writing the audit trail: what is recorded in a transaction is chained when it commits."""

import json
import secrets
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from pydantic_core import to_jsonable_python
from sqlalchemy import event, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session, SessionTransaction

from agentlab.audit import actors, chain
from agentlab.audit.models import AuditEntry
from agentlab.kit.clock import now
from agentlab.kit.ids import request_id

PENDING = "audit.pending"
RECORDED = "audit.recorded"
LOCK = 7_236_540_024
"""One transaction at a time may lengthen the chain; it holds the lock only while it commits."""


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


# One statement for however many: the import of a spreadsheet has an entry for each row.
WRITE_ENTRIES = text(
    "INSERT INTO audit_entries "
    "SELECT * FROM json_populate_recordset(null::audit_entries, CAST(:rows AS json))"
)
WRITE_DETAILS = text(
    "INSERT INTO audit_details "
    "SELECT * FROM json_populate_recordset(null::audit_details, CAST(:rows AS json))"
)


@event.listens_for(Session, "before_commit")
def lengthen_the_chain(session: Session) -> None:
    if session.in_nested_transaction():  # the end of a savepoint is none
        return
    pending = session.info.pop(PENDING, None)
    if not pending:
        return
    session.flush()  # whoever waits for a row lock does so before the chain's
    session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    last = session.execute(
        select(AuditEntry.sequence, AuditEntry.hash).order_by(AuditEntry.sequence.desc()).limit(1)
    ).one_or_none()
    sequence, previous_hash = last or (0, chain.GENESIS)
    at = now()
    entries, details = [], []
    for number, (entry, detail) in enumerate(pending, start=sequence + 1):
        linked = {**entry, "sequence": number, "at": at, "previous_hash": previous_hash}
        linked["hash"] = previous_hash = chain.hash_of(linked, previous_hash)
        entries.append(linked)
        details.append({"sequence": number, **detail})
    session.execute(WRITE_ENTRIES, {"rows": json.dumps(to_jsonable_python(entries))})
    session.execute(WRITE_DETAILS, {"rows": json.dumps(details)})


@event.listens_for(Session, "after_commit")
def forget_that_it_was_recorded(session: Session) -> None:
    if not session.in_nested_transaction():
        session.info.pop(RECORDED, None)


@event.listens_for(Session, "after_soft_rollback")
def forget_what_was_recorded(session: Session, ended: SessionTransaction) -> None:
    if ended.parent is None:
        session.info.pop(PENDING, None)
        session.info.pop(RECORDED, None)
