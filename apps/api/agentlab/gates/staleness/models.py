"""That approved artefacts changed, as rows: every look that found news, and what was accepted."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from agentlab.kit.clock import now
from agentlab.kit.db import Base, Identified


class Finding(Identified, Base):
    """How the artefacts of an approval differed from the approved texts when that changed.

    The one with the highest number says how it stands; none is ever changed.
    """

    __tablename__ = "staleness_findings"
    __table_args__ = (UniqueConstraint("decision_id", "number"),)

    decision_id: Mapped[UUID] = mapped_column(ForeignKey("decisions.id", ondelete="CASCADE"))
    number: Mapped[int]
    """Counts the findings of a decision; clocks may go backwards, this does not."""
    found_at: Mapped[datetime] = mapped_column(default=now)
    found_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    """Whose scan found it; null when AgentLab looked by itself."""
    digest: Mapped[str]
    """SHA-256 of all differences; empty when the artefacts are the approved ones again."""


class Difference(Base):
    """One artefact of a finding: what was approved, and what is there now."""

    __tablename__ = "staleness_differences"

    finding_id: Mapped[UUID] = mapped_column(
        ForeignKey("staleness_findings.id", ondelete="CASCADE"), primary_key=True
    )
    document_id: Mapped[UUID] = mapped_column(
        ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True
    )
    path: Mapped[str]
    approved_version: Mapped[int | None]
    """Null for a file that joined since."""
    approved_sha256: Mapped[str | None]
    current_version: Mapped[int | None]
    """Null for a file that is gone."""
    current_sha256: Mapped[str | None]


class Acceptance(Identified, Base):
    """That a person called the differences of a finding irrelevant; the approval stays."""

    __tablename__ = "staleness_acceptances"

    finding_id: Mapped[UUID] = mapped_column(
        ForeignKey("staleness_findings.id", ondelete="CASCADE"), unique=True
    )
    accepted_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    accepted_at: Mapped[datetime] = mapped_column(default=now)
    reason: Mapped[str]
