"""Planned maintenance: when, of what, in whose words; shown ahead, and no outage while it lasts."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from agentlab.operations.status.components import Component, Finding, State
from agentlab.operations.status.incidents import Said


class Stage(StrEnum):
    """Spelled as the common status API has it; `cancelled` is our own."""

    SCHEDULED = "scheduled"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Maintenance:
    """Planned by a person, from one moment to another."""

    id: str
    planned_at: datetime
    starts_at: datetime
    ends_at: datetime
    words: Said
    components: tuple[Component, ...] = ()
    """What may be away meanwhile; none stands for all."""
    cancelled_at: datetime | None = None
    """When it was called off, or ended early."""

    def stage(self, at: datetime) -> Stage:
        if self.cancelled_at and self.cancelled_at < self.starts_at:
            return Stage.CANCELLED
        if at < self.starts_at:
            return Stage.SCHEDULED
        return Stage.IN_PROGRESS if at < self.over_at else Stage.COMPLETED

    @property
    def over_at(self) -> datetime:
        return min(self.ends_at, self.cancelled_at) if self.cancelled_at else self.ends_at

    @property
    def affected(self) -> tuple[Component, ...]:
        return self.components or tuple(Component)

    def changed_at(self, at: datetime) -> datetime:
        """When there was last something new to tell of it."""
        match self.stage(at):
            case Stage.CANCELLED:
                return self.cancelled_at or self.planned_at
            case Stage.SCHEDULED:
                return self.planned_at
            case Stage.IN_PROGRESS:
                return max(self.starts_at, self.planned_at)
            case Stage.COMPLETED:
                return self.over_at


def excused(findings: Iterable[Finding], components: Iterable[Component]) -> list[Finding]:
    """The findings, in which trouble with these components is maintenance."""
    at_work = set(components)
    return [
        replace(each, state=State.MAINTENANCE, reason=None)
        if each.component in at_work and each.state in {State.DOWN, State.DEGRADED}
        else each
        for each in findings
    ]
