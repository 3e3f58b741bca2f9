"""What the embedded services survive, each with the real programs and the real signals."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from pathlib import Path

import psutil
import psycopg
import pytest
from redis.exceptions import RedisError

from agentlab.kit.processes import lives
from agentlab.kit.waiting import until
from agentlab.operations.embedded import Connections, EmbeddedServices, embedded
from agentlab.operations.embedded.account import Account, for_services
from agentlab.operations.embedded.postgres import DataFromOtherVersion
from agentlab.operations.embedded.service import ServiceFailed
from tests.operations.conftest import copy_of
from tests.operations.test_embedded import store, stored
from tests.support.holding import (
    held,
    kill_all_on,
    postmaster_on,
    services_on,
    valkey_on,
)


@pytest.mark.parametrize("victim", [postmaster_on, valkey_on])
async def test_a_service_that_is_killed_is_restarted_with_its_data(
    victim: Callable[[Path], psutil.Process], own_services: EmbeddedServices, data_dir: Path
) -> None:
    async with supervised(own_services) as connections:
        await store(connections, "kept")
        killed = victim(data_dir)
        killed.kill()
        assert await until(lambda: not lives(killed), timeout_s=10)
        assert await eventually_stored(connections) == ("kept", b"kept")


async def test_a_killed_backend_costs_its_own_connection_only(
    own_services: EmbeddedServices, data_dir: Path
) -> None:
    async with supervised(own_services) as connections:
        await store(connections, "kept")
        with psycopg.connect(connections.database_url) as db:
            psutil.Process(db.info.backend_pid).kill()
            with pytest.raises(psycopg.OperationalError):
                db.execute("SELECT 1")
        assert await eventually_stored(connections) == ("kept", b"kept")
        assert lives(postmaster_on(data_dir))


async def test_supervision_gives_up_with_the_reason(
    own_services: EmbeddedServices, data_dir: Path
) -> None:
    await own_services.start()
    (data_dir / "postgresql" / "postgresql.auto.conf").write_text("no_such_setting = on\n")
    postmaster_on(data_dir).kill()
    with pytest.raises(ServiceFailed, match=r"PostgreSQL ended.*postgresql\.auto\.conf"):
        await asyncio.wait_for(own_services.supervise(), 30)


async def test_after_everything_was_killed_the_next_start_has_the_data(data_dir: Path) -> None:
    with held(data_dir) as other:
        assert other.connections
        await store(other.connections, "kept")
        kill_all_on(data_dir)
        other.kill()
    async with embedded(data_dir) as connections:
        assert await stored(connections) == ("kept", b"kept")


async def test_orphans_of_a_killed_supervisor_are_ended_and_replaced(data_dir: Path) -> None:
    with held(data_dir) as other:
        assert other.connections
        await store(other.connections, "kept")
        other.kill()
    orphans = [postmaster_on(data_dir), valkey_on(data_dir)]
    assert all(map(lives, orphans))
    async with embedded(data_dir) as connections:
        assert not any(map(lives, orphans))
        assert await stored(connections) == ("kept", b"kept")


async def test_a_busy_backend_that_outlives_its_server_is_ended(data_dir: Path) -> None:
    """It holds the shared memory, and PostgreSQL would refuse to start beside it."""
    with held(data_dir) as other:
        assert other.connections
        with busy_backend(other.connections) as backend:
            postmaster_on(data_dir).kill()
            other.kill()
            assert lives(backend)
            async with embedded(data_dir):
                assert not lives(backend)


async def test_a_pid_file_with_a_strangers_number_does_not_stop_the_start(
    data_dir: Path,
) -> None:
    with stranger() as process:
        content = f"{process.pid}\n{data_dir}/postgresql\n1\n5432\n{data_dir}/run\n\n0 0\nready\n"
        (data_dir / "postgresql" / "postmaster.pid").write_text(content)
        async with embedded(data_dir) as connections:
            await store(connections, "works")
        assert process.poll() is None


async def test_a_supervisor_leaves_servers_on_other_folders_alone(
    data_dir: Path, folder: Path, pristine: Path
) -> None:
    neighbour = copy_of(pristine, folder / "neighbour")
    with held(neighbour) as other:
        other.kill()
    bystanders = [postmaster_on(neighbour), valkey_on(neighbour)]
    async with embedded(data_dir):
        assert all(map(lives, bystanders))


async def test_a_zombie_postmaster_does_not_stop_the_start(data_dir: Path) -> None:
    async with embedded(data_dir):
        command = postmaster_on(data_dir).cmdline()
    with run_unreaped(command, data_dir) as zombie:
        assert psutil.Process(zombie.pid).status() == psutil.STATUS_ZOMBIE
        assert postmaster_on(data_dir).pid == zombie.pid
        async with embedded(data_dir) as connections:
            await store(connections, "works")


async def test_stale_sockets_do_not_stop_the_start(data_dir: Path) -> None:
    with held(data_dir) as other:
        kill_all_on(data_dir)
        other.kill()
    stale = {path.name for path in (data_dir / "run").iterdir()}
    assert stale == {".s.PGSQL.5432", ".s.PGSQL.5432.lock", "valkey.sock"}
    async with embedded(data_dir) as connections:
        await store(connections, "works")


async def test_a_first_start_that_was_killed_is_begun_again(folder: Path) -> None:
    data_dir = folder / "data"
    with held_in_background(data_dir) as other:
        assert await until(lambda: bool(list(data_dir.glob("initialising-*/base"))), timeout_s=10)
        other.kill()
        kill_all_on(data_dir)
    async with embedded(data_dir) as connections:
        await store(connections, "works")
    assert list(data_dir.glob("initialising-*")) == []


async def test_a_long_recovery_is_waited_for_and_reported(data_dir: Path) -> None:
    """The recovery waits for a file here; nothing but its end or its death ends our waiting."""
    go = data_dir / "go"
    postgres = data_dir / "postgresql"
    (postgres / "recovery.signal").touch()
    (postgres / "postgresql.auto.conf").write_text(
        f"restore_command = 'until [ -e {go} ]; do sleep 0.05; done; false'\n"
    )
    said: list[str] = []
    services = EmbeddedServices(data_dir, report=said.append)
    starting = asyncio.create_task(services.start())
    assert await until(lambda: any("still starting" in line for line in said), timeout_s=20)
    assert not starting.done()
    go.touch()
    await store(await asyncio.wait_for(starting, 20), "works")
    await services.stop()


async def test_a_start_that_is_cancelled_leaves_nothing_running(data_dir: Path) -> None:
    (data_dir / "postgresql" / "recovery.signal").touch()
    (data_dir / "postgresql" / "postgresql.auto.conf").write_text(
        "restore_command = 'while true; do sleep 0.05; done'\n"
    )
    starting = asyncio.create_task(EmbeddedServices(data_dir).start())
    assert await until(lambda: bool(services_on(data_dir)), timeout_s=10)
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting
    assert await until(lambda: not services_on(data_dir), timeout_s=10)


async def test_data_of_another_major_version_is_refused_untouched(data_dir: Path) -> None:
    version = data_dir / "postgresql" / "PG_VERSION"
    version.write_text("16\n")
    with pytest.raises(DataFromOtherVersion, match=r"made by PostgreSQL 16.*runs PostgreSQL 18"):
        await EmbeddedServices(data_dir).start()
    assert version.read_text() == "16\n"
    assert services_on(data_dir) == []


async def test_a_password_file_that_does_not_fit_the_data_is_named(data_dir: Path) -> None:
    (data_dir / "secrets" / "postgresql").write_text("not the one")
    with pytest.raises(ServiceFailed, match="secrets/postgresql"):
        await EmbeddedServices(data_dir).start()
    assert services_on(data_dir) == []


def test_no_room_for_a_file_is_one_sentence_with_place_and_free_space(folder: Path) -> None:
    """A limit on the size of files works in every container; the system reports it alike."""
    wrapper = ("sh", "-c", 'ulimit -f 2000; exec "$@"', "sh")
    with held(folder / "data", *wrapper) as other:
        assert_says_no_room(other.refusal, folder / "data")
    assert services_on(folder) == []


def test_a_full_disk_is_one_sentence_with_place_and_free_space(folder: Path) -> None:
    disk = folder / "disk"
    with small_disk(disk) as wrapper, held(disk / "data", *wrapper) as other:
        assert_says_no_room(other.refusal, disk / "data")
        assert list((disk / "data").glob("initialising-*")) == []
        assert services_on(folder) == []


def assert_says_no_room(refusal: str, data_dir: Path) -> None:
    assert refusal.startswith(f"There is no room left to write in {data_dir}: ")
    assert "MB are free" in refusal
    assert "Traceback" not in refusal


@contextmanager
def small_disk(folder: Path) -> Iterator[tuple[str, ...]]:
    """A disk of 20 MB; where we may not mount, a wrapper that limits files to 8 MB instead."""
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=20m", "tmpfs", str(folder)]
    mounted = subprocess.run(command, capture_output=True, check=False).returncode == 0
    try:
        yield () if mounted else ("sh", "-c", 'ulimit -f 16000; exec "$@"', "sh")
    finally:
        if mounted:
            subprocess.run(["umount", str(folder)], check=True)


@asynccontextmanager
async def supervised(services: EmbeddedServices) -> AsyncIterator[Connections]:
    connections = await services.start()
    watching = asyncio.create_task(services.supervise())
    yield connections
    watching.cancel()


async def eventually_stored(connections: Connections) -> tuple[str, bytes]:
    """What is stored, as soon as both services answer again."""
    async with asyncio.timeout(20):
        while True:
            try:
                return await stored(connections)
            except (psycopg.OperationalError, RedisError):
                await asyncio.sleep(0.05)


@contextmanager
def busy_backend(connections: Connections) -> Iterator[psutil.Process]:
    """A backend that computes, and so does not notice that its server is gone."""
    with closing(psycopg.connect(connections.database_url, autocommit=True)) as db:
        db.pgconn.send_query(b"DO $$ BEGIN LOOP PERFORM 1; END LOOP; END $$")
        db.pgconn.flush()
        yield psutil.Process(db.info.backend_pid)


def start_as_services(*command: str) -> subprocess.Popen[bytes]:
    account: Account = for_services()
    with Path(os.devnull).open("wb") as nothing:
        return account.start(list(command), output=nothing.fileno())


@contextmanager
def stranger() -> Iterator[subprocess.Popen[bytes]]:
    """A process of the same user that has nothing to do with us."""
    process = start_as_services("sleep", "600")
    yield process
    process.kill()
    process.wait()


@contextmanager
def run_unreaped(command: list[str], data_dir: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A server whose parent does not wait for it: killed, it stays as a zombie."""
    with for_services().acting():
        (data_dir / "run").mkdir(mode=0o700)
    process = start_as_services(*command)
    pid_file = data_dir / "postgresql" / "postmaster.pid"
    while not (pid_file.exists() and "ready" in pid_file.read_text()):
        assert process.poll() is None
    os.kill(process.pid, signal.SIGKILL)
    while psutil.Process(process.pid).status() != psutil.STATUS_ZOMBIE:
        pass
    yield process
    process.wait()


@contextmanager
def held_in_background(data_dir: Path) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "tests.support.holding", str(data_dir)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as process:
        yield process
