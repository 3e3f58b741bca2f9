from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, status

from agentlab.auth.callers import ProductOwner, Viewer
from agentlab.errors import NotFound
from agentlab.kit.db import DB
from agentlab.kit.pages import PAGE, After, InvalidCursor, Limit, Page
from agentlab.kit.preconditions import (
    ChangedMeanwhile,
    IfMatch,
    IfMatchGiven,
    Tagging,
    VersionMissing,
)
from agentlab.kit.problems import documents
from agentlab.kit.text import Line, Word
from agentlab.portfolio.keys import free_key
from agentlab.portfolio.levels.moves import AlreadyThere, MovesToAnotherClient
from agentlab.portfolio.levels.names import KeyTaken, ProjectNameTaken
from agentlab.portfolio.levels.places import PlaceArchived
from agentlab.portfolio.levels.schemas import TransitionOut
from agentlab.portfolio.levels.transitions import transitions_of
from agentlab.portfolio.projects import reading, service
from agentlab.portfolio.projects.schemas import (
    KeySuggestion,
    MovedProject,
    ProjectChanges,
    ProjectFacts,
    ProjectIn,
    ProjectMove,
    StatusIn,
)
from agentlab.portfolio.reference.service import ItemRetired, UnknownItem
from agentlab.workflows.service import ReasonMissing

router = APIRouter(tags=["portfolio"])


@router.post(
    "/projects",
    status_code=status.HTTP_201_CREATED,
    responses=documents(
        NotFound,
        PlaceArchived,
        ProjectNameTaken,
        KeyTaken,
        service.OwnerUnknown,
        UnknownItem,
        ItemRetired,
    ),
)
async def create_project(
    body: ProjectIn, owner: ProductOwner, db: DB, tag: Tagging
) -> ProjectFacts:
    """Make a project of a service, as a draft and without a folder, which it can be given later."""
    project_id = await service.create(db, body, by=owner)
    return await shown(db, owner, project_id, tag)


async def shown(db: DB, caller: Viewer, project_id: UUID, tag: Tagging) -> ProjectFacts:
    found = await reading.facts(db, caller, project_id)
    tag(found.version)
    return found


@router.get("/project-keys/suggestion")
async def suggest_key(_: ProductOwner, db: DB, name: Annotated[Line, Query()]) -> KeySuggestion:
    """A key for a project of this name that no other project has."""
    return KeySuggestion(key=await free_key(db, name))


@router.get("/projects/by-key/{key}", responses=documents(NotFound))
async def get_project_by_key(
    key: Annotated[Word, Path()], viewer: Viewer, db: DB, tag: Tagging
) -> ProjectFacts:
    """What people say about the project with this key, letter case aside."""
    found = await reading.facts_by_key(db, viewer, key)
    tag(found.version)
    return found


@router.get("/projects/{project_id}/facts", responses=documents(NotFound))
async def get_project_facts(project_id: UUID, viewer: Viewer, db: DB, tag: Tagging) -> ProjectFacts:
    """What people say about a project, as it is edited."""
    return await shown(db, viewer, project_id, tag)


@router.patch(
    "/projects/{project_id}",
    responses=documents(
        NotFound,
        ProjectNameTaken,
        KeyTaken,
        service.OwnerUnknown,
        UnknownItem,
        ItemRetired,
        ChangedMeanwhile,
        VersionMissing,
    ),
)
async def change_project(
    project_id: UUID,
    body: ProjectChanges,
    *,
    version: IfMatch,
    owner: ProductOwner,
    db: DB,
    tag: Tagging,
) -> ProjectFacts:
    """Change what people say about a project. Its status and its place have their own addresses."""
    await service.change(db, project_id, body, version=version)
    return await shown(db, owner, project_id, tag)


@router.put(
    "/projects/{project_id}/status",
    responses=documents(NotFound, service.StatusNotReachable, ReasonMissing),
)
async def set_project_status(
    project_id: UUID,
    body: StatusIn,
    *,
    version: IfMatchGiven,
    owner: ProductOwner,
    db: DB,
    tag: Tagging,
) -> ProjectFacts:
    """Give a project one of the statuses that its facts name as `reachable`."""
    await service.set_status(db, project_id, body, version=version)
    return await shown(db, owner, project_id, tag)


@router.put(
    "/projects/{project_id}/service",
    responses=documents(
        NotFound, AlreadyThere, MovesToAnotherClient, PlaceArchived, ProjectNameTaken
    ),
)
async def move_project(
    project_id: UUID,
    body: ProjectMove,
    *,
    version: IfMatchGiven,
    owner: ProductOwner,
    db: DB,
    tag: Tagging,
) -> MovedProject:
    """Move a project to another service, with a confirmation also to one of another client.

    Then links to contacts and applications of the client that it leaves are taken off, and an
    owner who does not see the other client is not its owner any more.
    """
    released = await service.move(db, project_id, body, version=version, by=owner)
    found = await shown(db, owner, project_id, tag)
    return MovedProject(**dict(found), released=released)


@router.get("/projects/{project_id}/transitions", responses=documents(NotFound, InvalidCursor))
async def list_transitions_of_project(
    project_id: UUID, viewer: Viewer, db: DB, limit: Limit = PAGE, after: After = None
) -> Page[TransitionOut]:
    """When the project changed its status or place, was deleted and restored: the newest first."""
    return await transitions_of(db, viewer, project_id, limit=limit, after=after)
