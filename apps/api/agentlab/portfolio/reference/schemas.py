from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, StringConstraints

from agentlab.kit.kept import Kept
from agentlab.kit.text import Line
from agentlab.portfolio.edits import NamedPerson
from agentlab.portfolio.models import ReferenceKind

Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
"""Lower-case letters, digits and `_`, a letter first; at most 40 characters."""

Colour = Annotated[str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$", to_lower=True)]
"""`#rrggbb`."""


class ReferenceItemIn(BaseModel):
    """A new value for a field."""

    code: Code
    name: Line
    colour: Colour | None = None


class ReferenceItemChanges(BaseModel):
    """What to change; what is left out stays as it is."""

    name: Kept[Line] = None
    colour: Colour | None = None
    """Null takes it away."""


class ReferenceItemOut(BaseModel):
    """A value that is offered for a field: a domain, a category, a type."""

    id: UUID
    kind: ReferenceKind
    code: str
    """Never changes; stands in spreadsheets."""
    name: str
    colour: str | None
    retired_at: datetime | None
    """Since when it is no longer offered; what has it, keeps it."""
    uses: int | None
    """How many clients, services or projects have it, also in the bin. For administrators."""
    version: int
    updated_at: datetime | None
    updated_by: NamedPerson | None


class ReferenceItems(BaseModel):
    """All values of one kind by name, the retired ones last."""

    items: list[ReferenceItemOut]
