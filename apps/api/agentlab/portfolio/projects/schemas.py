from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BaseModel, StringConstraints
from pydantic_core import PydanticCustomError

from agentlab.kit.kept import Kept
from agentlab.kit.text import Line, Paragraph, said_as
from agentlab.portfolio.edits import NamedPerson
from agentlab.portfolio.keys import FORM, LONGEST
from agentlab.portfolio.levels.schemas import (
    Changes,
    Ids,
    ReferenceLabel,
    Releasing,
    Versioned,
)
from agentlab.portfolio.models import ProjectStatus, ProjectType
from agentlab.portfolio.places import ArchivedWith, PlaceOut


def in_form(key: str) -> str:
    """A key in capitals, or a sentence about what keys look like."""
    if not FORM.fullmatch(key):
        raise PydanticCustomError(
            "no_key", "a key has letters A to Z, digits and `-`, and begins with a letter"
        )
    return key.upper()


Key = Annotated[
    str,
    StringConstraints(min_length=1, max_length=LONGEST),
    AfterValidator(in_form),
    said_as(f"^{FORM.pattern}$"),
]


class ProjectIn(BaseModel):
    service_id: UUID
    name: Line
    key: Key | None = None
    """Short and unique; made from the name when it is left out."""
    description: Paragraph = ""
    type: ProjectType = ProjectType.NEW
    implementation_type_id: UUID | None = None
    user_category_ids: Ids = []
    owner_id: UUID | None = None
    """Somebody who may see the client; whoever makes the project when it is left out, nobody when
    it is null."""


class ProjectChanges(Changes):
    name: Kept[Line] = None
    key: Kept[Key] = None
    description: Kept[Paragraph] = None
    type: Kept[ProjectType] = None
    implementation_type_id: UUID | None = None
    user_category_ids: Kept[Ids] = None
    owner_id: UUID | None = None


class StatusIn(BaseModel):
    status: ProjectStatus
    reason: Paragraph = ""
    """Has to be given for `blocked`, unless an archived project goes back to that."""


class ProjectMove(BaseModel):
    service_id: UUID
    """Where it goes."""
    confirm_other_client: bool = False
    """Has to be true for a service of another client, whose people are not the same."""
    reason: Paragraph = ""


class ProjectFacts(Versioned):
    """What people say about a project; its workflow and documents are on its page."""

    id: UUID
    key: str
    name: str
    description: str
    type: ProjectType
    implementation_type: ReferenceLabel | None
    user_categories: list[ReferenceLabel]
    status: ProjectStatus
    status_reason: str
    status_since: datetime | None
    """Null while it has the one it was made with."""
    reachable: list[ProjectStatus]
    """The statuses that it can have next."""
    owner: NamedPerson | None
    service: PlaceOut
    client: PlaceOut
    archived_with: ArchivedWith | None
    """The place that is archived, and the project with it."""
    workspace_path: str | None
    """The folder where its files live; null until it has one."""
    created_at: datetime
    created_by: NamedPerson | None


class MovedProject(Releasing, ProjectFacts):
    """A project where it is now, and whether its owner stayed behind."""


class KeySuggestion(BaseModel):
    key: str
    """A key for a project of this name that no other project has."""
