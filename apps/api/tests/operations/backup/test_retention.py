"""Which backups may go: as few as the rules allow, and none because a clock was wrong."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentlab.kit import clock
from agentlab.operations.backup.place import Generations, Retention
from agentlab.operations.backup.retention import outdated
from agentlab.operations.backup.shelf import KeptBundle, Record
from tests.operations.backup.support import CREATED

DAY = timedelta(days=1)


def kept(created_at: datetime, *, good: bool = True) -> KeptBundle:
    record = Record(size=1, sha256="", verified_at=created_at if good else None)
    return KeptBundle(Path(f"{created_at:%Y%m%dT%H%M%S}"), 1, created_at, None, record, None)


def daily(days: int, *, until: datetime = CREATED) -> list[KeptBundle]:
    """One a day, newest first."""
    return [kept(until - day * DAY) for day in range(days)]


def test_thirty_days_are_kept() -> None:
    bundles = daily(40)
    assert outdated(bundles, Retention()) == bundles[30:]


def test_several_of_one_day_are_one_day() -> None:
    bundles = [kept(CREATED - hour * timedelta(hours=1)) for hour in (0, 1, 2)] + daily(3)[1:]
    assert outdated(bundles, Retention(days=2, minimum=1)) == bundles[-1:]


def test_a_long_pause_makes_nothing_old() -> None:
    bundles = [kept(CREATED + 400 * DAY), *daily(20)]
    assert outdated(bundles, Retention()) == []


def test_a_minimum_is_kept_whatever_the_days() -> None:
    bundles = daily(5)
    assert outdated(bundles, Retention(days=1, minimum=4)) == bundles[4:]


def test_what_is_not_good_neither_counts_nor_goes() -> None:
    bad = [kept(CREATED + DAY, good=False), kept(CREATED - 90 * DAY, good=False)]
    good = daily(3)
    assert outdated([*bad, *good], Retention(days=1, minimum=2)) == good[2:]


def test_a_date_in_the_future_pushes_nothing_out() -> None:
    future = kept(clock.now() + 900 * DAY)
    bundles = daily(3)
    assert outdated([*bundles, future], Retention(days=3, minimum=1)) == []


def test_grandfather_father_son() -> None:
    gone = outdated(daily(800), Retention(minimum=1, generations=Generations(7, 4, 12)))
    left = [each.created_at.date() for each in daily(800) if each not in gone]
    assert len(left) == 7 + 3 + 11 - 1  # this week and month are among the days already
    assert left[:7] == [(CREATED - day * DAY).date() for day in range(7)]
    assert left[-1] == datetime(2025, 12, 31).date()  # noqa: DTZ001 - a date


@pytest.mark.parametrize("generations", [None, Generations(2, 0, 1)])
@given(
    ages=st.lists(st.tuples(st.integers(-400, 4000), st.booleans()), max_size=30),
    days=st.integers(1, 40),
    minimum=st.integers(1, 10),
)
def test_never_too_many_go(
    generations: Generations | None, ages: list[tuple[int, bool]], days: int, minimum: int
) -> None:
    now = clock.now()
    found = [kept(now - age * DAY, good=good) for age, good in ages]
    bundles = sorted(
        found, key=lambda each: (not each.is_from_the_future, each.created_at), reverse=True
    )
    gone = outdated(bundles, Retention(days, minimum, generations))
    good = [each for each in bundles if each.is_good]
    assert all(each.is_good and not each.is_from_the_future for each in gone)
    assert len(good) - len(gone) >= min(minimum, len(good)) or any(
        each.is_from_the_future for each in good
    )
    assert not set(map(id, gone)) & set(map(id, good[:minimum]))
