"""What is published: one overview, that the page, the JSON and the feeds all tell."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from agentlab.operations.status.components import (
    GROUPS,
    IN_FRONT,
    Component,
    Group,
    Reason,
    State,
)
from agentlab.operations.status.drills import Drill, read_drills
from agentlab.operations.status.incidents import Impact, Incident
from agentlab.operations.status.places import Places
from agentlab.operations.status.planned import Maintenance, Stage
from agentlab.operations.status.releases import Release, read_releases
from agentlab.operations.status.store import Day, Point, Standing, Store

OPTIONAL = {
    Component.SEARCH,
    Component.SYNC,
    Component.BACKUP,
    Component.PROOF,
    Component.ARCHIVE,
}
"""What some installations do not have, or nobody can say of them yet; then it is not shown."""

TIMED = (Component.WEB, Component.SIGN_IN, Component.API)
TIMES_BACK = timedelta(hours=24)
TIMES_STEP = timedelta(minutes=30)
INCIDENTS_SHOWN = 12
MAINTENANCES_SHOWN = 20


class Indicator(StrEnum):
    """All components in one word, as the common status API has it; and two of our own."""

    NONE = "none"
    MINOR = "minor"
    MAJOR = "major"
    CRITICAL = "critical"
    MAINTENANCE = "maintenance"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Part:
    """A component as it is shown."""

    component: Component
    state: State
    reason: Reason | None
    days: list[Day]
    times: list[Point]
    changed_at: datetime

    @property
    def uptime(self) -> float | None:
        """The share of checks that found it working, of those that could tell."""
        checks = sum(day.checks for day in self.days)
        down = sum(day.down for day in self.days)
        return (checks - down) / checks if checks else None


@dataclass(frozen=True, slots=True)
class Overview:
    at: datetime
    since: datetime
    indicator: Indicator
    groups: dict[Group, list[Part]]
    open_incidents: list[Incident]
    past_incidents: list[Incident]
    releases: list[Release]
    drills: list[Drill]
    maintenances: list[Maintenance]
    """The one that begins last first."""

    def maintenances_in(self, *stages: Stage) -> list[Maintenance]:
        return [each for each in self.maintenances if each.stage(self.at) in stages]

    @property
    def planned(self) -> list[Maintenance]:
        """Under way or still to come, the next first."""
        return self.maintenances_in(Stage.IN_PROGRESS, Stage.SCHEDULED)[::-1]

    @property
    def parts(self) -> list[Part]:
        return [part for parts in self.groups.values() for part in parts]


def overview(store: Store, places: Places, now: datetime) -> Overview:
    standings, days = store.standings(), store.days(now)
    incidents = store.incidents(limit=INCIDENTS_SHOWN)
    maintenances = store.maintenances()
    at_work = {
        component
        for each in maintenances
        if each.stage(now) is Stage.IN_PROGRESS
        for component in each.affected
    }

    def part(component: Component) -> Part:
        standing = standings.get(component)
        times = (
            store.response_times(component, now, back=TIMES_BACK, step=TIMES_STEP)
            if component in TIMED
            else []
        )
        state = shown_state(standing)
        if component in at_work and state not in {State.DOWN, State.UNKNOWN}:
            state = State.MAINTENANCE
        reason = standing.finding.reason if standing and state is standing.finding.state else None
        changed_at = standing.at if standing else now
        return Part(component, state, reason, days[component], times, changed_at)

    groups = {
        group: [part(each) for each in components if each in standings or each not in OPTIONAL]
        for group, components in GROUPS.items()
    }
    open_incidents = [incident for incident in incidents if incident.is_open]
    return Overview(
        at=now,
        since=store.since() or now,
        indicator=indicator(groups, open_incidents),
        groups=groups,
        open_incidents=open_incidents,
        past_incidents=[incident for incident in incidents if not incident.is_open],
        releases=read_releases(places.releases, now),
        drills=read_drills(places.drills, now),
        maintenances=maintenances[:MAINTENANCES_SHOWN],
    )


def shown_state(standing: Standing | None) -> State:
    """What people are told: neither a single failed check is news, nor one before any worked."""
    if standing is None:
        return State.UNKNOWN
    if standing.finding.state is not State.DOWN or standing.streak.is_failing:
        return standing.finding.state
    return State.UP if standing.streak.has_worked else State.UNKNOWN


def indicator(groups: dict[Group, list[Part]], open_incidents: list[Incident]) -> Indicator:
    if open_incidents:
        worst = max((each.impact for each in open_incidents), key=list(Impact).index)
        return Indicator(worst)
    states = {part.component: part.state for parts in groups.values() for part in parts}
    in_front = {states[component] for component in IN_FRONT}
    if State.MAINTENANCE in states.values():
        return Indicator.MAINTENANCE
    if State.UNKNOWN in in_front:  # none of them has worked yet: afterwards they are up or down
        return Indicator.UNKNOWN
    return Indicator.NONE if set(states.values()) == {State.UP} else Indicator.MINOR
