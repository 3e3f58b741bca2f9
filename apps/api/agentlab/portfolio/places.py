"""Clients, services and projects as others name them."""

from typing import Literal
from uuid import UUID

from pydantic import BaseModel

from agentlab.portfolio.models import Client, ProjectStatus, Service

ArchivedWith = Literal["client", "service"]
"""The place that is archived, and a project with it: there it comes back."""


def archived_with(client: Client, service: Service) -> ArchivedWith | None:
    """The uppermost of the places that are archived, if one is."""
    if client.archived_at:
        return "client"
    return "service" if service.archived_at else None


class PlaceOut(BaseModel):
    """A client or a service, where something belongs."""

    id: UUID
    name: str


class ProjectPlace(BaseModel):
    """A project, where something else names it."""

    id: UUID
    key: str
    name: str
    status: ProjectStatus
