"""Taking back one action on many projects: all of it, or nothing.

What there was before stands in the audit trail; the versions say that nobody changed it since.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, bindparam, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.audit.trail import record
from agentlab.auth.callers import Caller
from agentlab.auth.sight import client_in_sight
from agentlab.errors import NotFound
from agentlab.portfolio.dashboard.bulk import give_owners, give_states
from agentlab.portfolio.dashboard.schemas import BulkAction, BulkUndo, UndoneOut
from agentlab.portfolio.levels.moves import (
    Links,
    link_again,
    links_in,
    unlink_from_other_clients,
)
from agentlab.portfolio.levels.ownership import fit_to_own, hold_owners
from agentlab.portfolio.levels.places import open_services
from agentlab.portfolio.levels.transitions import note_transition
from agentlab.portfolio.levels.undoing import REMEDY, CannotBeUndone
from agentlab.portfolio.models import ProjectStatus, Service, TransitionKind
from agentlab.portfolio.projects import many, service
from agentlab.portfolio.projects.many import Locked

Before = dict[UUID, dict[str, Any]]
"""What the trail says that each project was before."""


RECORDED_AS = {
    BulkAction.ASSIGN_OWNER: ("project.changed", "owner_id"),
    BulkAction.ARCHIVE: ("project.status_changed", "status"),
    BulkAction.UNARCHIVE: ("project.status_changed", "status"),
    BulkAction.MOVE: ("project.moved", "service_id"),
}

# Of a move the entry of the client that was left, which alone says which links were taken off.
RECORDED = text(
    """
    SELECT DISTINCT ON (e.subject_id) e.subject_id, d.detail -> 'before'
    FROM audit_entries e
    JOIN audit_details d ON d.sequence = e.sequence
    LEFT JOIN services s ON e.action = 'project.moved'
        AND s.id = CAST(d.detail -> 'before' ->> 'service_id' AS uuid)
    WHERE e.subject_id = ANY(:ids) AND e.action = :action
      AND d.detail -> 'before' -> CAST(:field AS text) IS NOT NULL
      AND (e.action <> 'project.moved' OR s.client_id = e.client_id)
    ORDER BY e.subject_id, e.sequence DESC
    """
).bindparams(bindparam("ids", type_=ARRAY(Uuid)))


async def undo(db: AsyncSession, request: BulkUndo, *, by: Caller) -> UndoneOut:
    """Put the projects back as they were before the action.

    Raises:
        NotFound, ChangedSince, CannotBeUndone, OwnerUnknown, PlaceArchived, ProjectNameTaken.
    """
    ids = [project.id for project in request.projects]
    before = await recorded(db, request.action, ids)
    owners = (was.get("owner_id") for was in before.values())
    await hold_owners(db, *(UUID(owner) for owner in owners if owner))
    if request.action is BulkAction.MOVE:
        await open_former_services(db, before, by=by)
    found = await many.lock(db, ids, by=by, field="projects.{}")
    need_unchanged_since(request, found)
    if len(before) < len(found):
        raise CannotBeUndone(
            "The audit trail no longer says what was there before. Change the projects by hand."
        )
    match request.action:
        case BulkAction.ASSIGN_OWNER:
            await give_back_owners(db, found, before)
        case BulkAction.ARCHIVE | BulkAction.UNARCHIVE:
            await give_states(db, found, {id_: state_in(was) for id_, was in before.items()})
        case BulkAction.MOVE:
            await move_back(db, found, before)
    return UndoneOut(changed=[project.id for project in found])


async def recorded(db: AsyncSession, action: BulkAction, ids: list[UUID]) -> Before:
    entry, field = RECORDED_AS[action]
    rows = await db.execute(RECORDED, {"ids": ids, "action": entry, "field": field})
    return {row[0]: row[1] for row in rows}


def need_unchanged_since(request: BulkUndo, found: list[Locked]) -> None:
    """Raise ChangedSince unless each project has the version that the action left."""
    left = {project.id: project.version for project in request.projects}
    many.refuse_changed([one for one in found if one.version != left[one.id]], REMEDY)


def state_in(was: dict[str, Any]) -> dict[str, Any]:
    since = was.get("status_since")
    return {
        "status": ProjectStatus(was["status"]),
        "status_reason": was.get("status_reason", ""),
        "status_since": datetime.fromisoformat(since) if since else None,
    }


async def former_owners(db: AsyncSession, before: Before) -> dict[UUID, UUID | None]:
    """Who owned each project, or nobody when they cannot own it any more."""
    owners = {id_: UUID(was["owner_id"]) for id_, was in before.items() if was.get("owner_id")}
    fit = await fit_to_own(db, owners)
    return {id_: owners[id_] if id_ in fit else None for id_ in before}


async def give_back_owners(db: AsyncSession, found: list[Locked], before: Before) -> None:
    await give_owners(db, found, await former_owners(db, before))


async def open_former_services(db: AsyncSession, before: Before, *, by: Caller) -> None:
    """Raises NotFound for one that is not there for the caller, and PlaceArchived."""
    ids = {UUID(was["service_id"]) for was in before.values()}
    there = {one.id for one in await open_services(db, ids)}
    seen = select(Service.id).where(Service.id.in_(there), client_in_sight(by, Service.client_id))
    if ids != set(await db.scalars(seen)):
        raise NotFound("There is no such service any more; perhaps it was deleted.")


async def move_back(db: AsyncSession, found: list[Locked], before: Before) -> None:
    """To the service of each, with the links and the owner that it had there."""
    targets = {id_: UUID(was["service_id"]) for id_, was in before.items()}
    rows = select(Service.id, Service.client_id).where(Service.id.in_(set(targets.values())))
    clients = {row[0]: row[1] for row in await db.execute(rows)}
    async with many.unique_names_there(db, found, targets):
        await many.write(db, {id_: {"service_id": target} for id_, target in targets.items()})
    linked_since = await unlink_from_other_clients(db, list(targets))
    many.refuse_changed([project for project in found if project.id in linked_since], REMEDY)
    await link_again(db, {id_: links_in(was) for id_, was in before.items()})
    owners = await former_owners(db, {id_: was for id_, was in before.items() if "owner_id" in was})
    await many.write(db, {id_: {"owner_id": owner} for id_, owner in owners.items()})
    for project in found:
        target, links = targets[project.id], links_in(before[project.id])
        note_transition(
            db, project.id, TransitionKind.MOVE, before=project.service_id, after=target
        )
        service.tell(db, project.id)
        record_return(db, project, (target, clients[target]), links, owners.get(project.id))


def record_return(
    db: AsyncSession,
    project: Locked,
    to: tuple[UUID, UUID],
    links: Links,
    owner_id: UUID | None,
) -> None:
    """In the activity of both clients, as the move was; the links in that of theirs."""
    given_back = {"owner_id": owner_id} if owner_id else {}
    for client_id in dict.fromkeys((project.client_id, to[1])):
        record(
            db,
            "project.moved",
            subject=project.id,
            label=project.name,
            client_id=client_id,
            project_id=project.id,
            before={"service_id": project.service_id}
            | ({"owner_id": project.owner_id} if given_back else {}),
            after={"service_id": to[0]}
            | given_back
            | ({"links_restored": len(links)} if links else {})
            | (links.as_values() if client_id == to[1] else {}),
        )
