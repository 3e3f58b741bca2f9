"""What people say about a project, as it is shown and edited."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from agentlab.auth.models import User
from agentlab.auth.sight import Looking, project_in_sight
from agentlab.errors import NotFound
from agentlab.portfolio.edits import person_named
from agentlab.portfolio.levels.references import labels_of
from agentlab.portfolio.models import Client, Project, Service
from agentlab.portfolio.places import PlaceOut, archived_with
from agentlab.portfolio.projects.schemas import ProjectFacts
from agentlab.portfolio.projects.statuses import reachable_from
from agentlab.workspaces.models import Workspace

Owner, Maker, Editor = aliased(User), aliased(User), aliased(User)


async def facts(db: AsyncSession, caller: Looking, project_id: UUID) -> ProjectFacts:
    return await find(db, caller, Project.id == project_id)


async def facts_by_key(db: AsyncSession, caller: Looking, key: str) -> ProjectFacts:
    """Letter case aside."""
    return await find(db, caller, func.upper(Project.key) == key.upper())


async def find(db: AsyncSession, caller: Looking, is_it: ColumnElement[bool]) -> ProjectFacts:
    row = (
        await db.execute(
            select(
                Project,
                Service,
                Client,
                Workspace.path,
                Owner.name,
                Maker.name,
                Editor.name,
            )
            .join(Service, Service.id == Project.service_id)
            .join(Client, Client.id == Service.client_id)
            .outerjoin(Workspace, Workspace.project_id == Project.id)
            .outerjoin(Owner, Owner.id == Project.owner_id)
            .outerjoin(Maker, Maker.id == Project.created_by)
            .outerjoin(Editor, Editor.id == Project.updated_by)
            .where(
                is_it,
                Project.deleted_at.is_(None),
                Service.deleted_at.is_(None),
                Client.deleted_at.is_(None),
                project_in_sight(caller, Project.id, Client.id),
            )
        )
    ).one_or_none()
    if row is None:
        raise NotFound("There is no such project.")
    return await shown(db, row)


async def shown(db: AsyncSession, row: Row[*tuple[Any, ...]]) -> ProjectFacts:
    project: Project = row[0]
    service: Service = row[1]
    client: Client = row[2]
    path, owner, maker, editor = row[3:]
    kind = project.implementation_type_id
    labels = await labels_of(db, [*project.user_category_ids, *([kind] if kind else [])])
    users = [labels[id_] for id_ in project.user_category_ids if id_ in labels]
    return ProjectFacts(
        id=project.id,
        key=project.key,
        name=project.name,
        description=project.description,
        type=project.type,
        implementation_type=labels.get(kind) if kind else None,
        user_categories=sorted(users, key=lambda label: label.name.lower()),
        status=project.status,
        status_reason=project.status_reason,
        status_since=project.status_since,
        reachable=await reachable_from(db, project),
        owner=person_named(project.owner_id, owner),
        service=PlaceOut(id=service.id, name=service.name),
        client=PlaceOut(id=client.id, name=client.name),
        archived_with=archived_with(client, service),
        workspace_path=path,
        created_at=project.created_at,
        created_by=person_named(project.created_by, maker),
        version=project.version,
        updated_at=project.updated_at,
        updated_by=person_named(project.updated_by, editor),
    )
