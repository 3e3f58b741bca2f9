"""The portfolio: clients, services, projects, and what belongs to them."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Computed, ForeignKey, Index, Text, UniqueConstraint, Uuid, func, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from agentlab.kit.clock import now
from agentlab.kit.db import Base, Identified, one_of


class Edited:
    """Mix-in: what two editors at once need to know of each other."""

    version: Mapped[int] = mapped_column(default=1, server_default=text("1"))
    """Counts the changes; the `ETag`."""
    updated_at: Mapped[datetime | None]
    updated_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))


class Binned:
    """Mix-in: deleted things stay for 30 days, out of sight, and can be restored."""

    deleted_at: Mapped[datetime | None]
    deleted_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))


class Findable:
    """Mix-in: the name as it is searched and sorted by, kept by PostgreSQL (`folded`, 0005)."""

    folded_name: Mapped[str] = mapped_column(
        Text(collation="C"), Computed("folded(name)", persisted=True), nullable=True, deferred=True
    )


class ReferenceKind(StrEnum):
    BUSINESS_DOMAIN = "business_domain"
    SERVICE_CATEGORY = "service_category"
    IMPLEMENTATION_TYPE = "implementation_type"
    USER_CATEGORY = "user_category"


class ReferenceItem(Identified, Edited, Base):
    """A value that administrators offer for a field: a domain, a category, a type."""

    __tablename__ = "reference_items"
    __table_args__ = (UniqueConstraint("kind", "code"),)

    kind: Mapped[ReferenceKind] = mapped_column(one_of(ReferenceKind, "kind"))
    code: Mapped[str]
    """Lower-case letters, digits and `_`; never changes."""
    name: Mapped[str]
    colour: Mapped[str | None]
    """`#rrggbb`."""
    retired_at: Mapped[datetime | None]
    """Since when it is no longer offered; what has it, keeps it."""
    created_at: Mapped[datetime] = mapped_column(default=now)


class Client(Identified, Edited, Binned, Findable, Base):
    __tablename__ = "clients"

    name: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=now)
    domain_id: Mapped[UUID | None] = mapped_column(ForeignKey("reference_items.id"))
    cost_of_delay: Mapped[int] = mapped_column(default=1, server_default=text("1"))
    """What a day of waiting costs here, from 1 to 10; the inbox weighs with it."""
    archived_at: Mapped[datetime | None]


class Service(Identified, Edited, Binned, Findable, Base):
    __tablename__ = "services"

    client_id: Mapped[UUID] = mapped_column(ForeignKey("clients.id"))
    name: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=now)
    description: Mapped[str] = mapped_column(default="", server_default=text("''"))
    archived_at: Mapped[datetime | None]


class ServiceCategory(Base):
    """A category of a service."""

    __tablename__ = "service_categories"

    service_id: Mapped[UUID] = mapped_column(
        ForeignKey("services.id", ondelete="CASCADE"), primary_key=True
    )
    item_id: Mapped[UUID] = mapped_column(
        ForeignKey("reference_items.id"), primary_key=True, index=True
    )


class ProjectType(StrEnum):
    NEW = "new"
    EXISTING = "existing"


class ProjectStatus(StrEnum):
    DRAFT = "draft"
    ACTIVE = "active"
    BLOCKED = "blocked"
    COMPLETED = "completed"
    ARCHIVED = "archived"


class Project(Identified, Edited, Binned, Findable, Base):
    __tablename__ = "projects"

    service_id: Mapped[UUID] = mapped_column(ForeignKey("services.id"))
    name: Mapped[str]
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    """The person who made it; null when it was made from the command line."""
    created_at: Mapped[datetime] = mapped_column(default=now)
    key: Mapped[str] = mapped_column(
        nullable=True,
        server_default=text("'P' || upper(substr(md5(gen_random_uuid()::text), 1, 11))"),
    )
    """Short and unique: capitals, digits and `-`, a letter first. In addresses, and for agents."""
    description: Mapped[str] = mapped_column(default="", server_default=text("''"))
    type: Mapped[ProjectType] = mapped_column(
        one_of(ProjectType, "type"),
        default=ProjectType.EXISTING,
        server_default=text("'existing'"),
    )
    implementation_type_id: Mapped[UUID | None] = mapped_column(ForeignKey("reference_items.id"))
    user_category_ids: Mapped[list[UUID]] = mapped_column(
        ARRAY(Uuid), default=list, server_default=text("'{}'")
    )
    status: Mapped[ProjectStatus] = mapped_column(
        one_of(ProjectStatus, "status"),
        default=ProjectStatus.ACTIVE,
        server_default=text("'active'"),
    )
    status_reason: Mapped[str] = mapped_column(default="", server_default=text("''"))
    """Why it is blocked or archived; may be empty otherwise."""
    status_since: Mapped[datetime | None]
    """Null while it has the one it was made with."""
    owner_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"), index=True)


IN_USE = text("deleted_at IS NULL")

# `alike` (0018): names that look the same are the same, however their letters are encoded.

Index("uq_clients_name", func.alike(Client.name), unique=True, postgresql_where=IN_USE)
Index(
    "uq_services_client_id_name",
    Service.client_id,
    func.alike(Service.name),
    unique=True,
    postgresql_where=IN_USE,
)
Index(
    "uq_projects_service_id_name",
    Project.service_id,
    func.alike(Project.name),
    unique=True,
    postgresql_where=IN_USE,
)
Index("uq_projects_key", func.upper(Project.key), unique=True)
Index("ix_projects_folded_name", Project.folded_name, Project.id, postgresql_where=IN_USE)


class TransitionKind(StrEnum):
    STATUS = "status"
    MOVE = "move"
    ARCHIVE = "archive"
    UNARCHIVE = "unarchive"
    DELETE = "delete"
    RESTORE = "restore"


class PortfolioTransition(Identified, Base):
    """That a client, a service or a project changed its state or place: who, when, why."""

    __tablename__ = "portfolio_transitions"

    subject_id: Mapped[UUID] = mapped_column(index=True)
    kind: Mapped[TransitionKind] = mapped_column(one_of(TransitionKind, "kind"))
    from_value: Mapped[str | None]
    """The status, or the id of the place, before."""
    to_value: Mapped[str | None]
    actor_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    token_id: Mapped[UUID | None]
    """Of the agent who acted for the person; null for a person in a session."""
    at: Mapped[datetime] = mapped_column(default=now)
    reason: Mapped[str] = mapped_column(default="")


class Contact(Identified, Edited, Binned, Base):
    """A person at a client. One person is one contact, wherever they are needed."""

    __tablename__ = "contacts"

    client_id: Mapped[UUID] = mapped_column(ForeignKey("clients.id"))
    name: Mapped[str]
    email: Mapped[str | None]
    role: Mapped[str] = mapped_column(default="", server_default=text("''"))
    phone: Mapped[str] = mapped_column(default="", server_default=text("''"))
    active: Mapped[bool] = mapped_column(default=True, server_default=text("true"))
    created_at: Mapped[datetime] = mapped_column(default=now)


Index(
    "uq_contacts_client_id_email",
    Contact.client_id,
    func.lower(Contact.email),
    unique=True,
    postgresql_where=IN_USE,
)


class ContactRole(StrEnum):
    """What a contact is for a service (the first two) or for a project (the others)."""

    PRIMARY = "primary"
    RELATIONSHIP = "relationship"
    STAKEHOLDER = "stakeholder"
    REVIEWER = "reviewer"
    APPROVER = "approver"


class ContactLink(Identified, Base):
    """What a contact is for one service or one project."""

    __tablename__ = "contact_links"
    __table_args__ = (
        UniqueConstraint(
            "contact_id", "service_id", "project_id", "role", postgresql_nulls_not_distinct=True
        ),
    )

    contact_id: Mapped[UUID] = mapped_column(ForeignKey("contacts.id", ondelete="CASCADE"))
    service_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("services.id", ondelete="CASCADE"), index=True
    )
    project_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("projects.id", ondelete="CASCADE"), index=True
    )
    role: Mapped[ContactRole] = mapped_column(one_of(ContactRole, "role"))


class Application(Identified, Edited, Binned, Base):
    """Software of a client that projects build or change."""

    __tablename__ = "applications"

    client_id: Mapped[UUID] = mapped_column(ForeignKey("clients.id"))
    name: Mapped[str]
    description: Mapped[str] = mapped_column(default="", server_default=text("''"))
    url: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(default=now)


Index(
    "uq_applications_client_id_name",
    Application.client_id,
    func.alike(Application.name),
    unique=True,
    postgresql_where=IN_USE,
)


class ApplicationRelation(StrEnum):
    BUILDS = "builds"
    CHANGES = "changes"


class ApplicationProject(Base):
    """That a project builds or changes an application."""

    __tablename__ = "application_projects"

    application_id: Mapped[UUID] = mapped_column(
        ForeignKey("applications.id", ondelete="CASCADE"), primary_key=True
    )
    project_id: Mapped[UUID] = mapped_column(
        ForeignKey("projects.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    relation: Mapped[ApplicationRelation] = mapped_column(one_of(ApplicationRelation, "relation"))


class Standing(Base):
    """Where a project stands, kept beside it so that 10,000 of them can be sorted and counted.

    Derived: `portfolio.standings` writes it in the transaction that changes what it says.
    """

    __tablename__ = "standings"

    project_id: Mapped[UUID] = mapped_column(
        ForeignKey("projects.id", ondelete="CASCADE"), primary_key=True
    )
    method: Mapped[str | None]
    generation: Mapped[str | None]
    stages_total: Mapped[int]
    stages_closed: Mapped[int]
    stage: Mapped[str | None]
    stage_state: Mapped[str | None]
    stage_since: Mapped[datetime | None] = mapped_column(index=True)
    waiting_gate_id: Mapped[UUID | None]
    waiting_due_at: Mapped[datetime | None]
    """When the decision that it waits for is due."""
    documents_total: Mapped[int]
    changed_at: Mapped[datetime] = mapped_column(index=True)
    stale_total: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    contradictions: Mapped[int] = mapped_column(server_default=text("0"))
    """Items of work on which its ledgers disagree."""
    contradictions_since: Mapped[datetime | None]
    """When the oldest of them was found."""
    contradictions_news_at: Mapped[datetime | None]
    """When the newest of them was found."""


Index(
    "ix_standings_open",
    Standing.project_id,
    postgresql_where=text("waiting_gate_id IS NOT NULL OR stale_total > 0 OR contradictions > 0"),
)


class SavedView(Identified, Base):
    """Filters and order of the dashboard that a person gave a name."""

    __tablename__ = "saved_views"
    __table_args__ = (UniqueConstraint("user_id", "name"),)

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    name: Mapped[str]
    query: Mapped[str]
    """The part of the dashboard's address after `?`."""
    version: Mapped[int] = mapped_column(default=1, server_default=text("1"))
    created_at: Mapped[datetime] = mapped_column(default=now)
