from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, status

from agentlab.auth.callers import Administrator, Reviewer, Viewer
from agentlab.errors import Forbidden, NotFound
from agentlab.kit.db import DB
from agentlab.kit.pages import PAGE, After, InvalidCursor, Limit, Page
from agentlab.kit.preconditions import IfMatchGiven
from agentlab.kit.problems import documents
from agentlab.kit.searching import Search
from agentlab.kit.text import Word
from agentlab.portfolio.bin import reading, service
from agentlab.portfolio.bin.schemas import BinnedOut, RestorationIn, RestoredOut
from agentlab.portfolio.clients.service import NeedsAllClients
from agentlab.portfolio.contacts.service import ContactExists
from agentlab.portfolio.levels.deletion import Deletable, deletion_of
from agentlab.portfolio.levels.names import (
    ApplicationNameTaken,
    ClientNameTaken,
    NameDoesNotMatch,
    ProjectNameTaken,
    ServiceNameTaken,
)
from agentlab.portfolio.levels.schemas import Deletion, ReasonAsked

router = APIRouter(tags=["portfolio"])

TypedName = Annotated[Word, Query(description="The name of what is to be deleted, to be sure.")]


@router.get("/clients/{client_id}/deletion", responses=documents(NotFound))
async def get_deletion_of_client(client_id: UUID, _: Viewer, db: DB) -> Deletion:
    """How much goes with a client when it is deleted."""
    return await deletion_of(db, Deletable.CLIENT, client_id)


@router.get("/services/{service_id}/deletion", responses=documents(NotFound))
async def get_deletion_of_service(service_id: UUID, _: Viewer, db: DB) -> Deletion:
    """How much goes with a service when it is deleted."""
    return await deletion_of(db, Deletable.SERVICE, service_id)


@router.get("/projects/{project_id}/deletion", responses=documents(NotFound))
async def get_deletion_of_project(project_id: UUID, _: Viewer, db: DB) -> Deletion:
    """How much goes with a project when it is deleted."""
    return await deletion_of(db, Deletable.PROJECT, project_id)


@router.get("/contacts/{contact_id}/deletion", responses=documents(NotFound))
async def get_deletion_of_contact(contact_id: UUID, viewer: Viewer, db: DB) -> Deletion:
    """To how many services and projects a contact is linked that is deleted."""
    return await deletion_of(db, Deletable.CONTACT, contact_id, by=viewer)


@router.get("/applications/{application_id}/deletion", responses=documents(NotFound))
async def get_deletion_of_application(application_id: UUID, viewer: Viewer, db: DB) -> Deletion:
    """How many projects touch an application that is deleted."""
    return await deletion_of(db, Deletable.APPLICATION, application_id, by=viewer)


@router.delete(
    "/clients/{client_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=documents(NotFound, NameDoesNotMatch),
)
async def delete_client(
    client_id: UUID,
    name: TypedName,
    *,
    reason: ReasonAsked = "",
    version: IfMatchGiven,
    _: Reviewer,
    db: DB,
) -> None:
    """Put a client into the bin, with all that is in it."""
    await service.delete(db, Deletable.CLIENT, client_id, name=name, reason=reason, version=version)


@router.delete(
    "/services/{service_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=documents(NotFound, NameDoesNotMatch),
)
async def delete_service(
    service_id: UUID,
    name: TypedName,
    *,
    reason: ReasonAsked = "",
    version: IfMatchGiven,
    _: Reviewer,
    db: DB,
) -> None:
    """Put a service into the bin, with all that is in it."""
    await service.delete(
        db, Deletable.SERVICE, service_id, name=name, reason=reason, version=version
    )


@router.delete(
    "/projects/{project_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=documents(NotFound, NameDoesNotMatch),
)
async def delete_project(
    project_id: UUID,
    name: TypedName,
    *,
    reason: ReasonAsked = "",
    version: IfMatchGiven,
    _: Reviewer,
    db: DB,
) -> None:
    """Put a project into the bin, with its workflow and documents. Its folder is not touched."""
    await service.delete(
        db, Deletable.PROJECT, project_id, name=name, reason=reason, version=version
    )


@router.delete(
    "/contacts/{contact_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=documents(NotFound, NameDoesNotMatch),
)
async def delete_contact(
    contact_id: UUID,
    name: TypedName,
    *,
    reason: ReasonAsked = "",
    version: IfMatchGiven,
    _: Reviewer,
    db: DB,
) -> None:
    """Put a contact into the bin. Its links are shown nowhere until it is restored."""
    await service.delete(
        db, Deletable.CONTACT, contact_id, name=name, reason=reason, version=version
    )


@router.delete(
    "/applications/{application_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=documents(NotFound, NameDoesNotMatch),
)
async def delete_application(
    application_id: UUID,
    name: TypedName,
    *,
    reason: ReasonAsked = "",
    version: IfMatchGiven,
    _: Reviewer,
    db: DB,
) -> None:
    """Put an application into the bin. No project shows it until it is restored."""
    await service.delete(
        db, Deletable.APPLICATION, application_id, name=name, reason=reason, version=version
    )


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
    return await deletion_of(db, Deletable(found.kind), binned_id, by=viewer)


@router.post(
    "/bin/{binned_id}/restoration",
    responses=documents(
        NotFound,
        Forbidden,
        NeedsAllClients,
        service.ParentInBin,
        ClientNameTaken,
        ServiceNameTaken,
        ProjectNameTaken,
        ContactExists,
        ApplicationNameTaken,
    ),
)
async def restore_binned(
    binned_id: UUID, body: RestorationIn, owner: Reviewer, db: DB
) -> RestoredOut:
    """Take something out of the bin, with all that was in it; under another name if need be."""
    return await service.restore(db, binned_id, name=body.name, reason=body.reason, by=owner)


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
