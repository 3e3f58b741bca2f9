"""What was submitted at a gate and what people decided: every one a row, none ever changed."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, ForeignKeyConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from agentlab.kit.clock import now
from agentlab.kit.db import Base, Identified, one_of


class Submission(Identified, Base):
    """This stage is ready for review, with these artefacts."""

    __tablename__ = "submissions"
    __table_args__ = (UniqueConstraint("gate_id", "number"),)

    gate_id: Mapped[UUID] = mapped_column(ForeignKey("gates.id"))
    number: Mapped[int]
    note: Mapped[str]
    submitted_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    submitted_at: Mapped[datetime] = mapped_column(default=now)


class SubmissionArtefact(Base):
    """A version that was submitted."""

    __tablename__ = "submission_artefacts"
    __table_args__ = (
        ForeignKeyConstraint(
            ["document_id", "version"], ["versions.document_id", "versions.number"]
        ),
    )

    submission_id: Mapped[UUID] = mapped_column(ForeignKey("submissions.id"), primary_key=True)
    document_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    path: Mapped[str]
    sha256: Mapped[str]


class Withdrawal(Base):
    """That a submission was taken back before anybody decided it."""

    __tablename__ = "withdrawals"

    submission_id: Mapped[UUID] = mapped_column(ForeignKey("submissions.id"), primary_key=True)
    withdrawn_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    withdrawn_at: Mapped[datetime] = mapped_column(default=now)


class Verdict(StrEnum):
    APPROVED = "approved"
    REJECTED = "rejected"


class Decision(Identified, Base):
    """An approval or rejection of a submission by a named person, with a reason."""

    __tablename__ = "decisions"

    submission_id: Mapped[UUID] = mapped_column(ForeignKey("submissions.id"), unique=True)
    verdict: Mapped[Verdict] = mapped_column(one_of(Verdict, "verdict"))
    reason: Mapped[str]
    decided_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime] = mapped_column(default=now)


class DecisionArtefact(Base):
    """A text that the person was shown when they decided, by its digest."""

    __tablename__ = "decision_artefacts"
    __table_args__ = (
        ForeignKeyConstraint(
            ["document_id", "version"], ["versions.document_id", "versions.number"]
        ),
    )

    decision_id: Mapped[UUID] = mapped_column(ForeignKey("decisions.id"), primary_key=True)
    document_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    path: Mapped[str]
    sha256: Mapped[str]


class DecisionFile(Base):
    """The decision as Markdown in the workspace. The decision never depends on it."""

    __tablename__ = "decision_files"

    decision_id: Mapped[UUID] = mapped_column(ForeignKey("decisions.id"), primary_key=True)
    path: Mapped[str]
    """Relative to the workspace, below `.agentlab/decisions/`."""
    written_at: Mapped[datetime | None]
    problem: Mapped[str | None]
    """Why the last attempt to write it failed, in a sentence."""
