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
from agentlab.portfolio.edits import assign, differing
from agentlab.portfolio.keys import free_key
from agentlab.portfolio.levels.editing import touch
from agentlab.portfolio.levels.moves import (
    AlreadyThere,
    Links,
    MovesToAnotherClient,
    unlink_from_other_clients,
)
from agentlab.portfolio.levels.names import KeyTaken, unique_names
from agentlab.portfolio.levels.ownership import as_shown, hold_owners, losing_their_owner
from agentlab.portfolio.levels.places import hold_project, lock_project, open_service
from agentlab.portfolio.levels.schemas import ReleasedProject
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
from agentlab.portfolio.projects.statuses import NEXT, former_of
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
    await hold_owners(db, given.owner_id)
    await need_owner(db, given.owner_id, service.client_id)
    project = await add(db, given, by=by)
    tell(db, project.id)
    await record_of_project(
        db,
        project.id,
        "project.created",
        after=given.model_dump(exclude={"service_id"}, exclude_defaults=True)
        | {"key": project.key},
    )
    return project.id


async def add(db: AsyncSession, given: ProjectIn, *, by: Caller) -> Project:
    """With a key of its own: nobody is refused for one that they did not ask for."""
    for is_last in (False, False, True):
        key = given.key or await free_key(db, given.name)
        values = given.model_dump() | {
            "key": key,
            "owner_id": given.owner_id if "owner_id" in given.model_fields_set else by.id,
            "user_category_ids": list(dict.fromkeys(given.user_category_ids)),
        }
        project = Project(id=new_id(), status=ProjectStatus.DRAFT, created_by=by.id, **values)
        try:
            async with unique_names(db, given.name, key=key):
                db.add(project)
        except KeyTaken:  # somebody took it meanwhile
            if given.key or is_last:
                raise
        else:
            return project
    raise AssertionError


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
    if not await db.scalar(
        select(User.id).where(User.id == owner_id, sight.works_for_client(client_id))
    ):
        raise OwnerUnknown(
            "Nobody who may work for this client has that id. Choose one of the client's people.",
            field="owner_id",
        )


async def change(
    db: AsyncSession, project_id: UUID, given: ProjectChanges, *, version: int | None
) -> None:
    """Raises ChangedMeanwhile and what `create` raises."""
    fields = given.given()
    await hold_owners(db, fields.get("owner_id"))
    project, client_id = await hold_project(db, project_id)
    need_unchanged(project.version, version)
    if "user_category_ids" in fields:
        fields["user_category_ids"] = list(dict.fromkeys(fields["user_category_ids"]))
    before, after = differing(project, fields)
    if not after:
        return
    await need_references(db, after, project)
    await need_owner(db, after.get("owner_id"), client_id)
    async with unique_names(db, after.get("name", project.name), key=after.get("key", project.key)):
        assign(project, after)
        touch(project)
    tell(db, project_id)
    await record_of_project(db, project_id, "project.changed", before=before, after=after)


STATUS = ("status", "status_reason", "status_since")


async def set_status(
    db: AsyncSession, project_id: UUID, given: StatusIn, *, version: int | None = None
) -> None:
    """Out of the archive without a reason, it has again the one that it had before.

    Raises:
        NotFound, ChangedMeanwhile, StatusNotReachable, ReasonMissing.
    """
    project = await lock_project(db, project_id)
    need_unchanged(project.version, version)
    former = await former_of(db, project)
    allowed = [former.status] if former else NEXT[project.status]
    if given.status not in allowed:
        raise StatusNotReachable(
            f"The project is {project.status}, and cannot be {given.status} next. It can be: "
            f"{', '.join(allowed)}.",
            field="status",
        )
    reason = given.reason or (former.reason if former else "")
    if given.status is ProjectStatus.BLOCKED and not reason:
        raise ReasonMissing("Say why the project is blocked.", field="reason")
    before = {name: getattr(project, name) for name in STATUS}
    project.status = given.status
    project.status_reason = reason
    project.status_since = now()
    touch(project)
    note_transition(
        db,
        project_id,
        TransitionKind.STATUS,
        before=before["status"],
        after=given.status,
        reason=reason,
    )
    tell(db, project_id)
    await record_of_project(
        db,
        project_id,
        "project.status_changed",
        before=before,
        after={name: getattr(project, name) for name in STATUS},
        reason=given.reason,
    )


async def move(
    db: AsyncSession, project_id: UUID, given: ProjectMove, *, version: int | None, by: Caller
) -> list[ReleasedProject]:
    """To another service.

    When that is of another client, links to contacts and applications of the client that it
    leaves are taken off, and an owner who does not see the other client is its owner no more.

    Raises:
        NotFound, ChangedMeanwhile, AlreadyThere, MovesToAnotherClient, PlaceArchived,
        ProjectNameTaken.
    """
    await sight.need(db, by, "service_id", given.service_id, field="service_id")
    service = await open_service(db, given.service_id)
    project, left_client = await hold_project(db, project_id)
    need_unchanged(project.version, version)
    left = project.service_id
    if left == service.id:
        raise AlreadyThere(
            f"The project is in the service “{service.name}” already. Choose another one.",
            field="service_id",
        )
    crosses = left_client != service.client_id
    if crosses and not given.confirm_other_client:
        raise await moves_to_another_client(db, service)
    async with unique_names(db, project.name, field="service_id"):
        project.service_id = service.id
        touch(project)
    links = await unlink_from_other_clients(db, [project_id]) if crosses else {}
    losing = await losing_their_owner(db, [project_id]) if crosses else []
    if losing:
        project.owner_id = None
    note_transition(
        db, project_id, TransitionKind.MOVE, before=left, after=service.id, reason=given.reason
    )
    tell(db, project_id)
    record_move(
        db,
        project_id,
        project.name,
        left=(left, left_client),
        to=(service.id, service.client_id),
        links=links.get(project_id, Links()),
        former_owner_id=losing[0].owner_id if losing else None,
        reason=given.reason,
    )
    return as_shown(losing)


async def moves_to_another_client(db: AsyncSession, service: Service) -> MovesToAnotherClient:
    client = (await db.execute(select(Client.name).filter_by(id=service.client_id))).scalar()
    return MovesToAnotherClient(
        f"The service “{service.name}” is of another client, “{client}”, whose people are not "
        "the same. Confirm that the project goes there.",
        field="confirm_other_client",
    )


def record_move(
    db: AsyncSession,
    project_id: UUID,
    name: str,
    *,
    left: tuple[UUID, UUID],
    to: tuple[UUID, UUID],
    links: Links,
    former_owner_id: UUID | None,
    reason: str,
) -> None:
    """In the activity of both clients; which links there were stands only in that of theirs."""
    before: dict[str, object] = {"service_id": left[0]}
    after: dict[str, object] = {"service_id": to[0]}
    if links:
        after["links_removed"] = len(links)
    if former_owner_id:
        before["owner_id"], after["owner_id"] = former_owner_id, None
    for client_id in dict.fromkeys((left[1], to[1])):
        record(
            db,
            "project.moved",
            subject=project_id,
            label=name,
            client_id=client_id,
            project_id=project_id,
            before=before | (links.as_values() if client_id == left[1] else {}),
            after=after,
            reason=reason,
        )


def tell(db: AsyncSession, project_id: UUID) -> None:
    announce(db, Noun.PROJECT, of=project_id, project_id=project_id)
