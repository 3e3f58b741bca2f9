"""What the forms and pages of clients, services and projects have in common."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from annotated_types import MaxLen
from fastapi import Query
from pydantic import BaseModel

from agentlab.kit.text import Paragraph
from agentlab.portfolio.edits import NamedPerson
from agentlab.portfolio.models import TransitionKind

Ids = Annotated[list[UUID], MaxLen(50)]


class Changes(BaseModel):
    """The fields to change; what is left out stays as it is."""

    def given(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.model_fields_set}


class ReleasedProject(BaseModel):
    """A project whose owner no longer sees it, or only looks now, and so owns it no more."""

    id: UUID
    name: str
    owner: NamedPerson
    """Who it was."""


class Releasing(BaseModel):
    """Mix-in: what a reply says when projects lost their owners."""

    released: list[ReleasedProject] = []
    """Projects that have no owner now: whoever it was no longer sees them, or only looks, or cannot
    sign in any more."""


class ReferenceLabel(BaseModel):
    """A value that administrators offer, as it is shown."""

    id: UUID
    name: str
    colour: str | None


class Versioned(BaseModel):
    """What two editors at once need to know of each other."""

    version: int
    updated_at: datetime | None
    updated_by: NamedPerson | None
    """Who changed it last; null when nobody has, or when it was not a person."""


class ReasonGiven(BaseModel):
    reason: Paragraph = ""


ReasonAsked = Annotated[
    Paragraph, Query(max_length=1_000, description="Why; it stands in the history.")
]
"""The reason of a request that has no body, as a route parameter."""


class TransitionOut(BaseModel):
    """That a client, a service or a project changed its state or place."""

    id: UUID
    kind: TransitionKind
    from_value: str | None
    """The status before; of a move the id of the place, when that is in sight."""
    to_value: str | None
    from_name: str | None
    """The name of the place before, of a move, when that is in sight."""
    to_name: str | None
    by: NamedPerson | None
    """The person, also when an agent acted with their token; null for the system."""
    token_id: UUID | None
    token: str | None
    """The name of the agent's token, while there is one."""
    at: datetime
    reason: str


class Deletion(BaseModel):
    """How much goes with something when it is deleted."""

    name: str
    services: int
    projects: int
    documents: int
    versions: int
    submissions: int
    decisions: int
    contacts: int
    applications: int
    links: int
    """Services and projects that a contact is linked to, or projects that touch an application."""
