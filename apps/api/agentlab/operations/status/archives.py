"""How the archive is that leads back to any moment, by what its keeper writes beside the bundles.

`operations/backup/archives.py` has the file's shape, and loads what the prober does without.
Sentences in the file are not published.
"""

import asyncio
import json
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from agentlab.kit import clock
from agentlab.operations.status.backups import Json, moment_in, told
from agentlab.operations.status.components import Component, Finding, Reason, State

FILE = "point-in-time.json"
LOCAL, ELSEWHERE = "local", "elsewhere"
REASONS = {LOCAL: Reason.ARCHIVE_STOPPED, ELSEWHERE: Reason.ARCHIVE_NOT_COPIED}
FIGURES = {LOCAL: "archive_in_trouble", ELSEWHERE: "archive_elsewhere_in_trouble"}

BEHIND = timedelta(hours=1)
"""While it makes a base backup, the keeper of a server looks at nothing else."""
MANY_WAITING = 32
"""Of the 128 segments that are kept while they cannot be archived."""
PATIENCE_S = 600.0
"""A restart of PostgreSQL or a moment without the storage is no news."""


@dataclass
class Archives:
    """The archive here, and the one elsewhere if there is one.

    Neither can be down: work goes on, and bundles are made all the same.

    Args:
        folder: where the bundles lie; without it there is nothing to look at.
    """

    folder: Path
    failing_since: dict[str, float] = field(default_factory=dict)
    """By which of them, of the monotonic clock."""

    async def look(self) -> list[Finding]:
        component = Component.ARCHIVE
        try:
            found = await asyncio.to_thread(read, self.folder)
        except FileNotFoundError:
            return []
        except OSError as error:
            detail = f"its state cannot be read: {error.strerror}"
            return [Finding(component, State.UNKNOWN, Reason.NO_ANSWER, detail=detail)]
        now = clock.now()
        troubles = {
            which: trouble_in(found[which], now) if which in found else "" for which in REASONS
        }
        lasting = [which for which, trouble in troubles.items() if self.lasts(which, trouble)]
        state, reason = (State.DEGRADED, REASONS[lasting[0]]) if lasting else (State.UP, None)
        said = [f"{which}: {trouble}" for which, trouble in troubles.items() if trouble]
        figures = {FIGURES[which]: float(bool(trouble)) for which, trouble in troubles.items()}
        detail = ", ".join(said) or "in order"
        return [Finding(component, state, reason, detail=detail, figures=figures)]

    def lasts(self, which: str, trouble: str) -> bool:
        if not trouble:
            self.failing_since.pop(which, None)
            return False
        since = self.failing_since.setdefault(which, time.monotonic())
        return time.monotonic() - since >= PATIENCE_S


def read(folder: Path) -> dict[str, Json]:
    """What the keeper last wrote; until it does, it counts from the folder's last change."""
    changed_at = datetime.fromtimestamp(folder.stat().st_mtime, UTC)
    try:
        found = json.loads((folder / FILE).read_bytes())
    except (FileNotFoundError, ValueError):
        found = None
    archives = found if isinstance(found, list) else []
    return {str(each.get("which")): each for each in archives if isinstance(each, dict)} or {
        LOCAL: {"checked_at": str(changed_at)}
    }


def trouble_in(archive: Json, now: datetime) -> str:
    """Why one could not go back to what is done now; nothing where one could."""
    if archive.get("failure"):
        return "the last try failed"
    if archive.get("has_gap"):
        return "it has a gap"
    checked_at, waiting = moment_in(archive.get("checked_at")), archive.get("waiting")
    if checked_at is None or now - checked_at > BEHIND:
        return f"nobody looked for {told(now - checked_at)}" if checked_at else "nobody looked"
    if isinstance(waiting, int) and waiting > MANY_WAITING:
        return f"{waiting} segments wait"
    return ""
