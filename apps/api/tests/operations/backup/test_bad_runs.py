"""Runs that go wrong, each for another reason: one sentence, and every good backup stays."""

import asyncio
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import psutil
import psycopg
import pytest
from pydantic_core import to_json
from pyrage.x25519 import Identity

from agentlab.errors import AgentLabError
from agentlab.kit import clock
from agentlab.operations.backup import bundle, checking, jobs, making, proving, scratch
from agentlab.operations.backup.bundle import Manifest
from agentlab.operations.backup.making import NoRoom
from agentlab.operations.backup.place import Place, Retention
from agentlab.operations.backup.programs import ProgramInterrupted, conninfo
from agentlab.operations.backup.proving import ProofInterrupted
from agentlab.operations.backup.retention import MOST_REFUTED
from agentlab.operations.backup.service import (
    LastRunFailed,
    NoneProven,
    Watch,
    back_up,
    complete,
    is_incomplete,
    prune,
)
from agentlab.operations.backup.shelf import (
    BackupRuns,
    Progress,
    Proof,
    Record,
    Shelf,
    Step,
    Stopped,
    Warning_,
)
from tests.operations.backup.support import damage, manifest, put

DAY = timedelta(days=1)


@pytest.fixture
def good(shelf: Shelf, identity: Identity) -> list[Path]:
    """Good backups of the last four days, of which a successful run would prune two."""
    return [put(shelf, identity, clock.now() - days * DAY) for days in range(1, 5)]


async def fails(place: Place, watch: Watch | None = None) -> AgentLabError:
    with pytest.raises(AgentLabError) as raised:
        await asyncio.to_thread(back_up, place, "asked", watch)
    assert "\n" not in raised.value.detail
    return raised.value


def are_untouched(shelf: Shelf, good: list[Path]) -> bool:
    return [each.file for each in shelf.bundles()] == good and len(shelf.good()) == len(good)


def no_litter(shelf: Shelf) -> bool:
    return not list(shelf.folder.glob(".*")) and shelf.running() is None


async def test_a_database_that_is_not_there(place: Place, shelf: Shelf, good: list[Path]) -> None:
    elsewhere = replace(place, database_url="postgresql://nobody@127.0.0.1:1/agentlab")
    error = await fails(elsewhere)
    assert error.code == "backup_database_unreachable"
    assert are_untouched(shelf, good)
    failure = shelf.state().last_failure
    assert failure
    assert failure.sentence == error.detail
    assert Warning_.LAST_FAILED in shelf.state().warnings


@pytest.mark.parametrize(
    ("program", "script"),
    [
        ("pg_dump", "echo 'pg_dump: error: no' >&2; exit 1"),
        ("pg_dump", "kill -9 $$"),
        ("pg_dump", "exit 0"),  # an empty dump, and nobody complains
        ("pg_dump", "head -c 100000 /dev/urandom"),
        ("pg_dumpall", "echo 'connection to server failed' >&2; exit 1"),
        ("pg_restore", "exit 1"),
    ],
)
async def test_a_program_that_fails(
    program: str, script: str, place: Place, shelf: Shelf, good: list[Path]
) -> None:
    """Where `pg_dump | gzip` would succeed, and the old ones would be gone after a while."""
    await fails(with_another(place, program, script))
    assert are_untouched(shelf, good)
    assert no_litter(shelf)


def with_another(place: Place, program: str, script: str) -> Place:
    """The same place, where one of PostgreSQL's programs is a script."""
    folder = place.folder.parent / "programs"
    folder.mkdir()
    for each in place.programs.iterdir():
        (folder / each.name).symlink_to(each)
    (folder / program).unlink()
    (folder / program).write_text(f"#!/bin/sh\n{script}\n")
    (folder / program).chmod(0o755)
    return replace(place, programs=folder)


async def test_programs_that_are_not_there(place: Place, shelf: Shelf, good: list[Path]) -> None:
    error = await fails(replace(place, programs=place.folder))
    assert error.code == "backup_program_missing"
    assert are_untouched(shelf, good)


async def test_a_key_that_is_no_key(place: Place, shelf: Shelf, good: list[Path]) -> None:
    place.key.write_text("nonsense\n")
    assert (await fails(place)).code == "backup_key_unusable"
    assert are_untouched(shelf, good)


async def test_a_disk_without_room_is_told_before(
    place: Place, shelf: Shelf, good: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "SPARE_BYTES", 10**18)
    error = await fails(place)
    assert error.code == "backup_no_room"
    assert re.fullmatch(
        r"The backup needs about 1,000,000,000,0[\d,]+ MB in \S+, and [\d,]+ MB are free there\. "
        r"Free some space, or let the backups lie on another disk\. Nothing was written, and "
        r"nothing was deleted\.",
        error.detail,
    )
    assert are_untouched(shelf, good)


