from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from agentlab.kit.clock import now
from agentlab.kit.db import Base


class Workspace(Base):
    """The folder where a project's files live, and the method found in it."""

    __tablename__ = "workspaces"

    project_id: Mapped[UUID] = mapped_column(ForeignKey("projects.id"), primary_key=True)
    path: Mapped[str] = mapped_column(unique=True)
    """Absolute, with symbolic links resolved."""
    method: Mapped[str | None]
    """`bmad`, or null for a folder without a planning method."""
    generation: Mapped[str | None]
    method_version: Mapped[str | None]
    notices: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    """What the last scan could not take as it was: one line each, for a person."""
    scanned_at: Mapped[datetime] = mapped_column(default=now)
