"""The archive of the stack, on this host and elsewhere, and back from it when all is lost."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from support.docker import docker, wait_for
from support.stack import LOCAL_ARCHIVE, Stack
from support.storage import storage

ELSEWHERE = "/var/lib/pgbackrest/elsewhere.conf"


@pytest.fixture(scope="module")
def archived(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The stack with an archive elsewhere, and a base backup in both."""
    with stack.administrator(), storage(stack, tmp_path_factory.mktemp("tls")):
        wait_for(lambda: stack.base_backups() == 2, "a base backup in both", timeout_s=300)
        stack.psql("CREATE TABLE IF NOT EXISTS writes (number int, at timestamptz)")
        yield stack
        stack.psql("DROP TABLE writes")


def numbers(stack: Stack) -> list[int]:
    return [int(line) for line in stack.psql("SELECT number FROM writes ORDER BY 1").splitlines()]


def test_what_is_written_is_in_both_archives_soon(archived: Stack) -> None:
    """Nobody asks for it: within `archive_timeout`, and the way to the storage."""
    archived.psql("INSERT INTO writes VALUES (1, now())")
    segment = archived.psql("SELECT pg_walfile_name(pg_current_wal_lsn())")
    began = time.monotonic()
    for place in (LOCAL_ARCHIVE, ELSEWHERE):
        wait_for(
            lambda: archived.is_archived(segment, place),  # noqa: B023
            f"{segment} as {place} says",
            timeout_s=180,
        )
        print(f"{place}: after {time.monotonic() - began:.0f} s")


def test_a_bundle_is_made_proven_and_copied_by_the_command_of_the_host(archived: Stack) -> None:
    made = json.loads(archived.agentlab("backup", "create", "--json"))
    assert made["is_good"]
    proof = made["record"]["proof"]
    assert proof["ok"]
    assert "Every table and index, with amcheck." in proof["compared"]
    assert proof["left_out"] == []
    assert [(copy["kind"], copy["ok"]) for copy in made["record"]["copies"]] == [("s3", True)]
    key = archived.folder / "exported"
    archived.agentlab("backup", "export-key", str(key))
    assert "The key opens it." in archived.agentlab("backup", "verify", "latest", f"--key={key}")


def test_the_database_goes_back_to_a_moment(archived: Stack) -> None:
    archived.psql("TRUNCATE writes")
    archived.psql("INSERT INTO writes VALUES (1, now())")
    moment = datetime.fromisoformat(archived.psql("SELECT clock_timestamp()").replace(" ", "T"))
    archived.psql("INSERT INTO writes VALUES (2, now())")
    archived.psql("SELECT pg_switch_wal()")

    tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    refused = archived.try_agentlab("restore", "--at", tomorrow)
    assert "The archive ends before the moment" in refused.stderr
    assert numbers(archived) == [1, 2]

    done = archived.try_agentlab("restore", "--at", moment.isoformat())
    assert "Changing places…" in done.stderr  # the bar
    assert "is back" in done.stdout
    assert numbers(archived) == [1]
    last = "SELECT action, label FROM audit_entries ORDER BY sequence DESC LIMIT 1"
    utc = f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
    assert archived.psql(last) == f"backup.restored|The database at {utc}"
    assert archived.is_live()


@dataclass
class Writer:
    """Writes while it can, and knows what was acknowledged and when."""

    stack: Stack
    acknowledged: list[float] = field(default_factory=list)
    stopped: threading.Event = field(default_factory=threading.Event)

    def work(self) -> None:
        while not self.stopped.is_set():
            number = len(self.acknowledged) + 10
            try:
                self.stack.psql(f"INSERT INTO writes SELECT {number}, now()")
            except RuntimeError:
                return
            self.acknowledged.append(time.monotonic())


@contextmanager
def writing(stack: Stack) -> Iterator[Writer]:
    writer = Writer(stack)
    thread = threading.Thread(target=writer.work)
    thread.start()
    try:
        yield writer
    finally:
        writer.stopped.set()
        thread.join()


def test_a_database_whose_files_are_lost_comes_back_from_elsewhere(archived: Stack) -> None:
    """Under load; what was acknowledged and is lost is a minute at most, and is printed."""
    archived.psql("TRUNCATE writes")
    with writing(archived) as writer:
        wait_for(lambda: len(writer.acknowledged) > 20, "writes", timeout_s=120)
        archived.psql("SELECT pg_switch_wal()")
        last = archived.psql("SELECT pg_walfile_name(pg_current_wal_lsn() - 1)")
        wait_for(
            lambda: archived.is_archived(last, ELSEWHERE), "the archive elsewhere", timeout_s=180
        )
        postgres = archived.containers("postgres")[0]["Id"]
        docker("kill", "--signal=KILL", postgres)
    archived.compose("rm", "--stop", "--force", "postgres", "backup")
    docker("volume", "rm", f"{archived.project}_postgres_data")

    archived.compose("up", "--detach", "--wait", "--no-deps", "postgres")
    key = archived.folder / "secrets" / "backup_key"
    words = ("restore", "--at", "latest", "--elsewhere", "--key", str(key), "--json")
    done = json.loads(archived.agentlab(*words))
    assert (done["outcome"], done["step"]) == ("restored", "clean")
    kept = numbers(archived)
    lost = writer.acknowledged[len(kept) :]
    seconds = lost[-1] - lost[0] if lost else 0
    print(f"{len(writer.acknowledged)} acknowledged, {len(lost)} lost: {seconds:.1f} s")
    assert len(kept) >= 20
    archived.wait_until_live()
