from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Query
from pydantic import AwareDatetime, BaseModel

from agentlab.audit.models import ActorKind
from agentlab.audit.verification import TroubleKind
from agentlab.kit.searching import Search
from agentlab.kit.text import Word


class ActorOut(BaseModel):
    """Who did it."""

    kind: ActorKind
    id: UUID | None
    """The person, also when an agent acted with their token; null for the system."""
    name: str | None
    """As it is now; null for the system and for a person who was erased."""
    token_id: UUID | None
    token: str | None
    """The name of the agent's token, while there is one."""


class NamedOut(BaseModel):
    id: UUID
    name: str | None
    """As it is now; null when there is no such thing any more."""


class AuditEntryOut(BaseModel):
    """An entry of the audit trail."""

    sequence: int
    at: datetime
    actor: ActorOut
    action: str
    """`noun.verb`: `project.archived`."""
    subject_id: UUID | None
    label: str | None
    """The name that the subject had."""
    client: NamedOut | None
    project: NamedOut | None
    before: dict[str, Any]
    """The fields that changed, as they were."""
    after: dict[str, Any]
    reason: str
    address: str
    """Where the request came from."""
    request_id: str
    hash: str
    details_erased: bool
    """True when values, reason and address were deleted on purpose."""


@dataclass(frozen=True)
class Filters:
    """What a list or an export of the trail is about."""

    actor_id: UUID | None = None
    actor_kind: ActorKind | None = None
    action: str | None = None
    subject_id: UUID | None = None
    client_id: UUID | None = None
    project_id: UUID | None = None
    request_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    search: str = ""


async def filters(
    *,
    actor_id: UUID | None = None,
    actor_kind: ActorKind | None = None,
    action: Annotated[
        Word | None,
        Query(description="`project.archived`, or with a dot at its end all of a noun: `project.`"),
    ] = None,
    subject_id: UUID | None = None,
    client_id: UUID | None = None,
    project_id: UUID | None = None,
    request_id: Annotated[
        Word | None, Query(description="What was done in one request: its `X-Request-ID`.")
    ] = None,
    since: Annotated[
        AwareDatetime | None, Query(alias="from", description="At this moment or later.")
    ] = None,
    until: Annotated[
        AwareDatetime | None, Query(alias="to", description="Before this moment.")
    ] = None,
    search: Search = "",
) -> Filters:
    """Which entries."""
    return Filters(
        actor_id=actor_id,
        actor_kind=actor_kind,
        action=action,
        subject_id=subject_id,
        client_id=client_id,
        project_id=project_id,
        request_id=request_id,
        since=since,
        until=until,
        search=search,
    )


Filtered = Annotated[Filters, Depends(filters)]


class RetentionOut(BaseModel):
    """How long the trail keeps details: values, reasons, names and addresses."""

    details_days: int | None
    """`AUDIT_DETAILS_RETENTION_DAYS`, set on the host; null where nothing is forgotten."""
    applied_at: datetime | None
    """When details were deleted for it the last time."""


class TroubleOut(BaseModel):
    """Something that was done to the trail."""

    kind: TroubleKind
    sequence: int
    until: int | None
    """The last of several entries."""


class VerificationOut(BaseModel):
    """A walk over the whole trail."""

    id: UUID
    requested_by: NamedOut | None
    """Null when AgentLab looked by itself."""
    started_at: datetime
    ended_at: datetime | None
    """Null while it runs."""
    total: int
    checked: int
    erased: int
    """Entries whose details were deleted on purpose."""
    head_sequence: int | None
    head_hash: str | None
    """Of the last entry: written down elsewhere, it proves later that nothing was cut off."""
    troubles_total: int
    troubles: list[TroubleOut]
    """The first of them."""


class VerificationsOut(BaseModel):
    last: VerificationOut | None
    """Null before the first one."""
