"""The folder: what lies on it, in which order, and one run at a time."""

import fcntl
import os
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from pyrage.x25519 import Identity

from agentlab.kit import clock
from agentlab.operations.backup.archives import Archive, Which, write_state
from agentlab.operations.backup.bundle import BundleMissing
from agentlab.operations.backup.shelf import LOCK, BackupRuns, Proof, Shelf, Step, Warning_
from tests.operations.backup.support import CREATED, put, write

DAY = timedelta(days=1)


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "backups")


@pytest.fixture
def identity() -> Identity:
    return Identity.generate()


def test_a_shelf_that_is_not_there_is_empty(shelf: Shelf) -> None:
    state = shelf.state()
    assert shelf.bundles() == []
    assert shelf.latest_good() is None
    assert (state.last_success, state.total, state.running) == (None, 0, None)
    assert Warning_.NO_BACKUP in state.warnings
    with pytest.raises(BundleMissing, match="no good backup"):
        shelf.find("latest")


def test_the_newest_comes_first(shelf: Shelf, identity: Identity) -> None:
    files = [put(shelf, identity, CREATED + day * DAY) for day in (1, 0, 2)]
    assert [kept.file for kept in shelf.bundles()] == [files[2], files[0], files[1]]
    assert shelf.find("latest").file == files[2]
    assert shelf.find(files[0].stem).file == files[0]


def test_a_date_in_the_future_is_not_the_latest(shelf: Shelf, identity: Identity) -> None:
    """Made by a clock that was wrong for a while: what was made since is newer."""
    put(shelf, identity, clock.now() + 300 * DAY)
    honest = put(shelf, identity, clock.now() - DAY)
    assert shelf.find("latest").file == honest
    assert Warning_.FROM_THE_FUTURE in shelf.state().warnings


def test_what_cannot_be_read_is_listed_as_such(shelf: Shelf, identity: Identity) -> None:
    good = put(shelf, identity)
    cut = put(shelf, identity, CREATED + DAY)
    os.truncate(cut, 100)
    (shelf.folder / "agentlab-20261103T030000Z-00000000.bundle").touch()
    (shelf.folder / "agentlab-20269903T030000Z-00000000.bundle").touch()
    (shelf.folder / "somebody's notes.txt").touch()
    assert [kept.trouble is None for kept in shelf.bundles()] == [False, False, True]
    assert shelf.find("latest").file == good


def test_only_what_was_verified_is_good(shelf: Shelf, identity: Identity) -> None:
    shelf.prepare()
    copied_here = write(shelf.folder, identity)
    assert [kept.is_good for kept in shelf.bundles()] == [False]
    put(shelf, identity, CREATED + DAY)
    (shelf.folder / copied_here.with_suffix(".json").name).write_text("{broken")
    assert [kept.is_good for kept in shelf.bundles()] == [True, False]


def test_a_bundle_whose_proof_failed_is_not_good(shelf: Shelf, identity: Identity) -> None:
    file = put(shelf, identity)
    failed = Proof(at=clock.now(), seconds=1, ok=False, failure="users has 3 rows, not 4.")
    shelf.change(file, lambda record: record.model_copy(update={"proof": failed}))
    assert shelf.latest_good() is None
    assert Warning_.PROOF_FAILED in shelf.state().warnings


def test_one_run_at_a_time(shelf: Shelf) -> None:
    with (
        shelf.locked(),
        pytest.raises(BackupRuns, match=rf"process {os.getpid()}"),
        Shelf(shelf.folder).locked(),
    ):
        pass
    with shelf.locked():
        with pytest.raises(BackupRuns), Shelf(shelf.folder).locked():
            pass
        assert shelf.running()  # whoever was refused has left that alone


def test_who_only_looks_keeps_no_run_from_beginning(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the page, the metrics and the keeper do, each for an instant."""
    shelf.prepare()
    looks = os.open(shelf.folder / LOCK, os.O_RDWR | os.O_CREAT)
    fcntl.flock(looks, fcntl.LOCK_SH)
    pausing = SimpleNamespace(sleep=lambda _seconds: os.close(looks))
    monkeypatch.setattr("agentlab.kit.file_locks.time", pausing)
    with shelf.locked():
        assert shelf.is_locked()
    assert not shelf.is_locked()


def test_who_looks_and_never_ends_is_no_reason_to_wait_forever(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agentlab.kit.file_locks.PAUSE_S", 0)
    shelf.prepare()
    with (shelf.folder / LOCK).open("w") as looks:
        fcntl.flock(looks, fcntl.LOCK_SH)
        with pytest.raises(BackupRuns), shelf.locked():
            pass


def test_others_see_how_far_it_is(shelf: Shelf) -> None:
    with shelf.locked() as report:
        report.begin(Step.DATABASE, total_bytes=100)
        running = Shelf(shelf.folder).running()
        assert running
        assert (running.step, running.total_bytes) == (Step.DATABASE, 100)
    assert shelf.running() is None


def test_a_run_that_was_killed_leaves_no_lock_and_no_litter(shelf: Shelf) -> None:
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, str(shelf.folder)], check=False, capture_output=True
    )
    assert killed.returncode == -9
    assert (shelf.folder / ".new-parts" / "part").exists()
    assert shelf.running() is None
    with shelf.locked():
        assert list(shelf.folder.glob(".new-*")) == []


KILLED = """
import os, pathlib, signal, sys
from agentlab.operations.backup.shelf import Shelf
shelf = Shelf(pathlib.Path(sys.argv[1]))
with shelf.locked():
    (shelf.folder / ".new-parts").mkdir()
    (shelf.folder / ".new-parts" / "part").touch()
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_the_last_failure_and_the_rehearsal_are_remembered(shelf: Shelf) -> None:
    shelf.prepare()
    assert Warning_.KEY_NOT_REHEARSED in shelf.state().warnings
    shelf.note_failure("The disk is full.")
    shelf.note_rehearsal()
    state = shelf.state()
    assert state.last_failure
    assert state.last_failure.sentence == "The disk is full."
    assert state.key_rehearsed_at
    shelf.note_success()
    assert shelf.state().last_failure is None


def test_an_archive_that_is_not_kept_is_a_warning(shelf: Shelf) -> None:
    shelf.prepare()
    now = clock.now()
    well = Archive(Which.LOCAL, now, since=now - DAY, until=now)
    write_state(shelf.folder, [well])
    assert Warning_.NOT_ARCHIVED not in shelf.state().warnings
    for trouble in (
        replace(well, failure="The archive pauses."),
        replace(well, has_gap=True),
        replace(well, until=now - timedelta(minutes=6)),
    ):
        write_state(shelf.folder, [well, trouble])
        assert Warning_.NOT_ARCHIVED in shelf.state().warnings
