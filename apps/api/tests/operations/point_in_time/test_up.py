"""`agentlab up` keeps the archive by itself; `agentlab restore --at` brings back what was lost."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import psycopg
import pytest

from agentlab.kit.waiting import until
from agentlab.operations.backup.archives import Archive, read_state
from agentlab.operations.embedded import connections_of_running, embedded
from agentlab.operations.point_in_time.receiver import NAME
from tests.operations.conftest import copy_of
from tests.operations.status.test_prober import free_port

AGENTLAB = Path(sys.executable).with_name("agentlab")
PATIENCE_S = 120


@pytest.fixture
def environment(folder: Path, furnished: Path) -> dict[str, str]:
    copy_of(furnished, folder / "data")
    (folder / "second").mkdir()
    return {
        "PATH": os.defpath,
        "AGENTLAB_DATA_DIR": str(folder / "data"),
        "BACKUP_SECOND_FOLDER": str(folder / "second"),
        "BACKUP_SCHEDULE": "off",
        "PORT": str(free_port()),
    }


@contextmanager
def up(folder: Path, environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """Until both archives have what was written before; stopped cleanly."""
    with subprocess.Popen(
        [AGENTLAB, "up"], env=environment, cwd=folder, stdout=subprocess.DEVNULL
    ) as process:
        try:
            need(lambda: is_archived(folder / "data"))
            yield process
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(PATIENCE_S)


def need(condition: Callable[[], bool]) -> None:
    assert asyncio.run(until(condition, timeout_s=PATIENCE_S, every_s=0.2))


def is_archived(data: Path) -> bool:
    found: list[Archive] = read_state(data / "backups")
    return len(found) == 2 and all(each.since for each in found)


def receivers(data: Path) -> list[psutil.Process]:
    return [
        each
        for each in psutil.process_iter(["cmdline"])
        if each.info["cmdline"]
        and Path(each.info["cmdline"][0]).name == NAME
        and any(str(data) in word for word in each.info["cmdline"])
    ]


def restore(folder: Path, environment: dict[str, str], *words: str) -> None:
    done = subprocess.run(
        [AGENTLAB, "restore", "--at", "latest", *words],
        env=environment,
        cwd=folder,
        check=False,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    assert done.returncode == 0, done.stderr


async def words_in(data: Path) -> list[str]:
    async with embedded(data) as connections:
        with psycopg.connect(connections.as_owner) as db:
            return [word for (word,) in db.execute("SELECT word FROM written ORDER BY word")]


def test_a_database_that_is_gone_comes_back_whole(
    folder: Path, environment: dict[str, str]
) -> None:
    data = folder / "data"
    with up(folder, environment):
        connections = connections_of_running(data)
        assert connections
        with psycopg.connect(connections.as_owner) as db:
            db.execute("CREATE TABLE written AS SELECT 'the last word' AS word")
        assert len(receivers(data)) == 1
    assert receivers(data) == []

    shutil.rmtree(data / "postgresql")
    restore(folder, environment)
    assert asyncio.run(words_in(data)) == ["the last word"]


def test_on_an_empty_desk_the_second_folder_and_the_key_are_enough(
    folder: Path, environment: dict[str, str]
) -> None:
    data = folder / "data"
    with up(folder, environment) as process:
        connections = connections_of_running(data)
        assert connections
        with psycopg.connect(connections.as_owner) as db:
            db.execute("CREATE TABLE written AS SELECT 'a word' AS word")
        before = read_state(data / "backups")[1].until
        assert before

        def has_gone_on() -> bool:
            now = read_state(data / "backups")[1].until
            return now is not None and now > before

        need(has_gone_on)
        children = psutil.Process(process.pid).children(recursive=True)
        process.kill()  # first: it would start them again
        process.wait()
        for each in children:
            with suppress(psutil.NoSuchProcess):  # gone with another one
                each.kill()
    key = shutil.copy(data / "secrets" / "backup_key", folder / "key")
    shutil.rmtree(data)
    restore(folder, environment, "--elsewhere", "--key", str(key))
    assert asyncio.run(words_in(data)) == ["a word"]
    assert (data / "secrets" / "backup_key").read_text().strip() in Path(key).read_text()
