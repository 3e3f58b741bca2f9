from datetime import datetime
from uuid import UUID

from pydantic import BaseModel

from agentlab.kit.text import Line, Paragraph
from agentlab.portfolio.levels.schemas import (
    Changes,
    Ids,
    NewIds,
    NewName,
    NewText,
    ReferenceLabel,
    Releasing,
    Versioned,
)
from agentlab.portfolio.places import PlaceOut


class ServiceIn(BaseModel):
    client_id: UUID
    name: Line
    description: Paragraph = ""
    category_ids: Ids = []
    """Values of the reference data of kind `service_category`."""


class ServiceChanges(Changes):
    name: NewName = None
    description: NewText = None
    category_ids: NewIds = None


class ServiceMove(BaseModel):
    client_id: UUID
    """Where it goes."""
    confirm_other_client: bool = False
    """Has to be true: the people of the other client are not the same."""
    reason: Paragraph = ""


class ServiceOut(Versioned):
    id: UUID
    client: PlaceOut
    name: str
    description: str
    categories: list[ReferenceLabel]
    """By name."""
    archived_at: datetime | None
    """Since when nothing new is made in it; null while it is in use."""
    is_client_archived: bool
    created_at: datetime
    projects_total: int


class MovedService(Releasing, ServiceOut):
    """A service where it is now, and whose owners stayed behind."""
