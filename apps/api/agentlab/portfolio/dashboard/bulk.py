"""One action on many projects: on all of them, or on none."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Iterable
from typing import TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.auth.callers import Caller
from agentlab.auth.sight import need, project_in_sight
from agentlab.errors import AgentLabError, InvalidInput, NotFound
from agentlab.portfolio.dashboard.schemas import BulkAction, BulkIn, BulkOut
from agentlab.portfolio.levels.editing import touch
from agentlab.portfolio.levels.places import open_service
from agentlab.portfolio.models import (
    Client,
    PortfolioTransition,
    Project,
    ProjectStatus,
    Service,
    TransitionKind,
)
from agentlab.portfolio.projects import service
from agentlab.portfolio.projects.schemas import ProjectMove, StatusIn
from agentlab.portfolio.projects.statuses import before_the_archive
from agentlab.portfolio.records import record_of_project

Key = TypeVar("Key")


class ServiceMissing(InvalidInput):
    code = "service_missing"


async def change_projects(db: AsyncSession, request: BulkIn, *, by: Caller) -> BulkOut:
    """Do it; whatever is refused for one project is refused for all of them.

    Raises:
        NotFound, ServiceMissing, and what `projects.service` raises for one.
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


async def assign_owner(db: AsyncSession, request: BulkIn, *, by: Caller) -> BulkOut:
    found = await locked(db, request.project_ids, by=by)
    for client_id in {client_id for _, client_id in found}:
        await service.need_owner(db, request.owner_id, client_id)
    changing = [project for project, _ in found if project.owner_id != request.owner_id]
    before = grouped((project.owner_id, project.id) for project in changing)

    async def assign(project: Project) -> None:
        was, project.owner_id = project.owner_id, request.owner_id
        touch(project)
        service.tell(db, project.id)
        await record_of_project(
            db,
            project.id,
            "project.changed",
            before={"owner_id": was},
            after={"owner_id": request.owner_id},
            reason=request.reason,
        )

    await each(changing, request, assign)
    undo = [
        BulkIn(action=BulkAction.ASSIGN_OWNER, project_ids=ids, owner_id=owner_id)
        for owner_id, ids in before.items()
    ]
    return BulkOut(changed=[project.id for project in changing], undo=undo)


async def archive(db: AsyncSession, request: BulkIn, *, by: Caller) -> BulkOut:
    found = await locked(db, request.project_ids, by=by)
    changing = [p for p, _ in found if p.status is not ProjectStatus.ARCHIVED]
    wanted = StatusIn(status=ProjectStatus.ARCHIVED, reason=request.reason)
    await each(changing, request, lambda one: service.set_status(db, one.id, wanted))
    return done(changing, BulkAction.UNARCHIVE)


async def unarchive(db: AsyncSession, request: BulkIn, *, by: Caller) -> BulkOut:
    found = await locked(db, request.project_ids, by=by)
    changing = [p for p, _ in found if p.status is ProjectStatus.ARCHIVED]

    async def bring_back(project: Project) -> None:
        status = await before_the_archive(db, project.id)
        reason = request.reason or await reason_of(db, project.id, status)
        await service.set_status(db, project.id, StatusIn(status=status, reason=reason))

    await each(changing, request, bring_back)
    return done(changing, BulkAction.ARCHIVE)


async def reason_of(db: AsyncSession, project_id: UUID, status: ProjectStatus) -> str:
    """Why it had this status the last time."""
    given = (
        select(PortfolioTransition.reason)
        .filter_by(subject_id=project_id, kind=TransitionKind.STATUS, to_value=status.value)
        .order_by(PortfolioTransition.at.desc(), PortfolioTransition.id.desc())
        .limit(1)
    )
    return await db.scalar(given) or "Back from the archive."


async def move(db: AsyncSession, request: BulkIn, *, by: Caller) -> BulkOut:
    if request.service_id is None:
        raise ServiceMissing("Say to which service the projects go.", field="service_id")
    await need(db, by, "service_id", request.service_id, field="service_id")
    await open_service(db, request.service_id)  # from the top down, as everybody locks
    found = await locked(db, request.project_ids, by=by)
    changing = [project for project, _ in found if project.service_id != request.service_id]
    before = grouped((project.service_id, project.id) for project in changing)
    wanted = ProjectMove(
        service_id=request.service_id,
        confirm_other_client=request.confirm_other_client,
        reason=request.reason,
    )
    await each(changing, request, lambda one: service.move(db, one.id, wanted, by=by))
    undo = [
        BulkIn(action=BulkAction.MOVE, project_ids=ids, service_id=left, confirm_other_client=True)
        for left, ids in before.items()
    ]
    return BulkOut(changed=[project.id for project in changing], undo=undo)


def done(changed: list[Project], undo: BulkAction) -> BulkOut:
    ids = [project.id for project in changed]
    return BulkOut(changed=ids, undo=[BulkIn(action=undo, project_ids=ids)] if ids else [])


async def each(
    projects: list[Project], request: BulkIn, change: Callable[[Project], Awaitable[None]]
) -> None:
    """Change one after the other; a refusal says which project it is about."""
    for project in projects:
        id_, name = project.id, project.name  # a refusal may take the loaded ones away
        try:
            await change(project)
        except AgentLabError as refusal:
            if refusal.field not in {"service_id", "owner_id", "confirm_other_client"}:
                refusal.field = f"project_ids.{request.project_ids.index(id_)}"
            refusal.detail = f"{name}: {refusal.detail}"
            raise


async def locked(
    db: AsyncSession, ids: Collection[UUID], *, by: Caller
) -> list[tuple[Project, UUID]]:
    """The projects and their clients, in an order in which two requests at once do not block.

    Raises:
        NotFound: for one that the caller does not see, naming it.
    """
    rows = await db.execute(
        select(Project, Client.id)
        .join(Service, Service.id == Project.service_id)
        .join(Client, Client.id == Service.client_id)
        .where(
            Project.id.in_(ids),
            Project.deleted_at.is_(None),
            Service.deleted_at.is_(None),
            Client.deleted_at.is_(None),
            project_in_sight(by, Project.id, Client.id),
        )
        .order_by(Project.id)
        .with_for_update(of=Project, key_share=True)
    )
    found = [(project, client_id) for project, client_id in rows]
    there = {project.id for project, _ in found}
    for number, id_ in enumerate(ids):
        if id_ not in there:
            raise NotFound("There is no such project.", field=f"project_ids.{number}")
    return found


def grouped(pairs: Iterable[tuple[Key, UUID]]) -> dict[Key, list[UUID]]:
    groups: dict[Key, list[UUID]] = defaultdict(list)
    for key, id_ in pairs:
        groups[key].append(id_)
    return groups
