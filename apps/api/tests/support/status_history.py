"""`python -m tests.support.status_history FOLDER`: a status site with a past, for the journeys."""

import sys
from datetime import datetime, timedelta
from pathlib import Path

from agentlab.kit import clock
from agentlab.operations.status.components import IN_FRONT, Component, Finding, Reason, State
from agentlab.operations.status.places import Places
from agentlab.operations.status.prober import Address, files
from agentlab.operations.status.publishing import Site
from agentlab.operations.status.reading import overview
from agentlab.operations.status.store import Store

LONG_AGO = timedelta(days=20)
ROUND = timedelta(seconds=15)


def remember(store: Store, at: datetime, rounds: int, *down: Component, reason: Reason) -> None:
    for number in range(rounds):
        findings = [
            Finding(each, State.DOWN, reason)
            if each in down
            else Finding(each, State.UP, latency_ms=20 if each in IN_FRONT else None)
            for each in Component
        ]
        store.record(findings, at + number * ROUND)


def write_site(folder: Path) -> None:
    """An outage of everything that ended long ago, and one of the API that goes on."""
    places, now = Places(folder), clock.now().replace(microsecond=0)
    places.site.mkdir()
    places.store.parent.mkdir()
    store = Store(places.store)
    before, today = now - LONG_AGO, now - 12 * ROUND
    remember(store, before, 6, reason=Reason.NO_ANSWER)
    remember(store, before + 6 * ROUND, 8, *IN_FRONT, reason=Reason.NO_ANSWER)
    remember(store, before + 14 * ROUND, 6, reason=Reason.NO_ANSWER)
    remember(store, today, 6, reason=Reason.WRONG_ANSWER)
    remember(store, today + 6 * ROUND, 6, Component.API, reason=Reason.WRONG_ANSWER)
    Site(places.site).publish(files(overview(store, places, now), Address("lab.example.com")))
    store.close()


if __name__ == "__main__":
    write_site(Path(sys.argv[1]))
