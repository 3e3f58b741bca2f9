from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel, ConfigDict


class Noun(StrEnum):
    """What kind of thing changed."""

    PORTFOLIO = "portfolio"
    """Clients, services, contacts, applications, reference data."""
    PEOPLE = "people"
    PROJECT = "project"
    STAGE = "stage"
    GATE = "gate"
    DOCUMENT = "document"
    IMPORT = "import"
    WORK = "work"
    """Where work stands by a project's ledgers, and their contradictions."""
    INBOX = "inbox"
    """What a person put off or read: told to them alone."""
    STATUS_PAGE = "status_page"
    """What administrators said there, and not what the prober found."""


class Change(BaseModel):
    """The `data` of an event `change`: what to read again, as far as the listener may know of it.

    An event `reset` says that changes may have been missed: read everything again.
    """

    model_config = ConfigDict(frozen=True)

    noun: Noun
    id: UUID | None
    """Which one; null when several of the project's did, or when it is not told which."""
    project_id: UUID | None
    """The project that it belongs to; null for an import that has made none yet."""
