"""Taking back a service's move to another client: all of it, or nothing.

What there was before stands in the audit trail; the version says that nobody changed the service
since.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Uuid, bindparam, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.audit.trail import record
from agentlab.auth import sight
from agentlab.auth.callers import Caller
from agentlab.changes.schemas import Noun
from agentlab.changes.service import announce
from agentlab.kit.preconditions import need_unchanged
from agentlab.portfolio.levels.editing import touch
from agentlab.portfolio.levels.moves import Links, link_again, links_in
from agentlab.portfolio.levels.ownership import fit_to_own, hold_owners
from agentlab.portfolio.levels.places import lock_service, open_client
from agentlab.portfolio.levels.undoing import REMEDY, CannotBeUndone, ChangedSince
from agentlab.portfolio.models import Project, Service
from agentlab.portfolio.services.service import bring, record_move

# The entry of the client that was left, which alone says which links and owners were taken off.
RECORDED = text(
    """
    SELECT e.at, d.detail -> 'before'
    FROM audit_entries e
    JOIN audit_details d ON d.sequence = e.sequence
    WHERE e.subject_id = :service AND e.action = 'service.moved'
      AND d.detail -> 'before' ->> 'client_id' = CAST(e.client_id AS text)
    ORDER BY e.sequence DESC LIMIT 1
    """
).bindparams(bindparam("service", type_=Uuid))

CAME_SINCE = text(
    """
    SELECT p.name FROM projects p
    WHERE p.service_id = :service AND p.deleted_at IS NULL AND (p.created_at > :at OR EXISTS (
        SELECT FROM portfolio_transitions t
        WHERE t.subject_id = p.id AND t.kind = 'move' AND t.to_value = CAST(:service AS text)
          AND t.at > :at))
    ORDER BY p.name
    """
).bindparams(bindparam("service", type_=Uuid))


@dataclass(frozen=True)
class Before:
    """What the trail says of the move."""

    at: datetime
    client_id: UUID
    links: dict[UUID, Links]
    owners: dict[UUID, UUID]


async def undo_move(db: AsyncSession, service_id: UUID, *, version: int | None, by: Caller) -> None:
    """To the client that it came from, with the links and owners that its projects had there.

    Raises:
        NotFound, ChangedMeanwhile, ChangedSince, CannotBeUndone, PlaceArchived, ServiceNameTaken.
    """
    before = await last_move(db, service_id)
    await hold_owners(db, *before.owners.values())
    await sight.need(db, by, "client_id", before.client_id)
    client = await open_client(db, before.client_id)
    service = await lock_service(db, service_id)
    need_unchanged(service.version, version)
    await need_the_same_projects(db, service, before)
    left = service.client_id
    links, losing = await bring(db, service, client, field=None)
    if links or losing:
        raise ChangedSince(
            f"Links or owners were added at the client that “{service.name}” would leave. {REMEDY}"
        )
    await link_again(db, before.links)
    restored = sum(len(each) for each in before.links.values())
    record_move(db, service, left, after={"links_restored": restored} if restored else {})
    await give_back(db, service, before.owners)


async def last_move(db: AsyncSession, service_id: UUID) -> Before:
    found = (await db.execute(RECORDED, {"service": service_id})).one_or_none()
    if found is None:
        raise CannotBeUndone(
            "The audit trail does not say where the service was before. Move it by hand."
        )
    at, was = found
    return Before(
        at,
        UUID(was["client_id"]),
        {UUID(id_): links_in(links) for id_, links in was.get("links", {}).items()},
        {UUID(id_): UUID(owner) for id_, owner in was.get("owners", {}).items()},
    )


async def need_the_same_projects(db: AsyncSession, service: Service, before: Before) -> None:
    """What was made for the one client does not go to the other unseen."""
    asked = {"service": service.id, "at": before.at}
    if names := list(await db.scalars(CAME_SINCE, asked)):
        raise ChangedSince(
            f"In “{service.name}” there are projects since then: {', '.join(names)}. {REMEDY}"
        )


async def give_back(db: AsyncSession, service: Service, owners: dict[UUID, UUID]) -> None:
    """The projects that nobody got since, to those who can own them there."""
    fit = await fit_to_own(db, owners)
    without = select(Project).where(Project.id.in_(fit), Project.owner_id.is_(None))
    for project in await db.scalars(without.order_by(Project.id)):
        project.owner_id = owners[project.id]
        touch(project)
        announce(db, Noun.PROJECT, of=project.id, project_id=project.id)
        record(
            db,
            "project.changed",
            subject=project.id,
            label=project.name,
            client_id=service.client_id,
            project_id=project.id,
            before={"owner_id": None},
            after={"owner_id": project.owner_id},
        )