@pytest.mark.parametrize("size", [1, 5_000, 200_000, 280_000])
async def test_a_disk_that_fills_up(
    size: int, place: Place, shelf: Shelf, good: list[Path]
) -> None:
    """Within the parts' own files and, with the last size, within the bundle itself."""
    with files_no_larger_than(size):
        error = await fails(place)
    assert re.fullmatch(
        r"The backup could not be written to \S+: (File too large|No space left on device) "
        r"\([\d,]+ MB are free there\)\. Free some space or choose another folder; the backups "
        r"that were there are untouched\.",
        error.detail,
    )
    assert are_untouched(shelf, good)
    assert no_litter(shelf)
    await asyncio.to_thread(back_up, place, "asked")


@contextmanager
def files_no_larger_than(size: int) -> Iterator[None]:
    """For this process; the kernel then answers a write as on a disk that is full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


async def test_a_server_that_ends_meanwhile(place: Place, shelf: Shelf, good: list[Path]) -> None:
    def told(progress: Progress) -> None:
        if progress.step is Step.DATABASE and not progress.done_bytes:
            with psycopg.connect(conninfo(place.database_url), autocommit=True) as db:
                db.execute(
                    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
                    " WHERE application_name = 'backup'"
                )

    await fails(place, Watch(told))
    assert are_untouched(shelf, good)
    assert no_litter(shelf)


async def test_two_at_once(place: Place, shelf: Shelf) -> None:
    refused: list[str] = []

    def told(progress: Progress) -> None:
        if progress.step is Step.VERIFYING and not refused:
            with pytest.raises(BackupRuns) as raised:
                back_up(place, "asked")
            refused.append(raised.value.detail)

    await asyncio.to_thread(back_up, place, "asked", Watch(told))
    assert "process" in refused[0]
    assert len(shelf.good()) == 1
    assert shelf.state().last_failure is None


async def test_a_proof_that_cannot_be_made_keeps_the_backup_and_prunes_nothing(
    place: Place, shelf: Shelf, good: list[Path]
) -> None:
    blocked = place.folder.parent / "scratch"
    blocked.write_text("a file where the folder should be")
    await fails(replace(place, prove=True))
    assert len(shelf.good()) == len(good) + 1


END_SERVER = """
    server=$(echo {scratch}/proof-*/data/postmaster.pid)
    kill -QUIT $(head -n 1 $server)
    while [ -e $server ]; do sleep 0.1; done
    exit 1
