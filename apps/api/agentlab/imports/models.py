from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from agentlab.kit.clock import now
from agentlab.kit.db import Base, Identified, one_of


class ImportState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Import(Identified, Base):
    """One request to import a folder, and what became of it."""

    __tablename__ = "imports"

    path: Mapped[str]
    choices: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """The request: which workflow and gates, and the place or the project that it is for."""
    state: Mapped[ImportState] = mapped_column(one_of(ImportState, "state"))
    requested_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    requested_at: Mapped[datetime] = mapped_column(default=now)
    token_id: Mapped[UUID | None]
    """Of the agent who asked; null for a person in a session."""
    address: Mapped[str | None]
    """From where it was asked; forgotten when the import ends."""
    request_id: Mapped[str | None]
    finished_at: Mapped[datetime | None]
    project_id: Mapped[UUID | None] = mapped_column(ForeignKey("projects.id"))
    error_code: Mapped[str | None]
    error_detail: Mapped[str | None]
