from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, status

from agentlab.auth.callers import Administrator, Reviewer, Viewer
from agentlab.errors import Forbidden, NotFound
from agentlab.kit.db import DB
from agentlab.kit.pages import PAGE, After, InvalidCursor, Limit, Page
from agentlab.kit.problems import documents
from agentlab.kit.text import Line
from agentlab.portfolio.bin import reading, service
from agentlab.portfolio.bin.schemas import BinnedOut, RestorationIn, RestoredOut
from agentlab.portfolio.clients.routes import Search
from agentlab.portfolio.levels.deletion import Level, deletion_of
from agentlab.portfolio.levels.names import (
    ClientNameTaken,
    NameDoesNotMatch,
    ProjectNameTaken,
    ServiceNameTaken,
)
from agentlab.portfolio.levels.schemas import Deletion

router = APIRouter(tags=["portfolio"])

TypedName = Annotated[Line, Query(description="The name of what is to be deleted, to be sure.")]


@router.get("/clients/{client_id}/deletion", responses=documents(NotFound))
async def get_deletion_of_client(client_id: UUID, _: Viewer, db: DB) -> Deletion:
    """How much goes with a client when it is deleted."""
    return await deletion_of(db, Level.CLIENT, client_id)


@router.get("/services/{service_id}/deletion", responses=documents(NotFound))
async def get_deletion_of_service(service_id: UUID, _: Viewer, db: DB) -> Deletion:
    """How much goes with a service when it is deleted."""
    return await deletion_of(db, Level.SERVICE, service_id)


@router.get("/projects/{project_id}/deletion", responses=documents(NotFound))
async def get_deletion_of_project(project_id: UUID, _: Viewer, db: DB) -> Deletion:
    """How much goes with a project when it is deleted."""
    return await deletion_of(db, Level.PROJECT, project_id)


@router.delete(
    "/clients/{client_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=documents(NotFound, NameDoesNotMatch),
)
async def delete_client(client_id: UUID, name: TypedName, _: Reviewer, db: DB) -> None:
    """Put a client into the bin, with all that is in it."""
    await service.delete(db, Level.CLIENT, client_id, name=name)


@router.delete(
    "/services/{service_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=documents(NotFound, NameDoesNotMatch),
)
async def delete_service(service_id: UUID, name: TypedName, _: Reviewer, db: DB) -> None:
    """Put a service into the bin, with all that is in it."""
    await service.delete(db, Level.SERVICE, service_id, name=name)


@router.delete(
    "/projects/{project_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=documents(NotFound, NameDoesNotMatch),
)
async def delete_project(project_id: UUID, name: TypedName, _: Reviewer, db: DB) -> None:
    """Put a project into the bin, with its workflow and documents. Its folder is not touched."""
    await service.delete(db, Level.PROJECT, project_id, name=name)


@router.get("/bin", responses=documents(InvalidCursor))
async def list_bin(
    viewer: Viewer, db: DB, search: Search = "", limit: Limit = PAGE, after: After = None
) -> Page[BinnedOut]:
    """What was deleted and can be restored: what was deleted last comes first."""
    return await reading.page(db, viewer, search=search, limit=limit, after=after)


@router.get("/bin/{binned_id}/deletion", responses=documents(NotFound))
async def get_deletion_of_binned(binned_id: UUID, viewer: Viewer, db: DB) -> Deletion:
    """How much goes for good with something in the bin."""
    found = await reading.find(db, viewer, binned_id)
    return await deletion_of(db, Level(found.level), binned_id)


@router.post(
    "/bin/{binned_id}/restoration",
    responses=documents(
        NotFound,
        Forbidden,
        service.ParentInBin,
        ClientNameTaken,
        ServiceNameTaken,
        ProjectNameTaken,
    ),
)
async def restore_binned(
    binned_id: UUID, body: RestorationIn, owner: Reviewer, db: DB
) -> RestoredOut:
    """Take something out of the bin, with all that was in it; under another name if need be."""
    return await service.restore(db, binned_id, name=body.name, by=owner)


@router.delete(
    "/bin/{binned_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=documents(NotFound, Forbidden, NameDoesNotMatch),
)
async def purge_binned(
    binned_id: UUID, name: TypedName, administrator: Administrator, db: DB
) -> None:
    """Delete something in the bin for good, with all that was in it. Its audit trail stays."""
    await service.purge(db, binned_id, name=name, by=administrator)
