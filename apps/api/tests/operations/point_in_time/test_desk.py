"""The archive of a desk on a real PostgreSQL: complete, without a gap, and never in its way."""

import asyncio
import math
import os
import random
import re
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from agentlab.kit import clock
from agentlab.operations.backup import keys
from agentlab.operations.backup.archives import Which, read_state
from agentlab.operations.backup.shelf import Shelf, write_json
from agentlab.operations.embedded import connections_of_running
from agentlab.operations.point_in_time import copying, receiver, stretches
from agentlab.operations.point_in_time import desk as keeping
from agentlab.operations.point_in_time.desk import Keeper
from agentlab.operations.point_in_time.receiver import SLOT
from agentlab.operations.restore.desk import Desk
from agentlab.operations.restore.journal import Entry, Journal
from tests.operations.point_in_time.conftest import KeeperOf, looked, switch, write
from tests.operations.restore.conftest import served


def segments_of(keeper: Keeper) -> dict[str, bytes]:
    return {
        segment.name: segment.read_bytes()
        for each in stretches.stretches_in(keeper.root)
        for segment in each.segments
    }


def slots(desk: Desk) -> list[str]:
    with psycopg.connect(desk.place.database_url) as db:
        return [name for (name,) in db.execute("SELECT slot_name FROM pg_replication_slots")]


def test_all_that_is_written_is_in_it_a_round_later(desk: Desk, keeper: Keeper) -> None:
    before = clock.now()
    write(desk, "one")
    found = looked(keeper)
    assert found.since
    assert found.until
    assert before < found.since <= found.until
    assert read_state(desk.place.folder)[0].until == found.until

    write(desk, "two")
    again = looked(keeper)
    assert again.until
    assert again.until > found.until
    (stretch,) = stretches.stretches_in(keeper.root)
    assert stretch.partial
    assert len(stretch.bases) == 1


