"""Deploys as events: what `agentlab deploy` and `rollback` wrote into `state/releases/`."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from agentlab.kit import logging

log = logging.get(__name__)

SHOWN_FOR = timedelta(days=90)
MOST = 20
LONGEST = 80


class Outcome(StrEnum):
    LIVE = "live"
    ROLLED_BACK = "rolled_back"
    NOT_TAKEN = "not_taken"


OUTCOMES = {
    ("deploy", "deployed"): Outcome.LIVE,
    ("rollback", "deployed"): Outcome.ROLLED_BACK,
    ("deploy", "failed"): Outcome.NOT_TAKEN,
}
"""By kind and outcome of a record. A restart changes no version, so it is no event."""


@dataclass(frozen=True, slots=True)
class Release:
    id: str
    version: str
    at: datetime
    outcome: Outcome


def read_releases(folder: Path, now: datetime) -> list[Release]:
    """The newest deploys that have ended, the newest first. What cannot be read is left out."""
    if not folder.is_dir():
        return []
    found = [each for each in map(release_in, records(folder)) if each]
    recent = [each for each in found if now - each.at < SHOWN_FOR]
    return sorted(recent, key=lambda each: (each.at, each.id), reverse=True)[:MOST]


def records(folder: Path) -> Iterator[dict[str, Any]]:
    for file in folder.glob("*.json"):
        try:
            record = json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            log.warning("release_unreadable", file=file.name, error=str(error))
            continue
        if isinstance(record, dict):
            yield {"id": file.stem, **record}


def release_in(record: dict[str, Any]) -> Release | None:
    outcome = OUTCOMES.get((str(record.get("kind")), str(record.get("outcome"))))
    at = moment_in(record.get("finished_at"))
    if outcome is None or at is None or not record.get("version"):
        return None
    return Release(plain(record["id"]), plain(record["version"]), at, outcome)


def plain(value: object) -> str:
    """As one short line that any format can hold."""
    return "".join(letter for letter in str(value) if letter.isprintable())[:LONGEST]


def moment_in(value: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
