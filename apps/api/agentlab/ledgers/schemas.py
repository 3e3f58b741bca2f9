from datetime import date, datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, StringConstraints

from agentlab.ledgers.contradictions import Disagreement
from agentlab.ledgers.statements import Kind
from agentlab.ledgers.statuses import Ledger, Status
from agentlab.workflows.models import StageState
from agentlab.workspaces.schemas import NoticeOut


class StatementOut(BaseModel):
    """What one ledger says of an item, and where."""

    ledger: Ledger
    raw: str | None
    """The status in the ledger's own word; null where it names the item and no status."""
    status: Status
    path: str
    """Relative to the workspace."""
    line: int | None
    text: str
    """The line itself; of a quality gate, a second one with its reason."""
    sha256: str
    """Of the whole file, as it was read."""


class StatusCount(BaseModel):
    status: Status
    count: int


class WorkItemOut(BaseModel):
    """An epic, a story, a spec, a retrospective, an action item or a planning document."""

    id: UUID
    kind: Kind
    key: str
    title: str
    parent: str | None
    """The key of the epic or spec that it belongs to."""
    status: Status
    """By the first of its ledgers that says one; of an epic without any, by its stories."""
    is_disputed: bool
    """Its ledgers contradict each other."""
    statements: list[StatementOut]
    parts: list[StatusCount]
    """Of an epic or a spec: how many of its stories stand where."""


class KindCount(BaseModel):
    kind: Kind
    status: Status
    count: int


class Finding(StrEnum):
    """What the files show against a stage's recorded state."""

    ARTEFACT_MISSING = "artefact_missing"
    ARTEFACT_THERE = "artefact_there"
    ARTEFACT_DRAFT = "artefact_draft"
    STORIES_OPEN = "stories_open"
    STORIES_STARTED = "stories_started"


class StageDisagreement(BaseModel):
    """A stage whose recorded state and the files do not fit together."""

    stage_id: UUID
    title: str
    state: StageState
    finding: Finding
    names: list[str]
    """The artefacts that it is about."""
    open: int
    """Stories that are not done."""
    total: int
    """All stories."""


class CarriedStatus(BaseModel):
    """The status that an artefact's own text carries."""

    document_id: UUID
    title: str
    status: Status
    raw: str
    """In the file's own word."""


class StageEvidence(BaseModel):
    """What the files show of a stage, whatever is recorded of it."""

    stage_id: UUID
    wanted: int
    """Files that it creates and that are not optional."""
    there: int
    statuses: list[CarriedStatus]


class ProgressOut(BaseModel):
    """Where a project's work stands by its files."""

    read_at: datetime | None
    """When the ledgers first said this; null when they were never read."""
    sprint_updated_on: date | None
    """When the sprint status was written last, by its own word."""
    is_sprint_stale: bool
    """That is more than seven days ago, and work is open: BMAD says so beside the status, too."""
    counts: list[KindCount]
    contradictions: int
    expected: int
    """Disagreements that the method itself leaves for a while."""
    stages: list[StageDisagreement]
    evidence: list[StageEvidence]
    """Of the stages that create files."""
    notices: list[NoticeOut]
    """What was odd about the ledgers."""


class ProposalOut(BaseModel):
    """A word of one ledger, and the one that would settle the contradiction."""

    ledger: Ledger
    path: str
    line: int | None
    key: str
    """The item's name in that ledger."""
    before: str
    after: str
    sha256: str
    """Of the file as it was read: a correction names it."""


class ContradictionOut(BaseModel):
    """Ledgers that disagree on an item."""

    id: UUID
    kind: Disagreement
    item_id: UUID
    item_kind: Kind
    item_key: str
    item_title: str
    is_expected: bool
    reason: str
    """Why the proposal follows, or why there is none."""
    evidence: list[StatementOut]
    proposal: ProposalOut | None


class CorrectionIn(BaseModel):
    contradiction_id: UUID
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    """Of the file as it was shown."""


class CorrectionOut(BaseModel):
    """A status that a person replaced in a ledger."""

    id: UUID
    kind: Disagreement
    item_kind: Kind
    item_key: str
    ledger: Ledger
    path: str
    line: int | None
    word_before: str
    word_after: str
    sha256_before: str
    sha256_after: str
    applied_by: str
    """The person's name."""
    applied_at: datetime
    undone_by: str | None
    undone_at: datetime | None
