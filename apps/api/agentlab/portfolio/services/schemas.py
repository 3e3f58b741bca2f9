from datetime import datetime
from uuid import UUID

from pydantic import BaseModel

from agentlab.kit.kept import Kept
from agentlab.kit.text import Line, Paragraph
from agentlab.portfolio.levels.schemas import (
    Changes,
    Ids,
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
    name: Kept[Line] = None
    description: Kept[Paragraph] = None
    category_ids: Kept[Ids] = None


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
