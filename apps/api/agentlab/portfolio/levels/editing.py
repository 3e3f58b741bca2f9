"""What levels add to `portfolio.edits`: a change is by whoever acts."""

from uuid import UUID

from agentlab.audit import actors
from agentlab.portfolio import edits
from agentlab.portfolio.levels.schemas import NamedPerson
from agentlab.portfolio.models import Edited


def touch(row: Edited) -> None:
    """Say that the row was changed, now, by whoever acts."""
    edits.touch(row, by=actors.current().id)


def person_named(id_: UUID | None, name: str | None) -> NamedPerson | None:
    return NamedPerson(id=id_, name=name) if id_ and name is not None else None
