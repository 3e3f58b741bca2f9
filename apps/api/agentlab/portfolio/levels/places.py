"""Rows locked for a change, and places that take new things. Always from the top down."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.errors import Conflict, NotFound
from agentlab.portfolio.models import Client, Project, Service


class PlaceArchived(Conflict):
    code = "place_archived"


async def lock_client(db: AsyncSession, client_id: UUID) -> Client:
    """To change it; others wait."""
    found = select(Client).filter_by(id=client_id, deleted_at=None)
    client = await db.scalar(found.with_for_update(key_share=True))
    if client is None:
        raise NotFound("There is no such client.")
    return client


async def lock_service(db: AsyncSession, service_id: UUID) -> Service:
    found = select(Service).filter_by(id=service_id, deleted_at=None)
    service = await db.scalar(found.with_for_update(key_share=True))
    if service is None:
        raise NotFound("There is no such service.")
    return service


async def lock_project(db: AsyncSession, project_id: UUID) -> Project:
    found = select(Project).filter_by(id=project_id, deleted_at=None)
    project = await db.scalar(found.with_for_update(key_share=True))
    if project is None:
        raise NotFound("There is no such project.")
    return project


async def hold_projects(db: AsyncSession, ids: Collection[UUID]) -> None:
    """Lock projects to change them, and keep each in its service and client until the end.

    For whoever links one, gives it an owner or moves it: what a move to another client takes off is
    what is there, and what comes afterwards is of the other client. Those that are in the bin or
    gone are left out.
    """
    places = select(Project.id, Project.service_id).where(
        Project.id.in_(ids), Project.deleted_at.is_(None)
    )
    in_order = places.order_by(Project.id).with_for_update(key_share=True)
    while True:
        async with db.begin_nested() as attempt:
            service_ids = {service_id for _, service_id in await db.execute(places)}
            services = select(Service.id).where(Service.id.in_(service_ids)).order_by(Service.id)
            await db.execute(services.with_for_update(read=True))
            if {place for _, place in await db.execute(in_order)} <= service_ids:
                return
            await attempt.rollback()  # one moved meanwhile: locks go from the top down


async def hold_project(db: AsyncSession, project_id: UUID) -> tuple[Project, UUID]:
    """The same for one, which is returned with the id of its client."""
    await hold_projects(db, [project_id])
    project = await lock_project(db, project_id)
    client_id = await db.scalar(select(Service.client_id).filter_by(id=project.service_id))
    if client_id is None:
        raise NotFound("There is no such project.")
    return project, client_id


async def open_client(db: AsyncSession, client_id: UUID, *, field: str = "client_id") -> Client:
    """A client that takes something new; it stays one until the transaction ends."""
    found = select(Client).filter_by(id=client_id, deleted_at=None)
    client = await db.scalar(found.with_for_update(read=True))
    if client is None:
        raise NotFound("There is no such client.", field=field)
    if client.archived_at:
        raise PlaceArchived(
            f"The client “{client.name}” is archived and takes nothing new. Bring it back from the "
            "archive first.",
            field=field,
        )
    return client


async def open_service(db: AsyncSession, service_id: UUID, *, field: str = "service_id") -> Service:
    """A service that takes something new, as does its client."""
    client_id = await db.scalar(select(Service.client_id).filter_by(id=service_id))
    if client_id:
        await open_client(db, client_id, field=field)
    found = select(Service).filter_by(id=service_id, client_id=client_id, deleted_at=None)
    service = await db.scalar(found.with_for_update(read=True))
    if service is None:
        raise NotFound("There is no such service.", field=field)
    if service.archived_at:
        raise PlaceArchived(
            f"The service “{service.name}” is archived and takes nothing new. Bring it back from "
            "the archive first.",
            field=field,
        )
    return service


async def open_services(db: AsyncSession, ids: Collection[UUID]) -> list[Service]:
    """Several services that take something new; those that are in the bin are left out."""
    of = select(Service.client_id).where(Service.id.in_(ids))
    clients = select(Client).where(Client.id.in_(of)).order_by(Client.id)
    by_id = {one.id: one for one in await db.scalars(clients.with_for_update(read=True))}
    found = select(Service).where(Service.id.in_(ids), Service.deleted_at.is_(None))
    services = list(await db.scalars(found.order_by(Service.id).with_for_update(read=True)))
    for service in services:
        client = by_id.get(service.client_id)
        if service.archived_at or (client and client.archived_at):
            raise PlaceArchived(
                f"The service “{service.name}” is archived, or its client is, and takes nothing "
                "new. Bring it back from the archive first.",
            )
    return [
        service
        for service in services
        if (client := by_id.get(service.client_id)) and client.deleted_at is None
    ]