"""


@pytest.mark.parametrize(
    ("program", "script"),
    [
        ("psql", "kill -TERM $$"),  # not INT, which who runs the tests may ignore
        ("pg_restore", "kill -KILL $$"),
        ("pg_restore", "echo 'pg_restore: terminated by user' >&2; exit 1"),
        ("pg_restore", "echo 'pg_restore: error: ERROR:  No space left on device' >&2; exit 1"),
        ("pg_restore", END_SERVER),
        ("pg_dump", "echo 'pg_dump: detail: server closed the connection' >&2; exit 1"),
    ],
)
async def test_a_proof_that_is_interrupted_is_no_proof(
    program: str, script: str, place: Place, shelf: Shelf
) -> None:
    """What the bundle is to blame for is told from what it is not: it would be deleted later."""
    made = (await asyncio.to_thread(back_up, place, "asked")).made
    proves = replace(with_another(place, program, in_a_proof(place, program, script)), prove=True)
    with pytest.raises(ProofInterrupted, match="says nothing about the backup") as raised:
        await asyncio.to_thread(complete, proves)
    assert "\n" not in raised.value.detail
    found = shelf.find("latest")
    assert found.name == made.name
    assert found.record
    assert found.record.proof is None
    assert is_incomplete(proves)


async def test_a_server_that_ends_before_the_audit_trail_was_read_is_no_proof(
    place: Place, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    check_chain = proving.check_chain

    def too_late(manifest: Manifest, url: str, found: proving.Findings) -> None:
        (lock,) = place.scratch.glob("proof-*/data/postmaster.pid")
        os.kill(int(lock.read_text().split()[0]), signal.SIGQUIT)
        while lock.exists():
            time.sleep(0.02)
        check_chain(manifest, url, found)

    monkeypatch.setattr(proving, "check_chain", too_late)
    error = await fails(replace(place, prove=True))
    assert error.code == "backup_proof_interrupted"
    assert shelf.find("latest").is_good


def in_a_proof(place: Place, program: str, script: str) -> str:
    """Programs of a proof are those that are told of its server."""
    real = place.programs / program
    does = script.format(scratch=place.scratch)
    return f'case "$PGUSER" in agentlab_proof) {does} ;; *) exec {real} "$@";; esac'


def test_a_scratch_server_and_its_wal_fit_into_the_room_that_a_proof_asks_for(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    with scratch.server(place) as url, psycopg.connect(url) as db:
        found = db.execute("SELECT pg_size_bytes(current_setting('max_wal_size'))").fetchone()
        empty = sum(each.lstat().st_size for each in place.scratch.rglob("*"))
    assert found
    usage = shutil.disk_usage(place.scratch)._replace(free=empty + found[0])
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: usage)
    with pytest.raises(NoRoom):
        proving.need_room(place, manifest({}))


async def test_a_proof_is_stopped_while_a_program_works_alone(place: Place, shelf: Shelf) -> None:
    """As one does that has read all of the dump, and builds the indexes now."""
    works = place.folder.parent / "works"
    script = f"cat >{place.folder.parent}/read; touch {works}; sleep 30; exit 1"
    proves = replace(
        with_another(place, "pg_restore", in_a_proof(place, "pg_restore", script)), prove=True
    )
    with pytest.raises(Stopped):
        await asyncio.to_thread(back_up, proves, "asked", Watch(is_stopped=works.exists))
    assert shelf.find("latest").is_good
    assert shelf.state().last_failure is None
    assert not scratch_servers(place)


@pytest.mark.parametrize(
    "script", ["kill -KILL $$", "echo 'pg_restore: error: out of memory' >&2; exit 1"]
)
async def test_a_dump_whose_reading_was_interrupted_is_not_damaged(
    script: str, place: Place, shelf: Shelf
) -> None:
    await asyncio.to_thread(back_up, place, "asked")
    with pytest.raises(ProgramInterrupted):
        await asyncio.to_thread(
            checking.check, with_another(place, "pg_restore", script), "latest", Watch()
        )
    assert shelf.find("latest").is_good


async def test_by_hand_nothing_is_pruned_either_while_the_last_run_failed(
    place: Place, shelf: Shelf, good: list[Path]
) -> None:
    await fails(replace(place, database_url="postgresql://nobody@127.0.0.1:1/agentlab"))
    with pytest.raises(LastRunFailed, match=r"^Nothing was pruned, because the last backup failed"):
        prune(place)
    assert are_untouched(shelf, good)
    shelf.note_success()
    assert [each.file for each in prune(place)] == good[2:]


def test_by_hand_nothing_is_pruned_while_nothing_that_stays_is_proven(
    place: Place, shelf: Shelf, good: list[Path]
) -> None:
    proof = Proof(at=clock.now(), seconds=1, ok=True)

    def proven(record: Record) -> Record:
        return record.model_copy(update={"proof": proof})

    proves = replace(place, prove=True)
    for file in good[2:]:
        shelf.change(file, proven)
        with pytest.raises(NoneProven, match="no backup that would stay is proven"):
            prune(proves)
    assert are_untouched(shelf, good)
    shelf.change(good[1], proven)
    assert [each.file for each in prune(proves)] == good[2:]


@pytest.mark.parametrize("by_hand", [True, False])
async def test_what_is_damaged_by_now_counts_no_longer_when_others_are_pruned(
    place: Place, shelf: Shelf, good: list[Path], *, by_hand: bool
) -> None:
    """Each was verified once and is as long as it was then; two have to stay."""
    damage(good[0])
    strict = replace(place, keep=Retention(days=1, minimum=2))
    if by_hand:
        pruned = prune(strict)
        assert [each.file for each in pruned] == good[3:]
    else:
        pruned = (await asyncio.to_thread(back_up, strict, "asked")).pruned
        assert [each.file for each in pruned] == good[2:]
    found = shelf.find(good[0].name)
    assert found.record
    assert "is damaged" in (found.record.failure or "")


def test_a_proven_one_that_is_damaged_by_now_is_no_reason_to_prune(
    place: Place, shelf: Shelf, good: list[Path]
) -> None:
    proof = Proof(at=clock.now(), seconds=1, ok=True)
    shelf.change(good[1], lambda record: record.model_copy(update={"proof": proof}))
    damage(good[1])
    with pytest.raises(NoneProven):
        prune(replace(place, prove=True))
    assert all(file.exists() for file in good)


async def test_a_database_whose_every_proof_fails_does_not_fill_the_disk(
    place: Place, shelf: Shelf, good: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was good stays, and of the others the newest few."""

    def differs(*_: object) -> None:
        raise proving.Different("users has 1 rows and should have 2.")

    monkeypatch.setattr(proving, "restore", differs)
    monkeypatch.setattr(scratch, "server", lambda _place: nullcontext("postgresql://"))
    week = range(MOST_REFUTED + 2)
    now = clock.now()
    for night in week:
        monkeypatch.setattr(clock, "now", lambda night=night: now + night * DAY)
        error = await fails(replace(place, prove=True))
        assert error.code == "backup_proof_failed"
        assert not jobs.is_due("0 3 * * *", shelf.state(), now - 9 * DAY)
    assert {each.file for each in shelf.good()} == set(good)
    refuted = [each for each in shelf.bundles() if each.is_refuted]
    assert [each.created_at for each in refuted] == [
        (now + night * DAY).replace(microsecond=0) for night in reversed(week[2:])
    ]
    monkeypatch.setattr(clock, "now", lambda: now + 9 * DAY)
    assert jobs.is_due("0 3 * * *", shelf.state(), now - 9 * DAY)


