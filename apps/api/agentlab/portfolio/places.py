"""Clients, services and projects as others name them."""

from uuid import UUID

from pydantic import BaseModel

from agentlab.portfolio.models import ProjectStatus


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
