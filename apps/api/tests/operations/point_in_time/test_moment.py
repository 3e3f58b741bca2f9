"""A desk goes back to a moment: exactly to it, over what lives, and back when that fails."""

import shutil
import signal
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace

import psycopg
import pytest
from pyrage.x25519 import Identity

from agentlab.kit import clock, migrations
from agentlab.operations.backup import keys
from agentlab.operations.backup.bundle import KeyDoesNotFit
from agentlab.operations.backup.shelf import Shelf
from agentlab.operations.point_in_time import stretches
from agentlab.operations.point_in_time.desk import Keeper
from agentlab.operations.point_in_time.moment import moment_in
from agentlab.operations.point_in_time.recovery import MomentNotArchived, RecoveryFailed
from agentlab.operations.point_in_time.stretches import ARCHIVE, SECOND
from agentlab.operations.restore import restoring
from agentlab.operations.restore.compatibility import BundleTooNew, TooLittleRoom
from agentlab.operations.restore.desk import Desk
from agentlab.operations.restore.journal import Entry, Outcome, Step
from agentlab.operations.restore.restoring import RestoreFailed
from tests.operations.conftest import copy_of
from tests.operations.point_in_time.conftest import KeeperOf, looked, switch, write, written
from tests.operations.restore.conftest import assert_is_back, facts_of, served
from tests.operations.restore.killing import (
    PREPARATIONS,
    PROCESSES,
    WHILE_CLEANING,
    die_after,
    fail,
)


def bring_back(desk: Desk, root: Path, at: datetime | None) -> Entry:
    with moment_in(desk.place, stretches.choose(root, at), at) as moment:
        return restoring.restore(desk, moment)


def assert_nothing_is_left(desk: Desk) -> None:
    assert not desk.databases.exists(desk.databases.beside)
    assert not desk.databases.exists(desk.databases.before)
    assert list(desk.place.scratch.iterdir()) == []


def test_back_and_forth(desk: Desk, keeper: Keeper) -> None:
    """A restore is a change like others: what was undone by one is found before it."""
    looked(keeper)
    write(desk, "kept")
    moment, before = clock.now(), facts_of(desk)
    write(desk, "a mistake")
    switch(desk)
    looked(keeper)
    later = clock.now()

    entry = bring_back(desk, keeper.root, moment)
    assert entry.outcome is Outcome.RESTORED
    assert written(desk) == ["kept"]
    assert_is_back(desk, before)
    assert entry.restore_point
    assert Shelf(desk.place.folder).find(entry.restore_point).is_good
    assert_nothing_is_left(desk)

    write(desk, "since")
    looked(keeper)
    bring_back(desk, keeper.root, later)
    assert written(desk) == ["kept", "a mistake"]
    looked(keeper)
    bring_back(desk, keeper.root, None)
    assert written(desk) == ["kept", "a mistake"]


def test_a_role_that_was_dropped_since_then_is_there_again_with_its_rights(
    desk: Desk, keeper: Keeper
) -> None:
    looked(keeper)
    with psycopg.connect(desk.place.database_url) as db:
        db.execute("CREATE ROLE metabase LOGIN; GRANT SELECT ON projects TO metabase")
    write(desk, "then")
    moment = clock.now()
    with psycopg.connect(desk.place.database_url) as db:
        db.execute("DROP OWNED BY metabase; DROP ROLE metabase")
    looked(keeper)
    bring_back(desk, keeper.root, moment)
    with psycopg.connect(desk.place.database_url) as db:
        granted = db.execute("SELECT has_table_privilege('metabase', 'projects', 'SELECT')")
        assert granted.fetchone() == (True,)


def test_a_moment_in_which_nothing_happened_is_there_as_far_as_the_archive_is_known_to_go(
    desk: Desk, keeper: Keeper
) -> None:
    write(desk, "last")
    looked(keeper)
    moment = clock.now()
    looked(keeper)  # nothing was written, and all of that is in it
    bring_back(desk, keeper.root, moment)
    assert written(desk) == ["last"]


def test_what_the_archive_does_not_have_is_refused_and_nothing_is_touched(
    desk: Desk, keeper: Keeper, keeper_of: KeeperOf
) -> None:
    looked(keeper)
    keeper.receiver.stop()
    write(desk, "not archived")
    with pytest.raises(MomentNotArchived, match=r"The archive ends before the moment .* up to"):
        bring_back(desk, keeper.root, clock.now())
    assert written(desk) == ["not archived"]
    assert Shelf(desk.place.folder).bundles() == []
    assert_nothing_is_left(desk)


def test_too_little_room_is_told_before_anything_is_unpacked(
    desk: Desk, keeper: Keeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked(keeper)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=0))
    with pytest.raises(TooLittleRoom, match="Free some space"):
        bring_back(desk, keeper.root, None)


