from uuid import UUID

from fastapi import APIRouter, status
from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.auth import sight
from agentlab.auth.callers import Caller, ProductOwner, Viewer
from agentlab.errors import NotFound
from agentlab.kit.db import DB
from agentlab.kit.pages import PAGE, After, InvalidCursor, Limit, Page, UnknownOrder
from agentlab.kit.preconditions import (
    ChangedMeanwhile,
    IfMatch,
    IfMatchGiven,
    Tag,
    Tagging,
    VersionMissing,
)
from agentlab.kit.problems import documents
from agentlab.kit.searching import Search
from agentlab.kit.text import Word
from agentlab.portfolio.applications import reading, service
from agentlab.portfolio.applications.schemas import (
    ApplicationChanges,
    ApplicationIn,
    ApplicationOut,
    ApplicationProjectIn,
    TouchedApplications,
)
from agentlab.portfolio.levels.names import ApplicationNameTaken
from agentlab.portfolio.levels.places import PlaceArchived

router = APIRouter(tags=["applications"])


@router.get("/applications", responses=documents(NotFound, InvalidCursor, UnknownOrder))
async def list_applications(
    viewer: Viewer,
    db: DB,
    *,
    client_id: UUID | None = None,
    search: Search = "",
    sort: Word | None = None,
    limit: Limit = PAGE,
    after: After = None,
) -> Page[ApplicationOut]:
    """The catalogue by `name` or by `client`; `search` looks into every field, word by word."""
    if client_id is not None:
        await sight.need(db, viewer, "client_id", client_id, field="client_id")
    return await reading.applications(
        db, viewer, client_id=client_id, search=search, sort=sort, limit=limit, after=after
    )


@router.post(
    "/applications",
    status_code=status.HTTP_201_CREATED,
    responses=documents(NotFound, PlaceArchived, ApplicationNameTaken),
)
async def create_application(
    body: ApplicationIn, owner: ProductOwner, db: DB, tag: Tagging
) -> ApplicationOut:
    """Add software of a client to the catalogue."""
    await sight.need(db, owner, "client_id", body.client_id, field="client_id")
    return await shown(db, owner, await service.create(db, body), tag)


@router.get("/applications/{application_id}", responses=documents(NotFound))
async def get_application(
    application_id: UUID, viewer: Viewer, db: DB, tag: Tagging
) -> ApplicationOut:
    """An application with the projects that build or change it."""
    return await shown(db, viewer, application_id, tag)


@router.patch(
    "/applications/{application_id}",
    responses=documents(NotFound, ApplicationNameTaken, ChangedMeanwhile, VersionMissing),
)
async def change_application(
    application_id: UUID,
    body: ApplicationChanges,
    *,
    owner: ProductOwner,
    db: DB,
    version: IfMatch,
    tag: Tagging,
) -> ApplicationOut:
    """Change its name, description or address."""
    await service.change(db, application_id, body, version=version, by=owner.id)
    return await shown(db, owner, application_id, tag)


@router.put(
    "/applications/{application_id}/projects/{project_id}",
    responses=documents(NotFound, service.ProjectOfAnotherClient),
)
async def link_application_project(
    application_id: UUID,
    project_id: UUID,
    body: ApplicationProjectIn,
    *,
    version: IfMatchGiven,
    owner: ProductOwner,
    db: DB,
    tag: Tagging,
) -> ApplicationOut:
    """Say that a project of the same client builds or changes it."""
    await service.link(db, application_id, project_id, body.relation, version=version)
    return await shown(db, owner, application_id, tag)


@router.delete(
    "/applications/{application_id}/projects/{project_id}", responses=documents(NotFound)
)
async def unlink_application_project(
    application_id: UUID,
    project_id: UUID,
    *,
    version: IfMatchGiven,
    owner: ProductOwner,
    db: DB,
    tag: Tagging,
) -> ApplicationOut:
    """Say that the project no longer builds or changes it."""
    await service.unlink(db, application_id, project_id, version=version)
    return await shown(db, owner, application_id, tag)


@router.get("/projects/{project_id}/applications", responses=documents(NotFound))
async def list_project_applications(project_id: UUID, _: Viewer, db: DB) -> TouchedApplications:
    """The applications that a project builds or changes, by name."""
    return await reading.of_project(db, project_id)


async def shown(db: AsyncSession, caller: Caller, application_id: UUID, tag: Tag) -> ApplicationOut:
    found = await reading.application(db, caller, application_id)
    tag(found.version)
    return found
