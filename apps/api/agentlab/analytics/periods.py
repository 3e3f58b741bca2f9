"""Calendar days, weeks and months of somebody's time zone, as moments."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from agentlab.errors import InvalidInput

DAY = timedelta(days=1)
USUAL = 12
"""So many weeks or months, the present one among them, where no first day is given."""
MOST_PARTS = 120


class PeriodBackwards(InvalidInput):
    code = "period_backwards"


class PeriodTooLong(InvalidInput):
    code = "period_too_long"


class Grain(StrEnum):
    """How a period is divided."""

    WEEK = "week"
    """From Monday to Sunday."""
    MONTH = "month"


@dataclass(frozen=True)
class Period:
    """From the first day to the last, both of them in it, in parts."""

    first: date
    last: date
    grain: Grain
    zone: ZoneInfo

    @property
    def previous_first(self) -> date:
        """The first of as many days that come right before."""
        return self.first - (self.last - self.first) - DAY

    @property
    def starts(self) -> list[date]:
        """The first day of each part; the first and the last part may be cut short."""
        found = [self.first]
        while (following := next_start(found[-1], self.grain)) <= self.last:
            found.append(following)
        return found

    @property
    def ends(self) -> list[date]:
        """The last day of each part."""
        return [*(day - DAY for day in self.starts[1:]), self.last]

    @property
    def edges(self) -> list[datetime]:
        """The moments between the parts, with those where the period begins and ends."""
        return [self.moment(day) for day in (*self.starts, self.last + DAY)]

    @property
    def previous_start(self) -> datetime:
        return self.moment(self.previous_first)

    def moment(self, day: date) -> datetime:
        """When the day begins; where its midnight is left out, its first moment."""
        return datetime.combine(day, time.min, self.zone).astimezone(UTC)


def period_of(
    first: date | None, last: date | None, grain: Grain, zone: ZoneInfo, *, today: date
) -> Period:
    """The period that was asked for; without days the last twelve weeks or months.

    Raises:
        PeriodBackwards, PeriodTooLong.
    """
    last = last or today
    first = first or usual_start(last, grain)
    if first > last:
        raise PeriodBackwards(
            f"The period ends on {last} before it begins on {first}. Exchange the days.",
            field="from",
        )
    shortest = DAY * (7 if grain is Grain.WEEK else 28)
    if (last - first) / shortest > MOST_PARTS:
        raise PeriodTooLong(
            f"That are more than {MOST_PARTS} {grain}s. Ask for fewer days"
            + (", or for months." if grain is Grain.WEEK else "."),
            field="from",
        )
    return Period(first, last, grain, zone)


def usual_start(last: date, grain: Grain) -> date:
    if grain is Grain.WEEK:
        return last - DAY * (last.weekday() + 7 * (USUAL - 1))
    months = last.year * 12 + last.month - USUAL
    return date(months // 12, months % 12 + 1, 1)


def next_start(day: date, grain: Grain) -> date:
    if grain is Grain.WEEK:
        return day + DAY * (7 - day.weekday())
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)
