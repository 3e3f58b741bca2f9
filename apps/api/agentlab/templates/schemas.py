from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from agentlab.imports.schemas import GateFound
from agentlab.kit.text import Storable, Word
from agentlab.templates.comparison import Kind
from agentlab.templates.plan import Fate
from agentlab.workflows.models import ArtefactRole, StageState
from agentlab.workflows.schemas import TemplateSummary
from agentlab.workspaces.schemas import NoticeOut


class TemplateRow(BaseModel):
    """A template in the library: the newest version that the caller sees."""

    id: UUID
    method: str
    generation: str
    key: str
    name: str
    description: str
    kind: str | None
    source_path: str
    imported_at: datetime
    archived_at: datetime | None
    is_own: bool
    """Written in AgentLab's own format and uploaded, not found in a project's folder."""
    versions_total: int
    projects_total: int
    """Projects that the caller sees and that run through any version."""


class ArtefactDefined(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    role: ArtefactRole
    label: str
    optional: bool
    every: bool
    patterns: list[str]


class StageDefined(BaseModel):
    """A stage as a template says it."""

    model_config = ConfigDict(from_attributes=True)

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
    artefacts: list[ArtefactDefined]
    gate: GateFound | None
    """A proposal; which gates a project has was said at its import."""


class TemplateVersion(BaseModel):
    id: UUID
    number: int
    """Counted from the oldest that the caller sees."""
    sha256: str
    source_path: str
    imported_at: datetime
    archived_at: datetime | None
    projects_total: int


class TemplateUse(BaseModel):
    """A project that runs through a version of the template."""

    project_id: UUID
    key: str
    name: str
    client: str
    template_id: UUID
    version: int


class TemplatePage(TemplateSummary):
    """A template with all that was read from its source."""

    project_types: list[str]
    imported_at: datetime
    archived_at: datetime | None
    is_own: bool
    stages: list[StageDefined]
    notices: list[NoticeOut]
    """The report of its validation: what was unknown, dangling, circular or given twice."""
    notices_total: int
    versions: list[TemplateVersion]
    """Oldest first: the same method and key with other bytes, and this one among them."""
    uses: list[TemplateUse]
    """Of any version; the first hundred by name."""


class FieldChanged(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    field: str
    before: str | None
    after: str | None


class StageCompared(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    kind: Kind
    key: str
    title: str
    position_before: int | None
    position_after: int | None
    is_moved: bool
    changes: list[FieldChanged]


class SourceText(BaseModel):
    """A source as text, for reading; its bytes have an address of their own."""

    path: str
    sha256: str
    text: str | None
    """Null for what is not UTF-8."""


class TemplateComparison(BaseModel):
    """What differs between two versions."""

    before: TemplateVersion
    after: TemplateVersion
    changes: list[FieldChanged]
    """Of the template as a whole."""
    stages: list[StageCompared]
    source_before: SourceText
    source_after: SourceText


class StageStep(BaseModel):
    """What a change of template does to one stage of a running workflow."""

    fate: Fate
    key: str
    title: str
    state_before: StageState | None
    state: StageState
    position_before: int | None
    position: int | None
    is_moved: bool
    adds_gate: bool
    has_gate: bool
    changes: list[FieldChanged]


class TemplateNamed(BaseModel):
    id: UUID | None
    """Null for one that is read from the folder and not kept yet."""
    method: str
    generation: str
    key: str
    name: str
    source_path: str
    sha256: str


class ChangeProposed(BaseModel):
    """What a change of template would do. Nothing was changed."""

    digest: str
    """Send it back to make this change: it is refused when anything moved meanwhile."""
    does_something: bool
    before: TemplateNamed | None
    """Null for a project without a workflow."""
    after: TemplateNamed
    steps: list[StageStep]
    notices: list[NoticeOut]
    source_before: SourceText | None
    source_after: SourceText


class TemplateChangeIn(BaseModel):
    digest: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    template_id: UUID | None = None
    """A template of the library; null for what the project's folder holds."""
    method: Word | None = None
    generation: Word | None = None
    workflow: Word | None = None


class TemplateChangeOut(BaseModel):
    """A change of template that was made."""

    id: UUID
    at: datetime
    by: str | None
    """Null from the command line."""
    before: TemplateNamed | None
    after: TemplateNamed
    steps: list[StageStep]
    """Without the stages that stayed as they were."""
    kept_total: int


class TemplateNews(BaseModel):
    """Whether there is another version of what a project runs through."""

    state: Literal["same", "changed", "settings", "missing", "newer", "none"]
    """`changed`: the file in the folder; `settings`: at the last scan, only others that it is read
    with; `missing`: it is not there; `newer`: in the library."""
    template_id: UUID | None
    """The newer version in the library."""
    source_path: str | None


class SourceIn(BaseModel):
    source: Annotated[Storable, Field(max_length=300_000)]
    """YAML as `GET /templates/schema` describes it."""


class Validation(BaseModel):
    """What AgentLab reads in a source. Nothing was kept."""

    key: str
    name: str
    stages: list[StageDefined]
    notices: list[NoticeOut]
