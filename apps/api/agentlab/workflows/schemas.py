from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from agentlab.documents.schemas import DocumentSummary
from agentlab.kit.text import Paragraph
from agentlab.workflows.models import ArtefactRole, StageState


class TemplateSummary(BaseModel):
    id: UUID
    method: str
    generation: str
    key: str
    name: str
    description: str
    kind: str | None
    source_path: str
    sha256: str
    flow_diagram: str | None
    """Mermaid source, without its fence."""
    when_to_use: list[str]
    handoff_prompts: dict[str, str]


class ArtefactOut(BaseModel):
    """A file that a stage produces or needs, and the documents found for it."""

    role: ArtefactRole
    label: str
    optional: bool
    is_file: bool
    """False for words that no file stands for, such as `implementation_files`."""
    documents: list[DocumentSummary]


class StageOut(BaseModel):
    id: UUID
    position: int
    key: str
    title: str
    agent: str | None
    action: str | None
    condition: str | None
    optional: bool
    repeats: str | None
    notes: str | None
    uses: str | None
    optional_steps: list[str]
    routes: dict[str, Any] | None
    state: StageState
    entered_at: datetime | None
    """When it came into this state; null while it never left the first one."""
    artefacts: list[ArtefactOut]


class WorkflowOut(BaseModel):
    id: UUID
    template: TemplateSummary
    started_at: datetime
    completed_at: datetime | None


class ReasonIn(BaseModel):
    reason: Paragraph
