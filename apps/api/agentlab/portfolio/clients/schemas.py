from datetime import datetime
from uuid import UUID

from pydantic import BaseModel

from agentlab.kit.text import Line
from agentlab.portfolio.levels.schemas import Changes, NewName, ReferenceLabel, Versioned


class ClientIn(BaseModel):
    name: Line
    domain_id: UUID | None = None
    """A value of the reference data of kind `business_domain`."""


class ClientChanges(Changes):
    name: NewName = None
    domain_id: UUID | None = None


class ClientOut(Versioned):
    id: UUID
    name: str
    domain: ReferenceLabel | None
    archived_at: datetime | None
    """Since when nothing new is made in it; null while it is in use."""
    created_at: datetime
    services_total: int
    projects_total: int
