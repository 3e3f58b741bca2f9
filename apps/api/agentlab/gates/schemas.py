from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints, model_validator

from agentlab.gates.models import Verdict
from agentlab.kit.text import Paragraph
from agentlab.workflows.models import GateKind
from agentlab.workflows.schemas import StageOut


class ArtefactShown(BaseModel):
    """One text that the person had in front of them."""

    document_id: UUID
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class SubmissionIn(BaseModel):
    note: Paragraph = ""
    """What the reviewer should know."""


class DecisionIn(BaseModel):
    verdict: Verdict
    reason: Paragraph = ""
    """Required to reject."""
    artefacts: Annotated[list[ArtefactShown], Field(max_length=10_000)]
    """Every artefact of the submission with the digest of the text that was shown."""

    @model_validator(mode="after")
    def rejection_needs_a_reason(self) -> Self:
        if self.verdict is Verdict.REJECTED and not self.reason:
            raise ValueError("a rejection needs a reason, so that the work can be mended")
        return self


class SubmittedArtefact(BaseModel):
    document_id: UUID
    path: str
    title: str
    version: int
    sha256: str
    size_bytes: int


class DecisionFileOut(BaseModel):
    path: str
    written_at: datetime | None
    problem: str | None


class DecisionOut(BaseModel):
    id: UUID
    verdict: Verdict
    reason: str
    decided_by: str
    """The person's name."""
    decided_at: datetime
    file: DecisionFileOut


class SubmissionOut(BaseModel):
    id: UUID
    number: int
    note: str
    submitted_by: str
    submitted_at: datetime
    withdrawn_at: datetime | None
    artefacts: list[SubmittedArtefact]
    changed: list[str]
    """While it waits: the paths of artefacts that changed, came or went since. Any makes it
    stale."""
    decision: DecisionOut | None


class GateSummary(BaseModel):
    """A gate on the project page."""

    id: UUID
    kind: GateKind
    reason: str
    submission_id: UUID | None
    """The submission that waits for a decision."""
    last_verdict: Verdict | None
    last_reason: str
    """What the last decision said; empty without one."""


class GatePlace(BaseModel):
    project_id: UUID
    project: str
    service_id: UUID
    service: str
    client_id: UUID
    client: str


class GateOut(BaseModel):
    """Everything that a person needs to decide."""

    id: UUID
    kind: GateKind
    reason: str
    place: GatePlace
    stage: StageOut
    submissions: list[SubmissionOut]
    """Newest first."""
