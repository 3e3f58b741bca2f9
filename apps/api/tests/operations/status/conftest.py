"""A prober over real servers, with a clock that tests set."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme

from agentlab.operations.status.archives import Archives
from agentlab.operations.status.backups import Backups
from agentlab.operations.status.disk import Disk
from agentlab.operations.status.edge import Edge
from agentlab.operations.status.inside import Inside
from agentlab.operations.status.places import Places
from agentlab.operations.status.prober import INTERVAL_S, Address, Check, Prober
from agentlab.operations.status.store import Store
from tests.support.watched import DOMAIN, Watched, watched


class Clock:
    """The time; it goes on only when a test says so."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def go_on(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@pytest.fixture
def time() -> Clock:
    return Clock()


@pytest.fixture
def places(tmp_path: Path) -> Places:
    for name in ("status", "prober", "releases", "edge", "backups"):
        (tmp_path / "state" / name).mkdir(parents=True)
    return Places(tmp_path / "state")


@pytest.fixture
def store(places: Places) -> Iterator[Store]:
    store = Store(places.store)
    store.db.execute("PRAGMA synchronous = OFF")  # no test cuts the power
    yield store
    store.close()


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
async def installation(authority: trustme.CA, places: Places) -> AsyncIterator[Watched]:
    """Servers that all work."""
    authority.cert_pem.write_to_path(places.authority)
    async with watched(authority) as found:
        yield found


@pytest.fixture
def edge(installation: Watched, places: Places) -> Edge:
    port = installation.edge.port
    return Edge("127.0.0.1", port, DOMAIN, places.authority, places.maintenance)


@pytest.fixture
def inside(installation: Watched) -> Inside:
    return Inside("127.0.0.1", installation.api.port)


@pytest.fixture
def prober(edge: Edge, inside: Inside, places: Places, time: Clock) -> Iterator[Prober]:
    checks: list[Check] = [
        edge,
        inside,
        Disk(places.state),
        Backups(places.backups),
        Archives(places.backups),
    ]
    prober = Prober(checks, places, Address(DOMAIN), now=time)
    yield prober
    prober.close()


@pytest.fixture
def prober_store(prober: Prober) -> Store:
    """What the prober remembers."""
    return prober.store()


Rounds = Callable[[int], Awaitable[None]]


@pytest.fixture
def rounds(prober: Prober, time: Clock) -> Rounds:
    """Make so many rounds, fifteen seconds apart."""

    async def make(count: int) -> None:
        for _ in range(count):
            await prober.round()
            time.go_on(INTERVAL_S)

    return make
