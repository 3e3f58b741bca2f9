"""The one disk of a server gets full while people write, and has room again later."""

import os
import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from support.docker import wait_for
from support.images import VERSION, Image
from support.stack import OVERRIDE, SERVICES, Stack
from support.writers import assert_nothing_is_lost_or_doubled, writing

SIZE_MIB = 640
AS_ROOT = () if os.geteuid() == 0 else ("sudo", "-n")
SMALL_DISK = "infrastructure/testing/small_disk.yml"
VOLUMES = ("postgres", "redis", "scratch")
FILL_A_SEGMENT = "SELECT pg_logical_emit_message(true, 'test', 'full'), pg_switch_wal()"


def as_root(*command: str) -> None:
    subprocess.run([*AS_ROOT, *command], check=True)


@contextmanager
def small_disk(folder: Path) -> Iterator[None]:
    as_root("mount", "-t", "tmpfs", "-o", f"size={SIZE_MIB}m,mode=0777", "tmpfs", str(folder))
    try:
        for name in VOLUMES:
            as_root("install", "-d", "-o", "999", "-g", "999", "-m", "0700", str(folder / name))
        yield
    finally:
        as_root("umount", "-l", str(folder))


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path):
        yield tmp_path


@pytest.fixture
def stack(images: tuple[Image, ...], disk: Path) -> Iterator[Stack]:
    """A stack of its own, which has nothing outside `disk`."""
    (disk / "installation").mkdir()
    stack = Stack(disk / "installation", "agentlab-full")
    stack.init()
    stack.set(
        AGENTLAB_HTTP_PORT="48080",
        AGENTLAB_HTTPS_PORT="48443",
        AGENTLAB_DISK=str(disk),
        COMPOSE_FILE=f"docker-compose.prod.yml:{OVERRIDE}:{SMALL_DISK}",
    )
    with stack.deployed(VERSION):
        yield stack


@contextmanager
def no_room(disk: Path) -> Iterator[None]:
    ballast = disk / "ballast"
    as_root("sh", "-c", f"cat /dev/zero >{ballast} 2>/dev/null || true")
    try:
        yield
    finally:
        as_root("rm", str(ballast))


def test_a_full_disk_is_said_and_loses_nothing_and_all_goes_on_with_room(
    stack: Stack, disk: Path
) -> None:
    with stack.administrator() as ada, writing(stack, ada.cookies) as written:
        wait_for(lambda: stack.base_backups() == 1, "a base backup", timeout_s=120)
        wait_for(lambda: len(written.acknowledged) > 50, "writes")
        with no_room(disk):
            wait_for(lambda: bool(written.refusals["503 disk_full"]), "a refusal")
            backup = stack.try_agentlab("backup", "create")
            exhaust_wal(stack)
            wait_for(lambda: bool(written.refusals["503 service_away"]), "PostgreSQL's end")
        began = time.monotonic()
        before = len(written.acknowledged)
        wait_for(
            lambda: len(written.acknowledged) > before, "writes with room again", timeout_s=120
        )
        print(f"room again, and the first write after {time.monotonic() - began:.0f} s")
    print(written)
    assert (backup.returncode, backup.stdout) == (1, "")
    # PostgreSQL may have ended already when the backup began.
    assert re.search("Free some space|Check that it runs, then try again", backup.stderr)

    assert_nothing_is_lost_or_doubled(stack, written)
    wait_for(
        lambda: all(stack.is_healthy(service) for service in SERVICES),
        "health everywhere",
        timeout_s=120,
    )
    segment = stack.psql("SELECT pg_walfile_name(pg_current_wal_lsn())")
    stack.psql(FILL_A_SEGMENT)
    wait_for(lambda: stack.is_archived(segment), "archiving", timeout_s=120)
    assert "proven" in stack.agentlab("backup", "create")
    said = stack.compose("exec", "-T", "api", "agentlab", "audit", "verify")
    assert "The trail is whole" in said


def exhaust_wal(stack: Stack) -> None:
    """Until PostgreSQL has no segment left that it could write into, and ends."""
    with suppress(RuntimeError):
        while True:
            stack.psql(FILL_A_SEGMENT)
