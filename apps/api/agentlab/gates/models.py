"""What was submitted at a gate and what people decided: every one a row, none ever changed."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Text

from agentlab.kit.clock import now
from agentlab.kit.db import Base, Identified, one_of
from agentlab.portfolio.models import Edited


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


class TornSubmission(Base):
    """That the last scan found other texts than were submitted, so that nobody can decide it."""

    __tablename__ = "torn_submissions"

    submission_id: Mapped[UUID] = mapped_column(
        ForeignKey("submissions.id", ondelete="CASCADE"), primary_key=True
    )
    texts: Mapped[int]
    """How many changed, came or went."""
    since: Mapped[datetime]


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
    """An approval or rejection of a submission by a named person, with a reason.

    One for each person. Exactly one of them settles the submission: a rejection, or the approval
    that completes the number that the policy asks for.
    """

    __tablename__ = "decisions"
    __table_args__ = (
        Index("uq_decisions_submission_id_decided_by", "submission_id", "decided_by", unique=True),
        Index(
            "uq_decisions_submission_id_settles",
            "submission_id",
            unique=True,
            postgresql_where=text("settles"),
        ),
    )

    submission_id: Mapped[UUID] = mapped_column(ForeignKey("submissions.id"))
    verdict: Mapped[Verdict] = mapped_column(one_of(Verdict, "verdict"))
    reason: Mapped[str]
    decided_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime] = mapped_column(default=now)
    settles: Mapped[bool] = mapped_column(default=True, server_default=text("true"))
    """It closed the submission and moved the stage."""
    deputy_of: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    """The reviewer in whose place it was made; null for somebody who decided by their own right."""
    checklist: Mapped[list[dict[str, Any]]] = mapped_column(
        JSONB, default=list, server_default=text("'[]'::jsonb")
    )
    """The items that were shown, as they were worded then, each with its answer."""


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


class GatePolicy(Edited, Base):
    """Who decides at a gate, and how. A gate without one has what `gates.policies` proposes.

    `updated_by` is null while it is the template's (`gates.proposals`).
    """

    __tablename__ = "gate_policies"

    gate_id: Mapped[UUID] = mapped_column(ForeignKey("gates.id"), primary_key=True)
    roles: Mapped[list[str]] = mapped_column(ARRAY(Text))
    """Everybody with one of these roles who sees the client may decide."""
    approvals: Mapped[int]
    """How many people have to approve."""
    submitter_decides: Mapped[bool]
    checklist: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    """Items in their order: `id`, `text`, `required`."""
    reauthentication: Mapped[bool]
    """Whoever decides has shown within the last minutes that it is them."""
    due_days: Mapped[int | None]
    """A submission is due so many days after it was made; null for never."""


class GateReviewer(Base):
    """A person who may decide at a gate, whatever its policy says of roles."""

    __tablename__ = "gate_reviewers"

    gate_id: Mapped[UUID] = mapped_column(ForeignKey("gates.id"), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)


class GateDeputy(Identified, Base):
    """That somebody may decide in a reviewer's place for some days."""

    __tablename__ = "gate_deputies"

    gate_id: Mapped[UUID] = mapped_column(ForeignKey("gates.id"), index=True)
    reviewer_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    deputy_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    """The last day, in UTC like the first."""


class DecisionAttention(Base):
    """How long somebody looked before they decided; for their eyes only."""

    __tablename__ = "decision_attention"

    decision_id: Mapped[UUID] = mapped_column(ForeignKey("decisions.id"), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    seconds: Mapped[int]
    texts: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    """For each text: `document_id`, whether it was `opened`, and `read_to_end`."""


class GateReminder(Base):
    """That people were reminded of a submission before it was due; once for each due date."""

    __tablename__ = "gate_reminders"

    submission_id: Mapped[UUID] = mapped_column(ForeignKey("submissions.id"), primary_key=True)
    due_at: Mapped[datetime] = mapped_column(primary_key=True)
    reminded_at: Mapped[datetime] = mapped_column(default=now)
