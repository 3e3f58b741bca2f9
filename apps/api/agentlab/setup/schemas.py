from datetime import datetime

from pydantic import BaseModel

from agentlab.kit.text import Word
from agentlab.operations.restore.schemas import KeyText, RestoreProgress


class FoundBackup(BaseModel):
    """A backup with people in it, beside a database without any."""

    name: str
    created_at: datetime
    size_bytes: int
    agentlab: str
    """The version that made it."""


class FoundArchive(BaseModel):
    """The archive of a database with people in it, beside one without any."""

    until: datetime | None
    """Up to this moment everything comes back; null where nobody keeps count."""
    command: str
    """What brings it back, on the host."""


class SetupOut(BaseModel):
    needs_first_administrator: bool
    """True until the first administrator exists."""
    backups: list[FoundBackup] = []
    """Newest first; while there are any, no first administrator is made. Restore one of them, or
    begin anew from the host with `agentlab user add`."""
    archives: list[FoundArchive] = []
    """While there are any, no first administrator is made either."""
    restores_here: bool = False
    """Whether `POST /setup/restore` works; otherwise it is `agentlab restore` on the host."""
    restore: RestoreProgress | None = None


class FirstRestoreIn(BaseModel):
    backup: Word
    """By name, as `GET /setup` lists it."""
    key: KeyText
