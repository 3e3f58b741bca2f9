"""What ledgers said at the last scan, as rows; and every correction that a person applied."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from agentlab.kit.clock import now
from agentlab.kit.db import Base, Identified, one_of
from agentlab.ledgers.contradictions import Disagreement
from agentlab.ledgers.statements import Kind
from agentlab.ledgers.statuses import Ledger, Status


class LedgerReading(Base):
    """The last reading of a project's ledgers; what follows from it is written when it changes."""

    __tablename__ = "ledger_readings"

    project_id: Mapped[UUID] = mapped_column(
        ForeignKey("projects.id", ondelete="CASCADE"), primary_key=True
    )
    digest: Mapped[str]
    """Of everything that they said."""
    notices: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    sprint_updated_on: Mapped[date | None]
    """When the sprint status was written last, by its own word."""
    read_at: Mapped[datetime] = mapped_column(default=now)
    """When they first said this."""


class WorkItem(Identified, Base):
    """An epic, a story, a spec, a retrospective, an action item or a planning document."""

    __tablename__ = "work_items"
    __table_args__ = (
        Index("uq_work_items_project_id_position", "project_id", "position", unique=True),
        Index("ix_work_items_project_id_parent", "project_id", "parent"),
    )

    project_id: Mapped[UUID] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    position: Mapped[int]
    kind: Mapped[Kind] = mapped_column(one_of(Kind, "kind"))
    key: Mapped[str]
    title: Mapped[str]
    parent: Mapped[str | None]
    """The key of the item that it belongs to."""
    status: Mapped[Status] = mapped_column(one_of(Status, "status"))
    is_disputed: Mapped[bool]
    """Ledgers contradict each other on it."""


class WorkStatement(Base):
    """What one ledger says of an item."""

    __tablename__ = "work_statements"

    item_id: Mapped[UUID] = mapped_column(
        ForeignKey("work_items.id", ondelete="CASCADE"), primary_key=True
    )
    position: Mapped[int] = mapped_column(primary_key=True)
    ledger: Mapped[Ledger] = mapped_column(one_of(Ledger, "ledger"))
    raw: Mapped[str | None]
    """The status in the ledger's own word; null where it names the item and no status."""
    status: Mapped[Status] = mapped_column(one_of(Status, "status"))
    path: Mapped[str]
    line: Mapped[int | None]
    text: Mapped[str]
    sha256: Mapped[str]
    """Of the whole file."""


class ContradictionRow(Identified, Base):
    """Ledgers that disagree on an item, until a scan finds that they no longer do."""

    __tablename__ = "contradictions"
    __table_args__ = (
        Index("uq_contradictions_project_id_position", "project_id", "position", unique=True),
    )

    project_id: Mapped[UUID] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    item_id: Mapped[UUID] = mapped_column(
        ForeignKey("work_items.id", ondelete="CASCADE"), index=True
    )
    position: Mapped[int]
    kind: Mapped[Disagreement] = mapped_column(one_of(Disagreement, "kind"))
    is_expected: Mapped[bool]
    found_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    """By the first of the scans that found it without a break."""
    evidence: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    proposal: Mapped[dict[str, Any] | None] = mapped_column(JSONB)


class Correction(Identified, Base):
    """That a person replaced one status in a ledger, and perhaps took that back."""

    __tablename__ = "corrections"
    __table_args__ = (Index("ix_corrections_project_id_applied_at", "project_id", "applied_at"),)

    project_id: Mapped[UUID] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    kind: Mapped[Disagreement] = mapped_column(one_of(Disagreement, "kind"))
    item_kind: Mapped[Kind] = mapped_column(one_of(Kind, "item_kind"))
    item_key: Mapped[str]
    ledger: Mapped[Ledger] = mapped_column(one_of(Ledger, "ledger"))
    path: Mapped[str]
    line: Mapped[int | None]
    key: Mapped[str]
    """The item's name in that ledger."""
    word_before: Mapped[str]
    word_after: Mapped[str]
    sha256_before: Mapped[str]
    sha256_after: Mapped[str]
    applied_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    applied_at: Mapped[datetime] = mapped_column(default=now)
    undone_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    undone_at: Mapped[datetime | None]


class CorrectionIntent(Identified, Base):
    """That a person is about to replace a status, or put it back; kept before the file is touched.

    It goes when the correction is recorded. One that is left tells the next scan which word to
    look for, and whose it is.
    """

    __tablename__ = "correction_intents"

    project_id: Mapped[UUID] = mapped_column(
        ForeignKey("projects.id", ondelete="CASCADE"), index=True
    )
    undoes_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("corrections.id", ondelete="CASCADE"), index=True
    )
    """The correction that is taken back; null for a new one, which gets the id of this row."""
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """What a new correction says, by its columns; empty where one is taken back."""
    intended_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    intended_at: Mapped[datetime] = mapped_column(default=now)
