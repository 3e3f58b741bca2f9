"""How the archives are that lead back to any moment: what their keepers write for who shows it.

`point-in-time.json` lies beside the bundles. `operations/point_in_time` has the keepers.
"""

import json
import os
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

STATE = "point-in-time.json"
BEHIND = timedelta(minutes=5)
"""A keeper looks several times a minute; a base backup of much data may take some."""


class Which(StrEnum):
    LOCAL = "local"
    ELSEWHERE = "elsewhere"


@dataclass(frozen=True)
class Archive:
    """How an archive is, for the doctor and for people."""

    which: Which
    checked_at: datetime
    since: datetime | None = None
    """The earliest moment that can be restored."""
    until: datetime | None = None
    """Up to here everything is in it for certain; None where nobody keeps count (servers)."""
    base_backup_at: datetime | None = None
    waiting: int = 0
    """Segments of 16 MiB that are not in it yet."""
    has_gap: bool = False
    """Until the next base backup, only the time before the gap can be restored."""
    failure: str | None = None
    is_kept: bool = True
    """Whether what is done now should come into it."""
    is_of_other: bool = False
    """Whether it is of another database than the one that runs, which nobody uses yet."""
    stretches: tuple[tuple[datetime, datetime], ...] = ()
    """From when to when each leads without a gap, oldest first, where somebody keeps count."""

    def is_in_trouble(self, moment: datetime) -> bool:
        """Whether one could not go back to what is done at that moment, which is now or was."""
        reached = self.until or self.checked_at
        is_behind = self.since is not None and moment - reached > BEHIND
        return self.is_kept and (self.failure is not None or self.has_gap or is_behind)


STORED = TypeAdapter(list[Archive])


def write_state(folder: Path, archives: list[Archive]) -> None:
    """Readable for all: it says when, not what."""
    file = folder / STATE
    fresh = file.with_name(f".{file.name}.{os.getpid()}")
    fresh.write_text(json.dumps([asdict(each) for each in archives], default=str, indent=2) + "\n")
    fresh.chmod(0o644)
    fresh.replace(file)


def read_state(folder: Path) -> list[Archive]:
    """None of them where nothing is archived; what cannot be read is no reason to fail."""
    try:
        return STORED.validate_json((folder / STATE).read_bytes())
    except (OSError, ValidationError):
        return []
