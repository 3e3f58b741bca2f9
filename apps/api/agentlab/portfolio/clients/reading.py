"""Clients as people look at them, each with how much is in it."""

from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from agentlab.auth.models import User
from agentlab.auth.sight import Looking, client_in_sight, project_in_sight, works_for_client
from agentlab.errors import NotFound
from agentlab.kit.pages import Order, Orders, Page, read_page
from agentlab.kit.searching import occurs
from agentlab.portfolio.clients.schemas import ClientOut
from agentlab.portfolio.edits import NamedPerson, person_named
from agentlab.portfolio.levels.schemas import ReferenceLabel
from agentlab.portfolio.models import Client, Project, ReferenceItem, Service

Editor = aliased(User)
FOLDED_NAME = cast("ColumnElement[str]", Client.folded_name)
CREATED_AT = cast("ColumnElement[Any]", Client.created_at)
ORDERS = Orders(
    cast("ColumnElement[UUID]", Client.id),
    {"name": Order(FOLDED_NAME, str), "created_at": Order(CREATED_AT, datetime)},
)
BY_NAME = Orders(cast("ColumnElement[UUID]", User.id), {"name": Order(func.folded(User.name), str)})


def rows_for(caller: Looking) -> Select[*tuple[Any, ...]]:
    services = (
        select(func.count())
        .select_from(Service)
        .where(Service.client_id == Client.id, Service.deleted_at.is_(None))
    )
    projects = (
        select(func.count())
        .select_from(Project)
        .join(Service, Service.id == Project.service_id)
        .where(
            Service.client_id == Client.id,
            Service.deleted_at.is_(None),
            Project.deleted_at.is_(None),
            project_in_sight(caller, Project.id, Client.id),
        )
    )
    if caller.project_id:
        of_token = select(Project.service_id).where(Project.id == caller.project_id)
        services = services.where(Service.id.in_(of_token))
    return (
        select(
            Client,
            ReferenceItem.name,
            ReferenceItem.colour,
            Editor.name,
            services.correlate(Client).scalar_subquery(),
            projects.correlate(Client).scalar_subquery(),
        )
        .outerjoin(ReferenceItem, ReferenceItem.id == Client.domain_id)
        .outerjoin(Editor, Editor.id == Client.updated_by)
        .where(Client.deleted_at.is_(None), client_in_sight(caller, Client.id))
    )


def shown(row: Row[*tuple[Any, ...]]) -> ClientOut:
    client: Client = row[0]
    domain, colour, editor, services, projects = row[1:6]
    return ClientOut(
        id=client.id,
        name=client.name,
        domain=ReferenceLabel(id=client.domain_id, name=domain, colour=colour)
        if client.domain_id
        else None,
        cost_of_delay=client.cost_of_delay,
        archived_at=client.archived_at,
        created_at=client.created_at,
        services_total=services,
        projects_total=projects,
        version=client.version,
        updated_at=client.updated_at,
        updated_by=person_named(client.updated_by, editor),
    )


async def find(db: AsyncSession, caller: Looking, client_id: UUID) -> ClientOut:
    row = (await db.execute(rows_for(caller).where(Client.id == client_id))).one_or_none()
    if row is None:
        raise NotFound("There is no such client.")
    return shown(row)


async def page(
    db: AsyncSession,
    caller: Looking,
    *,
    search: str,
    domain_id: UUID | None,
    include_archived: bool,
    sort: str | None,
    limit: int,
    after: str | None,
) -> Page[ClientOut]:
    query = rows_for(caller)
    if domain_id:
        query = query.where(Client.domain_id == domain_id)
    if search:
        query = query.where(occurs(search, Client.name))
    if not include_archived:
        query = query.where(Client.archived_at.is_(None))
    rows, following = await read_page(db, query, ORDERS, sort=sort, limit=limit, after=after)
    return Page(items=[shown(row) for row in rows], next=following)


async def people(
    db: AsyncSession, client_id: UUID, *, search: str, limit: int, after: str | None
) -> Page[NamedPerson]:
    """Who may change what is in the client, by name: those who can own a project in it."""
    query = select(User.id, User.name).where(works_for_client(client_id))
    if search:
        query = query.where(occurs(search, User.name))
    rows, following = await read_page(db, query, BY_NAME, sort=None, limit=limit, after=after)
    return Page(items=[NamedPerson(id=row[0], name=row[1]) for row in rows], next=following)
