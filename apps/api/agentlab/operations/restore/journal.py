"""`restore.json` beside the bundles: how far a restore is, for who waits and for who finishes it.

It stays when the restore has ended, as the record of the last one. Whether the databases and the
folders have changed places is read from their names, never from here.
"""

from datetime import datetime
from enum import StrEnum
from pathlib import Path

from pydantic import BaseModel

from agentlab.kit import clock
from agentlab.operations.backup.shelf import read_json, write_json

FILE = "restore.json"


class Step(StrEnum):
    """In their order."""

    CHECK = "check"
    RESTORE_POINT = "restore_point"
    LOAD = "load"
    COMPARE = "compare"
    MIGRATE = "migrate"
    FILES = "files"
    SWAP = "swap"
    HEALTH = "health"
    CLEAN = "clean"
    BACK = "back"
    """Instead of what should have followed."""


class Outcome(StrEnum):
    RUNNING = "running"
    RESTORED = "restored"
    FAILED = "failed"
    INTERRUPTED = "interrupted"
    """Only told, never written: it should run, and nobody is at it. The next run settles it."""


class Entry(BaseModel):
    """One restore."""

    bundle: str
    """The name of the bundle's file."""
    bundle_id: str
    started_at: datetime
    pid: int | None = None
    """The process that began it."""
    step: Step = Step.CHECK
    done_bytes: int = 0
    total_bytes: int = 0
    restore_point: str | None = None
    """The bundle that holds what was there before, once it exists."""
    outcome: Outcome = Outcome.RUNNING
    finished_at: datetime | None = None
    reason: str = ""
    """Why it failed."""
    seconds: dict[Step, float] = {}
    """How long each step took."""


class Journal:
    """In the folder of the bundles."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def file(self) -> Path:
        return self.folder / FILE

    def read(self) -> Entry | None:
        """The restore that runs, was interrupted, or was the last one."""
        return read_json(self.file, Entry)

    def write(self, entry: Entry) -> Entry:
        write_json(self.file, entry)
        return entry

    def end(self, entry: Entry, outcome: Outcome, *, reason: str = "") -> Entry:
        ended = {"outcome": outcome, "reason": reason, "finished_at": clock.now()}
        return self.write(entry.model_copy(update=ended))
