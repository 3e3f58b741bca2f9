from uuid import UUID

from fastapi import APIRouter, status

from agentlab.auth import sight
from agentlab.auth.callers import ProductOwner, Viewer
from agentlab.errors import NotFound
from agentlab.kit.db import DB
from agentlab.kit.pages import PAGE, After, InvalidCursor, Limit, Page, UnknownOrder
from agentlab.kit.preconditions import (
    ChangedMeanwhile,
    IfMatch,
    IfMatchGiven,
    Tagging,
    VersionMissing,
)
from agentlab.kit.problems import documents
from agentlab.kit.searching import Search
from agentlab.kit.text import Word
from agentlab.portfolio.levels.archival import AlreadyArchived, NotArchived
from agentlab.portfolio.levels.moves import AlreadyThere, MovesToAnotherClient
from agentlab.portfolio.levels.names import ServiceNameTaken
from agentlab.portfolio.levels.places import PlaceArchived
from agentlab.portfolio.levels.schemas import ReasonAsked, ReasonGiven, TransitionOut
from agentlab.portfolio.levels.transitions import transitions_of
from agentlab.portfolio.levels.undoing import CannotBeUndone, ChangedSince
from agentlab.portfolio.reference.service import ItemRetired, UnknownItem
from agentlab.portfolio.services import reading, service, undo
from agentlab.portfolio.services.schemas import (
    MovedService,
    ServiceChanges,
    ServiceIn,
    ServiceMove,
    ServiceOut,
)

router = APIRouter(tags=["portfolio"])


@router.get("/services", responses=documents(NotFound, InvalidCursor, UnknownOrder))
async def list_services(
    viewer: Viewer,
    db: DB,
    *,
    client_id: UUID | None = None,
    search: Search = "",
    include_archived: bool = False,
    sort: Word | None = None,
    limit: Limit = PAGE,
    after: After = None,
) -> Page[ServiceOut]:
    """The services by `name` or `created_at`, each with how many projects it has."""
    if client_id:
        await sight.need(db, viewer, "client_id", client_id, field="client_id")
    return await reading.page(
        db,
        viewer,
        client_id=client_id,
        search=search,
        include_archived=include_archived,
        sort=sort,
        limit=limit,
        after=after,
    )


@router.post(
    "/services",
    status_code=status.HTTP_201_CREATED,
    responses=documents(NotFound, PlaceArchived, ServiceNameTaken, UnknownItem, ItemRetired),
)
async def create_service(body: ServiceIn, owner: ProductOwner, db: DB, tag: Tagging) -> ServiceOut:
    """Make a service of a client."""
    return await shown(db, owner, await service.create(db, body, by=owner), tag)


@router.get("/services/{service_id}", responses=documents(NotFound))
async def get_service(service_id: UUID, viewer: Viewer, db: DB, tag: Tagging) -> ServiceOut:
    """A service."""
    return await shown(db, viewer, service_id, tag)


async def shown(db: DB, caller: Viewer, service_id: UUID, tag: Tagging) -> ServiceOut:
    found = await reading.find(db, caller, service_id)
    tag(found.version)
    return found


@router.patch(
    "/services/{service_id}",
    responses=documents(
        NotFound,
        ServiceNameTaken,
        UnknownItem,
        ItemRetired,
        ChangedMeanwhile,
        VersionMissing,
    ),
)
async def change_service(
    service_id: UUID,
    body: ServiceChanges,
    *,
    version: IfMatch,
    owner: ProductOwner,
    db: DB,
    tag: Tagging,
) -> ServiceOut:
    """Change a service's name, description or categories."""
    await service.change(db, service_id, body, version=version)
    return await shown(db, owner, service_id, tag)


@router.post("/services/{service_id}/archival", responses=documents(NotFound, AlreadyArchived))
async def archive_service(
    service_id: UUID,
    body: ReasonGiven,
    *,
    version: IfMatchGiven,
    owner: ProductOwner,
    db: DB,
    tag: Tagging,
) -> ServiceOut:
    """Archive a service: what is in it stays readable, nothing new is made in it."""
    await service.archive(db, service_id, reason=body.reason, version=version)
    return await shown(db, owner, service_id, tag)


@router.delete("/services/{service_id}/archival", responses=documents(NotFound, NotArchived))
async def unarchive_service(
    service_id: UUID,
    *,
    reason: ReasonAsked = "",
    version: IfMatchGiven,
    owner: ProductOwner,
    db: DB,
    tag: Tagging,
) -> ServiceOut:
    """Bring a service back from the archive."""
    await service.unarchive(db, service_id, reason=reason, version=version)
    return await shown(db, owner, service_id, tag)


@router.put(
    "/services/{service_id}/client",
    responses=documents(
        NotFound, AlreadyThere, MovesToAnotherClient, PlaceArchived, ServiceNameTaken
    ),
)
async def move_service(
    service_id: UUID,
    body: ServiceMove,
    *,
    version: IfMatchGiven,
    owner: ProductOwner,
    db: DB,
    tag: Tagging,
) -> MovedService:
    """Move a service with all its projects to another client, with a confirmation.

    Links to contacts and applications of the client that it leaves are taken off, and owners who
    do not see the other client do not own its projects any more.
    """
    released = await service.move(db, service_id, body, version=version, by=owner)
    found = await shown(db, owner, service_id, tag)
    return MovedService(**dict(found), released=released)


@router.post(
    "/services/{service_id}/client/undoing",
    responses=documents(
        NotFound,
        ChangedSince,
        CannotBeUndone,
        PlaceArchived,
        ServiceNameTaken,
        ChangedMeanwhile,
        VersionMissing,
    ),
)
async def undo_move_of_service(
    service_id: UUID, *, version: IfMatch, owner: ProductOwner, db: DB, tag: Tagging
) -> ServiceOut:
    """Put a service back where its last move took it from, unless somebody changed it since.

    The links and the owners that the move took off come back with it.
    """
    await undo.undo_move(db, service_id, version=version, by=owner)
    return await shown(db, owner, service_id, tag)


@router.get("/services/{service_id}/transitions", responses=documents(NotFound, InvalidCursor))
async def list_transitions_of_service(
    service_id: UUID, viewer: Viewer, db: DB, limit: Limit = PAGE, after: After = None
) -> Page[TransitionOut]:
    """When the service was moved, archived, deleted and restored: the newest first."""
    return await transitions_of(db, viewer, service_id, limit=limit, after=after)
