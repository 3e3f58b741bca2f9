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
from agentlab.portfolio.levels.undoing import REMEDY, CannotBeUndone, ChangedSince, some_of
from agentlab.portfolio.models import Project, Service
from agentlab.portfolio.services.service import bring, record_move

# Each client's feed has an entry; that of the client that was left says which links and owners were
# taken off. What was erased from the trail says nothing.
RECORDED = text(
    """
    SELECT e.at, e.client_id, d.detail
    FROM audit_entries e
    LEFT JOIN audit_details d ON d.sequence = e.sequence
    WHERE e.subject_id = :service AND e.action = 'service.moved'
    ORDER BY e.sequence DESC LIMIT 2
    """
).bindparams(bindparam("service", type_=Uuid))

CAME_SINCE = text(
    """
    SELECT p.name FROM projects p
    WHERE p.service_id = :service AND (p.created_at > :at OR EXISTS (
        SELECT FROM portfolio_transitions t
        WHERE t.subject_id = p.id AND t.kind = 'move' AND t.to_value = CAST(:service AS text)
          AND t.at > :at))
    ORDER BY p.folded_name, p.id
    """
).bindparams(bindparam("service", type_=Uuid))


@dataclass(frozen=True)
class Before:
    """What the trail says of the move."""

    at: datetime
    client_id: UUID
    moved_to: UUID
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
    if service.client_id != before.moved_to:
        raise CannotBeUndone(UNSAID)
    await need_the_same_projects(db, service, before)
    projects = await lock_projects(db, service)
    left = service.client_id
    links, losing = await bring(db, service, client, field=None)
    if links or losing:
        raise ChangedSince(
            f"Links or owners were added at the client that “{service.name}” would leave. {REMEDY}"
        )
    there = {service.id, *projects}
    restored = {id_: links for id_, links in before.links.items() if id_ in there}
    await link_again(db, restored)
    count = sum(len(each) for each in restored.values())
    undone = {"undone": True} | ({"links_restored": count} if count else {})
    record_move(db, service, left, after=undone)
    await give_back(db, service, projects, before.owners)


UNSAID = "The audit trail does not say where the service was before. Move it by hand."


async def last_move(db: AsyncSession, service_id: UUID) -> Before:
    for at, client_id, detail in await db.execute(RECORDED, {"service": service_id}):
        if detail is None or detail["after"].get("undone"):
            break
        was = detail["before"]
        if was["client_id"] == str(client_id):
            return Before(
                at,
                client_id,
                UUID(detail["after"]["client_id"]),
                {UUID(id_): links_in(links) for id_, links in was.get("links", {}).items()},
                {UUID(id_): UUID(owner) for id_, owner in was.get("owners", {}).items()},
            )
    raise CannotBeUndone(UNSAID)


async def need_the_same_projects(db: AsyncSession, service: Service, before: Before) -> None:
    """What was made for the one client does not go to the other unseen, nor in the bin."""
    asked = {"service": service.id, "at": before.at}
    if names := list(await db.scalars(CAME_SINCE, asked)):
        raise ChangedSince(
            f"In “{service.name}” there are projects since then: {some_of(names)}. {REMEDY}"
        )


async def lock_projects(db: AsyncSession, service: Service) -> dict[UUID, Project]:
    """Those that are still in the service: what went elsewhere since stays as it is there."""
    query = select(Project).filter_by(service_id=service.id).order_by(Project.id)
    found = await db.scalars(query.with_for_update(key_share=True))
    return {project.id: project for project in found}


async def give_back(
    db: AsyncSession, service: Service, projects: dict[UUID, Project], owners: dict[UUID, UUID]
) -> None:
    """The projects that nobody got since, to those who can own them there."""
    for id_ in sorted(await fit_to_own(db, owners)):
        project = projects.get(id_)
        if project is None or project.owner_id is not None:
            continue
        project.owner_id = owners[id_]
        touch(project)
        announce(db, Noun.PROJECT, of=id_, project_id=id_)
        record(
            db,
            "project.changed",
            subject=id_,
            label=project.name,
            client_id=service.client_id,
            project_id=id_,
            before={"owner_id": None},
            after={"owner_id": project.owner_id},
        )
