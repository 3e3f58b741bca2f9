"""What comes back, what is refused before anything is touched, and what an interruption leaves."""

import shutil
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import psycopg
import pytest
from psycopg.sql import SQL, Identifier
from pyrage.x25519 import Identity as Key

from agentlab.kit import migrations
from agentlab.kit.migrations import DatabaseUnusable
from agentlab.operations.backup import keys
from agentlab.operations.backup.bundle import BundleDamaged, KeyDoesNotFit
from agentlab.operations.backup.shelf import BackupRuns, Shelf
from agentlab.operations.backup.shelf import Step as ShelfStep
from agentlab.operations.restore import compatibility, restoring
from agentlab.operations.restore.compatibility import BundleTooNew, TooLittleRoom
from agentlab.operations.restore.desk import Desk
from agentlab.operations.restore.journal import Outcome, Step
from agentlab.operations.restore.restoring import RestoreFailed
from agentlab.operations.restore.source import Source, find
from tests.operations.restore.conftest import Backup, assert_is_back, files_on
from tests.operations.restore.killing import (
    BETWEEN_THE_SWAPS,
    WHILE_CLEANING,
    WHILE_GOING_BACK,
    fail,
    killed,
)


def source_of(desk: Desk, backup: Backup) -> Source:
    return find(desk.place, str(backup.bundle), keys.read(backup.key))


def assert_all_is_back(desk: Desk, backup: Backup) -> None:
    """The database, the files, the key of proofs."""
    assert_is_back(desk, backup.facts)
    assert files_on(desk) == backup.files
    assert (desk.folder.path / "secrets" / "proof_key").read_text() == backup.proof_key


def assert_nothing_is_left(desk: Desk) -> None:
    databases = desk.databases
    assert not databases.exists(databases.beside)
    assert not databases.exists(databases.before)
    left = (".unpacked-*", ".*.restoring", ".*.before-restore")
    assert [file for pattern in left for file in desk.folder.path.rglob(pattern)] == []


def test_everything_is_back_where_nothing_was(desk: Desk, backup: Backup) -> None:
    entry = restoring.restore(desk, source_of(desk, backup))
    assert (entry.outcome, entry.restore_point) == (Outcome.RESTORED, None)
    assert_all_is_back(desk, backup)
    assert_nothing_is_left(desk)
    assert str(keys.read(desk.place.key)[0]) == str(keys.read(backup.key)[0])


BEFORE_THE_SWAP = ["check", "restore_point", "load", "compare", "migrate", "files"]
AFTER_IT = [BETWEEN_THE_SWAPS, "swap", "health", WHILE_CLEANING]


@pytest.mark.parametrize("moment", [*BEFORE_THE_SWAP, *AFTER_IT, WHILE_GOING_BACK])
def test_killed_at_any_moment_it_leaves_the_old_or_the_new_and_can_be_run_again(
    moment: str, used_desk: Desk, backup: Backup
) -> None:
    mark(used_desk)
    killed(used_desk, backup.bundle, backup.key, moment)
    entry = restoring.settle(used_desk)
    assert entry
    assert entry.outcome is (Outcome.RESTORED if moment in AFTER_IT else Outcome.FAILED)
    assert is_marked(used_desk) is (moment not in AFTER_IT)
    assert_nothing_is_left(used_desk)

    mark(used_desk)
    again = restoring.restore(used_desk, source_of(used_desk, backup))
    assert again.restore_point
    assert_all_is_back(used_desk, backup)
    assert_nothing_is_left(used_desk)


def mark(desk: Desk) -> None:
    """Change what lives, in the database and in a folder, so that one sees whether it is gone."""
    with psycopg.connect(desk.place.database_url) as db:
        db.execute("CREATE TABLE IF NOT EXISTS written_since (what text)")
    (desk.settings.samples_dir / "written-since").touch()


def is_marked(desk: Desk) -> bool:
    with psycopg.connect(desk.place.database_url) as db:
        (table,) = db.execute("SELECT to_regclass('written_since')").fetchone() or (None,)
    is_there = (desk.settings.samples_dir / "written-since").exists()
    assert is_there is (table is not None), "database and files are not of one moment"
    return is_there


