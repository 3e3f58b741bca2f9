"""What is published: one overview, that the page, the JSON and the feeds all tell."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from agentlab.operations.status.components import (
    GROUPS,
    IN_FRONT,
    Component,
    Group,
    Reason,
    State,
)
from agentlab.operations.status.incidents import Impact, Incident
from agentlab.operations.status.releases import Release, read_releases
from agentlab.operations.status.store import Day, Point, Standing, Store

TIMED = (Component.WEB, Component.SIGN_IN, Component.API)
TIMES_BACK = timedelta(hours=24)
TIMES_STEP = timedelta(minutes=30)
INCIDENTS_SHOWN = 12


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

    @property
    def parts(self) -> list[Part]:
        return [part for parts in self.groups.values() for part in parts]


def overview(store: Store, releases: Path, now: datetime) -> Overview:
    standings, days = store.standings(), store.days(now)
    incidents = store.incidents(limit=INCIDENTS_SHOWN)

    def part(component: Component) -> Part:
        standing = standings.get(component)
        times = (
            store.response_times(component, now, back=TIMES_BACK, step=TIMES_STEP)
            if component in TIMED
            else []
        )
        state = shown_state(standing)
        reason = standing.finding.reason if standing and state is standing.finding.state else None
        changed_at = standing.at if standing else now
        return Part(component, state, reason, days[component], times, changed_at)

    groups = {group: [part(each) for each in components] for group, components in GROUPS.items()}
    open_incidents = [incident for incident in incidents if incident.is_open]
    return Overview(
        at=now,
        since=store.since() or now,
        indicator=indicator(groups, open_incidents),
        groups=groups,
        open_incidents=open_incidents,
        past_incidents=[incident for incident in incidents if not incident.is_open],
        releases=read_releases(releases, now),
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
    if State.MAINTENANCE in in_front:
        return Indicator.MAINTENANCE
    if State.UNKNOWN in in_front:  # none of them has worked yet: afterwards they are up or down
        return Indicator.UNKNOWN
    return Indicator.NONE if set(states.values()) == {State.UP} else Indicator.MINOR
