from datetime import datetime
from uuid import UUID

from pydantic import BaseModel

from agentlab.documents.schemas import DocumentPage
from agentlab.gates.schemas import GateSummary
from agentlab.portfolio.models import ProjectStatus
from agentlab.portfolio.places import ArchivedWith
from agentlab.workflows.models import StageState
from agentlab.workflows.schemas import StageOut, WorkflowOut
from agentlab.workspaces.schemas import WorkspaceOut


class ProjectRow(BaseModel):
    """A project in the portfolio list."""

    id: UUID
    key: str
    name: str
    status: ProjectStatus
    method: str | None
    generation: str | None
    stages_total: int
    stages_closed: int
    """Done or skipped."""
    stage: str | None
    """The title of the current stage; null without a workflow or when it is completed."""
    stage_state: StageState | None
    stage_since: datetime | None
    waiting_gate_id: UUID | None
    """The gate whose submission waits for a decision."""
    documents_total: int
    changed_at: datetime
    """When a document last changed, or the import."""


class ServiceRow(BaseModel):
    id: UUID
    name: str
    projects: list[ProjectRow]


class ClientRow(BaseModel):
    id: UUID
    name: str
    services: list[ServiceRow]


class PortfolioOut(BaseModel):
    """All clients by name, with their services and projects."""

    clients: list[ClientRow]


class StageOnPage(StageOut):
    gate: GateSummary | None


class ProjectPage(BaseModel):
    """Everything that the project page shows, in one reply."""

    id: UUID
    key: str
    name: str
    status: ProjectStatus
    status_reason: str
    """Why it is blocked or archived."""
    service_id: UUID
    service: str
    client_id: UUID
    client: str
    archived_with: ArchivedWith | None
    """The place that is archived, and the project with it."""
    created_at: datetime
    version: int
    """Of what people say about it, its status and its place: the `ETag`."""
    workspace: WorkspaceOut | None
    """Null until a folder is given to the project."""
    workflow: WorkflowOut | None
    stages: list[StageOnPage]
    documents: DocumentPage
    """The first page of documents."""
