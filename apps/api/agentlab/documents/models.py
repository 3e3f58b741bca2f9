from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from agentlab.kit.clock import now
from agentlab.kit.db import Base, Identified


class Document(Identified, Base):
    """A Markdown file of a project, as its newest version has it."""

    __tablename__ = "documents"
    __table_args__ = (UniqueConstraint("project_id", "path"),)

    project_id: Mapped[UUID] = mapped_column(ForeignKey("projects.id"))
    path: Mapped[str]
    """Relative to the workspace, with `/` between folders."""
    title: Mapped[str]
    version: Mapped[int]
    """The number of the newest version; the first is 1."""
    sha256: Mapped[str]
    """Of the newest version: 64 hexadecimal digits."""
    size_bytes: Mapped[int]
    changed_at: Mapped[datetime] = mapped_column(default=now)
    """When the newest version was first seen."""
    missing_since: Mapped[datetime | None]
    """Since when a scan no longer finds the file; its versions are kept."""


Index(
    "ix_documents_title_words",
    func.to_tsvector(text("'simple'::regconfig"), func.folded(Document.title)),
    postgresql_using="gin",
)


class Version(Base):
    """One immutable text of a document, byte for byte as it was in the file."""

    __tablename__ = "versions"

    document_id: Mapped[UUID] = mapped_column(ForeignKey("documents.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    sha256: Mapped[str]
    size_bytes: Mapped[int]
    seen_at: Mapped[datetime] = mapped_column(default=now)
    content: Mapped[bytes] = mapped_column(deferred=True, deferred_raiseload=True)
