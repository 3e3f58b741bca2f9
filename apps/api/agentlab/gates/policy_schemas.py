from datetime import date, datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from annotated_types import Ge, Le, MaxLen
from pydantic import BaseModel, model_validator

from agentlab.auth.models import Role
from agentlab.kit.problems import inconsistent
from agentlab.kit.text import Line
from agentlab.workflows.importers.definitions import MOST_ITEMS

DecidingRole = Literal[Role.ADMINISTRATOR, Role.PRODUCT_OWNER]
"""A viewer reads; whoever decides can be held to it."""

Approvals = Annotated[int, Ge(1), Le(20)]
DueDays = Annotated[int, Ge(1), Le(365)]


class DeputyIn(BaseModel):
    user_id: UUID
    starts_on: date
    ends_on: date
    """The last day. Days begin and end in UTC."""

    @model_validator(mode="after")
    def ends_after_it_begins(self) -> Self:
        if self.ends_on < self.starts_on:
            raise inconsistent("ends_before", "a deputy's last day may not be before the first")
        return self


class ReviewerIn(BaseModel):
    user_id: UUID
    deputies: Annotated[list[DeputyIn], MaxLen(20)] = []


class ChecklistItemIn(BaseModel):
    id: UUID | None = None
    """Of an item that is there already; a new one gets its own."""
    text: Line
    required: bool = True
    """Has to be answered with yes to approve."""


class PolicyIn(BaseModel):
    """Who decides at a gate, and how. What is left out is as it is proposed."""

    roles: Annotated[list[DecidingRole], MaxLen(2)] = [Role.ADMINISTRATOR, Role.PRODUCT_OWNER]
    """Everybody with one of these roles who sees the client may decide."""
    reviewers: Annotated[list[ReviewerIn], MaxLen(50)] = []
    """People who may decide besides; alone with no roles."""
    approvals: Approvals = 1
    submitter_decides: bool = True
    checklist: Annotated[list[ChecklistItemIn], MaxLen(MOST_ITEMS)] = []
    reauthentication: bool = False
    """Whoever decides gives their password again, or signs in again, within five minutes."""
    due_days: DueDays | None = None

    @model_validator(mode="after")
    def names_each_once(self) -> Self:
        people = [reviewer.user_id for reviewer in self.reviewers]
        items = [item.id for item in self.checklist if item.id]
        for what, named in (("person", people), ("item of the checklist", items)):
            if len(set(named)) != len(named):
                raise inconsistent("named_twice", f"the same {what} is named twice")
        return self


class PersonAtGate(BaseModel):
    id: UUID
    name: str


class DeputyOut(BaseModel):
    user: PersonAtGate
    starts_on: date
    ends_on: date
    is_now: bool
    """Today is one of the days."""


class ReviewerOut(BaseModel):
    user: PersonAtGate
    deputies: list[DeputyOut]


class ChecklistItem(BaseModel):
    id: UUID
    text: str
    required: bool


class PolicyOut(BaseModel):
    """Who decides at a gate, and how."""

    roles: list[Role]
    reviewers: list[ReviewerOut]
    approvals: int
    submitter_decides: bool
    checklist: list[ChecklistItem]
    reauthentication: bool
    due_days: int | None
    is_proposed: bool
    """Nobody has changed it: it is the template's, or the usual one where the template has none."""
    is_from_template: bool
    """It is what the project's template proposes for this gate."""
    version: int
    """The `ETag`; 0 while it is the usual one."""
    updated_at: datetime | None
    updated_by: PersonAtGate | None


class CandidatesOut(BaseModel):
    """People who could be named at a gate."""

    items: list[PersonAtGate]
    """By name, at most 200."""
