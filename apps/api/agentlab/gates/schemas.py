from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from annotated_types import Ge, Le, MaxLen
from pydantic import BaseModel, Field, StringConstraints, model_validator

from agentlab.gates.models import Verdict
from agentlab.gates.policy_schemas import PersonAtGate, PolicyOut
from agentlab.kit.problems import inconsistent
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


class ChecklistAnswer(BaseModel):
    item_id: UUID
    answer: bool


class TextRead(BaseModel):
    """What the browser saw of somebody's reading."""

    document_id: UUID
    opened: bool
    read_to_end: bool
    """Its end was on the screen."""


class AttentionIn(BaseModel):
    """How long somebody looked; kept for them alone, and nothing depends on it."""

    seconds: Annotated[int, Ge(0), Le(10_000_000)]
    """How long the page was in front of them."""
    texts: Annotated[list[TextRead], MaxLen(10_000)] = []


class DecisionIn(BaseModel):
    verdict: Verdict
    reason: Paragraph = ""
    """Required to reject, and to approve the end of a loop while rounds of it are open."""
    artefacts: Annotated[list[ArtefactShown], Field(max_length=10_000)]
    """Every artefact of the submission with the digest of the text that was shown."""
    checklist: Annotated[list[ChecklistAnswer], MaxLen(50)] = []
    """Required items need `true` to approve."""
    policy_version: Annotated[int, Ge(0), Le(2**31 - 1)] | None = None
    """Of the policy that was shown. When it is another one by now, the decision is refused."""
    attention: AttentionIn | None = None

    @model_validator(mode="after")
    def rejection_needs_a_reason(self) -> Self:
        if self.verdict is Verdict.REJECTED and not self.reason:
            raise inconsistent(
                "reason_needed", "a rejection needs a reason, so that the work can be mended"
            )
        return self

    @model_validator(mode="after")
    def answers_each_once(self) -> Self:
        if len({answer.item_id for answer in self.checklist}) != len(self.checklist):
            raise inconsistent("named_twice", "the same item of the checklist is answered twice")
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


class AnsweredItem(BaseModel):
    """An item of the checklist as it was worded at the decision."""

    text: str
    required: bool
    answer: bool | None


class AttentionOut(BaseModel):
    seconds: int
    texts: list[TextRead]


class DecisionOut(BaseModel):
    id: UUID
    verdict: Verdict
    reason: str
    decided_by: str
    """The person's name."""
    decided_at: datetime
    settles: bool
    """It closed the submission; an approval that others have to follow did not."""
    deputy_of: str | None
    """The name of the reviewer in whose place it was made."""
    checklist: list[AnsweredItem]
    attention: AttentionOut | None
    """Null for everybody but the person who decided."""
    file: DecisionFileOut | None
    """Null for an approval that did not settle: it stands in the file of the one that did."""


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
    """The one that settled it."""
    decisions: list[DecisionOut]
    """Every one, oldest first."""
    due_at: datetime | None
    """While it waits."""
    reminded_at: datetime | None
    """When people were reminded of that due date."""


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
    approvals_given: int
    """Of the submission that waits."""
    approvals_needed: int
    due_at: datetime | None
    """When the decision that it waits for is due."""
    is_stale: bool
    """It is approved, and an artefact changed since; nobody accepted that as irrelevant."""


class GatePlace(BaseModel):
    project_id: UUID
    project: str
    service_id: UUID
    service: str
    client_id: UUID
    client: str


class YourPart(BaseModel):
    """What the caller may do at the gate."""

    may_decide: bool
    """On the submission that waits."""
    why_not: str | None
    """The code that a decision would be refused with."""
    in_place_of: PersonAtGate | None
    """The reviewer whose deputy the caller is."""
    may_change_policy: bool
    is_confirmed: bool
    """They gave their password, or signed in again, within the last five minutes."""


class GateOut(BaseModel):
    """Everything that a person needs to decide."""

    id: UUID
    kind: GateKind
    reason: str
    place: GatePlace
    stage: StageOut
    policy: PolicyOut
    you: YourPart
    submissions: list[SubmissionOut]
    """Newest first."""
