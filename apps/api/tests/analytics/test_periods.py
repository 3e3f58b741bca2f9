"""Days, weeks and months of a time zone as moments."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from agentlab.analytics.periods import Grain, Period, PeriodBackwards, PeriodTooLong, period_of

PARIS = ZoneInfo("Europe/Paris")
SUNDAY = date(2026, 11, 29)


def test_without_days_it_is_the_last_twelve_weeks() -> None:
    period = period_of(None, None, Grain.WEEK, PARIS, today=SUNDAY)
    assert (period.first, period.last) == (date(2026, 9, 7), SUNDAY)
    assert len(period.starts) == 12
    assert {day.weekday() for day in period.starts} == {0}
    assert (period.previous_first, period.first) == (date(2026, 6, 15), date(2026, 9, 7))


def test_or_the_last_twelve_months() -> None:
    period = period_of(None, None, Grain.MONTH, PARIS, today=SUNDAY)
    assert period.starts[0] == date(2025, 12, 1)
    assert period.starts[-1] == date(2026, 11, 1)
    assert period.ends[-2:] == [date(2026, 10, 31), SUNDAY]


def test_days_begin_when_they_begin_there() -> None:
    period = Period(date(2026, 3, 28), date(2026, 3, 30), Grain.WEEK, PARIS)
    assert period.edges == [
        datetime(2026, 3, 27, 23, tzinfo=UTC),
        datetime(2026, 3, 29, 22, tzinfo=UTC),  # the clocks went forward that night
        datetime(2026, 3, 30, 22, tzinfo=UTC),
    ]


def test_where_there_is_no_midnight_the_day_begins_with_its_first_moment() -> None:
    beirut = Period(date(2024, 3, 31), date(2024, 3, 31), Grain.WEEK, ZoneInfo("Asia/Beirut"))
    assert beirut.edges[0] == datetime(2024, 3, 30, 22, tzinfo=UTC)


def test_the_first_and_the_last_part_are_cut_short() -> None:
    period = Period(date(2026, 11, 4), date(2026, 11, 10), Grain.WEEK, PARIS)
    assert list(zip(period.starts, period.ends, strict=True)) == [
        (date(2026, 11, 4), date(2026, 11, 8)),
        (date(2026, 11, 9), date(2026, 11, 10)),
    ]


def test_a_year_does_not_end_with_its_last_month() -> None:
    period = Period(date(2025, 12, 15), date(2026, 1, 2), Grain.MONTH, PARIS)
    assert period.starts == [date(2025, 12, 15), date(2026, 1, 1)]


def test_nonsense_is_refused_in_a_sentence() -> None:
    with pytest.raises(PeriodBackwards, match="before it begins"):
        period_of(SUNDAY, date(2026, 11, 1), Grain.WEEK, PARIS, today=SUNDAY)
    with pytest.raises(PeriodTooLong, match="or for months"):
        period_of(date(2000, 1, 1), SUNDAY, Grain.WEEK, PARIS, today=SUNDAY)
