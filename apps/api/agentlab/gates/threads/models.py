"""Requests for changes, as threads on lines of submitted texts."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from agentlab.kit.clock import now
from agentlab.kit.db import Base, Identified


class Thread(Identified, Base):
    """A request for a change, on the lines that it was opened at."""

    __tablename__ = "threads"
    __table_args__ = (
        Index("ix_threads_gate_id_opened_at", "gate_id", "opened_at", "id"),
        Index("ix_threads_open", "id", postgresql_where=sql("NOT is_resolved")),
    )

    gate_id: Mapped[UUID] = mapped_column(ForeignKey("gates.id", ondelete="CASCADE"))
    quote: Mapped[str]
    """The lines as they were, or their beginning."""
    opened_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    opened_at: Mapped[datetime] = mapped_column(default=now)
    is_resolved: Mapped[bool] = mapped_column(default=False, server_default=sql("false"))
    """As the newest of its moves says."""


class ThreadPlace(Base):
    """Where a thread stands in one submission: carried to it with the lines, or they are gone."""

    __tablename__ = "thread_places"

    thread_id: Mapped[UUID] = mapped_column(
        ForeignKey("threads.id", ondelete="CASCADE"), primary_key=True
    )
    submission_id: Mapped[UUID] = mapped_column(
        ForeignKey("submissions.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    document_id: Mapped[UUID] = mapped_column(ForeignKey("documents.id", ondelete="CASCADE"))
    version: Mapped[int | None]
    """Null when the document is not among the submitted ones any more."""
    first_line: Mapped[int | None]
    """Null when the lines are gone; the first line of a text is 1."""
    last_line: Mapped[int | None]


class ThreadComment(Identified, Base):
    """What a person wrote in a thread, or an agent with a token of theirs."""

    __tablename__ = "thread_comments"
    __table_args__ = (Index("ix_thread_comments_thread_id_written_at", "thread_id", "written_at"),)

    thread_id: Mapped[UUID] = mapped_column(ForeignKey("threads.id", ondelete="CASCADE"))
    text: Mapped[str]
    author_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    is_agents: Mapped[bool]
    written_at: Mapped[datetime] = mapped_column(default=now)
    edited_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1, server_default=sql("1"))


class ThreadMove(Identified, Base):
    """That a thread was resolved or opened again."""

    __tablename__ = "thread_moves"
    __table_args__ = (UniqueConstraint("thread_id", "number"),)

    thread_id: Mapped[UUID] = mapped_column(ForeignKey("threads.id", ondelete="CASCADE"))
    number: Mapped[int]
    is_resolved: Mapped[bool]
    moved_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    moved_at: Mapped[datetime] = mapped_column(default=now)


class DecidedThread(Base):
    """A thread that was open when somebody decided, as it was then: for the decision's file."""

    __tablename__ = "decided_threads"

    decision_id: Mapped[UUID] = mapped_column(
        ForeignKey("decisions.id", ondelete="CASCADE"), primary_key=True
    )
    thread_id: Mapped[UUID] = mapped_column(
        ForeignKey("threads.id", ondelete="CASCADE"), primary_key=True
    )
    path: Mapped[str]
    first_line: Mapped[int | None]
    last_line: Mapped[int | None]
    quote: Mapped[str]
    comments: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    """`by`, the id of the author, `is_agents` and `text`, in their order."""
