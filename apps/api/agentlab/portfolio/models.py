"""The portfolio's three levels: client, service, project."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from agentlab.kit.clock import now
from agentlab.kit.db import Base, Identified


class Client(Identified, Base):
    __tablename__ = "clients"

    name: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=now)


class Service(Identified, Base):
    __tablename__ = "services"

    client_id: Mapped[UUID] = mapped_column(ForeignKey("clients.id"))
    name: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=now)


class Project(Identified, Base):
    __tablename__ = "projects"

    service_id: Mapped[UUID] = mapped_column(ForeignKey("services.id"))
    name: Mapped[str]
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    """The person who imported it; null when it was imported from the command line."""
    created_at: Mapped[datetime] = mapped_column(default=now)


Index("uq_clients_name", func.lower(Client.name), unique=True)
Index("uq_services_client_id_name", Service.client_id, func.lower(Service.name), unique=True)
Index("uq_projects_service_id_name", Project.service_id, func.lower(Project.name), unique=True)
