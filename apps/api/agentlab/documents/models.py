from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
    func,
    text,
)
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
    words: Mapped[int | None]
    """Null until `documents.words` has counted those of a version from before it did."""
    words_changed: Mapped[int | None]
    """In lines that the version before it had not; null where nobody compared the two."""


Index(
    "ix_versions_uncounted",
    Version.document_id,
    Version.number,
    postgresql_where=Version.words.is_(None),
)


class DocumentReading(Base):
    """That a person read a version; for their eyes only."""

    __tablename__ = "document_readings"
    __table_args__ = (
        ForeignKeyConstraint(
            ["document_id", "version"],
            ["versions.document_id", "versions.number"],
            ondelete="CASCADE",
        ),
        Index("ix_document_readings_user_id_read_at", "user_id", "read_at"),
    )

    user_id: Mapped[UUID] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True
    )
    document_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    words: Mapped[int]
    """How many of them were new to this person."""
    read_at: Mapped[datetime] = mapped_column(default=now)
