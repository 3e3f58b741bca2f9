"""The portfolio and its projects as people look at them."""

from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.documents import reading as documents
from agentlab.errors import NotFound
from agentlab.gates import reading as gates
from agentlab.portfolio.models import Client, Project, Service
from agentlab.portfolio.schemas import ProjectPage, StageOnPage
from agentlab.workflows import reading as workflows
from agentlab.workspaces.models import Workspace
from agentlab.workspaces.schemas import WorkspaceOut

PORTFOLIO = text(
    """
    WITH stage AS (
        SELECT w.project_id,
               count(*) AS stages_total,
               count(*) FILTER (WHERE s.state IN ('done', 'skipped')) AS stages_closed,
               min(s.id::text) FILTER (WHERE s.state IN ('current', 'submitted'))::uuid AS active_id
        FROM workflows w JOIN stages s ON s.workflow_id = w.id
        GROUP BY w.project_id
    ), document AS (
        SELECT project_id, count(*) AS documents_total, max(changed_at) AS changed_at
        FROM documents GROUP BY project_id
    ), project AS (
        SELECT p.service_id, p.name, json_build_object(
            'id', p.id,
            'name', p.name,
            'method', ws.method,
            'generation', ws.generation,
            'stages_total', coalesce(stage.stages_total, 0),
            'stages_closed', coalesce(stage.stages_closed, 0),
            'stage', active.title,
            'stage_state', active.state,
            'stage_since', CASE WHEN active.id IS NOT NULL THEN coalesce(
                (SELECT max(t.at) FROM stage_transitions t WHERE t.stage_id = active.id),
                p.created_at) END,
            'waiting_gate_id', CASE WHEN active.state = 'submitted' THEN gate.id END,
            'documents_total', coalesce(document.documents_total, 0),
            'changed_at', coalesce(document.changed_at, p.created_at)
        ) AS row
        FROM projects p
        JOIN workspaces ws ON ws.project_id = p.id
        LEFT JOIN stage ON stage.project_id = p.id
        LEFT JOIN stages active ON active.id = stage.active_id
        LEFT JOIN gates gate ON gate.stage_id = active.id
        LEFT JOIN document ON document.project_id = p.id
    ), service AS (
        SELECT s.client_id, s.name, json_build_object(
            'id', s.id,
            'name', s.name,
            'projects', coalesce(
                (SELECT json_agg(project.row ORDER BY lower(project.name))
                 FROM project WHERE project.service_id = s.id), '[]')
        ) AS row
        FROM services s
    )
    SELECT json_build_object('clients', coalesce(json_agg(json_build_object(
        'id', c.id,
        'name', c.name,
        'services', coalesce(
            (SELECT json_agg(service.row ORDER BY lower(service.name))
             FROM service WHERE service.client_id = c.id), '[]')
    ) ORDER BY lower(c.name)), '[]'))::text
    FROM clients c
    """
)


async def project_page(db: AsyncSession, project_id: UUID) -> ProjectPage:
    """Everything on a project's page, in a number of statements that does not grow with it."""
    row = (
        await db.execute(
            select(Project, Service.name, Client.name, Workspace)
            .join(Service, Service.id == Project.service_id)
            .join(Client, Client.id == Service.client_id)
            .join(Workspace, Workspace.project_id == Project.id)
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
        name=project.name,
        service=service,
        client=client,
        created_at=project.created_at,
        workspace=WorkspaceOut.model_validate(workspace),
        workflow=workflow,
        stages=stages,
        documents=documents.first_page(found, len(found)),
    )
