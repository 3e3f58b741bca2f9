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
from agentlab.portfolio.contacts import reading, service
from agentlab.portfolio.contacts.schemas import (
    ContactChanges,
    ContactIn,
    ContactOut,
    ContactRow,
    ProjectContactIn,
    ProjectContacts,
    ServiceContactIn,
    ServiceContacts,
)
from agentlab.portfolio.levels.places import PlaceArchived

router = APIRouter(tags=["contacts"])
OF_ANOTHER = (NotFound, service.ContactInactive, service.ContactOfAnotherClient)


@router.get("/contacts", responses=documents(NotFound, InvalidCursor, UnknownOrder))
async def list_contacts(
    viewer: Viewer,
    db: DB,
    *,
    client_id: UUID | None = None,
    active: bool | None = None,
    search: Search = "",
    sort: Word | None = None,
    limit: Limit = PAGE,
    after: After = None,
) -> Page[ContactRow]:
    """Contacts by `name` or by `client`; `search` looks into every field, word by word."""
    if client_id is not None:
        await sight.need(db, viewer, "client_id", client_id, field="client_id")
    return await reading.contacts(
        db,
        viewer,
        client_id=client_id,
        active=active,
        search=search,
        sort=sort,
        limit=limit,
        after=after,
    )


@router.post(
    "/contacts",
    status_code=status.HTTP_201_CREATED,
    responses=documents(NotFound, PlaceArchived, service.ContactExists),
)
async def create_contact(body: ContactIn, owner: ProductOwner, db: DB, tag: Tagging) -> ContactOut:
    """Add a person at a client. The same e-mail address again is the same person: 409."""
    await sight.need(db, owner, "client_id", body.client_id, field="client_id")
    made = await reading.contact(db, owner, await service.create(db, body, by=owner))
    tag(made.version)
    return made


@router.get("/contacts/{contact_id}", responses=documents(NotFound))
async def get_contact(contact_id: UUID, viewer: Viewer, db: DB, tag: Tagging) -> ContactOut:
    """A contact with its links."""
    found = await reading.contact(db, viewer, contact_id)
    tag(found.version)
    return found


@router.patch(
    "/contacts/{contact_id}",
    responses=documents(NotFound, service.ContactExists, ChangedMeanwhile, VersionMissing),
)
async def change_contact(
    contact_id: UUID,
    body: ContactChanges,
    *,
    owner: ProductOwner,
    db: DB,
    version: IfMatch,
    tag: Tagging,
) -> ContactOut:
    """Change a contact, or set it inactive."""
    await service.change(db, contact_id, body, version=version, by=owner)
    changed = await reading.contact(db, owner, contact_id)
    tag(changed.version)
    return changed


@router.get("/services/{service_id}/contacts", responses=documents(NotFound))
async def list_service_contacts(service_id: UUID, _: Viewer, db: DB) -> ServiceContacts:
    """The contacts of a service, the primary one first."""
    return await reading.of_service(db, service_id)


@router.put("/services/{service_id}/contacts/{contact_id}", responses=documents(*OF_ANOTHER))
async def link_service_contact(
    service_id: UUID,
    contact_id: UUID,
    body: ServiceContactIn,
    *,
    version: IfMatchGiven,
    _: ProductOwner,
    db: DB,
    tag: Tagging,
) -> ServiceContacts:
    """Link a contact to a service. A new primary one takes over from the former."""
    tag(await service.link_to_service(db, service_id, contact_id, body.role, version=version))
    return await reading.of_service(db, service_id)


@router.delete("/services/{service_id}/contacts/{contact_id}", responses=documents(NotFound))
async def unlink_service_contact(
    service_id: UUID,
    contact_id: UUID,
    *,
    version: IfMatchGiven,
    _: ProductOwner,
    db: DB,
    tag: Tagging,
) -> ServiceContacts:
    """Take a contact from a service."""
    tag(await service.unlink_from_service(db, service_id, contact_id, version=version))
    return await reading.of_service(db, service_id)


@router.get("/projects/{project_id}/contacts", responses=documents(NotFound))
async def list_project_contacts(project_id: UUID, _: Viewer, db: DB) -> ProjectContacts:
    """The contacts of a project by name."""
    return await reading.of_project(db, project_id)


@router.put("/projects/{project_id}/contacts/{contact_id}", responses=documents(*OF_ANOTHER))
async def link_project_contact(
    project_id: UUID,
    contact_id: UUID,
    body: ProjectContactIn,
    *,
    version: IfMatchGiven,
    _: ProductOwner,
    db: DB,
    tag: Tagging,
) -> ProjectContacts:
    """Link a contact to a project, in one role or several."""
    tag(await service.link_to_project(db, project_id, contact_id, set(body.roles), version=version))
    return await reading.of_project(db, project_id)


@router.delete("/projects/{project_id}/contacts/{contact_id}", responses=documents(NotFound))
async def unlink_project_contact(
    project_id: UUID,
    contact_id: UUID,
    *,
    version: IfMatchGiven,
    _: ProductOwner,
    db: DB,
    tag: Tagging,
) -> ProjectContacts:
    """Take a contact from a project."""
    tag(await service.unlink_from_project(db, project_id, contact_id, version=version))
    return await reading.of_project(db, project_id)
