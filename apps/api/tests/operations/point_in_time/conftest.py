"""A desk that people use, and the keeper of its archive."""

import asyncio
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from pydantic import SecretStr

from agentlab.kit import migrations
from agentlab.operations.backup.archives import Archive
from agentlab.operations.embedded import embedded
from agentlab.operations.point_in_time import desk as keeping
from agentlab.operations.point_in_time.desk import Keeper
from agentlab.operations.point_in_time.stretches import ARCHIVE
from agentlab.operations.restore.desk import SIGNING, Desk, desk_with
from agentlab.settings import Settings
from tests.operations.conftest import copy_of
from tests.operations.restore.conftest import APP, furnish, served
from tests.support.folders import open_folder

KeeperOf = Callable[[Desk], Keeper]


@pytest.fixture(scope="session")
def furnished(pristine: Path) -> Iterator[Path]:
    """A data folder with the sample on it; the tests work on copies."""
    with open_folder() as folder:
        data = copy_of(pristine, folder / "data")
        asyncio.run(prepare(data))
        yield data


async def prepare(data: Path) -> None:
    async with embedded(data) as connections:
        await asyncio.to_thread(migrations.upgrade, connections.as_owner)
        desk = desk_with(Settings(data_dir=data), connections, APP)
        signing = {name: SecretStr(desk.folder.secret(name).read_text()) for name in SIGNING}
        await furnish(desk.settings.model_copy(update=signing))


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """How busy the machine is decides no test."""
    monkeypatch.setattr(keeping, "CATCHES_UP_WITHIN_S", 60)


@pytest.fixture
def desk(folder: Path, furnished: Path) -> Iterator[Desk]:
    with served(copy_of(furnished, folder / "data")) as desk:
        yield desk


@pytest.fixture
def keeper_of() -> Iterator[KeeperOf]:
    """Makes keepers, whose receivers are ended after the test."""
    made: list[Keeper] = []

    def make(desk: Desk) -> Keeper:
        made.append(Keeper(desk.place, desk.folder.path / ARCHIVE, days=7))
        return made[-1]

    yield make
    for each in made:
        each.receiver.stop()


@pytest.fixture
def keeper(desk: Desk, keeper_of: KeeperOf) -> Keeper:
    return keeper_of(desk)


def looked(keeper: Keeper) -> Archive:
    """The local archive when a round went well; after a receiver was killed, its slot is in use."""
    for _ in range(50):
        found = keeper.look()
        if all(each.failure is None and each.waiting == 0 for each in found):
            return found[0]
        time.sleep(0.2)
    raise AssertionError(found)


def write(desk: Desk, *words: str) -> None:
    """Each in a transaction of its own, acknowledged one after the other."""
    with psycopg.connect(desk.place.database_url, autocommit=True) as db:
        db.execute("CREATE TABLE IF NOT EXISTS written (word text)")
        for word in words:
            db.execute("INSERT INTO written VALUES (%s)", [word])


def written(desk: Desk) -> list[str]:
    with psycopg.connect(desk.place.database_url) as db:
        (table,) = db.execute("SELECT to_regclass('written')").fetchone() or (None,)
        if table is None:
            return []
        return [word for (word,) in db.execute("SELECT word FROM written ORDER BY ctid")]


def switch(desk: Desk) -> None:
    """End the segment that is being written."""
    with psycopg.connect(desk.place.database_url, autocommit=True) as db:
        db.execute("SELECT pg_switch_wal()")
