"""The life of an incident: it opens, changes and closes by itself, from what the checks find.

    investigating ─► identified ─► monitoring ─► resolved
          └───────────────────────────┘ ▲   │
                                        └───┘ it fails again

Pure functions: the store keeps what they return, so a restart changes nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from agentlab.kit.ids import new_id
from agentlab.operations.status.components import IN_FRONT, Component, Finding, Reason, State

FAILURES_TO_OPEN = 2
FAILURES_TO_IDENTIFY = 4
FAILURES_OF_A_NEWCOMER = 20
"""A component that never worked is being set up; after five minutes it is an incident as well."""

SUCCESSES_TO_CLOSE = 3
SUCCESSES_AFTER_FLAPPING = 20
FLAPPING_AFTER_RETURNS = 2
REOPENED_WITHIN = timedelta(minutes=30)
REPEATED_WITHIN = timedelta(minutes=10)
"""Who says the same once more so soon tries again, as after a reply that got lost."""


class Status(StrEnum):
    INVESTIGATING = "investigating"
    IDENTIFIED = "identified"
    MONITORING = "monitoring"
    RESOLVED = "resolved"


class Impact(StrEnum):
    MINOR = "minor"
    MAJOR = "major"
    CRITICAL = "critical"


class Message(StrEnum):
    """What an update says; the words are in `words/`."""

    OPENED = "opened"
    JOINED = "joined"
    IDENTIFIED = "identified"
    MONITORING = "monitoring"
    RETURNED = "returned"
    UNSTABLE = "unstable"
    RESOLVED = "resolved"
    SAID = "said"
    """By a person, in words of their own."""


class Cause(StrEnum):
    """What keeps the others from working, as far as a look from outside can tell."""

    DISK = "disk"
    DATABASE = "database"
    CACHE = "cache"
    CERTIFICATE = "certificate"
    EDGE = "edge"
    API = "api"
    WEB = "web"
    WORKER = "worker"
    FOLDERS = "folders"
    BACKUP = "backup"
    PROOF = "proof"


@dataclass(frozen=True, slots=True)
class Streak:
    """How often in a row a component failed or worked."""

    bad: int = 0
    good: int = 0
    has_worked: bool = False

    def after(self, state: State) -> "Streak":
        """Nothing is concluded from what nobody could see, nor from maintenance."""
        if state in {State.UP, State.DEGRADED}:
            return Streak(good=self.good + 1, has_worked=True)
        if state is State.DOWN:
            return Streak(bad=self.bad + 1, has_worked=self.has_worked)
        return self

    @property
    def is_failing(self) -> bool:
        return self.bad >= (FAILURES_TO_OPEN if self.has_worked else FAILURES_OF_A_NEWCOMER)


Said = Mapping[str, str]
"""A person's words by language (`en`, `fr`)."""


@dataclass(frozen=True, slots=True)
class Update:
    at: datetime
    status: Status
    message: Message
    components: tuple[Component, ...] = ()
    cause: Cause | None = None
    words: Said | None = None
    """What a person wrote instead of the message."""


@dataclass(frozen=True, slots=True)
class Incident:
    id: str
    opened_at: datetime
    status: Status
    impact: Impact
    components: tuple[Component, ...]
    cause: Cause | None = None
    returns: int = 0
    resolved_at: datetime | None = None
    updates: tuple[Update, ...] = ()

    @property
    def is_open(self) -> bool:
        return self.resolved_at is None

    @property
    def is_flapping(self) -> bool:
        return self.returns >= FLAPPING_AFTER_RETURNS

    @property
    def updated_at(self) -> datetime:
        return self.updates[-1].at

    @property
    def monitoring_at(self) -> datetime | None:
        found = [update.at for update in self.updates if update.status is Status.MONITORING]
        return found[-1] if found else None


def advance(
    latest: Incident | None,
    streaks: Mapping[Component, Streak],
    findings: Iterable[Finding],
    at: datetime,
) -> Incident | None:
    """The incident as it stands after a round of checks; None while there is nothing to tell."""
    failing = tuple(each for each in Component if streaks.get(each, Streak()).is_failing)
    if latest is None or not may_go_on(latest, at):
        return opened(failing, at) if failing else None
    if latest.is_open:
        return continued(latest, streaks, failing, cause_of(findings), at)
    if set(failing) & set(latest.components):
        return returned(replace(latest, resolved_at=None), failing, at)
    return opened(failing, at) if failing else None


def may_go_on(incident: Incident, at: datetime) -> bool:
    """Whether the same trouble, should it come again, is still the same incident."""
    # Both ways: a clock that was ahead, and is no longer, does not revive what it dated.
    return incident.resolved_at is None or abs(at - incident.resolved_at) < REOPENED_WITHIN


