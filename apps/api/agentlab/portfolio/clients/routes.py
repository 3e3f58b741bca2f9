from uuid import UUID

from fastapi import APIRouter, status

from agentlab.auth.callers import ProductOwner, Viewer
from agentlab.errors import Forbidden, NotFound
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
from agentlab.portfolio.clients import reading, service
from agentlab.portfolio.clients.schemas import ClientChanges, ClientIn, ClientOut
from agentlab.portfolio.edits import NamedPerson
from agentlab.portfolio.levels.archival import AlreadyArchived, NotArchived
from agentlab.portfolio.levels.names import ClientNameTaken
from agentlab.portfolio.levels.schemas import ReasonAsked, ReasonGiven, TransitionOut
from agentlab.portfolio.levels.transitions import transitions_of
from agentlab.portfolio.reference.service import ItemRetired, UnknownItem

router = APIRouter(tags=["portfolio"])


@router.get("/clients", responses=documents(InvalidCursor, UnknownOrder))
async def list_clients(
    viewer: Viewer,
    db: DB,
    *,
    search: Search = "",
    domain_id: UUID | None = None,
    include_archived: bool = False,
    sort: Word | None = None,
    limit: Limit = PAGE,
    after: After = None,
) -> Page[ClientOut]:
    """The clients by `name` or `created_at`, each with how many services and projects it has."""
    return await reading.page(
        db,
        viewer,
        search=search,
        domain_id=domain_id,
        include_archived=include_archived,
        sort=sort,
        limit=limit,
        after=after,
    )


@router.post(
    "/clients",
    status_code=status.HTTP_201_CREATED,
    responses=documents(
        Forbidden, service.NeedsAllClients, ClientNameTaken, UnknownItem, ItemRetired
    ),
)
async def create_client(body: ClientIn, owner: ProductOwner, db: DB, tag: Tagging) -> ClientOut:
    """Make a client."""
    return await shown(db, owner, await service.create(db, body, by=owner), tag)


@router.get("/clients/{client_id}", responses=documents(NotFound))
async def get_client(client_id: UUID, viewer: Viewer, db: DB, tag: Tagging) -> ClientOut:
    """A client."""
    return await shown(db, viewer, client_id, tag)


async def shown(db: DB, caller: Viewer, client_id: UUID, tag: Tagging) -> ClientOut:
    client = await reading.find(db, caller, client_id)
    tag(client.version)
    return client


@router.patch(
    "/clients/{client_id}",
    responses=documents(
        NotFound,
        Forbidden,
        service.NeedsAllClients,
        ClientNameTaken,
        UnknownItem,
        ItemRetired,
        ChangedMeanwhile,
        VersionMissing,
    ),
)
async def change_client(
    client_id: UUID,
    body: ClientChanges,
    *,
    version: IfMatch,
    owner: ProductOwner,
    db: DB,
    tag: Tagging,
) -> ClientOut:
    """Change a client's name or business domain."""
    await service.change(db, client_id, body, version=version, by=owner)
    return await shown(db, owner, client_id, tag)


@router.post("/clients/{client_id}/archival", responses=documents(NotFound, AlreadyArchived))
async def archive_client(
    client_id: UUID,
    body: ReasonGiven,
    *,
    version: IfMatchGiven,
    owner: ProductOwner,
    db: DB,
    tag: Tagging,
) -> ClientOut:
    """Archive a client: what is in it stays readable, nothing new is made in it."""
    await service.archive(db, client_id, reason=body.reason, version=version)
    return await shown(db, owner, client_id, tag)


@router.delete("/clients/{client_id}/archival", responses=documents(NotFound, NotArchived))
async def unarchive_client(
    client_id: UUID,
    *,
    reason: ReasonAsked = "",
    version: IfMatchGiven,
    owner: ProductOwner,
    db: DB,
    tag: Tagging,
) -> ClientOut:
    """Bring a client back from the archive."""
    await service.unarchive(db, client_id, reason=reason, version=version)
    return await shown(db, owner, client_id, tag)


@router.get("/clients/{client_id}/people", responses=documents(NotFound, InvalidCursor))
async def list_people_of_client(
    client_id: UUID,
    _: Viewer,
    db: DB,
    *,
    search: Search = "",
    limit: Limit = PAGE,
    after: After = None,
) -> Page[NamedPerson]:
    """Who may change what is in a client, by name: the people who can own a project in it."""
    return await reading.people(db, client_id, search=search, limit=limit, after=after)


@router.get("/clients/{client_id}/transitions", responses=documents(NotFound, InvalidCursor))
async def list_transitions_of_client(
    client_id: UUID, viewer: Viewer, db: DB, limit: Limit = PAGE, after: After = None
) -> Page[TransitionOut]:
    """When the client was archived, brought back, deleted and restored: the newest first."""
    return await transitions_of(db, viewer, client_id, limit=limit, after=after)