def test_a_database_that_an_older_restore_left_is_not_taken_for_the_one_of_before(
    used_desk: Desk, backup: Backup, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when a restore to a moment of the archive led into the middle of another restore."""
    leave_one_of_before(used_desk)
    mark(used_desk)
    with monkeypatch.context() as patch:
        patch.setattr(Desk, "check_health", fail)
        with pytest.raises(RestoreFailed):
            restoring.restore(used_desk, source_of(used_desk, backup))
    assert is_marked(used_desk)
    leave_one_of_before(used_desk)
    restoring.restore(used_desk, source_of(used_desk, backup))
    assert_all_is_back(used_desk, backup)
    assert_nothing_is_left(used_desk)


def leave_one_of_before(desk: Desk) -> None:
    databases = desk.databases
    with databases.connected() as db:
        db.execute(SQL("CREATE DATABASE {}").format(Identifier(databases.before)))


def test_a_failing_health_check_goes_back(
    used_desk: Desk, backup: Backup, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark(used_desk)
    monkeypatch.setattr(Desk, "check_health", fail)
    with pytest.raises(RestoreFailed, match=r"was there before is there still\. It is not well\."):
        restoring.restore(used_desk, source_of(used_desk, backup))
    assert is_marked(used_desk)
    assert_nothing_is_left(used_desk)
    entry = used_desk.journal.read()
    assert entry
    assert (entry.outcome, entry.step) == (Outcome.FAILED, Step.HEALTH)


def test_a_failing_migration_goes_back(
    used_desk: Desk, backup: Backup, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark(used_desk)

    def stumble(url: str) -> None:
        raise DatabaseUnusable("The lock did not come.")

    monkeypatch.setattr(migrations, "upgrade", stumble)
    with pytest.raises(RestoreFailed, match="The lock did not come"):
        restoring.restore(used_desk, source_of(used_desk, backup))
    assert is_marked(used_desk)
    assert_nothing_is_left(used_desk)


def test_what_is_not_what_was_backed_up_is_not_taken(used_desk: Desk, backup: Backup) -> None:
    mark(used_desk)
    source = source_of(used_desk, backup)
    rows = source.bundle.manifest.database.model_copy(
        update={"rows": backup.facts.database.rows | {"users": 7}}
    )
    manifest = source.bundle.manifest.model_copy(update={"database": rows})
    other = replace(source, bundle=replace(source.bundle, manifest=manifest))
    with pytest.raises(RestoreFailed, match=r"users has 1 rows and should have 7"):
        restoring.restore(used_desk, other)
    assert is_marked(used_desk)


def test_a_newer_agentlab_is_named(used_desk: Desk, backup: Backup) -> None:
    mark(used_desk)
    source = source_of(used_desk, backup)
    newer = {"agentlab": "9.8.7", "revision": "9999", "floor": "9998"}
    manifest = source.bundle.manifest.model_copy(update=newer)
    other = replace(source, bundle=replace(source.bundle, manifest=manifest))
    with pytest.raises(BundleTooNew, match=r"Install AgentLab 9\.8\.7 or newer"):
        restoring.restore(used_desk, other)
    assert is_marked(used_desk)


def test_a_key_that_does_not_fit_is_refused(used_desk: Desk, backup: Backup) -> None:
    with pytest.raises(KeyDoesNotFit):
        find(used_desk.place, str(backup.bundle), [Key.generate()])


def test_a_damaged_bundle_is_refused_before_anything_is_touched(
    used_desk: Desk, backup: Backup, tmp_path: Path
) -> None:
    mark(used_desk)
    damaged = tmp_path / backup.bundle.name
    content = bytearray(backup.bundle.read_bytes())
    content[len(content) // 2] ^= 1
    damaged.write_bytes(content)
    with pytest.raises(BundleDamaged):
        restoring.restore(used_desk, find(used_desk.place, str(damaged), keys.read(backup.key)))
    assert is_marked(used_desk)
    assert_nothing_is_left(used_desk)


def test_one_restore_at_a_time(used_desk: Desk, backup: Backup) -> None:
    shelf = Shelf(used_desk.place.folder)
    with shelf.locked(ShelfStep.RESTORING), pytest.raises(BackupRuns, match="A restore runs"):
        restoring.restore(used_desk, source_of(used_desk, backup))


def test_people_who_are_connected_do_not_keep_it_from_changing_places(
    used_desk: Desk, backup: Backup
) -> None:
    url = used_desk.settings.database_address
    assert url
    with psycopg.connect(url) as person:
        person.execute("SELECT 1")
        restoring.restore(used_desk, source_of(used_desk, backup))
        with pytest.raises(psycopg.OperationalError):
            person.execute("SELECT 1")
    with psycopg.connect(url) as person:
        assert person.execute("SELECT count(*) FROM users").fetchone() == (1,)


def test_without_room_it_does_not_begin(
    used_desk: Desk, backup: Backup, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compatibility, "ROOM", 1e9)
    with pytest.raises(TooLittleRoom, match="MB are free"):
        restoring.restore(used_desk, source_of(used_desk, backup))


def test_room_is_looked_for_where_the_database_and_the_files_will_lie(
    used_desk: Desk, backup: Backup, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, home = source_of(used_desk, backup), used_desk.folder.path

    def fill(full: Path) -> None:
        monkeypatch.setattr(
            shutil, "disk_usage", lambda path: SimpleNamespace(free=0 if path == full else 1 << 50)
        )

    fill(used_desk.place.folder)
    source.check(lambda _: None)
    for folder in (home / "postgresql", home):
        fill(folder)
        with pytest.raises(TooLittleRoom, match=f"on the disk of {folder}, and 0 MB are free"):
            source.check(lambda _: None)
