"""The database is lost while people write: what of it the archive does not bring back.

`agentlab up` runs as at any desk. It is killed with all that belongs to it in the middle of the
writing, its database is removed, and one command brings it back: from the archive here, and on an
empty desk from the one in the second folder. What counts is how old the oldest acknowledged write
is that is missing then.
"""

import asyncio
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import httpx
import psutil
import psycopg

from agentlab.app import create_app
from agentlab.kit import migrations
from agentlab.operations.backup.archives import read_state
from agentlab.operations.embedded import connections_of_running, embedded
from agentlab.operations.restore.desk import desk_with
from agentlab.settings import Settings
from benchmarks.measure import Measurement
from benchmarks.portfolio import ACCOUNT
from benchmarks.recovery import ORIGIN, SAME_SITE
from benchmarks.start import REPOSITORY, free_port

AGENTLAB = REPOSITORY / "apps" / "api" / ".venv" / "bin" / "agentlab"
LIMIT_S = 60
WRITES_FOR_S = 75
"""Longer than a round of the archive's keeper, and not a multiple of one."""
GIVES_UP_S = 180
GARBAGE = 2_000
"""Bytes in each write, so that segments fill."""


@dataclass(frozen=True)
class Written:
    acknowledged: dict[int, float]
    """When each write was acknowledged, in seconds before the end."""


def rpo(folder: Path) -> list[Measurement]:
    data, second = folder / "data", folder / "second"
    second.mkdir(parents=True)
    asyncio.run(prepare(data))
    environment = {
        "PATH": os.defpath,
        "AGENTLAB_DATA_DIR": str(data),
        "BACKUP_SECOND_FOLDER": str(second),
        "BACKUP_SCHEDULE": "off",
        "PORT": str(free_port()),
    }
    with running(environment, folder) as process:
        wait_for_archive(data)
        written = write_until_killed(data, process)
    key = shutil.copy(data / "secrets" / "backup_key", folder / "key")
    shutil.rmtree(data / "postgresql")
    restore(environment, folder, "--at", "latest")
    here = lost(data, written, "RPO with archiving, the database's folder lost")
    shutil.rmtree(data)
    restore(environment, folder, "--at", "latest", "--elsewhere", "--key", str(key))
    there = lost(data, written, "RPO with archiving, from the second folder alone")
    return [here, there]


async def prepare(data: Path) -> None:
    """A desk that somebody uses."""
    async with embedded(data) as connections:
        await asyncio.to_thread(migrations.upgrade, connections.as_owner)
        app_of = partial(create_app, with_worker=False)
        app = app_of(desk_with(Settings(data_dir=data), connections, app_of).settings)
        transport = httpx.ASGITransport(app)
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=transport, base_url=ORIGIN, headers=SAME_SITE) as ada,
        ):
            (await ada.post("/api/v1/setup", json=ACCOUNT)).raise_for_status()
        with psycopg.connect(connections.as_owner) as db:
            db.execute("CREATE TABLE written (number bigint PRIMARY KEY, what text NOT NULL)")


@contextmanager
def running(environment: dict[str, str], folder: Path) -> Iterator[psutil.Process]:
    process = subprocess.Popen(  # noqa: S603 - our own program
        [AGENTLAB, "up"], env=environment, cwd=folder, stdout=subprocess.DEVNULL
    )
    try:
        yield psutil.Process(process.pid)
    finally:
        process.kill()
        process.wait()


def wait_for_archive(data: Path) -> None:
    """Until both archives have a base backup."""
    deadline = time.monotonic() + GIVES_UP_S
    while time.monotonic() < deadline:
        found = read_state(data / "backups")
        if len(found) > 1 and all(each.since for each in found):
            return
        time.sleep(0.5)
    raise RuntimeError("nothing was archived")


def write_until_killed(data: Path, process: psutil.Process) -> Written:
    """One write after the other, each acknowledged; then everything is killed at once."""
    connections = connections_of_running(data)
    if connections is None:
        raise RuntimeError("AgentLab does not run")
    acknowledged: dict[int, float] = {}
    with psycopg.connect(connections.as_owner, autocommit=True) as db:
        began = time.monotonic()
        number = 0
        while time.monotonic() - began < WRITES_FOR_S:
            what = os.urandom(GARBAGE // 2).hex()
            db.execute("INSERT INTO written VALUES (%s, %s)", [number, what])
            acknowledged[number] = time.monotonic()
            number += 1
        for each in (process, *process.children(recursive=True)):
            each.send_signal(signal.SIGKILL)
        killed = time.monotonic()
    return Written({each: killed - at for each, at in acknowledged.items()})


def restore(environment: dict[str, str], folder: Path, *words: str) -> None:
    subprocess.run(  # noqa: S603 - our own program
        [AGENTLAB, "restore", *words, "--json"],
        env=environment,
        cwd=folder,
        check=True,
        stdout=subprocess.DEVNULL,
    )


def lost(data: Path, written: Written, what: str) -> Measurement:
    found = asyncio.run(found_in(data))
    missing = [age for number, age in written.acknowledged.items() if number not in found]
    return Measurement(
        what,
        max(missing, default=0),
        "s",
        LIMIT_S,
        f"age of the oldest of {len(missing)} lost of {len(written.acknowledged)} acknowledged",
    )


async def found_in(data: Path) -> set[int]:
    async with embedded(data) as connections:
        with psycopg.connect(connections.as_owner) as db:
            return {number for (number,) in db.execute("SELECT number FROM written")}
