from collections.abc import Collection
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import Row, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.auth.models import User
from agentlab.auth.sight import Looking, client_in_sight
from agentlab.errors import NotFound
from agentlab.kit.pages import Order, Orders, Page, read_page
from agentlab.kit.searching import occurs
from agentlab.portfolio.applications.schemas import (
    ApplicationOut,
    TouchedApplication,
    TouchedApplications,
    TouchingProject,
)
from agentlab.portfolio.edits import person_named
from agentlab.portfolio.models import (
    Application,
    ApplicationProject,
    Client,
    Project,
    Service,
)
from agentlab.portfolio.places import PlaceOut

IN_LIST, ON_PAGE = 5, 200
"""How many projects are named."""

ORDERS = Orders(
    Application.id,
    {
        "name": Order(func.folded(Application.name), str),
        "client": Order(Client.folded_name, str),
    },
)
APPLICATIONS = (
    select(Application, Client.name.label("client"), User.name.label("editor"))
    .join(Client, Client.id == Application.client_id)
    .outerjoin(User, User.id == Application.updated_by)
    .where(Application.deleted_at.is_(None), Client.deleted_at.is_(None))
)


@dataclass
class Touching:
    """The first projects of an application, and how many there are."""

    projects: list[TouchingProject] = field(default_factory=list)
    total: int = 0


async def applications(
    db: AsyncSession,
    caller: Looking,
    *,
    client_id: UUID | None,
    search: str,
    sort: str | None,
    limit: int,
    after: str | None,
) -> Page[ApplicationOut]:
    """A page of the catalogue, in two statements."""
    query = APPLICATIONS.where(client_in_sight(caller, Application.client_id))
    if caller.project_id is not None:
        touched = select(ApplicationProject.application_id)
        query = query.where(
            Application.id.in_(touched.where(ApplicationProject.project_id == caller.project_id))
        )
    if client_id is not None:
        query = query.where(Application.client_id == client_id)
    if search:
        told = (Application.name, Application.description, Application.url, Client.name)
        query = query.where(occurs(search, *told))
    rows, following = await read_page(db, query, ORDERS, sort=sort, limit=limit, after=after)
    touching = await touching_projects(db, caller, [row[0].id for row in rows], at_most=IN_LIST)
    return Page(items=[application_out(row, touching) for row in rows], next=following)


async def application(db: AsyncSession, caller: Looking, application_id: UUID) -> ApplicationOut:
    row = (await db.execute(APPLICATIONS.where(Application.id == application_id))).one_or_none()
    if row is None:
        raise NotFound("There is no such application.")
    touching = await touching_projects(db, caller, [application_id], at_most=ON_PAGE)
    return application_out(row, touching)


async def touching_projects(
    db: AsyncSession, caller: Looking, ids: Collection[UUID], *, at_most: int
) -> dict[UUID, Touching]:
    """The projects of each application; those in the bin are not there."""
    of_each = ApplicationProject.application_id
    numbered = (
        select(
            ApplicationProject.application_id,
            ApplicationProject.relation,
            Project.id,
            Project.key,
            Project.name,
            Project.status,
            func.row_number()
            .over(partition_by=of_each, order_by=(Project.folded_name, Project.id))
            .label("number"),
            func.count().over(partition_by=of_each).label("total"),
        )
        .join(Project, Project.id == ApplicationProject.project_id)
        .join(Service, Service.id == Project.service_id)
        .join(Application, Application.id == ApplicationProject.application_id)
        .where(
            ApplicationProject.application_id.in_(ids),
            Service.client_id == Application.client_id,
            Project.deleted_at.is_(None),
            Service.deleted_at.is_(None),
        )
    )
    if caller.project_id is not None:
        numbered = numbered.where(Project.id == caller.project_id)
    found = numbered.subquery()
    first = select(found).where(found.c.number <= at_most).order_by(found.c.number)
    touching: dict[UUID, Touching] = {}
    for row in await db.execute(first):
        of_application = touching.setdefault(row.application_id, Touching())
        of_application.total = row.total
        of_application.projects.append(
            TouchingProject(
                id=row.id, key=row.key, name=row.name, status=row.status, relation=row.relation
            )
        )
    return touching


def application_out(
    row: Row[*tuple[object, ...]], touching: dict[UUID, Touching]
) -> ApplicationOut:
    found, client, editor = row[:3]
    if not isinstance(found, Application):
        raise TypeError(f"expected an application, got {type(found)}")
    of_application = touching.get(found.id, Touching())
    return ApplicationOut(
        id=found.id,
        client=PlaceOut(id=found.client_id, name=str(client)),
        name=found.name,
        description=found.description,
        url=found.url,
        projects=of_application.projects,
        projects_total=of_application.total,
        version=found.version,
        updated_at=found.updated_at,
        updated_by=person_named(found.updated_by, str(editor) if editor is not None else None),
    )


async def of_project(db: AsyncSession, project_id: UUID) -> TouchedApplications:
    rows = await db.execute(
        select(Application, ApplicationProject.relation)
        .join(ApplicationProject, ApplicationProject.application_id == Application.id)
        .join(Project, Project.id == ApplicationProject.project_id)
        .join(Service, Service.id == Project.service_id)
        .where(
            Project.id == project_id,
            Service.client_id == Application.client_id,
            Application.deleted_at.is_(None),
        )
        .order_by(func.folded(Application.name), Application.id)
    )
    return TouchedApplications(
        items=[
            TouchedApplication(id=found.id, name=found.name, url=found.url, relation=relation)
            for found, relation in rows
        ]
    )
