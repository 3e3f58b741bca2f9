from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from agentlab.kit.kept import Kept
from agentlab.kit.pages import Page
from agentlab.kit.text import Line, Paragraph, Storable
from agentlab.portfolio.levels.schemas import Releasing
from agentlab.portfolio.models import ProjectStatus
from agentlab.portfolio.places import ArchivedWith
from agentlab.workflows.models import StageState


class Named(BaseModel):
    """What something is called, and its id."""

    id: UUID
    name: str


class ListedProject(BaseModel):
    """A project in a list, with its place and the evidence of how it does."""

    id: UUID
    key: str
    name: str
    version: int
    status: ProjectStatus
    """`archived` also where its service or its client is."""
    status_reason: str
    """Why it is blocked or archived."""
    archived_with: ArchivedWith | None
    """The place that is archived, and the project with it: there it comes back."""
    client: Named
    service: Named
    owner: Named | None
    method: str | None
    generation: str | None
    stages_total: int
    stages_closed: int
    """Done or skipped."""
    stage: str | None
    """The title of the current stage; null without a workflow or when it is completed."""
    stage_state: StageState | None
    stage_since: datetime | None
    """Since when it is there: the days at the gate."""
    waiting_gate_id: UUID | None
    """The gate whose submission waits for a decision."""
    waiting_due_at: datetime | None
    """When that decision is due, where the gate's policy says so."""
    waiting_for: list[Named] | None
    """Who decides there next: the reviewers whom its policy names and who have not yet, or else the
    owner; empty where it is anybody else whose role decides. Null where nothing waits."""
    documents_total: int
    changed_at: datetime
    """When a document last changed, or the import."""
    stale_total: int
    """How many approved gates are stale: an artefact changed after the approval."""
    contradictions: int
    """Where its ledgers disagree, but for what the method itself leaves for a while."""


class Totals(BaseModel):
    """How many of the projects that the filters leave; the first page may show fewer."""

    projects: int
    waiting: int
    """Wait for a decision."""
    stale: int
    """Have a stale approval: a text changed since."""
    blocked: int
    quiet: int
    """Neither a document nor the stage changed for 14 days, and neither completed nor archived."""


class StatusCount(BaseModel):
    status: ProjectStatus
    count: int


class StageCount(BaseModel):
    stage: str
    count: int


class NamedCount(Named):
    count: int


class OwnerCount(BaseModel):
    id: UUID | None
    """Null for those without an owner."""
    name: str | None
    count: int


class Facets(BaseModel):
    """What one can filter by and how many each would leave; each ignores its own filter."""

    statuses: list[StatusCount]
    stages: list[StageCount]
    """The most frequent ones first, at most 50."""
    clients: list[NamedCount]
    owners: list[OwnerCount]


class Dashboard(BaseModel):
    """Everything that the first screen shows, in one reply."""

    projects: Page[ListedProject]
    """The first page; `GET /projects` has the others."""
    totals: Totals
    facets: Facets
    is_empty: bool
    """There is no project at all that the caller may see, whatever the filters."""


class BulkAction(StrEnum):
    ASSIGN_OWNER = "assign_owner"
    ARCHIVE = "archive"
    UNARCHIVE = "unarchive"
    """Back to the status that each had before."""
    MOVE = "move"


MOST_AT_ONCE = 500


class BulkIn(BaseModel):
    """One action on many projects."""

    action: BulkAction
    project_ids: Annotated[list[UUID], Field(min_length=1, max_length=MOST_AT_ONCE)]
    versions: Annotated[dict[UUID, int], Field(max_length=MOST_AT_ONCE)] = {}
    """Of each project the version that was looked at. When one of them has another by now, nothing
    is done; what is not named here is changed whatever it is."""
    owner_id: UUID | None = None
    """Of `assign_owner`: null for nobody."""
    service_id: UUID | None = None
    """Of `move`: where they go."""
    confirm_other_client: bool = False
    """Of `move`: has to be true when a project comes from another client."""
    reason: Paragraph = ""


class ProjectAsLeft(BaseModel):
    """A project, as an action left it."""

    id: UUID
    version: int


class BulkUndo(BaseModel):
    """What was done, and to what: to take it back, unless somebody changed one of them since."""

    action: BulkAction
    """What was done."""
    projects: Annotated[list[ProjectAsLeft], Field(min_length=1, max_length=MOST_AT_ONCE)]


class BulkOut(Releasing):
    changed: list[UUID]
    """Those that were not so already."""
    undo: BulkUndo | None
    """What to send to `/projects/bulk/undo` to put them back as they were; null for nothing."""


class UndoneOut(BaseModel):
    changed: list[UUID]


Query = Annotated[Storable, StringConstraints(max_length=2_000)]


class ViewIn(BaseModel):
    name: Line
    query: Query
    """The part of the dashboard's address after `?`."""


class ViewChange(BaseModel):
    name: Kept[Line] = None
    query: Kept[Query] = None


class ViewOut(BaseModel):
    """Filters and order of the dashboard that the caller gave a name."""

    id: UUID
    name: str
    query: str
    version: int
    created_at: datetime


class Found(BaseModel):
    """Something that can be gone to."""

    kind: Literal["project", "client", "service", "document"]
    id: UUID
    name: str
    about: str
    """Where it is: the client and the service, or the project."""
    project_id: UUID | None
    """The project that it is, or belongs to."""
    is_archived: bool
    """Or what it is in is."""


class FoundOut(BaseModel):
    items: list[Found]
    """At most 20, the nearest first."""
