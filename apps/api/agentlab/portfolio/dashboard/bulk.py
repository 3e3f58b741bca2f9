"""One action on many projects: on all of them, or on none."""

from collections import defaultdict
from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.audit.trail import record
from agentlab.auth.callers import Caller
from agentlab.auth.models import ClientAssignment, Role, User
from agentlab.auth.sight import project_in_sight
from agentlab.changes.schemas import Noun
from agentlab.changes.service import announce
from agentlab.errors import Conflict, NotFound
from agentlab.kit.clock import now
from agentlab.portfolio.dashboard.schemas import BulkAction, BulkIn, BulkOut, BulkUndo
from agentlab.portfolio.models import Client, Project, Service


class OwnerCannotSee(Conflict):
    """An owner who cannot open their project would be none."""

    code = "owner_cannot_see"


async def change_projects(db: AsyncSession, request: BulkIn, *, by: Caller) -> BulkOut:
    """Do it; whatever is refused for one project is refused for all of them."""
    found = await locked(db, request.project_ids, by=by)
    return await assign_owner(db, found, request, by=by)


Placed = tuple[Project, UUID]
"""A project and its client."""


async def locked(db: AsyncSession, ids: Collection[UUID], *, by: Caller) -> list[Placed]:
    """The projects, in the order of their ids so that two requests at once do not block each other.

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


async def assign_owner(
    db: AsyncSession, found: list[Placed], request: BulkIn, *, by: Caller
) -> BulkOut:
    names = await names_of_owners(db, {request.owner_id, *(p.owner_id for p, _ in found)})
    await need_owner(db, request.owner_id, {client_id for _, client_id in found})
    before: dict[UUID | None, list[UUID]] = defaultdict(list)
    for project, client_id in found:
        if project.owner_id == request.owner_id:
            continue
        before[project.owner_id].append(project.id)
        record(
            db,
            "project.owner_assigned",
            subject=project.id,
            label=project.name,
            client_id=client_id,
            project_id=project.id,
            before={"owner": names.get(project.owner_id)},
            after={"owner": names.get(request.owner_id)},
            reason=request.reason,
        )
        project.owner_id = request.owner_id
        edited(db, project, by=by)
    return BulkOut(
        changed=[id_ for ids in before.values() for id_ in ids],
        undo=[
            BulkUndo(action=BulkAction.ASSIGN_OWNER, project_ids=ids, owner_id=owner_id)
            for owner_id, ids in before.items()
        ],
    )


async def names_of_owners(db: AsyncSession, ids: set[UUID | None]) -> dict[UUID | None, str]:
    rows = await db.execute(select(User.id, User.name).where(User.id.in_(ids - {None})))
    return {row.id: row.name for row in rows}


async def need_owner(db: AsyncSession, owner_id: UUID | None, client_ids: set[UUID]) -> None:
    """That the person is there and sees every one of the clients.

    Raises:
        NotFound, OwnerCannotSee.
    """
    if owner_id is None:
        return
    person = await db.scalar(select(User).where(User.id == owner_id, User.deactivated_at.is_(None)))
    if person is None:
        raise NotFound("There is no such person.", field="owner_id")
    if person.sees_all_clients or person.role is Role.ADMINISTRATOR:
        return
    assigned = await db.scalars(
        select(ClientAssignment.client_id).where(ClientAssignment.user_id == owner_id)
    )
    if client_ids - set(assigned):
        raise OwnerCannotSee(
            "This person is not assigned to the client of every project. Have an administrator "
            "assign them first, or choose somebody else.",
            field="owner_id",
        )


def edited(db: AsyncSession, project: Project, *, by: Caller) -> None:
    """What every change of a project leaves behind."""
    project.version += 1
    project.updated_at, project.updated_by = now(), by.id
    announce(db, Noun.PROJECT, of=project.id, project_id=project.id)
