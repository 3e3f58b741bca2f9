"""The rules of services."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.audit.trail import record
from agentlab.auth import sight
from agentlab.auth.callers import Caller
from agentlab.changes.schemas import Noun
from agentlab.changes.service import announce
from agentlab.kit.ids import new_id
from agentlab.kit.preconditions import need_unchanged
from agentlab.portfolio.edits import assign, differing
from agentlab.portfolio.levels import archival
from agentlab.portfolio.levels.editing import touch
from agentlab.portfolio.levels.moves import (
    AlreadyThere,
    Links,
    MovesToAnotherClient,
    unlink_from_other_clients,
)
from agentlab.portfolio.levels.names import unique_names
from agentlab.portfolio.levels.ownership import Losing, losing_their_owner, released
from agentlab.portfolio.levels.places import lock_service, open_client
from agentlab.portfolio.levels.schemas import ReleasedProject
from agentlab.portfolio.levels.transitions import note_transition
from agentlab.portfolio.models import (
    Client,
    Project,
    ReferenceKind,
    Service,
    ServiceCategory,
    TransitionKind,
)
from agentlab.portfolio.reference.service import need_items
from agentlab.portfolio.services.schemas import ServiceChanges, ServiceIn, ServiceMove


async def create(db: AsyncSession, given: ServiceIn, *, by: Caller) -> UUID:
    """Raises NotFound, PlaceArchived, ServiceNameTaken, UnknownItem, ItemRetired."""
    await sight.need(db, by, "client_id", given.client_id, field="client_id")
    await open_client(db, given.client_id)
    await need_categories(db, given.category_ids)
    service = Service(
        id=new_id(),
        client_id=given.client_id,
        name=given.name,
        description=given.description,
    )
    async with unique_names(db, given.name):
        db.add(service)
    await keep_categories(db, service.id, given.category_ids)
    tell(db, service)
    record(
        db,
        "service.created",
        subject=service.id,
        label=service.name,
        client_id=service.client_id,
        after=given.model_dump(exclude={"client_id"}, exclude_defaults=True),
    )
    return service.id


async def need_categories(
    db: AsyncSession, ids: Collection[UUID], *, had: Collection[UUID] = ()
) -> None:
    await need_items(db, ReferenceKind.SERVICE_CATEGORY, ids, field="category_ids", already=had)


async def keep_categories(db: AsyncSession, service_id: UUID, ids: Collection[UUID]) -> None:
    await db.execute(delete(ServiceCategory).where(ServiceCategory.service_id == service_id))
    if ids:
        rows = [{"service_id": service_id, "item_id": id_} for id_ in dict.fromkeys(ids)]
        await db.execute(insert(ServiceCategory), rows)


async def change(
    db: AsyncSession, service_id: UUID, given: ServiceChanges, *, version: int | None
) -> None:
    """Raises ChangedMeanwhile and what `create` raises."""
    service = await lock_service(db, service_id)
    need_unchanged(service.version, version)
    fields = given.given()
    categories = fields.pop("category_ids", None)
    before, after = differing(service, fields)
    had = set(await db.scalars(select(ServiceCategory.item_id).filter_by(service_id=service_id)))
    if categories is not None and set(categories) != had:
        await need_categories(db, categories, had=had)
        await keep_categories(db, service_id, categories)
        before["category_ids"], after["category_ids"] = sorted(had), sorted(set(categories))
    if not after:
        return
    async with unique_names(db, after.get("name", service.name)):
        assign(service, {name: after[name] for name in after if name != "category_ids"})
        touch(service)
    tell(db, service)
    record(
        db,
        "service.changed",
        subject=service.id,
        label=service.name,
        client_id=service.client_id,
        before=before,
        after=after,
    )


async def archive(
    db: AsyncSession, service_id: UUID, *, reason: str, version: int | None = None
) -> None:
    """Raises NotFound, ChangedMeanwhile, AlreadyArchived."""
    service = await lock_service(db, service_id)
    archival.archive(db, service, "service", reason=reason, version=version)


async def unarchive(
    db: AsyncSession, service_id: UUID, *, reason: str = "", version: int | None = None
) -> None:
    """Raises NotFound, ChangedMeanwhile, NotArchived."""
    service = await lock_service(db, service_id)
    archival.unarchive(db, service, "service", reason=reason, version=version)


async def move(
    db: AsyncSession, service_id: UUID, given: ServiceMove, *, version: int | None, by: Caller
) -> list[ReleasedProject]:
    """To another client, with all its projects.

    Links to contacts and applications of the client that it leaves are taken off, and owners who
    do not see the other client own its projects no more.

    Raises:
        NotFound, ChangedMeanwhile, AlreadyThere, MovesToAnotherClient, PlaceArchived,
        ServiceNameTaken.
    """
    await sight.need(db, by, "client_id", given.client_id, field="client_id")
    client = await open_client(db, given.client_id)
    service = await lock_service(db, service_id)
    need_unchanged(service.version, version)
    if service.client_id == client.id:
        raise AlreadyThere(
            f"The service is in the client “{client.name}” already. Choose another one.",
            field="client_id",
        )
    if not given.confirm_other_client:
        raise MovesToAnotherClient(
            f"The people of the client “{client.name}” are not the same. Confirm that the service "
            "goes there with all its projects.",
            field="confirm_other_client",
        )
    left = service.client_id
    links, losing = await bring(db, service, client, field="client_id", reason=given.reason)
    taken_off = sum(len(each) for each in links.values())
    record_move(
        db,
        service,
        left,
        before=by_place(links) | owners_of(losing),
        after={"links_removed": taken_off} if taken_off else {},
        reason=given.reason,
    )
    return await released(db, losing)


async def bring(
    db: AsyncSession, service: Service, client: Client, *, field: str | None, reason: str = ""
) -> tuple[dict[UUID, Links], list[Losing]]:
    """To the client; the links that were taken off, and the projects whose owner stays behind.

    `field` is the part of the request that is refused for a name that is taken there.
    """
    left = service.client_id
    async with unique_names(db, service.name, field=field):
        service.client_id = client.id
        touch(service)
    projects = list(await db.scalars(select(Project.id).filter_by(service_id=service.id)))
    links = await unlink_from_other_clients(db, projects, service_id=service.id)
    note_transition(
        db, service.id, TransitionKind.MOVE, before=left, after=client.id, reason=reason
    )
    tell(db, service)
    return links, await losing_their_owner(db, projects)


def record_move(
    db: AsyncSession,
    service: Service,
    left: UUID,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any],
    reason: str = "",
) -> None:
    """In the activity of both clients; what was there `before` in that of the one that was left."""
    for client_id in (left, service.client_id):
        record(
            db,
            "service.moved",
            subject=service.id,
            label=service.name,
            client_id=client_id,
            before={"client_id": left} | ((before or {}) if client_id == left else {}),
            after={"client_id": service.client_id} | after,
            reason=reason,
        )


def by_place(links: dict[UUID, Links]) -> dict[str, Any]:
    """What the service and each of its projects was linked to, for the trail."""
    return {"links": {str(id_): each.as_values() for id_, each in links.items()}} if links else {}


def owners_of(losing: list[Losing]) -> dict[str, Any]:
    """Whom each project was taken from, for the trail."""
    return {"owners": {str(one.id): str(one.owner_id) for one in losing}} if losing else {}


def tell(db: AsyncSession, service: Service) -> None:
    announce(db, Noun.PORTFOLIO, of=service.id)
