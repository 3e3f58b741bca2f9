from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from annotated_types import Ge, Le
from fastapi import Depends, Query
from pydantic import AwareDatetime, BaseModel

from agentlab.audit.schemas import ActorOut


class ActivityKind(StrEnum):
    """What something was done to: the first word of an action."""

    CLIENT = "client"
    SERVICE = "service"
    PROJECT = "project"
    STAGE = "stage"
    GATE = "gate"
    SUBMISSION = "submission"
    DECISION = "decision"
    THREAD = "thread"
    CONTACT = "contact"
    APPLICATION = "application"
    SPREADSHEET = "spreadsheet"


class ClientInActivity(BaseModel):
    id: UUID
    name: str


class ProjectInActivity(BaseModel):
    id: UUID
    key: str
    name: str


class ActivityOut(BaseModel):
    """Something that somebody did in the portfolio."""

    sequence: int
    at: datetime
    actor: ActorOut
    kind: ActivityKind
    action: str
    """`noun.verb`: `decision.approved`."""
    subject_id: UUID | None
    label: str | None
    """The name that the subject had; null for people, and for what is in the bin."""
    client: ClientInActivity | None
    """Null when it is in the bin, and for what is about several."""
    project: ProjectInActivity | None
    reason: str
    fields: list[str]
    """What was changed, where it is a change of values."""
    counts: dict[str, int]
    """How many documents were `added`, `changed`, `missing`, `returned` by a scan; how many
    `projects` a spreadsheet brought."""
    status: str | None
    """The status that a project got."""
    gate_id: UUID | None
    """Where a submission, a decision or a thread can be read."""


class ActivityPage(BaseModel):
    """Part of the feed, newest first."""

    items: list[ActivityOut]
    next: str | None
    """What to send as `after` for the next page; null on the last one."""
    looked_at: datetime | None
    """Up to when the caller has seen the feed; null before the first time."""
    news: int | None
    """How many the others and agents have made since then, at most 100; null when so much was done
    that it is not counted."""


class LookedIn(BaseModel):
    at: AwareDatetime
    """The `at` of the newest that was seen."""


@dataclass(frozen=True)
class Wanted:
    """Which part of the feed."""

    client_id: UUID | None = None
    project_id: UUID | None = None
    actor_id: UUID | None = None
    kinds: tuple[ActivityKind, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    newer_than: int | None = None


async def wanted(
    *,
    client_id: UUID | None = None,
    project_id: UUID | None = None,
    actor_id: UUID | None = None,
    kind: Annotated[list[ActivityKind] | None, Query(description="One or several.")] = None,
    since: Annotated[
        AwareDatetime | None, Query(alias="from", description="At this moment or later.")
    ] = None,
    until: Annotated[
        AwareDatetime | None, Query(alias="to", description="Before this moment.")
    ] = None,
    newer_than: Annotated[
        int | None,
        Query(description="Only what came after this `sequence`."),
        Ge(0),
        Le(2**63 - 1),
    ] = None,
) -> Wanted:
    """Which part of the feed."""
    return Wanted(client_id, project_id, actor_id, tuple(kind or ()), since, until, newer_than)


Asked = Annotated[Wanted, Depends(wanted)]
