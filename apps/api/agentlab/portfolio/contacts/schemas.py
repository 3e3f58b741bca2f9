from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from agentlab.kit.kept import Kept
from agentlab.kit.text import EmailAddress, Line, Note
from agentlab.portfolio.edits import NamedPerson
from agentlab.portfolio.places import PlaceOut, ProjectPlace


class ServiceRole(StrEnum):
    """What a contact is for a service."""

    PRIMARY = "primary"
    """The one to turn to; a service has one at most."""
    RELATIONSHIP = "relationship"


class ProjectRole(StrEnum):
    """What a contact is for a project; one may be several."""

    STAKEHOLDER = "stakeholder"
    REVIEWER = "reviewer"
    APPROVER = "approver"


class ContactIn(BaseModel):
    """A new contact of a client."""

    client_id: UUID
    name: Line
    email: EmailAddress | None = None
    role: Note = ""
    """What they do at the client, such as “Head of claims”."""
    phone: Note = ""
    active: bool = True


class ContactChanges(BaseModel):
    """What to change; what is left out stays as it is."""

    name: Kept[Line] = None
    email: EmailAddress | None = None
    """Null takes it away."""
    role: Kept[Note] = None
    phone: Kept[Note] = None
    active: Kept[bool] = None


class ServiceContactIn(BaseModel):
    role: ServiceRole


class ProjectContactIn(BaseModel):
    roles: Annotated[list[ProjectRole], Field(min_length=1, max_length=3)]
    """All that they are; what is left out, they no longer are."""


class ContactRow(BaseModel):
    """A contact in the list."""

    id: UUID
    client: PlaceOut
    name: str
    email: str | None
    role: str
    phone: str
    active: bool
    """Otherwise they are kept, and no longer offered."""
    links_total: int
    """To how many services and projects they are linked, as far as the caller reaches them."""
    version: int
    updated_at: datetime | None
    updated_by: NamedPerson | None


class ServiceLink(BaseModel):
    service: PlaceOut
    role: ServiceRole


class ProjectLink(BaseModel):
    project: ProjectPlace
    roles: list[ProjectRole]


class ContactOut(ContactRow):
    """A contact, with the services and projects that they are linked to."""

    services: list[ServiceLink]
    projects: list[ProjectLink]


class LinkedContact(BaseModel):
    id: UUID
    name: str
    email: str | None
    role: str
    phone: str
    active: bool
    version: int
    """Of the contact and its links: the `ETag` to send when a link is changed."""


class ServiceContact(BaseModel):
    contact: LinkedContact
    role: ServiceRole


class ServiceContacts(BaseModel):
    """The contacts of a service, the primary one first."""

    items: list[ServiceContact]


class ProjectContact(BaseModel):
    contact: LinkedContact
    roles: list[ProjectRole]


class ProjectContacts(BaseModel):
    """The contacts of a project by name."""

    items: list[ProjectContact]
