"""One action on many projects: on all of them, or on none."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, bindparam, text
from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.audit.trail import record
from agentlab.auth.callers import Caller
from agentlab.auth.sight import need
from agentlab.errors import InvalidInput
from agentlab.kit.clock import now
from agentlab.portfolio.dashboard.schemas import (
    BulkAction,
    BulkIn,
    BulkOut,
    BulkUndo,
    ProjectAsLeft,
)
from agentlab.portfolio.levels.moves import Links, unlink_from_other_clients
from agentlab.portfolio.levels.ownership import (
    MAY_OWN,
    as_shown,
    hold_owners,
    losing_their_owner,
)
from agentlab.portfolio.levels.places import open_service
from agentlab.portfolio.levels.transitions import note_transition
from agentlab.portfolio.models import ProjectStatus, TransitionKind
from agentlab.portfolio.projects import many, service
from agentlab.portfolio.projects.many import Locked
from agentlab.portfolio.projects.statuses import before_the_archive


class ServiceMissing(InvalidInput):
    code = "service_missing"


async def change_projects(db: AsyncSession, request: BulkIn, *, by: Caller) -> BulkOut:
    """Do it; whatever is refused for one project is refused for all of them.

    Raises:
        NotFound, ChangedSince, ServiceMissing, OwnerUnknown, MovesToAnotherClient, PlaceArchived,
        ProjectNameTaken.
    """
    match request.action:
        case BulkAction.ASSIGN_OWNER:
            return await assign_owner(db, request, by=by)
        case BulkAction.ARCHIVE:
            return await archive(db, request, by=by)
        case BulkAction.UNARCHIVE:
            return await unarchive(db, request, by=by)
        case BulkAction.MOVE:
            return await move(db, request, by=by)


async def locked(db: AsyncSession, request: BulkIn, *, by: Caller) -> list[Locked]:
    """The projects, as whoever asks has seen them, where they said what that was."""
    found = await many.lock(db, request.project_ids, by=by)
    seen = request.versions
    many.refuse_changed(
        [project for project in found if seen.get(project.id, project.version) != project.version],
        "Nothing was done. Look at what was changed, then do it again.",
    )
    return found


async def assign_owner(db: AsyncSession, request: BulkIn, *, by: Caller) -> BulkOut:
    await hold_owners(db, request.owner_id)
    found = await locked(db, request, by=by)
    await need_owner_of_all(db, request.owner_id, found)
    changing = [project for project in found if project.owner_id != request.owner_id]
    owners = {project.id: request.owner_id for project in changing}
    return done(request, await give_owners(db, changing, owners, reason=request.reason))


NOT_THEIRS = text(
    f"""
    SELECT c.id FROM clients c
    WHERE c.id = ANY(:clients) AND NOT EXISTS (
        SELECT 1 FROM users u
        WHERE u.id = :owner AND {MAY_OWN.format(client="c.id")})
    """  # noqa: S608 - texts of our own
).bindparams(bindparam("clients", type_=ARRAY(Uuid)))


async def need_owner_of_all(
    db: AsyncSession, owner_id: UUID | None, projects: Collection[Locked]
) -> None:
    """Raise OwnerUnknown unless the person may own a project of each client."""
    if owner_id is None:
        return
    asked = {"clients": list({project.client_id for project in projects}), "owner": owner_id}
    not_theirs = set(await db.scalars(NOT_THEIRS, asked))
    for project in projects:
        if project.client_id in not_theirs:
            raise service.OwnerUnknown(
                f"{project.name}: nobody who may work for its client has that id. Choose one of "
                "the client's people.",
                field=project.place,
            )


async def give_owners(
    db: AsyncSession,
    projects: Sequence[Locked],
    owners: dict[UUID, UUID | None],
    *,
    reason: str = "",
) -> dict[UUID, int]:
    """To each project the owner that it shall have; the versions that they have then."""
    versions = await many.write(db, {id_: {"owner_id": owner} for id_, owner in owners.items()})
    for project in projects:
        service.tell(db, project.id)
        record(
            db,
            "project.changed",
            subject=project.id,
            label=project.name,
            client_id=project.client_id,
            project_id=project.id,
            before={"owner_id": project.owner_id},
            after={"owner_id": owners[project.id]},
            reason=reason,
        )
    return versions


async def archive(db: AsyncSession, request: BulkIn, *, by: Caller) -> BulkOut:
    found = await locked(db, request, by=by)
    changing = [each for each in found if each.status is not ProjectStatus.ARCHIVED]
    archived = {
        "status": ProjectStatus.ARCHIVED,
        "status_reason": request.reason,
        "status_since": now(),
    }
    states = {project.id: archived for project in changing}
    return done(request, await give_states(db, changing, states, reason=request.reason))


async def give_states(
    db: AsyncSession,
    projects: Sequence[Locked],
    states: dict[UUID, dict[str, object]],
    *,
    reason: str = "",
) -> dict[UUID, int]:
    """To each project the status that it shall have, with its reason and since when."""
    versions = await many.write(db, states)
    for project in projects:
        state = states[project.id]
        note_transition(
            db,
            project.id,
            TransitionKind.STATUS,
            before=project.status,
            after=state["status"],
            reason=str(state["status_reason"]),
        )
        service.tell(db, project.id)
        record(
            db,
            "project.status_changed",
            subject=project.id,
            label=project.name,
            client_id=project.client_id,
            project_id=project.id,
            before=project.state,
            after=state,
            reason=reason,
        )
    return versions


async def unarchive(db: AsyncSession, request: BulkIn, *, by: Caller) -> BulkOut:
    """Each back to the status that it had, with the reason of then."""
    found = await locked(db, request, by=by)
    changing = [each for each in found if each.status is ProjectStatus.ARCHIVED]
    former = await before_the_archive(db, [project.id for project in changing])
    at = now()
    states = {
        id_: {
            "status": was.status,
            "status_reason": request.reason or was.reason,
            "status_since": at,
        }
        for id_, was in former.items()
    }
    return done(request, await give_states(db, changing, states, reason=request.reason))


async def move(db: AsyncSession, request: BulkIn, *, by: Caller) -> BulkOut:
    if request.service_id is None:
        raise ServiceMissing("Say to which service the projects go.", field="service_id")
    await need(db, by, "service_id", request.service_id, field="service_id")
    target = await open_service(db, request.service_id)  # from the top down, as everybody locks
    found = await locked(db, request, by=by)
    changing = [project for project in found if project.service_id != target.id]
    crossing = [project for project in changing if project.client_id != target.client_id]
    if crossing and not request.confirm_other_client:
        refusal = await service.moves_to_another_client(db, target)
        refusal.detail = f"{crossing[0].name}: {refusal.detail}"
        refusal.field = crossing[0].place
        raise refusal
    targets = {project.id: target.id for project in changing}
    async with many.unique_names_there(db, changing, targets):
        versions = await many.write(db, {id_: {"service_id": target.id} for id_ in targets})
    ids = [project.id for project in crossing]
    links = await unlink_from_other_clients(db, ids) if ids else {}
    losing = await losing_their_owner(db, ids) if ids else []
    versions |= await many.write(db, {one.id: {"owner_id": None} for one in losing})
    former = {one.id: one.owner_id for one in losing}
    for project in changing:
        note_transition(
            db,
            project.id,
            TransitionKind.MOVE,
            before=project.service_id,
            after=target.id,
            reason=request.reason,
        )
        service.tell(db, project.id)
        service.record_move(
            db,
            project.id,
            project.name,
            left=(project.service_id, project.client_id),
            to=(target.id, target.client_id),
            links=links.get(project.id, Links()),
            former_owner_id=former.get(project.id),
            reason=request.reason,
        )
    return done(request, versions).model_copy(update={"released": as_shown(losing)})


def done(request: BulkIn, versions: dict[UUID, int]) -> BulkOut:
    """The reply, with the versions that the projects have now."""
    left = [ProjectAsLeft(id=id_, version=version) for id_, version in versions.items()]
    undo = BulkUndo(action=request.action, projects=left) if left else None
    return BulkOut(changed=list(versions), undo=undo)