async def test_a_clock_that_jumps_costs_no_backup(
    place: Place, shelf: Shelf, good: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    week = replace(place, keep=Retention(days=7, minimum=1))
    now = clock.now()
    for jump in (3000 * DAY, -3000 * DAY, 0 * DAY):
        with monkeypatch.context() as patch:
            patch.setattr(clock, "now", lambda jump=jump: now + jump)
            await asyncio.to_thread(back_up, week, "asked")
    found = shelf.bundles()
    assert {each.file for each in found} > set(good)
    assert len(found) == len(good) + 3
    assert shelf.find("latest").created_at == now.replace(microsecond=0)


@pytest.mark.parametrize(
    ("step", "after_bytes"),
    [
        (Step.DATABASE, 0),
        (Step.DATABASE, 100_000),
        (Step.WRITING, 100_000),
        (Step.VERIFYING, 0),
        (Step.COPYING, 100_000),
        (Step.PROVING, 0),
    ],
)
async def test_a_run_that_is_killed(
    step: Step, after_bytes: int, place: Place, shelf: Shelf, good: list[Path]
) -> None:
    second = place.folder.parent / "second"
    second.mkdir()
    proving_place = replace(place, prove=step is Step.PROVING, second_folder=second)
    killed = await asyncio.to_thread(run_and_kill, proving_place, step, after_bytes)
    assert killed.returncode == -9, killed.stderr
    assert set(good) <= {each.file for each in shelf.good()}
    assert shelf.running() is None
    assert all(each.trouble is None for each in shelf.bundles())
    if step in {Step.COPYING, Step.PROVING}:  # the bundle has its name, so the rest is done later
        assert is_incomplete(proving_place)
        completed = (await asyncio.to_thread(complete, proving_place)).made
        assert completed.record
        assert [each.ok for each in completed.record.copies] == [True]
        assert bool(completed.record.proof) == proving_place.prove
        assert not is_incomplete(proving_place)
    made = (await asyncio.to_thread(back_up, proving_place, "asked")).made
    await asyncio.to_thread(checking.check, place, made.name, Watch())
    assert no_litter(shelf)
    assert not scratch_servers(place)


def run_and_kill(place: Place, step: Step, after_bytes: int) -> subprocess.CompletedProcess[bytes]:
    words = [to_json(place).decode(), step, str(after_bytes)]
    command = [sys.executable, "-c", KILLED, *words]
    return subprocess.run(command, check=False, capture_output=True)


KILLED = """
import os, signal, sys
from pydantic import TypeAdapter
from agentlab.operations.backup.place import Place
from agentlab.operations.backup.service import Watch, back_up, complete, is_incomplete
from agentlab.operations.backup.shelf import Report

place = TypeAdapter(Place).validate_json(sys.argv[1])
step, after_bytes = sys.argv[2], int(sys.argv[3])
Report.EVERY_S = 0

def told(progress):
    if progress.step == step and progress.done_bytes >= after_bytes:
        os.kill(os.getpid(), signal.SIGKILL)

back_up(place, "asked", Watch(told))
"""


def scratch_servers(place: Place) -> list[int]:
    mark = str(place.scratch)
    return [
        each.pid
        for each in psutil.process_iter(["cmdline"])
        if any(mark in word for word in each.info["cmdline"] or ())
    ]


async def test_a_damaged_bundle_is_marked_and_passed_over(
    place: Place, shelf: Shelf, good: list[Path]
) -> None:
    with good[0].open("r+b") as stream:
        stream.seek(-3000, os.SEEK_END)
        stream.write(b"!")
    with pytest.raises(bundle.BundleDamaged):
        await asyncio.to_thread(checking.check, place, "latest", Watch())
    assert shelf.find("latest").file == good[1]


async def test_a_bundle_that_is_damaged_cannot_be_proven(place: Place, shelf: Shelf) -> None:
    made = (await asyncio.to_thread(back_up, place, "asked")).made
    os.truncate(made.file, made.size - 5000)
    with pytest.raises(bundle.BundleDamaged), shelf.locked() as report:
        await asyncio.to_thread(proving.prove, place, made.file, report)