@pytest.mark.parametrize("damage", ["base", "segment"])
def test_a_damaged_archive_is_told_and_nothing_is_touched(
    desk: Desk, keeper: Keeper, damage: str
) -> None:
    looked(keeper)
    write(desk, "in it")
    switch(desk)
    looked(keeper)
    (stretch,) = stretches.stretches_in(keeper.root)
    moment = clock.now()
    looked(keeper)
    if damage == "base":
        file = stretch.bases[-1].files
        content = bytearray(file.read_bytes())
        content[len(content) // 2 :] = bytes(len(content) - len(content) // 2)
        file.write_bytes(content)
        with pytest.raises(RecoveryFailed, match=r"is damaged\. Name a moment that another one"):
            bring_back(desk, keeper.root, moment)
    else:
        keeper.receiver.stop()
        for segment in stretch.segments:
            segment.write_bytes(bytes(16 << 20))
        with pytest.raises((RecoveryFailed, MomentNotArchived)):
            bring_back(desk, keeper.root, moment)
    assert written(desk) == ["in it"]
    assert_nothing_is_left(desk)


def test_what_does_not_answer_afterwards_goes_back_by_itself(
    desk: Desk, keeper: Keeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked(keeper)
    moment = clock.now()
    write(desk, "lives")
    looked(keeper)
    monkeypatch.setattr(Desk, "check_health", fail)
    with pytest.raises(RestoreFailed, match=r"^The database at .* was not restored; what was"):
        bring_back(desk, keeper.root, moment)
    assert written(desk) == ["lives"]
    assert_nothing_is_left(desk)


def test_what_lies_behind_a_gap_is_refused_and_what_lies_before_is_not(
    desk: Desk, keeper: Keeper
) -> None:
    """As in a second folder that was away for longer than the archive here goes back."""
    looked(keeper)
    write(desk, "before")
    before = clock.now()
    write(desk, "then")
    for word in ("lost", "behind"):
        switch(desk)
        write(desk, word)
    looked(keeper)
    behind = clock.now()
    looked(keeper)
    keeper.receiver.stop()
    (stretch,) = stretches.stretches_in(keeper.root)
    stretch.segments[-1].unlink()
    with pytest.raises(MomentNotArchived, match="The archive ends before the moment"):
        bring_back(desk, keeper.root, behind)
    with pytest.raises(MomentNotArchived, match="Segments are missing"):
        bring_back(desk, keeper.root, None)
    assert written(desk) == ["before", "then", "lost", "behind"]
    bring_back(desk, keeper.root, before)
    assert written(desk) == ["before"]


# Interrupted

AFTER_THE_SWAP = ("swap", WHILE_CLEANING)


@pytest.mark.parametrize("step", ["check", "load", *AFTER_THE_SWAP])
def test_killed_at_any_step_it_leaves_the_old_or_the_new_and_can_be_run_again(
    desk: Desk, keeper: Keeper, step: str
) -> None:
    looked(keeper)
    write(desk, "kept")
    moment = clock.now()
    write(desk, "a mistake")
    looked(keeper)
    parts = (desk.place, desk.folder, desk.settings, desk.create_app)
    process = PROCESSES.Process(target=killed, args=(parts, keeper.root, moment, step))
    process.start()
    process.join(300)
    assert process.exitcode == -signal.SIGKILL

    entry = restoring.settle(desk)
    assert entry
    assert entry.outcome is (Outcome.RESTORED if step in AFTER_THE_SWAP else Outcome.FAILED)
    old, new = ["kept", "a mistake"], ["kept"]
    assert written(desk) == (new if step in AFTER_THE_SWAP else old)
    assert bring_back(desk, keeper.root, moment).outcome is Outcome.RESTORED
    assert written(desk) == new
    assert_nothing_is_left(desk)


def killed(parts: tuple, root: Path, moment: datetime, step: str) -> None:  # type: ignore[type-arg]
    PREPARATIONS.get(step, lambda: die_after(Step(step)))()
    bring_back(Desk(*parts), root, moment)


# All is lost but the archive


@pytest.fixture
def lost(folder: Path, furnished: Path, keeper_of: KeeperOf) -> Iterator[Desk]:
    """A desk whose database was wiped while people wrote into it."""
    data = copy_of(furnished, folder / "data")
    (folder / "second").mkdir()
    with served(data) as desk:
        place = replace(desk.place, second_folder=folder / "second")
        keys.ensure(place.key)
        keeper = Keeper(place, data / ARCHIVE, days=7)
        looked(keeper)
        write(desk, "one", "two")
        switch(desk)
        write(desk, "three")
        looked(keeper)
        keeper.receiver.stop()
    shutil.rmtree(data / "postgresql")
    with served(data) as desk:
        yield desk


@pytest.mark.parametrize("root", [Path("data") / ARCHIVE, Path("second") / SECOND])
def test_a_lost_database_comes_back_from_either_archive(
    folder: Path, lost: Desk, root: Path, keeper_of: KeeperOf
) -> None:
    entry = bring_back(lost, folder / root, None)
    assert (entry.outcome, entry.restore_point) == (Outcome.RESTORED, None)
    assert written(lost) == ["one", "two", "three"]
    # The archive goes on beside what it had of the lost one.
    keeper = keeper_of(lost)
    looked(keeper)
    assert len(stretches.stretches_in(keeper.root)) == 2


def test_another_key_does_not_open_the_archive_elsewhere(folder: Path, lost: Desk) -> None:
    found = stretches.choose(folder / "second" / SECOND, None)
    with (
        pytest.raises(KeyDoesNotFit, match="does not open"),
        moment_in(lost.place, found, None, [Identity.generate()]) as moment,
    ):
        restoring.restore(lost, moment)


def test_what_a_newer_agentlab_had_written_is_refused_in_the_moments_own_words(
    desk: Desk, keeper: Keeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked(keeper)
    monkeypatch.setattr(migrations, "revisions", tuple)
    with pytest.raises(BundleTooNew, match=r"^The database at .* was that of a newer AgentLab"):
        bring_back(desk, keeper.root, None)
    assert_nothing_is_left(desk)
