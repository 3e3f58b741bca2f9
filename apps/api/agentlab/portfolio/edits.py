"""Changing what people edit: the version goes up, and the trail gets what differs."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from agentlab.kit.clock import now
from agentlab.portfolio.models import Edited


class EditorOut(BaseModel):
    """Who changed something last."""

    id: UUID
    name: str


def editor_of(id_: UUID | None, name: str | None) -> EditorOut | None:
    return EditorOut(id=id_, name=name) if id_ and name is not None else None


def edit(
    row: Edited, values: Mapping[str, Any], *, by: UUID
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Give the row these values; what differs, as it was and as it is now.

    A row that has them already stays as it is, and both are empty.
    """
    before = {name: getattr(row, name) for name, value in values.items()}
    before = {name: old for name, old in before.items() if old != values[name]}
    after = {name: values[name] for name in before}
    for name, value in after.items():
        setattr(row, name, value)
    if after:
        row.version += 1
        row.updated_at = now()
        row.updated_by = by
    return before, after
