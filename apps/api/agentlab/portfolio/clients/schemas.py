from datetime import datetime
from typing import Annotated
from uuid import UUID

from annotated_types import Ge, Le
from pydantic import BaseModel

from agentlab.kit.kept import Kept
from agentlab.kit.text import Line
from agentlab.portfolio.levels.schemas import (
    Changes,
    ReferenceLabel,
    Versioned,
)

Weight = Annotated[int, Ge(1), Le(10)]


class ClientIn(BaseModel):
    name: Line
    domain_id: UUID | None = None
    """A value of the reference data of kind `business_domain`."""
    cost_of_delay: Weight = 1
    """What a day of waiting costs here, from 1 to 10; the inbox weighs with it."""


class ClientChanges(Changes):
    name: Kept[Line] = None
    domain_id: UUID | None = None
    cost_of_delay: Kept[Weight] = None


class ClientOut(Versioned):
    id: UUID
    name: str
    domain: ReferenceLabel | None
    cost_of_delay: int
    """What a day of waiting costs here, from 1 to 10; the inbox weighs with it."""
    archived_at: datetime | None
    """Since when nothing new is made in it; null while it is in use."""
    created_at: datetime
    services_total: int
    projects_total: int
