"""What people put off in their inbox, and what was sent to them of it."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from agentlab.kit.clock import now
from agentlab.kit.db import Base, one_of


class ItemKind(StrEnum):
    """What waits for a person."""

    GATE = "gate"
    """A submission that they may decide."""
    QUESTION = "question"
    """An open thread in which somebody else had the last word, or what a current stage asks."""
    STALE = "stale"
    """An approval whose artefacts changed since, at a gate where they decide."""
    CONFLICT = "conflict"
    """A folder that went apart from what AgentLab keeps: submitted texts are others while they
    wait, or the method is another one than the workflow follows."""
    CONTRADICTION = "contradiction"
    """A project of theirs whose ledgers disagree."""


class Snooze(Base):
    """That a person put an item of theirs off until a moment, and why."""

    __tablename__ = "inbox_snoozes"

    user_id: Mapped[UUID] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True
    )
    kind: Mapped[ItemKind] = mapped_column(one_of(ItemKind, "kind"), primary_key=True)
    item_id: Mapped[UUID] = mapped_column(primary_key=True)
    """Of the submission, the thread, the stage that asks, the finding, the news of the method or
    the project: what is new is not put off."""
    project_id: Mapped[UUID] = mapped_column(
        ForeignKey("projects.id", ondelete="CASCADE"), index=True
    )
    until: Mapped[datetime]
    reason: Mapped[str]
    snoozed_at: Mapped[datetime] = mapped_column(default=now)
    news_at: Mapped[datetime | None]
    """Of contradictions: when the newest was found that the person saw. A newer one brings the item
    back."""


class DigestMail(Base):
    """One e-mail with somebody's inbox: for each person and period at most one."""

    __tablename__ = "inbox_digests"

    user_id: Mapped[UUID] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True
    )
    period: Mapped[date] = mapped_column(primary_key=True)
    """The day that it is of, or the Monday of its week, in the person's time zone."""
    asked_at: Mapped[datetime] = mapped_column(default=now)
    began_at: Mapped[datetime | None]
    """Kept before the mail server is spoken to, and null again after it refused: a mail that
    began and neither was sent nor refused may have gone out, and is not sent twice."""
    sent_at: Mapped[datetime | None]
    items: Mapped[int | None]
    """How many it told of; 0 for one that was not needed."""
    problem: Mapped[str | None]
    """Why the last attempt failed, in a sentence."""