def test_while_a_base_backup_is_copied_the_archive_goes_on_and_says_so(
    desk: Desk, keeper: Keeper, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Here, and while it is copied elsewhere: either may take longer than one may be behind."""
    folder, seen = desk.place.folder, []
    copied_base = copying.copy_base

    def note_progress(is_stopped: Callable[[], bool]) -> None:
        before = read_state(folder)[0].until if read_state(folder) else None
        write(desk, "meanwhile")
        keeper.noted_at = -math.inf
        assert not is_stopped()
        after = read_state(folder)[0].until
        seen.append(after is not None and (before is None or after > before))

    def base_backup(*given: Any) -> None:
        *_, is_stopped = given
        note_progress(is_stopped)
        real(*given)

    def copy_base(*given: Any) -> None:
        *_, watch = given
        note_progress(lambda: bool(watch(1)))
        copied_base(*given)

    looked(keeper)
    real = receiver.base_backup
    monkeypatch.setattr(keeping, "BASE_EVERY", timedelta())
    monkeypatch.setattr(receiver, "base_backup", base_backup)
    monkeypatch.setattr(copying, "copy_base", copy_base)
    place = replace(desk.place, second_folder=tmp_path)
    keeper.place = keeper.copies.place = place
    keeper.look()
    assert seen == [True, True]


def test_nothing_is_archived_before_somebody_uses_it(data_dir: Path, keeper_of: KeeperOf) -> None:
    with served(data_dir) as unused:
        found = looked(keeper_of(unused))
        assert found.since is None
        assert slots(unused) == []


def test_a_new_and_empty_database_is_not_archived_beside_another_ones(
    desk: Desk, keeper: Keeper
) -> None:
    looked(keeper)
    (stretch,) = stretches.stretches_in(keeper.root)
    about = stretch.about.model_copy(update={"system_identifier": "1"})
    write_json(stretch.folder / stretches.ABOUT, about)
    with psycopg.connect(desk.place.database_url) as db:
        db.execute("TRUNCATE users CASCADE")
    (found,) = keeper.look()
    assert found.failure
    assert "agentlab restore --at latest" in found.failure
    assert len(stretches.stretches_in(keeper.root)) == 1


def test_killed_between_two_segments_it_goes_on_without_a_gap(desk: Desk, keeper: Keeper) -> None:
    looked(keeper)
    dice = random.Random(6)  # noqa: S311 - the same ones in each run
    for number in range(6):
        write(desk, *(f"{number} {word}" for word in range(dice.randrange(200))))
        switch(desk)
        if dice.random() < 0.7:
            assert keeper.receiver.pid
            os.kill(keeper.receiver.pid, signal.SIGKILL)
        write(desk, f"{number} after")
        keeper.look()  # may find that it was killed
        before = segments_of(keeper)
        looked(keeper)
        after = segments_of(keeper)
        assert {name: after[name] for name in before} == before, "a segment was written again"
    (stretch,) = stretches.stretches_in(keeper.root)
    assert not stretch.has_gap
    assert len(stretch.segments) >= 5


def test_what_was_written_while_nothing_received_is_received_later(
    desk: Desk, keeper: Keeper, keeper_of: KeeperOf
) -> None:
    looked(keeper)
    keeper.end_well()
    keeper.receiver.stop()
    for number in range(3):
        write(desk, f"meanwhile {number}")
        switch(desk)
    looked(keeper_of(desk))
    (stretch,) = stretches.stretches_in(keeper.root)
    assert not stretch.has_gap


def test_a_gap_begins_a_new_stretch_with_a_base_backup_of_its_own(
    desk: Desk, keeper: Keeper
) -> None:
    looked(keeper)
    keeper.receiver.stop()
    with psycopg.connect(desk.place.database_url) as db:
        db.execute("SELECT pg_drop_replication_slot(%s)", [SLOT])
    first = stretches.stretches_in(keeper.root)[0].folder
    first = first.rename(first.with_name("21200101T000000Z"))  # of a clock that was ahead
    found = looked(keeper)
    old, new = stretches.stretches_in(keeper.root)
    assert (old.folder, len(old.bases), len(new.bases)) == (first, 1, 1)
    assert not found.has_gap


def test_a_clock_that_goes_back_makes_one_base_backup_more_and_not_many(
    desk: Desk, keeper: Keeper
) -> None:
    looked(keeper)
    (stretch,) = stretches.stretches_in(keeper.root)
    base = stretch.bases[-1]
    ahead = base.record.model_copy(update={"ended_at": clock.now() + timedelta(days=365)})
    write_json(base.folder / stretches.RECORD, ahead)
    for _ in range(3):
        looked(keeper)
    assert len(stretches.stretches_in(keeper.root)[0].bases) == 2


def test_zero_days_are_none(desk: Desk, keeper: Keeper) -> None:
    looked(keeper)
    keeper.days = 0
    found = looked(keeper)
    assert (slots(desk), keeper.receiver.pid) == ([], None)
    assert found.until  # one can go back to what there is
    assert not found.is_in_trouble(clock.now() + timedelta(days=9))


def test_who_does_not_look_any_more_is_in_trouble(desk: Desk, keeper: Keeper) -> None:
    found = looked(keeper)
    assert not found.is_in_trouble(found.checked_at)
    assert found.is_in_trouble(found.checked_at + timedelta(minutes=6))


def test_nothing_is_given_up_while_somebody_restores(desk: Desk, keeper: Keeper) -> None:
    looked(keeper)
    keeper.begin_anew()
    looked(keeper)
    started = clock.now()
    Journal(desk.place.folder).write(Entry(bundle="a moment", bundle_id="", started_at=started))
    keeper.reserve_bytes = 1 << 60
    with Shelf(desk.place.folder).locked():
        assert "The archive pauses" in (keeper.look()[0].failure or "")
        assert len(stretches.spans_of(keeper.root)) == 2
    keeper.look()
    assert len(stretches.spans_of(keeper.root)) == 1


def test_a_check_of_a_base_backup_is_stopped_with_agentlab(desk: Desk, keeper: Keeper) -> None:
    looked(keeper)
    (stretch,) = stretches.stretches_in(keeper.root)
    receiver.check_base(stretch.bases[-1].folder, lambda: False)
    with pytest.raises(receiver.BaseBackupFailed, match="told to stop"):
        receiver.check_base(stretch.bases[-1].folder, lambda: True)


async def test_a_keeper_that_fails_is_begun_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempts = asyncio.Queue[None]()

    async def fail(_: Keeper) -> None:
        attempts.put_nowait(None)
        raise OSError("It is not well.")

    monkeypatch.setattr(Keeper, "run", fail)
    monkeypatch.setattr(keeping, "LOOK_EVERY_S", 0)
    connections = connections_of_running(desk.settings.data_dir)
    assert connections
    settings = desk.settings.model_copy(update={"database_url": None})
    working = asyncio.create_task(keeping.keep(settings, connections))
    for _ in range(2):
        await asyncio.wait_for(attempts.get(), 60)
    working.cancel()
    await asyncio.wait([working])


# A full disk


PAUSES = (
    r"The archive pauses: [\d,]+ MB are free on the disk of \S+, and it begins again with "
    r"[\d,]+ MB\. Free some space; until then one cannot go back to what is done now, and "
    r"AgentLab works as ever\."
)
PAUSES_ELSEWHERE = (
    r"The archive elsewhere pauses: [\d,]+ MB are free on the disk of \S+, and it needs [\d,]+ MB, "
    r"most of which stay free for backups\. Free some space there, and it goes on by itself\."
)
NOT_WRITTEN = (
    r"The archive in \S+ could not be written: No space left on device \([\d,]+ MB are free "
    r"there\)\. What is in it stays good; free some space, and it goes on by itself\."
)
WAS_FULL = (
    r"The disk of \S+ was full while a base backup was copied\. Free some space there; the next "
    r"attempt comes within ten minutes\."
)
RECEIVER_ENDED = r"pg_receivewal ended and said: “.*No space left on device”\."

AS_ROOT = () if os.geteuid() == 0 else ("sudo", "-n")


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[None]:
    folder.mkdir(exist_ok=True)
    as_root("mount", "-t", "tmpfs", "-o", f"size={size},mode=0777", "tmpfs", str(folder))
    try:
        yield
    finally:
        as_root("umount", "-l", str(folder))


def enlarge(folder: Path) -> None:
    as_root("mount", "-o", "remount,size=400m", str(folder))


def as_root(*command: str) -> None:
    subprocess.run([*AS_ROOT, *command], check=True)


def fill(desk: Desk, segments: int) -> None:
    for number in range(segments):
        write(desk, f"{number}")
        switch(desk)


def test_the_archive_gives_way_before_its_disk_is_full(desk: Desk, keeper: Keeper) -> None:
    with small_disk(keeper.root, "120m"):
        keeper.reserve_bytes = 24 << 20
        looked(keeper)
        failures = []
        for _ in range(6):
            fill(desk, 1)
            failures.append(keeper.look()[0].failure)
        assert re.fullmatch(PAUSES, failures[-1] or "")
        assert slots(desk) == []  # PostgreSQL keeps nothing for it
        assert shutil.disk_usage(keeper.root).free >= 1 << 20
        (stretch,) = stretches.stretches_in(keeper.root)
        assert stretch.bases  # what there is stays good
        write(desk, "as ever")

        enlarge(keeper.root)
        found = looked(keeper)
        assert found.failure is None
        assert len(stretches.stretches_in(keeper.root)) == 2
        keeper.receiver.stop()


def test_a_disk_that_is_full_all_the_same_stops_nobody(desk: Desk, keeper: Keeper) -> None:
    with small_disk(keeper.root, "60m"):
        keeper.reserve_bytes = 0
        looked(keeper)
        fill(desk, 5)
        failures = [keeper.look()[0].failure for _ in range(3)]
        told = [each for each in failures if each]
        assert told
        assert all(re.fullmatch(f"{RECEIVER_ENDED}|{NOT_WRITTEN}", each) for each in told), told
        write(desk, "as ever")
        before = segments_of(keeper)

        enlarge(keeper.root)
        keeper.look()  # finds that it had ended
        looked(keeper)
        (stretch,) = stretches.stretches_in(keeper.root)
        assert not stretch.has_gap
        after = segments_of(keeper)
        assert {name: after[name] for name in before} == before
        keeper.receiver.stop()


# The second folder


@pytest.fixture
def copied(folder: Path, desk: Desk) -> Iterator[Keeper]:
    """A keeper with a second folder."""
    (folder / "second").mkdir()
    place = replace(desk.place, second_folder=folder / "second")
    keys.ensure(place.key)
    keeper = Keeper(place, desk.folder.path / stretches.ARCHIVE, days=7)
    yield keeper
    keeper.receiver.stop()


def test_the_second_folder_has_the_same_encrypted(desk: Desk, copied: Keeper) -> None:
    write(desk, "a word to look for")
    looked(copied)
    fill(desk, 2)
    here, there = copied.look()
    assert there.failure is None
    assert there.which is Which.ELSEWHERE
    assert (there.since, there.until) == (here.since, here.until)
    identities = keys.read(copied.place.key)
    (stretch,) = stretches.stretches_in(copied.copies.root)
    contents = {
        stretches.plain_name(each): copying.content_of(each, identities)
        for each in stretch.segments
    }
    assert contents == segments_of(copied)
    assert len(stretch.bases) == 1
    for file in copied.copies.root.rglob("*"):
        assert file.is_dir() or file.suffix in {".age", ".json"}


def test_a_second_folder_that_is_not_there_is_told(desk: Desk, copied: Keeper) -> None:
    looked(copied)
    shutil.rmtree(copied.copies.root.parent)
    here, there = copied.look()
    assert here.failure is None
    assert there.failure
    assert "Is its disk mounted?" in there.failure


@pytest.mark.parametrize("is_taken_meanwhile", [False, True])
def test_a_full_second_folder_leaves_nothing_half_and_catches_up(
    desk: Desk, copied: Keeper, *, is_taken_meanwhile: bool
) -> None:
    second = copied.copies.root.parent
    copied.copies.reserve_bytes = -(1 << 30) if is_taken_meanwhile else 0
    sentences = [NOT_WRITTEN, WAS_FULL] if is_taken_meanwhile else [PAUSES_ELSEWHERE] * 2
    with small_disk(second, "3m"):
        for sentence in sentences:
            here, there = copied.look()
            assert here.failure is None
            assert re.fullmatch(sentence, there.failure or "")
            assert list(stretches.unfinished_in(copied.copies.root)) == []
        enlarge(second)
        copied.copies.base_failed_at = None
        here, there = copied.look()
        assert there.failure is None
        assert there.since == here.since


def test_bundles_keep_their_room_in_the_second_folder(desk: Desk, copied: Keeper) -> None:
    with small_disk(copied.copies.root.parent, "100m"):
        here, there = copied.look()
        assert here.failure is None
        assert re.fullmatch(PAUSES_ELSEWHERE, there.failure or "")
        enlarge(copied.copies.root.parent)
        assert copied.look()[1].failure is None


@pytest.mark.parametrize("way", ["another", "newer", "another partial", "damaged", "key"])
def test_where_it_cannot_go_on_elsewhere_it_begins_anew_once_and_keeps_both(
    desk: Desk, copied: Keeper, way: str
) -> None:
    looked(copied)
    fill(desk, 1)
    write(desk, "in the next segment")
    looked(copied)
    (stretch,) = stretches.stretches_in(copied.copies.root)
    theirs = stretch.segments[-1]
    recipients = keys.recipients(keys.read(copied.place.key))
    match way:
        case "another":
            copying.write_sealed(theirs, b"of another history", recipients)
        case "newer":
            theirs = theirs.with_name(f"{theirs.name[:16]}000000F0.age")
            copying.write_sealed(theirs, b"of another history", recipients)
        case "another partial":
            assert stretch.partial
            theirs = stretch.partial
            copying.write_sealed(theirs, b"of another history", recipients)
        case "damaged":
            theirs.write_bytes(theirs.read_bytes()[:-100])
        case _:
            copied.place.key.unlink()
    before = theirs.read_bytes()

    if way != "key":
        copied.copies.forget()  # as after a start
    _, there = copied.look()
    assert there.failure
    assert "What is there is kept" in there.failure
    for _ in range(5):
        fill(desk, 1)
        looked(copied)
    _, new = stretches.stretches_in(copied.root)
    old_there, new_there = stretches.stretches_in(copied.copies.root)
    assert theirs.read_bytes() == before
    assert old_there.folder == stretch.folder
    assert (new_there.about.until, len(new_there.bases)) == (new.about.until, 1)

    copied.copies.forget()
    looked(copied)
    assert len(stretches.stretches_in(copied.root)) == 2


@pytest.fixture
def stretches_of_two(desk: Desk, copied: Keeper) -> Keeper:
    """Both copied."""
    looked(copied)
    write(desk, "in the next segment")
    looked(copied)
    copied.begin_anew()
    looked(copied)
    return copied


def test_what_gave_way_elsewhere_stays_away(desk: Desk, stretches_of_two: Keeper) -> None:
    copied = stretches_of_two
    old, new = stretches.stretches_in(copied.copies.root)
    assert stretches.give_up_oldest(copied.copies.root)
    assert not old.folder.exists()
    fill(desk, 1)
    looked(copied)
    (there,) = stretches.stretches_in(copied.copies.root)
    assert there.folder == new.folder
    assert there.about.until
    assert new.about.until
    assert there.about.until > new.about.until


def test_what_did_not_change_is_not_copied_again(
    desk: Desk, stretches_of_two: Keeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    copied, write_sealed = stretches_of_two, copying.write_sealed
    old, new = stretches.stretches_in(copied.copies.root)
    assert old.partial
    written: list[Path] = []

    def noted(file: Path, *rest: Any) -> None:
        written.append(file.parent)
        write_sealed(file, *rest)

    monkeypatch.setattr(copying, "write_sealed", noted)
    write(desk, "a word")
    looked(copied)
    assert set(written) == {new.wal}
