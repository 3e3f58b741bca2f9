from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field, SecretStr

from agentlab.operations.restore.journal import Outcome, Step


class FoundBackup(BaseModel):
    """A backup with people in it, beside a database without any."""

    name: str
    created_at: datetime
    size_bytes: int
    agentlab: str
    """The version that made it."""


class RestoreOut(BaseModel):
    """The restore that runs, or the last one."""

    backup: str
    step: Step
    """What it is doing, or what it failed at."""
    outcome: Outcome
    done_bytes: int
    total_bytes: int
    started_at: datetime
    reason: str
    """Why it failed; what was there before is there still."""


class SetupOut(BaseModel):
    needs_first_administrator: bool
    """True until the first administrator exists."""
    backups: list[FoundBackup] = []
    """Newest first; while there are any, no first administrator is made. Restore one of them, or
    begin anew from the host with `agentlab user add`."""
    restores_here: bool = False
    """Whether `POST /setup/restore` works; otherwise it is `agentlab restore` on the host."""
    restore: RestoreOut | None = None


class RestoreIn(BaseModel):
    backup: Annotated[str, Field(max_length=200)]
    """By name, as `GET /setup` lists it."""
    key: Annotated[SecretStr, Field(max_length=10_000)]
    """The text that `agentlab backup export-key` wrote."""
