from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from agentlab.kit.clock import now
from agentlab.kit.db import Base, Identified
from agentlab.kit.ids import new_id


class TemplateChange(Identified, Base):
    """That a running workflow went over to another template or version: who, when, what it did."""

    __tablename__ = "template_changes"
    __table_args__ = (
        Index("ix_template_changes_workflow_id_changed_at", "workflow_id", "changed_at"),
    )

    workflow_id: Mapped[UUID] = mapped_column(ForeignKey("workflows.id", ondelete="CASCADE"))
    from_template_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("templates.id", ondelete="SET NULL"), index=True
    )
    to_template_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("templates.id", ondelete="SET NULL")
    )
    changed_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    """Null from the command line."""
    changed_at: Mapped[datetime] = mapped_column(default=now)
    summary: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """The stages that it did something to, each with what (`templates.schemas.StageStep`)."""


class MethodNews(Base):
    """That the method in a project's folder would change its workflow, as the last scan found."""

    __tablename__ = "method_news"

    project_id: Mapped[UUID] = mapped_column(
        ForeignKey("projects.id", ondelete="CASCADE"), primary_key=True
    )
    id: Mapped[UUID] = mapped_column(unique=True, default=new_id)
    """Another one for other news: what was put off in an inbox was this."""
    outcome: Mapped[str]
    """A digest of what the workflow would become."""
    found_at: Mapped[datetime] = mapped_column(default=now)
