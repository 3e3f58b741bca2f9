"""What administrators read of the status page and say on it; all of it blocks."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from agentlab.kit import clock
from agentlab.operations.status.components import Component
from agentlab.operations.status.incidents import Incident, Said
from agentlab.operations.status.places import Places
from agentlab.operations.status.planned import Maintenance
from agentlab.operations.status.reading import Overview, overview
from agentlab.operations.status.speaking import need_sense
from agentlab.operations.status.store import Standing
from agentlab.status_page.memory import memory_in


@dataclass(frozen=True, slots=True)
class Known:
    """What is published, with all incidents that are kept and the details that are not public."""

    overview: Overview
    standings: dict[Component, Standing]
    incidents: list[Incident]


def known(state: Path) -> Known:
    with memory_in(state, read_only=True) as store:
        return Known(
            overview(store, Places(state), clock.now()), store.standings(), store.incidents()
        )


def explain(state: Path | None, incident_id: UUID, words: Said) -> Incident:
    with memory_in(state) as store:
        return store.say(words, this_second(), incident_id.hex)


def plan(
    state: Path | None,
    words: Said,
    starts_at: datetime,
    ends_at: datetime,
    components: Iterable[Component],
) -> Maintenance:
    now = this_second()
    starts_at, ends_at = starts_at.replace(microsecond=0), ends_at.replace(microsecond=0)
    need_sense(starts_at, ends_at, now)
    with memory_in(state) as store:
        return store.plan(
            words, now, starts_at=starts_at, ends_at=ends_at, components=dict.fromkeys(components)
        )


def cancel(state: Path | None, maintenance_id: UUID) -> Maintenance:
    with memory_in(state) as store:
        return store.cancel(maintenance_id.hex, this_second())


def this_second() -> datetime:
    """The prober keeps seconds."""
    return clock.now().replace(microsecond=0)
