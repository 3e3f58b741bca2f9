from datetime import datetime
from uuid import UUID

from pydantic import BaseModel

from agentlab.kit.kept import Kept
from agentlab.kit.text import Line, Paragraph, WebAddress
from agentlab.portfolio.edits import NamedPerson
from agentlab.portfolio.models import ApplicationRelation
from agentlab.portfolio.places import PlaceOut, ProjectPlace


class ApplicationIn(BaseModel):
    """New software of a client."""

    client_id: UUID
    name: Line
    description: Paragraph = ""
    url: WebAddress | None = None


class ApplicationChanges(BaseModel):
    """What to change; what is left out stays as it is."""

    name: Kept[Line] = None
    description: Kept[Paragraph] = None
    url: WebAddress | None = None
    """Null takes it away."""


class ApplicationProjectIn(BaseModel):
    relation: ApplicationRelation


class TouchingProject(ProjectPlace):
    """A project that builds or changes an application."""

    relation: ApplicationRelation


class ApplicationOut(BaseModel):
    """Software of a client, with the projects that build or change it."""

    id: UUID
    client: PlaceOut
    name: str
    description: str
    url: str | None
    projects: list[TouchingProject]
    """By name: the first 5 in the list, the first 200 of one application. The list of projects,
    asked with `application_id`, has all of them in pages."""
    projects_total: int
    version: int
    updated_at: datetime | None
    updated_by: NamedPerson | None


class TouchedApplication(BaseModel):
    id: UUID
    name: str
    url: str | None
    relation: ApplicationRelation


class TouchedApplications(BaseModel):
    """The applications that a project builds or changes, by name."""

    items: list[TouchedApplication]
