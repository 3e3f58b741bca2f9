from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from agentlab.auth.models import Role
from agentlab.imports.models import ImportState
from agentlab.kit.text import Line, Storable, Word
from agentlab.workspaces.schemas import NoticeOut

FolderPath = Annotated[Storable, StringConstraints(min_length=1, max_length=4096)]


class InspectionIn(BaseModel):
    path: FolderPath
    """Of a folder on the server, absolute or starting with `~`."""
    method: Word | None = None
    """Which of the folder's methods to look at; needed only where there are several."""
    generation: Word | None = None


class ItemFound(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    text: str
    required: bool
    """An approval needs a yes to it."""


class RulesFound(BaseModel):
    """What the policy of a gate begins with, people aside."""

    model_config = ConfigDict(from_attributes=True)

    roles: list[Role]
    approvals: int
    submitter_decides: bool
    checklist: list[ItemFound]
    reauthentication: bool
    due_days: int | None


class GateFound(BaseModel):
    kind: Literal["approval", "choice"]
    reason: str
    rules: RulesFound
    """The usual ones where the template proposes none."""


class StageFound(BaseModel):
    key: str
    title: str
    phase: str | None
    """In the method's own words, such as `2-planning`."""
    agent: str | None
    optional: bool
    condition: str | None
    gate: GateFound | None
    """A proposal; the import takes the ones that the person confirms."""


class WorkflowFound(BaseModel):
    key: str
    name: str
    description: str
    kind: str | None
    project_types: list[str]
    when_to_use: list[str]
    source_path: str
    stages: list[StageFound]
    notices: list[NoticeOut]


class CandidateFound(BaseModel):
    """One of the methods and generations that a folder holds."""

    method: str
    generation: str
    method_version: str | None
    folder: str | None
    evidence: list[str]
    """Why it was recognised: the files that say so."""
    workflows_total: int


class DocumentFound(BaseModel):
    path: str


class Inspection(BaseModel):
    """What a folder holds. Nothing was changed or kept."""

    path: str
    name: str
    """A first proposal for the project's: what its configuration says, or else the folder's."""
    method: str | None
    """Null for a folder without a planning method: only its documents can be imported."""
    generation: str | None
    method_version: str | None
    evidence: list[str]
    candidates: list[CandidateFound]
    """Everything that was recognised. The fields beside this one are about the candidate that was
    asked for, else the first; with several, an import has to name one."""
    expansion_packs: list[str]
    workflows: list[WorkflowFound]
    documents_total: int
    documents: list[DocumentFound]
    """The first hundred."""
    notices: list[NoticeOut]
    project_id: UUID | None
    """The project that this folder is already imported as."""
    is_in_bin: bool
    """That project is in the bin, and has to be restored or deleted for good first."""


class FolderIn(BaseModel):
    path: FolderPath
    method: Word | None = None
    """Which of the folder's methods to follow; needed only where there are several."""
    generation: Word | None = None
    """Which generation of it, such as `v4`; needed only where there are several."""
    workflow: Word | None = None
    """The key of a workflow found in the folder; null imports documents only."""
    gates: Annotated[list[Word], Field(max_length=1000)] | None = None
    """The stages, by key, that get a gate. Default: all that were proposed."""


class ImportIn(FolderIn):
    client: Line
    """An existing client's name, or a new one."""
    service: Line
    project: Line | None = None
    """Default: the folder's name."""


class FolderOfProject(FolderIn):
    """A folder for a project that was made without one, as its import is kept."""

    project_id: UUID


class FolderMove(BaseModel):
    path: FolderPath
    """Of the folder on the server where the project's files are now."""
    confirm_other_texts: bool = False
    """Has to be true where no document has the text that it had in the other folder."""


class ImportProgress(BaseModel):
    done: int
    total: int
    path: str
    """The file that is being read."""


class ImportProblem(BaseModel):
    code: str
    detail: str


class ImportOut(BaseModel):
    id: UUID
    path: str
    state: ImportState
    requested_at: datetime
    finished_at: datetime | None
    progress: ImportProgress | None
    """Null while it waits, or when it is not known."""
    project_id: UUID | None
    error: ImportProblem | None
