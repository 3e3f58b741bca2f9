"""The portfolio and its projects as people look at them."""

from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.auth.sight import Looking
from agentlab.documents import reading as documents
from agentlab.errors import NotFound
from agentlab.gates import reading as gates
from agentlab.portfolio.models import Client, Project, Service
from agentlab.portfolio.places import archived_with
from agentlab.portfolio.schemas import ProjectPage, StageOnPage
from agentlab.workflows import reading as workflows
from agentlab.workspaces.models import Workspace
from agentlab.workspaces.schemas import WorkspaceOut

PORTFOLIO = text(
    """
    WITH client AS (
        SELECT c.id, c.name FROM clients c
        WHERE c.deleted_at IS NULL
          AND (:sees_all OR c.id IN
                  (SELECT a.client_id FROM client_assignments a WHERE a.user_id = :user_id))
          AND (CAST(:bound_to AS uuid) IS NULL OR c.id =
                  (SELECT s.client_id FROM projects p JOIN services s ON s.id = p.service_id
                   WHERE p.id = :bound_to))
    ), project AS (
        SELECT p.service_id, p.name, json_build_object(
            'id', p.id,
            'key', p.key,
            'name', p.name,
            'status', p.status,
            'method', k.method,
            'generation', k.generation,
            'stages_total', k.stages_total,
            'stages_closed', k.stages_closed,
            'stage', k.stage,
            'stage_state', k.stage_state,
            'stage_since', k.stage_since,
            'waiting_gate_id', k.waiting_gate_id,
            'documents_total', k.documents_total,
            'changed_at', k.changed_at
        ) AS row
        FROM projects p JOIN standings k ON k.project_id = p.id
        WHERE p.deleted_at IS NULL AND (CAST(:bound_to AS uuid) IS NULL OR p.id = :bound_to)
    ), service AS (
        SELECT s.client_id, s.name, json_build_object(
            'id', s.id,
            'name', s.name,
            'projects', coalesce(
                (SELECT json_agg(project.row ORDER BY lower(project.name))
                 FROM project WHERE project.service_id = s.id), '[]')
        ) AS row
        FROM services s
        WHERE s.deleted_at IS NULL
          AND (CAST(:bound_to AS uuid) IS NULL OR s.id =
                  (SELECT p.service_id FROM projects p WHERE p.id = :bound_to))
    )
    SELECT json_build_object('clients', coalesce(json_agg(json_build_object(
        'id', c.id,
        'name', c.name,
        'services', coalesce(
            (SELECT json_agg(service.row ORDER BY lower(service.name))
             FROM service WHERE service.client_id = c.id), '[]')
    ) ORDER BY lower(c.name)), '[]'))::text
    FROM client c
    """
)


def seen_by(caller: Looking) -> dict[str, Any]:
    """What the statement binds, for this caller."""
    return {"sees_all": caller.sees_all, "user_id": caller.id, "bound_to": caller.project_id}


async def project_page(db: AsyncSession, project_id: UUID) -> ProjectPage:
    """Everything on a project's page, in a number of statements that does not grow with it."""
    row = (
        await db.execute(
            select(Project, Service, Client, Workspace)
            .join(Service, Service.id == Project.service_id)
            .join(Client, Client.id == Service.client_id)
            .outerjoin(Workspace, Workspace.project_id == Project.id)
            .where(Project.id == project_id)
        )
    ).one_or_none()
    if row is None:
        raise NotFound("There is no such project.")
    project, service, client, workspace = row
    found = await documents.summaries(db, project_id)
    workflow = await workflows.workflow_of(db, project_id)
    stages: list[StageOnPage] = []
    if workflow:
        at_stage = await gates.summaries_of(db, workflow.id)
        stages = [
            StageOnPage(**dict(stage), gate=at_stage.get(stage.id))
            for stage in await workflows.stages_of(db, workflow.id, found)
        ]
    return ProjectPage(
        id=project.id,
        key=project.key,
        name=project.name,
        status=project.status,
        status_reason=project.status_reason,
        service_id=service.id,
        service=service.name,
        client_id=client.id,
        client=client.name,
        archived_with=archived_with(client, service),
        created_at=project.created_at,
        version=project.version,
        workspace=WorkspaceOut.model_validate(workspace) if workspace else None,
        workflow=workflow,
        stages=stages,
        documents=documents.first_page(found, len(found)),
    )
