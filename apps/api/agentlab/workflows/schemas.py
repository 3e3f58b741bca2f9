from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from annotated_types import MaxLen
from pydantic import BaseModel

from agentlab.documents.schemas import DocumentSummary
from agentlab.kit.text import Paragraph
from agentlab.workflows.models import ArtefactRole, SkipCause, StageState


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


class AnswerOut(BaseModel):
    """Whether a condition holds, as a person said."""

    id: UUID
    holds: bool
    note: str
    answered_by: str
    """The person's name."""
    answered_at: datetime


class QuestionOut(BaseModel):
    """A stage's condition, which a person answers once for all stages that have it."""

    condition: str
    answers: list[AnswerOut]
    """The newest first; the first counts. Empty while nobody answered."""
    is_fixed: bool
    """Work depends on the answer, so another one is refused."""


class ChoiceOut(BaseModel):
    """A route that a person chose."""

    id: UUID
    route: str
    note: str
    chosen_by: str
    """The person's name."""
    chosen_at: datetime


class RoundOut(BaseModel):
    """An epic or story for which a stage is repeated."""

    id: UUID
    key: str
    title: str
    status: str
    """By the project's files."""


class RoundsOut(BaseModel):
    """For what a stage is repeated, by the project's files."""

    kind: str
    """`epic` or `story`."""
    done: int
    total: int
    ends_here: bool
    """Closing this stage says that all rounds are over; while some are open that takes a reason."""
    items: list[RoundOut]
    """At most a hundred; those that are open come first into it."""


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
    together: str | None
    """Stages of a workflow that have the same word here may be worked on side by side."""
    state: StageState
    skip_cause: SkipCause | None
    """Why a skipped stage is left out; null for those skipped before causes were kept."""
    entered_at: datetime | None
    """When it came into this state; null while it never left the first one."""
    moved_by: str | None
    """The name of who brought it there; null when it followed from something else."""
    reason: str
    """What they said."""
    question: QuestionOut | None
    """Null without a condition that a person answers."""
    choices: list[ChoiceOut]
    """What was chosen of its routes, the newest first; the first counts."""
    rounds: RoundsOut | None
    """Null for a stage that is not repeated."""
    can_start: bool
    """It is to come, and may be started beside the current one."""
    retired_at: datetime | None
    """Since when the project's template has no such stage; it is kept for what happened there."""
    dropped_at: datetime | None
    """Since when it is left out for that alone, and not because a person skipped it."""
    artefacts: list[ArtefactOut]


class WorkflowOut(BaseModel):
    id: UUID
    template: TemplateSummary
    started_at: datetime
    completed_at: datetime | None


class ReasonIn(BaseModel):
    reason: Paragraph


class CompletionIn(BaseModel):
    despite_open: Paragraph | None = None
    """Why the work goes on although rounds of the stage are open, as a person says."""


class AnswerIn(BaseModel):
    holds: bool
    note: Paragraph = ""
    replaces: UUID | None = None
    """The answer that was shown; null when there was none."""


class RouteIn(BaseModel):
    route: Annotated[str, MaxLen(10_000)]
    """As the template names it."""
    note: Paragraph = ""
    replaces: UUID | None = None
    """The choice that was shown; null when there was none."""
