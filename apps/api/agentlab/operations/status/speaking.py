"""What an operator types, made into words and times that may be published."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from agentlab.errors import InvalidInput
from agentlab.operations.status.components import Component
from agentlab.operations.status.incidents import Said
from agentlab.operations.status.wording import Language

LONGEST_WORDS = 2_000
LONGEST_MAINTENANCE = timedelta(days=7)
FARTHEST = timedelta(days=366)
UNITS_S = {"m": 60, "h": 3_600, "d": 86_400}


class WordsUnusable(InvalidInput):
    code = "words_unusable"


class TimeUnusable(InvalidInput):
    code = "time_unusable"


class NoSuchComponent(InvalidInput):
    code = "no_such_component"


def words_of(english: str, french: str | None) -> Said:
    """The text in one or both languages, without what no page or feed can hold."""
    said = {Language.ENGLISH.value: plain(english)}
    if french is not None:
        said[Language.FRENCH.value] = plain(french)
    return said


def plain(text: str) -> str:
    lines = ("".join(filter(str.isprintable, line)).strip() for line in text.splitlines())
    found = "\n".join(lines).strip()
    if not found:
        raise WordsUnusable("There is nothing to say in an empty text. Give it words.")
    if len(found) > LONGEST_WORDS:
        raise WordsUnusable(
            f"The text has {len(found):,} characters; the status page takes {LONGEST_WORDS:,}. "
            "Say the most important, and link to the rest."
        )
    return found


def span_of(start: str, end: str, now: datetime) -> tuple[datetime, datetime]:
    """From when to when: `2026-12-01 22:00` or `now`, and a moment or a length such as `90m`.

    Raises:
        TimeUnusable: it is no time, or `need_sense` says so.
    """
    starts_at = now if start == "now" else moment_of(start)
    length = re.fullmatch(r"(\d{1,5})([mhd])", end)
    ends_at = (
        starts_at + timedelta(seconds=int(length[1]) * UNITS_S[length[2]])
        if length
        else moment_of(end)
    )
    need_sense(starts_at, ends_at, now)
    return starts_at, ends_at


def need_sense(starts_at: datetime, ends_at: datetime, now: datetime) -> None:
    """Raises `TimeUnusable`: it ends before it begins or is over, is too long or too far away."""
    if ends_at <= starts_at:
        raise TimeUnusable("It would end before it begins. Name an end that is after the start.")
    if ends_at <= now:
        raise TimeUnusable(
            f"It would be over already: now it is {now:%Y-%m-%d %H:%M} UTC. Times without a zone "
            "are UTC; 2026-12-01T22:00+01:00 names one."
        )
    if ends_at - starts_at > LONGEST_MAINTENANCE:
        raise TimeUnusable("It would last longer than 7 days. Plan it in several parts.")
    if starts_at - now > FARTHEST:
        raise TimeUnusable("It would begin in more than a year. Plan it when it is nearer.")


def moment_of(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise TimeUnusable(
            f"“{text}” is no time. Write 2026-12-01 22:00, in UTC, or with a zone "
            "2026-12-01T22:00+01:00; as the end also a length such as 90m or 2h."
        ) from error


def components_of(names: Iterable[str]) -> list[Component]:
    try:
        return [Component(name) for name in names]
    except ValueError as error:
        raise NoSuchComponent(
            f"{str(error).split(' is not')[0]} is no component. They are {', '.join(Component)}."
        ) from error
