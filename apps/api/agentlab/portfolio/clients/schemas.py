from datetime import datetime
from typing import Annotated
from uuid import UUID

from annotated_types import Ge, Le
from pydantic import BaseModel
from pydantic.json_schema import SkipJsonSchema

from agentlab.kit.text import Line
from agentlab.portfolio.levels.schemas import (
    Changes,
    KeptUnlessGiven,
    NewName,
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
    name: NewName = None
    domain_id: UUID | None = None
    cost_of_delay: Annotated[Weight | SkipJsonSchema[None], KeptUnlessGiven] = None


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
