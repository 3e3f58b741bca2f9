"""The time, in one place."""

from datetime import UTC, datetime


def now() -> datetime:
    """The current time in UTC, with its zone."""
    return datetime.now(UTC)
