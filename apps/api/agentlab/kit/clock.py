"""The time, in one place."""

from datetime import UTC, datetime, timedelta


def now() -> datetime:
    """The current time in UTC, with its zone."""
    return datetime.now(UTC)


def now_after(*moments: datetime | None) -> datetime:
    """Now, or just after the latest of these where the clock went backwards since.

    For what counts by its order: what is said later has to count as later.
    """
    latest = max((moment for moment in moments if moment), default=None)
    moment = now()
    return moment if latest is None or moment > latest else latest + timedelta(microseconds=1)
