"""Changing a row: only what differs, with who and when, and what it was before."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from agentlab.audit import actors
from agentlab.kit.clock import now
from agentlab.portfolio.levels.schemas import NamedPerson
from agentlab.portfolio.models import Edited

Values = dict[str, Any]


def differing(row: object, given: Mapping[str, Any]) -> tuple[Values, Values]:
    """Of the fields that are given, those that change: as they are, and as they will be."""
    after = {name: value for name, value in given.items() if getattr(row, name) != value}
    return {name: getattr(row, name) for name in after}, after


def assign(row: object, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        setattr(row, name, value)


def touch(row: Edited) -> None:
    """Say that the row was changed, now, by whoever acts."""
    row.version += 1
    row.updated_at = now()
    row.updated_by = actors.current().id


def person_named(id_: UUID | None, name: str | None) -> NamedPerson | None:
    return NamedPerson(id=id_, name=name) if id_ and name is not None else None
