from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.auth.models import User
from agentlab.auth.sight import Looking, client_in_sight
from agentlab.errors import NotFound
from agentlab.kit.pages import Order, Orders, Page, read_page
from agentlab.kit.searching import occurs
from agentlab.portfolio.contacts.schemas import (
    ContactOut,
    ContactRow,
    LinkedContact,
    ProjectContact,
    ProjectContacts,
    ProjectLink,
    ProjectRole,
    ServiceContact,
    ServiceContacts,
    ServiceLink,
    ServiceRole,
)
from agentlab.portfolio.edits import person_named
from agentlab.portfolio.models import Client, Contact, ContactLink, ContactRole, Project, Service
from agentlab.portfolio.places import PlaceOut, ProjectPlace

ORDERS = Orders(
    Contact.id,
    {
        "name": Order(func.folded(Contact.name), str),
        "client": Order(Client.folded_name, str),
    },
)

# A place in the bin is not there, and neither are links to it.
LINKS = (
    select(
        ContactLink.contact_id,
        ContactLink.role,
        Service.id.label("service_id"),
        Service.name.label("service"),
        Project.id.label("project_id"),
        Project.key,
        Project.name.label("project"),
        Project.status,
    )
    .outerjoin(Project, Project.id == ContactLink.project_id)
    .join(Service, Service.id == func.coalesce(ContactLink.service_id, Project.service_id))
    .join(Contact, Contact.id == ContactLink.contact_id)
    .where(
        Service.deleted_at.is_(None),
        Project.deleted_at.is_(None),
        Service.client_id == Contact.client_id,
    )
)


def links_for(caller: Looking) -> Select[*tuple[Any, ...]]:
    """Every link; for a token that reaches one project, those to it."""
    if caller.project_id is None:
        return LINKS
    return LINKS.where(ContactLink.project_id == caller.project_id)


def contacts_for(caller: Looking) -> Select[*tuple[Any, ...]]:
    links = links_for(caller).subquery()
    places = func.distinct(func.coalesce(links.c.project_id, links.c.service_id))
    total = select(func.count(places)).where(links.c.contact_id == Contact.id).scalar_subquery()
    return (
        select(Contact, Client.name.label("client"), User.name.label("editor"), total)
        .join(Client, Client.id == Contact.client_id)
        .outerjoin(User, User.id == Contact.updated_by)
        .where(Contact.deleted_at.is_(None), Client.deleted_at.is_(None))
    )


async def contacts(
    db: AsyncSession,
    caller: Looking,
    *,
    client_id: UUID | None,
    active: bool | None,
    search: str,
    sort: str | None,
    limit: int,
    after: str | None,
) -> Page[ContactRow]:
    query = contacts_for(caller).where(client_in_sight(caller, Contact.client_id))
    if caller.project_id is not None:
        of_project = select(ContactLink.contact_id).filter_by(project_id=caller.project_id)
        query = query.where(Contact.id.in_(of_project))
    if client_id is not None:
        query = query.where(Contact.client_id == client_id)
    if active is not None:
        query = query.where(Contact.active.is_(active))
    if search:
        told = (Contact.name, Contact.email, Contact.role, Contact.phone, Client.name)
        query = query.where(occurs(search, *told))
    rows, following = await read_page(db, query, ORDERS, sort=sort, limit=limit, after=after)
    return Page(items=[ContactRow.model_validate(row_of(row)) for row in rows], next=following)


async def contact(db: AsyncSession, caller: Looking, contact_id: UUID) -> ContactOut:
    row = (await db.execute(contacts_for(caller).where(Contact.id == contact_id))).one_or_none()
    if row is None:
        raise NotFound("There is no such contact.")
    links = links_for(caller).where(ContactLink.contact_id == contact_id)
    services: list[ServiceLink] = []
    projects: dict[UUID, ProjectLink] = {}
    for link in await db.execute(links.order_by(Service.folded_name, ContactLink.role)):
        if link.project_id is None:
            place = PlaceOut(id=link.service_id, name=link.service)
            services.append(ServiceLink(service=place, role=ServiceRole(link.role)))
        else:
            project = ProjectPlace(
                id=link.project_id, key=link.key, name=link.project, status=link.status
            )
            known = projects.setdefault(project.id, ProjectLink(project=project, roles=[]))
            known.roles.append(ProjectRole(link.role))
    by_name = sorted(projects.values(), key=lambda link: link.project.name.casefold())
    return ContactOut.model_validate({**row_of(row), "services": services, "projects": by_name})


def row_of(row: Row[*tuple[object, ...]]) -> dict[str, object]:
    found, client, editor, links_total = row[:4]
    if not isinstance(found, Contact):
        raise TypeError(f"expected a contact, got {type(found)}")
    return {
        **linked(found).model_dump(),
        "client": {"id": found.client_id, "name": client},
        "links_total": links_total,
        "version": found.version,
        "updated_at": found.updated_at,
        "updated_by": person_named(found.updated_by, str(editor) if editor is not None else None),
    }


async def of_service(db: AsyncSession, service_id: UUID) -> ServiceContacts:
    rows = await db.execute(
        select(Contact, ContactLink.role)
        .join(ContactLink, ContactLink.contact_id == Contact.id)
        .join(Service, Service.id == ContactLink.service_id)
        .where(
            Service.id == service_id,
            Service.client_id == Contact.client_id,
            Contact.deleted_at.is_(None),
        )
        .order_by(ContactLink.role != ContactRole.PRIMARY, func.folded(Contact.name), Contact.id)
    )
    return ServiceContacts(
        items=[
            ServiceContact(contact=linked(found), role=ServiceRole(role)) for found, role in rows
        ]
    )


async def of_project(db: AsyncSession, project_id: UUID) -> ProjectContacts:
    roles = func.array_agg(aggregate_order_by(ContactLink.role, ContactLink.role))
    rows = await db.execute(
        select(Contact, roles)
        .join(ContactLink, ContactLink.contact_id == Contact.id)
        .join(Project, Project.id == ContactLink.project_id)
        .join(Service, Service.id == Project.service_id)
        .where(
            Project.id == project_id,
            Service.client_id == Contact.client_id,
            Contact.deleted_at.is_(None),
        )
        .group_by(Contact.id)
        .order_by(func.folded(Contact.name), Contact.id)
    )
    return ProjectContacts(
        items=[
            ProjectContact(contact=linked(found), roles=[ProjectRole(role) for role in roles])
            for found, roles in rows
        ]
    )


def linked(found: Contact) -> LinkedContact:
    return LinkedContact(
        id=found.id,
        name=found.name,
        email=found.email,
        role=found.role,
        phone=found.phone,
        active=found.active,
        version=found.version,
    )
