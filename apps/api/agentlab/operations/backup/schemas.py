from datetime import datetime
from typing import Literal

from pydantic import BaseModel

from agentlab.operations.backup.bundle import Reason
from agentlab.operations.backup.shelf import Copy, Progress, Proof, Warning_


class BackupOut(BaseModel):
    """A backup that lies on this AgentLab's shelf."""

    name: str
    created_at: datetime
    size: int
    """In bytes."""
    is_good: bool
    """Whether it was verified, and no proof of it has failed."""
    trouble: str | None
    """Why it cannot be read, or what its last verification found."""
    seconds: float | None
    """How long making and verifying it took."""
    verified_at: datetime | None
    proof: Proof | None
    copies: list[Copy]
    reason: Reason | None
    agentlab: str | None
    """The version that made it."""
    rows: int | None
    versions: int | None
    """Versions of documents in it."""


class FailureOut(BaseModel):
    at: datetime
    sentence: str


class BackupsOut(BaseModel):
    """The backups, newest first, and how they are."""

    backups: list[BackupOut]
    running: Progress | None
    last_success: datetime | None
    last_failure: FailureOut | None
    """What went wrong since the last run that succeeded."""
    last_proof: Proof | None
    last_copy: datetime | None
    key_rehearsed_at: datetime | None
    size_bytes: int
    free_bytes: int
    """On the disk that they lie on."""
    warnings: list[Warning_]
    schedule: str
    """Five fields of cron in UTC, or `off`."""
    next_at: datetime | None
    """When the next one is due; null when there is no schedule."""


class RequestedOut(BaseModel):
    """What was asked for; GET /backups shows how far it is."""

    requested: Literal["backup", "proof"]
