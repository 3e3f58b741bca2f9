"""Changing what people edit: the version goes up, and the trail gets what differs."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from agentlab.kit.clock import now
from agentlab.portfolio.models import Edited

Values = dict[str, Any]


class NamedPerson(BaseModel):
    """Who owns, changed or deleted something, as pages name them."""

    id: UUID
    name: str


def person_named(id_: UUID | None, name: str | None) -> NamedPerson | None:
    return NamedPerson(id=id_, name=name) if id_ and name is not None else None


def edit(row: Edited, values: Mapping[str, Any], *, by: UUID) -> tuple[Values, Values]:
    """Give the row these values; what differs, as it was and as it is now.

    A row that has them already stays as it is, and both are empty.
    """
    before, after = differing(row, values)
    assign(row, after)
    if after:
        touch(row, by=by)
    return before, after


def differing(row: object, given: Mapping[str, Any]) -> tuple[Values, Values]:
    """Of the fields that are given, those that change: as they are, and as they will be."""
    after = {name: value for name, value in given.items() if getattr(row, name) != value}
    return {name: getattr(row, name) for name in after}, after


def assign(row: object, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        setattr(row, name, value)


def touch(row: Edited, *, by: UUID | None) -> None:
    """Say that the row was changed, now, and by whom."""
    row.version += 1
    row.updated_at = now()
    row.updated_by = by
