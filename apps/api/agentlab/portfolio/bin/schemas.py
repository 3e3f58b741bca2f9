from datetime import datetime
from uuid import UUID

from pydantic import BaseModel

from agentlab.kit.text import Line
from agentlab.portfolio.edits import NamedPerson
from agentlab.portfolio.levels.deletion import Deletable
from agentlab.portfolio.levels.schemas import ReasonGiven


class BinnedOut(BaseModel):
    """What is in the bin, with all that was in it."""

    id: UUID
    kind: Deletable
    name: str
    client: str
    """The name of the client that it is, or that it belongs to."""
    service: str | None
    """The name of the service that it is, or that it belongs to; null for others."""
    deleted_at: datetime
    deleted_by: NamedPerson | None
    purged_after: datetime
    """When it is deleted for good."""
    waits_for: Deletable | None
    """Its client or service is in the bin, too, and has to be restored first."""


class RestorationIn(ReasonGiven):
    name: Line | None = None
    """Another name, when the one that it had is taken."""


class RestoredOut(BaseModel):
    id: UUID
    kind: Deletable
    name: str
