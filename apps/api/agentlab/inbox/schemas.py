from datetime import datetime
from typing import Annotated
from uuid import UUID

from annotated_types import MaxLen
from pydantic import AwareDatetime, BaseModel, JsonValue

from agentlab.inbox.models import ItemKind
from agentlab.kit.text import Written


class ItemPlace(BaseModel):
    project_id: UUID
    project: str
    service_id: UUID
    service: str
    client_id: UUID
    client: str


class CostOut(BaseModel):
    """Why an item stands where it stands: points = weight x (days + pressure)."""

    points: float
    weight: int
    """The client's cost of delay, from 1 to 10."""
    days: float
    """How long it has waited."""
    pressure: float
    """Two for each day since a week before the due date; 0 without one."""


class AsksOut(BaseModel):
    """What a current stage asks before it can be left: if its condition holds, or which route."""

    stage_id: UUID
    condition: str | None
    """In the template's own words; null where a route is to be chosen."""
    routes: dict[str, JsonValue] | None
    """What there is to choose from, by name."""


class ItemOut(BaseModel):
    """Something that waits for the caller."""

    id: UUID
    """Of the submission, the thread, the stage, the finding of a stale approval, the news of a
    method, or the project."""
    kind: ItemKind
    title: str
    """Of the stage; empty for contradictions, and for a method that changed."""
    place: ItemPlace
    gate_id: UUID | None
    thread_id: UUID | None
    by: str | None
    """Who submitted it, or had the last word."""
    text: str
    """The beginning of what they said, or the condition or the names of the routes."""
    asks: AsksOut | None
    """Of a question that a stage asks: `PUT /stages/{stage_id}/answer` or `…/route` settles it."""
    since: datetime
    due_at: datetime | None
    words: int
    """That the caller has not read yet: 220 are a minute."""
    count: int | None
    """Of texts that changed, or of contradictions."""
    approvals_given: int | None
    approvals_needed: int | None
    cost: CostOut
    snoozed_until: datetime | None
    snooze_reason: str | None


class ItemPage(BaseModel):
    items: list[ItemOut]
    """The most costly delay first."""
    next: str | None
    """What to send as `after` for the next page; null on the last one."""


class InboxTotals(BaseModel):
    """Of everything that waits, whatever the filters."""

    items: int
    snoozed: int
    """Not among the others."""
    words: int
    gates: int
    questions: int
    stale: int
    conflicts: int
    contradictions: int


class ClientWaiting(BaseModel):
    id: UUID
    name: str
    count: int


class ReadingOut(BaseModel):
    """What the caller reads in a week, in words."""

    words_a_minute: int
    this_week: int
    """Read since Monday, in their time zone."""
    waiting: int
    budget_minutes: int | None
    """What they want to read in a week."""


class InboxOut(BaseModel):
    page: ItemPage
    totals: InboxTotals
    clients: list[ClientWaiting]
    """Where something waits, by name."""
    reading: ReadingOut


class SnoozeIn(BaseModel):
    """To see an item again later."""

    until: AwareDatetime
    """In the future, at most a year ahead."""
    reason: Annotated[Written, MaxLen(500)]


class DigestOut(BaseModel):
    """What became of the caller's last digest."""

    is_available: bool
    """A mail server is set."""
    sent_at: datetime | None
    """When one was sent last; also one that had nothing to tell."""
    problem: str | None
    """Why the newest one was not sent, in a sentence."""
