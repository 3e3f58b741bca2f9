"""Drills of recovery as events: what `agentlab drill` wrote into `state/drills/`.

A report is a JSON object with `finished_at`, `ok`, and in seconds `rpo_s` (how much work would have
been lost) and `rto_s` (how long it took), each null where the drill did not measure it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from agentlab.operations.status.releases import MOST, SHOWN_FOR, moment_in, plain, records


@dataclass(frozen=True, slots=True)
class Drill:
    id: str
    at: datetime
    ok: bool
    rpo: timedelta | None
    rto: timedelta | None


def read_drills(folder: Path, now: datetime) -> list[Drill]:
    """The newest that have ended, the newest first. What cannot be read is left out."""
    if not folder.is_dir():
        return []
    found = [each for each in map(drill_in, records(folder)) if each]
    recent = [each for each in found if now - each.at < SHOWN_FOR]
    return sorted(recent, key=lambda each: (each.at, each.id), reverse=True)[:MOST]


def drill_in(record: dict[str, Any]) -> Drill | None:
    at = moment_in(record.get("finished_at"))
    if at is None or not isinstance(record.get("ok"), bool):
        return None
    return Drill(
        id=plain(record["id"]),
        at=at,
        ok=record["ok"],
        rpo=length_in(record.get("rpo_s")),
        rto=length_in(record.get("rto_s")),
    )


def length_in(value: object) -> timedelta | None:
    try:
        return timedelta(seconds=value) if isinstance(value, int | float) else None
    except (OverflowError, ValueError):
        return None
