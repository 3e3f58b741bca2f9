"""The figures, as they are sent. What each of them counts says `docs/guide/analytics.md`."""

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from agentlab.analytics.periods import Grain
from agentlab.workflows.models import GateKind


class Durations(BaseModel):
    """How long things took; null where there was none."""

    count: int
    median_hours: float | None
    p90_hours: float | None
    """Nine of ten took no longer."""
    mean_hours: float | None


class Ages(BaseModel):
    """What is not at its end yet, and how long it lasts until now. In no duration."""

    count: int
    median_hours: float | None
    longest_hours: float | None


class Verdicts(BaseModel):
    """What became of submissions."""

    approved: int
    rejected: int
    rejection_rate: float | None
    """Rejected ones among those that a decision settled, from 0 to 1; null for none."""
    withdrawn: int
    """Taken back before a decision; in no other figure."""


class PeriodOut(BaseModel):
    """The days that the figures are of, both of them counted."""

    model_config = ConfigDict(populate_by_name=True)

    from_: date = Field(alias="from")
    to: date
    previous_from: date
    previous_to: date
    """The same number of days, right before."""
    grain: Grain
    time_zone: str


class Totals(Verdicts):
    """Everything that ended in a period."""

    stages: Durations
    skipped: int
    """Stages that were skipped; they have no time."""
    gates: Durations
    cycle: Durations
    """From the start of a workflow until it was ready for development."""
    unclear: int
    """Left out of all times, because they end before they begin: a clock went backwards."""
    started: int
    """Workflows that began."""
    completed: int
    """Workflows whose last stage was closed."""


class OpenNow(BaseModel):
    """What is not at its end yet. Of the present, whatever the period; archived projects aside."""

    stages: Ages
    gates: Ages
    before_ready: Ages
    """Workflows that are not ready for development yet, since their start."""
    readiness_unknown: int
    """Workflows whose template does not say when development begins."""


class OfStage(BaseModel):
    """Which stage: the same key in the same generation of a method."""

    method: str
    generation: str
    key: str
    title: str


class StageFigures(OfStage):
    durations: Durations
    previous_median_hours: float | None
    """In the period before."""
    skipped: int
    unclear: int
    open: Ages


class GateFigures(OfStage):
    kind: GateKind
    durations: Durations
    previous_median_hours: float | None
    verdicts: Verdicts
    unclear: int
    waiting: Ages


class WaitingGate(BaseModel):
    """A submission that somebody may decide now."""

    gate_id: UUID
    stage: str
    project_id: UUID
    project: str
    submitted_at: datetime


class PersonFigures(BaseModel):
    id: UUID
    name: str | None
    """Null for somebody whose account was erased."""
    durations: Durations
    """How long submissions had waited when this person decided."""
    approved: int
    rejected: int
    unclear: int
    waiting: Ages
    """What this person may decide now; often others may, too."""
    longest: list[WaitingGate]
    """What waits longest for this person, at most five."""


class ClientFigures(BaseModel):
    id: UUID
    name: str
    stages: Durations
    gates: Durations
    cycle: Durations
    verdicts: Verdicts
    open_stages: Ages
    waiting: Ages


class TrendPoint(Verdicts):
    """A week or month of the period; the first and the last one may be cut short."""

    model_config = ConfigDict(populate_by_name=True)

    from_: date = Field(alias="from")
    to: date
    stages: Durations
    gates: Durations
    cycle: Durations
    started: int
    completed: int


class StageTable(BaseModel):
    items: list[StageFigures]
    """In the order of their workflows; of more than 200 the most frequent ones."""
    total: int


class GateTable(BaseModel):
    items: list[GateFigures]
    """In the order of their workflows; of more than 200 the most frequent ones."""
    total: int


class PeopleTable(BaseModel):
    items: list[PersonFigures]
    """Those for whom most is waiting first, at most 200."""
    total: int


class ClientTable(BaseModel):
    items: list[ClientFigures]
    """By name; of more than 200 the most frequent ones."""
    total: int


class MethodFound(BaseModel):
    """What one can filter by."""

    method: str
    generation: str
    projects: int


class AnalyticsOut(BaseModel):
    """All figures of a period, in one reply."""

    period: PeriodOut
    now: Totals
    before: Totals
    """Of the period before."""
    open: OpenNow
    stages: StageTable
    gates: GateTable
    people: PeopleTable
    clients: ClientTable
    trend: list[TrendPoint]
    methods: list[MethodFound]
    """Whatever the filters; empty when no project that the caller may see has a workflow."""