def opened(failing: tuple[Component, ...], at: datetime) -> Incident:
    impact, status = impact_on(failing), Status.INVESTIGATING
    incident = Incident(new_id().hex, at, status, impact, failing)
    return updated(incident, at, Message.OPENED, status, components=failing)


def continued(
    incident: Incident,
    streaks: Mapping[Component, Streak],
    failing: tuple[Component, ...],
    cause: Cause | None,
    at: datetime,
) -> Incident:
    newcomers = tuple(each for each in failing if each not in incident.components)
    if newcomers:
        incident = joined(incident, newcomers, at)
    watched = [streaks.get(component, Streak()) for component in incident.components]
    fewest = min(streak.good for streak in watched)
    worst = max(streak.bad for streak in watched)
    if fewest >= (SUCCESSES_AFTER_FLAPPING if incident.is_flapping else SUCCESSES_TO_CLOSE):
        return resolved(incident, at)
    if incident.status is Status.MONITORING:
        return returned(incident, failing, at) if failing else incident
    if fewest and not incident.is_flapping:
        return updated(incident, at, Message.MONITORING, Status.MONITORING)
    is_known = cause is not None and worst >= FAILURES_TO_IDENTIFY
    if is_known and incident.status is Status.INVESTIGATING:
        return identified(incident, cause, at)
    return incident


def joined(incident: Incident, newcomers: tuple[Component, ...], at: datetime) -> Incident:
    components = (*incident.components, *newcomers)
    impact = max(incident.impact, impact_on(components), key=list(Impact).index)
    grown = replace(incident, components=components, impact=impact)
    if incident.status is Status.MONITORING:
        return returned(grown, newcomers, at)
    return updated(grown, at, Message.JOINED, incident.status, components=newcomers)


def returned(incident: Incident, failing: tuple[Component, ...], at: datetime) -> Incident:
    """It fails again. From the third time on, it is said once that it comes and goes."""
    again = replace(incident, returns=incident.returns + 1)
    message = Message.UNSTABLE if again.is_flapping else Message.RETURNED
    return updated(again, at, message, Status.INVESTIGATING, components=failing)


def identified(incident: Incident, cause: Cause | None, at: datetime) -> Incident:
    known = replace(incident, cause=cause)
    return updated(known, at, Message.IDENTIFIED, Status.IDENTIFIED, cause=cause)


def resolved(incident: Incident, at: datetime) -> Incident:
    return replace(updated(incident, at, Message.RESOLVED, Status.RESOLVED), resolved_at=at)


def said(incident: Incident, words: Said, at: datetime) -> Incident:
    """A person explains; the status goes on changing by itself."""
    if any(each.words == words and is_repeated(each.at, at) for each in incident.updates):
        return incident
    update = Update(at, incident.status, Message.SAID, words=words)
    return replace(incident, updates=(*incident.updates, update))


def is_repeated(before: datetime, at: datetime) -> bool:
    return abs(at - before) < REPEATED_WITHIN


def updated(
    incident: Incident,
    at: datetime,
    message: Message,
    status: Status,
    *,
    components: tuple[Component, ...] = (),
    cause: Cause | None = None,
) -> Incident:
    update = Update(at, status, message, components, cause)
    return replace(incident, status=status, updates=(*incident.updates, update))


def impact_on(components: Iterable[Component]) -> Impact:
    in_front = set(components) & set(IN_FRONT)
    if in_front == set(IN_FRONT):
        return Impact.CRITICAL
    return Impact.MAJOR if in_front else Impact.MINOR


def cause_of(findings: Iterable[Finding]) -> Cause | None:
    """The lowest thing that is down: what stands on it cannot work."""
    found = {each.component: each for each in findings if each.state is State.DOWN}
    for component, cause in LOWEST_FIRST.items():
        if component in found:
            return cause
    if all(is_silent(found.get(component)) for component in IN_FRONT):
        return Cause.EDGE
    if Component.API in found and Component.WEB not in found:
        return Cause.API
    if Component.WEB in found and Component.API not in found:
        return Cause.WEB
    return next((cause for each, cause in HIGHEST.items() if each in found), None)


LOWEST_FIRST = {
    Component.DISK: Cause.DISK,
    Component.DATABASE: Cause.DATABASE,
    Component.CACHE: Cause.CACHE,
    Component.CERTIFICATE: Cause.CERTIFICATE,
}


HIGHEST = {
    Component.JOBS: Cause.WORKER,
    Component.SYNC: Cause.FOLDERS,
    Component.BACKUP: Cause.BACKUP,
    Component.PROOF: Cause.PROOF,
}
"""Nothing else stands on these."""


def is_silent(finding: Finding | None) -> bool:
    return finding is not None and finding.reason is Reason.NO_ANSWER
