"""Which base backup leads to a moment, what is refused, and what may go: from files alone."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from agentlab.cli.restore import moment_of
from agentlab.kit import clock
from agentlab.operations.backup.shelf import write_json
from agentlab.operations.point_in_time import stretches
from agentlab.operations.point_in_time.recovery import MomentNotArchived
from agentlab.operations.point_in_time.stretches import (
    ABOUT,
    BASES,
    NAMED,
    RECORD,
    WAL,
    About,
    MomentAhead,
    Record,
)

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NOW = clock.now().replace(microsecond=0)


def stretch(
    root: Path, began: datetime, until: datetime, *bases: datetime, system: str = "7"
) -> Path:
    """With one segment for each hour; a base backup begins with the segment of its hour."""
    folder = root / began.strftime(NAMED)
    for part in (WAL, BASES):
        (folder / part).mkdir(parents=True)
    write_json(folder / ABOUT, About(system_identifier=system, began_at=began, until=until))
    for hour in range(int((until - began) / HOUR) + 1):
        (folder / WAL / f"00000001{0:08X}{hour:08X}").touch()
    for each in bases:
        base = folder / BASES / each.strftime(NAMED)
        base.mkdir()
        first = f"00000001{0:08X}{int((each - began) / HOUR):08X}"
        write_json(
            base / RECORD, Record(began_at=each, ended_at=each, first_wal=first, size_bytes=1)
        )
    return folder


def chosen(root: Path, at: datetime | None) -> datetime:
    _, base = stretches.choose(root, at)
    return base.record.ended_at


def test_the_newest_base_backup_before_the_moment(tmp_path: Path) -> None:
    bases = [NOW - 3 * DAY, NOW - 2 * DAY, NOW - DAY]
    stretch(tmp_path, NOW - 4 * DAY, NOW, *bases)
    assert chosen(tmp_path, NOW - 2 * DAY + HOUR) == NOW - 2 * DAY
    assert chosen(tmp_path, NOW - 2 * DAY) == NOW - 2 * DAY
    assert chosen(tmp_path, NOW - HOUR) == NOW - DAY
    assert chosen(tmp_path, None) == NOW - DAY
    assert stretches.span_of(tmp_path) == (NOW - 3 * DAY, NOW)


def test_what_nothing_leads_to_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MomentNotArchived, match="There is no archive with a base backup"):
        stretches.choose(tmp_path / "missing", None)
    stretch(tmp_path, NOW - 5 * DAY, NOW - 3 * DAY, NOW - 4 * DAY)
    stretch(tmp_path, NOW - 2 * DAY, NOW, NOW - DAY)
    with pytest.raises(MomentNotArchived, match="Nothing so early is archived"):
        stretches.choose(tmp_path, NOW - 5 * DAY)
    with pytest.raises(MomentNotArchived, match=r"name a moment before .*, or after"):
        stretches.choose(tmp_path, NOW - 2 * DAY)
    with pytest.raises(MomentAhead, match="has not come yet"):
        stretches.choose(tmp_path, NOW + DAY)
    assert chosen(tmp_path, NOW - 3 * DAY) == NOW - 4 * DAY


def test_a_base_backup_of_a_clock_that_was_ahead_keeps_its_place(tmp_path: Path) -> None:
    bases = [NOW - 3 * DAY, NOW - 2 * DAY, NOW - DAY]
    folder = stretch(tmp_path, NOW - 4 * DAY, NOW, *bases)
    (ahead,) = [
        each
        for each in stretches.stretches_in(tmp_path)[0].bases
        if each.record.ended_at == bases[0]
    ]
    dated = {"began_at": NOW + 365 * DAY, "ended_at": NOW + 365 * DAY}
    write_json(ahead.folder / RECORD, ahead.record.model_copy(update=dated))
    assert chosen(tmp_path, None) == chosen(tmp_path, NOW - HOUR) == NOW - DAY
    assert stretches.span_of(tmp_path) == (NOW - 2 * DAY, NOW)
    assert stretches.give_up_oldest(tmp_path)
    assert not ahead.folder.exists()
    assert len(list((folder / BASES).iterdir())) == 2


def test_of_two_databases_nobody_guesses_which_last_moment_is_meant(tmp_path: Path) -> None:
    stretch(tmp_path, NOW - 5 * DAY, NOW - 3 * DAY, NOW - 4 * DAY)
    stretch(tmp_path, NOW - HOUR, NOW, NOW - HOUR, system="8")
    last = (NOW - 3 * DAY).isoformat().replace("+00:00", "Z")
    with pytest.raises(MomentNotArchived, match=f"restore --at {last}`, or `agentlab"):
        stretches.choose(tmp_path, None)
    assert chosen(tmp_path, moment_of(last)) == NOW - 4 * DAY
    assert stretches.spans_of(tmp_path) == ((NOW - 4 * DAY, NOW - 3 * DAY), (NOW - HOUR, NOW))


def test_of_seven_days_all_moments_are_kept(tmp_path: Path) -> None:
    bases = [NOW - each * DAY for each in range(20, -1, -1)]
    folder = stretch(tmp_path, bases[0], NOW, *bases)
    stretches.expire(tmp_path, days=7)
    span = stretches.span_of(tmp_path)
    assert span
    assert span[0] == NOW - 7 * DAY
    segments = sorted(each.name for each in (folder / WAL).iterdir())
    assert segments[0] == f"00000001{0:08X}{13 * 24:08X}"
    assert len(segments) == 7 * 24 + 1


def test_no_clock_makes_the_last_ones_old(tmp_path: Path) -> None:
    stretch(tmp_path, NOW - 900 * DAY, NOW - 890 * DAY, NOW - 899 * DAY, NOW - 891 * DAY)
    stretches.expire(tmp_path, days=7)
    assert stretches.span_of(tmp_path) == (NOW - 899 * DAY, NOW - 890 * DAY)


def test_a_stretch_without_a_base_backup_goes_unless_it_waits_for_its_first(
    tmp_path: Path,
) -> None:
    old = stretch(tmp_path, NOW - 9 * DAY, NOW - 8 * DAY)
    stretch(tmp_path, NOW - 5 * DAY, NOW - 3 * DAY, NOW - 4 * DAY)
    waiting = stretch(tmp_path, NOW - HOUR, NOW)
    stretches.expire(tmp_path, days=7)
    assert not old.exists()
    assert len(list((waiting / WAL).iterdir())) == 2


def test_making_room_never_takes_the_newest_base_backup(tmp_path: Path) -> None:
    stretch(tmp_path, NOW - 5 * DAY, NOW - 3 * DAY, NOW - 4 * DAY)
    stretch(tmp_path, NOW - 2 * DAY, NOW, NOW - DAY)
    assert stretches.give_up_oldest(tmp_path)
    assert not stretches.give_up_oldest(tmp_path)
    assert stretches.span_of(tmp_path) == (NOW - DAY, NOW)


def test_what_was_interrupted_is_cleared(tmp_path: Path) -> None:
    folder = stretch(tmp_path, NOW - 2 * DAY, NOW, NOW - DAY)
    (tmp_path / ".new-x").mkdir()
    (folder / BASES / ".gone-x").mkdir()
    (folder / WAL / ".new-x").touch()
    stretches.clear(tmp_path)
    assert list(stretches.unfinished_in(tmp_path)) == []
    assert stretches.span_of(tmp_path)
