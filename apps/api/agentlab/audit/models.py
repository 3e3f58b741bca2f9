"""The audit trail: one row for each change, linked by hashes, never updated or deleted."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from agentlab.kit.clock import now
from agentlab.kit.db import Base, Identified, one_of


class ActorKind(StrEnum):
    PERSON = "person"
    AGENT = "agent"
    SYSTEM = "system"


class AuditEntry(Base):
    """That something was changed: by whom, what, where. Holds nothing that names a person.

    `hash` covers every other column and the hash of the entry before it.
    """

    __tablename__ = "audit_entries"
    __table_args__ = (
        Index("ix_audit_entries_client_id_sequence", "client_id", "sequence"),
        Index("ix_audit_entries_project_id_sequence", "project_id", "sequence"),
        Index("ix_audit_entries_actor_id_sequence", "actor_id", "sequence"),
        Index("ix_audit_entries_subject_id_sequence", "subject_id", "sequence"),
        Index("ix_audit_entries_action_sequence", "action", "sequence"),
        Index("ix_audit_entries_request_id_sequence", "request_id", "sequence"),
        Index("ix_audit_entries_at", "at"),
    )

    sequence: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    """1 for the first, without gaps."""
    at: Mapped[datetime]
    actor_kind: Mapped[ActorKind] = mapped_column(one_of(ActorKind, "actor_kind"))
    actor_id: Mapped[UUID | None]
    """The person, also when an agent acted with their token; null for the system."""
    token_id: Mapped[UUID | None]
    """The token of an agent."""
    action: Mapped[str]
    """What was done, as `noun.verb`: `project.archived`."""
    subject_id: Mapped[UUID | None]
    label: Mapped[str | None]
    """The name that the subject had; null where it is a person's."""
    client_id: Mapped[UUID | None]
    """The client it belongs to: who sees that client, sees this in the activity feed."""
    project_id: Mapped[UUID | None]
    request_id: Mapped[str]
    detail_digest: Mapped[str]
    """SHA-256 of the salt and the canonical JSON of `AuditDetail`."""
    previous_hash: Mapped[str]
    hash: Mapped[str]


class AuditDetail(Base):
    """What may name people: values before and after, names, addresses. Erased on request."""

    __tablename__ = "audit_details"

    sequence: Mapped[int] = mapped_column(
        ForeignKey("audit_entries.sequence"), primary_key=True, autoincrement=False
    )
    salt: Mapped[bytes]
    detail: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """`before`, `after`, `reason`, `actor`, `address`: each where there is one."""


class AuditVerification(Identified, Base):
    """A walk over the whole trail: who asked for it, how far it is, what it found."""

    __tablename__ = "audit_verifications"

    requested_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    """Null when AgentLab looked by itself, or somebody on the host did."""
    started_at: Mapped[datetime] = mapped_column(default=now, index=True)
    ended_at: Mapped[datetime | None]
    total: Mapped[int] = mapped_column(BigInteger, default=0, server_default=text("0"))
    """How many entries there are to check."""
    checked: Mapped[int] = mapped_column(BigInteger, default=0, server_default=text("0"))
    erased: Mapped[int] = mapped_column(BigInteger, default=0, server_default=text("0"))
    """Entries whose details were deleted on purpose."""
    head_sequence: Mapped[int | None] = mapped_column(BigInteger)
    """The last entry, which the next verification has to find again."""
    head_hash: Mapped[str | None]
    troubles_total: Mapped[int] = mapped_column(BigInteger, default=0, server_default=text("0"))
    troubles: Mapped[list[dict[str, Any]]] = mapped_column(
        JSONB, default=list, server_default=text("'[]'")
    )
    """The first of what was wrong: `kind`, `sequence`, `until`."""
