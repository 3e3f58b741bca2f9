"""Archiving clients and services: nothing new is made in them; what is there stays as it is."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.audit.trail import record
from agentlab.changes.schemas import Noun
from agentlab.changes.service import announce
from agentlab.errors import Conflict
from agentlab.kit.clock import now
from agentlab.kit.preconditions import need_unchanged
from agentlab.portfolio.levels.editing import touch
from agentlab.portfolio.levels.transitions import note_transition
from agentlab.portfolio.models import Client, Service, TransitionKind

Level = Literal["client", "service"]


class AlreadyArchived(Conflict):
    code = "already_archived"


class NotArchived(Conflict):
    code = "not_archived"


def archive(
    db: AsyncSession, place: Client | Service, level: Level, *, reason: str, version: int | None
) -> None:
    """Archive a locked client or service. Raises ChangedMeanwhile, AlreadyArchived."""
    need_unchanged(place.version, version)
    if place.archived_at:
        raise AlreadyArchived(f"The {level} “{place.name}” is archived already. Read it again.")
    note_transition(db, place.id, TransitionKind.ARCHIVE, reason=reason)
    set_archived_at(db, place, f"{level}.archived", now(), reason)


def unarchive(
    db: AsyncSession, place: Client | Service, level: Level, *, reason: str, version: int | None
) -> None:
    """Bring a locked client or service back. Raises ChangedMeanwhile, NotArchived."""
    need_unchanged(place.version, version)
    if not place.archived_at:
        raise NotArchived(f"The {level} “{place.name}” is not archived. Read it again.")
    note_transition(db, place.id, TransitionKind.UNARCHIVE, reason=reason)
    set_archived_at(db, place, f"{level}.unarchived", None, reason)


def set_archived_at(
    db: AsyncSession, place: Client | Service, action: str, at: datetime | None, reason: str
) -> None:
    before, place.archived_at = place.archived_at, at
    touch(place)
    announce(db, Noun.PORTFOLIO, of=place.id)
    record(
        db,
        action,
        subject=place.id,
        label=place.name,
        client_id=client_of(place),
        before={"archived_at": before},
        after={"archived_at": at},
        reason=reason,
    )


def client_of(place: Client | Service) -> UUID:
    return place.id if isinstance(place, Client) else place.client_id
