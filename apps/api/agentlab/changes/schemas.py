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


class Change(BaseModel):
    """The `data` of an event `change`: what to read again, and nothing that not everybody may know.

    An event `reset` says that changes may have been missed: read everything again.
    """

    model_config = ConfigDict(frozen=True)

    noun: Noun
    id: UUID | None
    """Which one; null when several of the project's did."""
    project_id: UUID | None
    """The project that it belongs to; null for an import that has made none yet."""
