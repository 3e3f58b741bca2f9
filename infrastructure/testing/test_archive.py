"""What PostgreSQL writes is archived, whatever becomes of its process or of the archive's disk."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import psycopg
import pytest

from support.docker import Container, docker, wait_for
from support.images import Image
from support.servers import PASSWORDS, postgres

QUEUE_MIB = 64
ARCHIVE_MIB = 48


@pytest.fixture(scope="module")
def server(
    images: tuple[Image, ...], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Container]:
    """PostgreSQL with an archive on a small disk of its own."""
    disk = f"--tmpfs=/var/lib/pgbackrest:uid=999,gid=999,mode=0700,size={ARCHIVE_MIB}m"
    queue = f"--env=PGBACKREST_ARCHIVE_PUSH_QUEUE_MAX={QUEUE_MIB}MiB"
    with postgres(tmp_path_factory.mktemp("postgres") / "secrets", disk, queue) as server:
        yield server


def connect(server: Container) -> psycopg.Connection:
    host, port = server.address(5432)
    return psycopg.connect(
        host=host,
        port=port,
        user="agentlab_owner",
        password=PASSWORDS["agentlab_owner"],
        dbname="agentlab",
        autocommit=True,
        connect_timeout=5,
    )


@dataclass
class Writer:
    """Writes one row after the other, and knows which of them were acknowledged."""

    server: Container
    acknowledged: list[int] = field(default_factory=list)
    stopped: threading.Event = field(default_factory=threading.Event)

    def work(self) -> None:
        number = 0
        while not self.stopped.is_set():
            try:
                with connect(self.server) as connection:
                    while not self.stopped.is_set():
                        number += 1
                        connection.execute("INSERT INTO writes VALUES (%s)", [number])
                        self.acknowledged.append(number)
            except (psycopg.OperationalError, RuntimeError):  # it is away, and its port as well
                time.sleep(0.1)


@contextmanager
def writing(server: Container) -> Iterator[Writer]:
    with connect(server) as connection:
        connection.execute("DROP TABLE IF EXISTS writes")
        connection.execute("CREATE TABLE writes (number int PRIMARY KEY)")
    writer = Writer(server)
    thread = threading.Thread(target=writer.work)
    thread.start()
    try:
        yield writer
    finally:
        writer.stopped.set()
        thread.join()


def test_no_acknowledged_write_is_lost_by_kill_9(server: Container) -> None:
    with writing(server) as writer:
        for _ in range(2):
            before = len(writer.acknowledged)
            wait_for(lambda: len(writer.acknowledged) > before + 100, "writes")  # noqa: B023
            docker("kill", "--signal=KILL", server.name)
            docker("start", server.name)
            server.wait_until_healthy()
        before = len(writer.acknowledged)
        wait_for(lambda: len(writer.acknowledged) > before, "writes after it came back")
    with connect(server) as connection:
        kept = {row[0] for row in connection.execute("SELECT number FROM writes")}
    assert set(writer.acknowledged) - kept == set()


def test_a_full_archive_does_not_stop_postgresql_and_is_used_again(server: Container) -> None:
    # The restarts above have emptied the archive, which is in memory here.
    wait_for(lambda: write_a_segment(server) and is_stored(server), "archiving")
    server.run("sh", "-c", f"cat /dev/zero >{BALLAST} || true")
    wait_for(lambda: write_a_segment(server) and "dropped WAL file" in server.logs(), "dropping")
    assert int(psql(server, WAITING)) * SEGMENT_MIB <= QUEUE_MIB + SEGMENT_MIB

    server.run("rm", BALLAST)
    wait_for(lambda: write_a_segment(server) and is_stored(server), "archiving again")


BALLAST = "/var/lib/pgbackrest/ballast"
SEGMENT_MIB = 16
WAITING = "SELECT count(*) FROM pg_ls_archive_statusdir() WHERE name LIKE '%.ready'"


def write_a_segment(server: Container) -> bool:
    psql(server, "CREATE TABLE IF NOT EXISTS notes (text text); INSERT INTO notes VALUES ('kept')")
    psql(server, "SELECT pg_switch_wal()")
    return True


def is_stored(server: Container) -> bool:
    """Whether what PostgreSQL takes for archived is there."""
    last = psql(server, "SELECT last_archived_wal FROM pg_stat_archiver")
    archive = "/var/lib/pgbackrest/repository/archive/agentlab/17-1"
    return last in server.run("sh", "-c", f"ls {archive}/{last[:16]} || true")


def psql(server: Container, statement: str) -> str:
    return server.run("psql", "-qAtX", "-U", "postgres", "agentlab", "-c", statement)
