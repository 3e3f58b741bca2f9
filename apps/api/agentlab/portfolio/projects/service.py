"""The rules of projects: what they are called, who owns them, their status and their place."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.audit.trail import record
from agentlab.auth import sight
from agentlab.auth.callers import Caller
from agentlab.auth.models import User
from agentlab.changes.schemas import Noun
from agentlab.changes.service import announce
from agentlab.errors import Conflict, InvalidInput
from agentlab.kit.clock import now
from agentlab.kit.ids import new_id
from agentlab.kit.preconditions import need_unchanged
from agentlab.portfolio.clients.reading import sees_client
from agentlab.portfolio.edits import assign, differing
from agentlab.portfolio.keys import free_key
from agentlab.portfolio.levels.editing import touch
from agentlab.portfolio.levels.moves import (
    AlreadyThere,
    MovesToAnotherClient,
    unlink_from_client,
)
from agentlab.portfolio.levels.names import unique_names
from agentlab.portfolio.levels.places import lock_project, open_service
from agentlab.portfolio.levels.transitions import note_transition
from agentlab.portfolio.models import (
    Client,
    Project,
    ProjectStatus,
    ReferenceKind,
    Service,
    TransitionKind,
)
from agentlab.portfolio.projects.schemas import ProjectChanges, ProjectIn, ProjectMove, StatusIn
from agentlab.portfolio.projects.statuses import reachable_from
from agentlab.portfolio.records import record_of_project
from agentlab.portfolio.reference.service import need_items
from agentlab.workflows.service import ReasonMissing


class StatusNotReachable(Conflict):
    code = "status_not_reachable"


class OwnerUnknown(InvalidInput):
    code = "owner_unknown"


async def create(db: AsyncSession, given: ProjectIn, *, by: Caller) -> UUID:
    """A project without a folder, as a draft.

    Raises:
        NotFound, PlaceArchived, ProjectNameTaken, KeyTaken, OwnerUnknown, UnknownItem,
        ItemRetired.
    """
    await sight.need(db, by, "service_id", given.service_id, field="service_id")
    service = await open_service(db, given.service_id)
    await need_references(db, given.model_dump(), None)
    await need_owner(db, given.owner_id, service.client_id)
    key = given.key or await free_key(db, given.name)
    values = given.model_dump() | {"key": key, "owner_id": given.owner_id or by.id}
    project = Project(id=new_id(), status=ProjectStatus.DRAFT, created_by=by.id, **values)
    async with unique_names(db, given.name, key=key):
        db.add(project)
    tell(db, project.id)
    await record_of_project(
        db,
        project.id,
        "project.created",
        after=given.model_dump(exclude={"service_id"}, exclude_defaults=True) | {"key": key},
    )
    return project.id


async def need_references(
    db: AsyncSession, given: dict[str, object], project: Project | None
) -> None:
    kind = given.get("implementation_type_id")
    categories = given.get("user_category_ids")
    had = project.implementation_type_id if project else None
    await need_items(
        db,
        ReferenceKind.IMPLEMENTATION_TYPE,
        [kind] if isinstance(kind, UUID) else [],
        field="implementation_type_id",
        already=[had] if had else [],
    )
    await need_items(
        db,
        ReferenceKind.USER_CATEGORY,
        categories if isinstance(categories, list) else [],
        field="user_category_ids",
        already=project.user_category_ids if project else [],
    )


async def need_owner(db: AsyncSession, owner_id: UUID | None, client_id: UUID) -> None:
    if owner_id is None:
        return
    if not await db.scalar(select(User.id).where(User.id == owner_id, sees_client(client_id))):
        raise OwnerUnknown(
            "Nobody who may see this client has that id. Choose one of the client's people.",
            field="owner_id",
        )


async def change(
    db: AsyncSession, project_id: UUID, given: ProjectChanges, *, version: int | None
) -> None:
    """Raises ChangedMeanwhile and what `create` raises."""
    project = await lock_project(db, project_id)
    need_unchanged(project.version, version)
    fields = given.given()
    if "user_category_ids" in fields:
        fields["user_category_ids"] = list(dict.fromkeys(fields["user_category_ids"]))
    before, after = differing(project, fields)
    if not after:
        return
    await need_references(db, after, project)
    await need_owner(db, after.get("owner_id"), await client_of(db, project))
    async with unique_names(db, after.get("name", project.name), key=after.get("key", project.key)):
        assign(project, after)
        touch(project)
    tell(db, project_id)
    await record_of_project(db, project_id, "project.changed", before=before, after=after)


async def client_of(db: AsyncSession, project: Project) -> UUID:
    return (
        await db.execute(select(Service.client_id).where(Service.id == project.service_id))
    ).scalar_one()


async def set_status(db: AsyncSession, project_id: UUID, given: StatusIn) -> None:
    """Raises NotFound, StatusNotReachable, ReasonMissing."""
    project = await lock_project(db, project_id)
    allowed = await reachable_from(db, project)
    if given.status not in allowed:
        raise StatusNotReachable(
            f"The project is {project.status}, and cannot be {given.status} next. It can be: "
            f"{', '.join(allowed)}.",
            field="status",
        )
    if given.status is ProjectStatus.BLOCKED and not given.reason:
        raise ReasonMissing("Say why the project is blocked.", field="reason")
    before = project.status
    project.status = given.status
    project.status_reason = given.reason
    project.status_since = now()
    touch(project)
    note_transition(
        db,
        project_id,
        TransitionKind.STATUS,
        before=before,
        after=given.status,
        reason=given.reason,
    )
    tell(db, project_id)
    await record_of_project(
        db,
        project_id,
        "project.status_changed",
        before={"status": before},
        after={"status": given.status},
        reason=given.reason,
    )


async def move(db: AsyncSession, project_id: UUID, given: ProjectMove, *, by: Caller) -> None:
    """To another service.

    When that is of another client, links to contacts and applications of the client that it
    leaves are taken off.

    Raises:
        NotFound, AlreadyThere, MovesToAnotherClient, PlaceArchived, ProjectNameTaken.
    """
    await sight.need(db, by, "service_id", given.service_id, field="service_id")
    service = await open_service(db, given.service_id)
    project = await lock_project(db, project_id)
    left, left_client = project.service_id, await client_of(db, project)
    if left == service.id:
        raise AlreadyThere(
            f"The project is in the service “{service.name}” already. Choose another one.",
            field="service_id",
        )
    crosses = left_client != service.client_id
    if crosses and not given.confirm_other_client:
        client = (await db.execute(select(Client.name).filter_by(id=service.client_id))).scalar()
        raise MovesToAnotherClient(
            f"The service “{service.name}” is of another client, “{client}”, whose people are not "
            "the same. Confirm that the project goes there.",
            field="confirm_other_client",
        )
    async with unique_names(db, project.name, field="service_id"):
        project.service_id = service.id
        touch(project)
    links = await unlink_from_client(db, left_client, [project_id]) if crosses else 0
    note_transition(
        db, project_id, TransitionKind.MOVE, before=left, after=service.id, reason=given.reason
    )
    tell(db, project_id)
    for client_id in dict.fromkeys((left_client, service.client_id)):  # the activity of both
        record(
            db,
            "project.moved",
            subject=project_id,
            label=project.name,
            client_id=client_id,
            project_id=project_id,
            before={"service_id": left},
            after={"service_id": service.id} | ({"links_removed": links} if links else {}),
            reason=given.reason,
        )


def tell(db: AsyncSession, project_id: UUID) -> None:
    announce(db, Noun.PROJECT, of=project_id, project_id=project_id)
