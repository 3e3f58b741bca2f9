"""Services as people look at them, each with how much is in it."""

from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from agentlab.auth.models import User
from agentlab.auth.sight import Looking, client_in_sight, project_in_sight
from agentlab.errors import NotFound
from agentlab.kit.pages import Order, Orders, Page, read_page
from agentlab.kit.searching import occurs
from agentlab.portfolio.edits import person_named
from agentlab.portfolio.models import Client, Project, ReferenceItem, Service, ServiceCategory
from agentlab.portfolio.places import PlaceOut
from agentlab.portfolio.services.schemas import ServiceOut

Editor = aliased(User)
FOLDED_NAME = cast("ColumnElement[str]", Service.folded_name)
CREATED_AT = cast("ColumnElement[Any]", Service.created_at)
ORDERS = Orders(
    cast("ColumnElement[UUID]", Service.id),
    {"name": Order(FOLDED_NAME, str), "created_at": Order(CREATED_AT, datetime)},
)

LABEL = func.json_build_object(
    "id",
    ReferenceItem.id,
    "name",
    ReferenceItem.name,
    "colour",
    ReferenceItem.colour,
)
CATEGORIES = (
    select(func.json_agg(aggregate_order_by(LABEL, func.folded(ReferenceItem.name))))
    .select_from(ServiceCategory)
    .join(ReferenceItem, ReferenceItem.id == ServiceCategory.item_id)
    .where(ServiceCategory.service_id == Service.id)
    .correlate(Service)
    .scalar_subquery()
)


def rows_for(caller: Looking) -> Select[*tuple[Any, ...]]:
    projects = (
        select(func.count())
        .select_from(Project)
        .where(
            Project.service_id == Service.id,
            Project.deleted_at.is_(None),
            project_in_sight(caller, Project.id, Client.id),
        )
        .correlate(Service, Client)
    )
    query = (
        select(Service, Client, CATEGORIES, Editor.name, projects.scalar_subquery())
        .join(Client, Client.id == Service.client_id)
        .outerjoin(Editor, Editor.id == Service.updated_by)
        .where(
            Service.deleted_at.is_(None),
            Client.deleted_at.is_(None),
            client_in_sight(caller, Client.id),
        )
    )
    if caller.project_id:
        of_token = select(Project.service_id).where(Project.id == caller.project_id)
        query = query.where(Service.id.in_(of_token))
    return query


def shown(row: Row[*tuple[Any, ...]]) -> ServiceOut:
    service: Service = row[0]
    client: Client = row[1]
    categories, editor, projects = row[2:5]
    return ServiceOut(
        id=service.id,
        client=PlaceOut(id=client.id, name=client.name),
        name=service.name,
        description=service.description,
        categories=categories or [],
        archived_at=service.archived_at,
        is_client_archived=client.archived_at is not None,
        created_at=service.created_at,
        projects_total=projects,
        version=service.version,
        updated_at=service.updated_at,
        updated_by=person_named(service.updated_by, editor),
    )


async def find(db: AsyncSession, caller: Looking, service_id: UUID) -> ServiceOut:
    row = (await db.execute(rows_for(caller).where(Service.id == service_id))).one_or_none()
    if row is None:
        raise NotFound("There is no such service.")
    return shown(row)


async def page(
    db: AsyncSession,
    caller: Looking,
    *,
    client_id: UUID | None,
    search: str,
    include_archived: bool,
    sort: str | None,
    limit: int,
    after: str | None,
) -> Page[ServiceOut]:
    """Those of an archived client only when that client is asked for."""
    query = rows_for(caller)
    told = [Service.name] if client_id else [Service.name, Client.name]
    if client_id:
        query = query.where(Service.client_id == client_id)
    elif not include_archived:
        query = query.where(Client.archived_at.is_(None))
    if search:
        query = query.where(occurs(search, *told))
    if not include_archived:
        query = query.where(Service.archived_at.is_(None))
    rows, following = await read_page(db, query, ORDERS, sort=sort, limit=limit, after=after)
    return Page(items=[shown(row) for row in rows], next=following)
