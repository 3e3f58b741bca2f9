from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from agentlab.workspaces.schemas import NoticeOut


class DocumentSummary(BaseModel):
    """A document as its newest version has it, without its text."""

    id: UUID
    path: str
    """Relative to the workspace."""
    title: str
    version: int
    sha256: str
    size_bytes: int
    changed_at: datetime
    missing_since: datetime | None
    """Since when the file is gone from the workspace; its versions are kept."""


class DocumentPage(BaseModel):
    """One page of a project's documents, sorted by path."""

    items: list[DocumentSummary]
    total: int
    next: str | None
    """Pass it as `after` for the next page; null on the last one."""


class VersionSummary(BaseModel):
    number: int
    sha256: str
    size_bytes: int
    seen_at: datetime


class DocumentPlace(BaseModel):
    """Where a document belongs, for the way back."""

    project_id: UUID
    project: str
    service_id: UUID
    service: str
    client_id: UUID
    client: str


class DocumentOut(DocumentSummary):
    """A document with one of its versions' text."""

    place: DocumentPlace
    versions: list[VersionSummary]
    """Newest first."""
    shown: VersionSummary
    """The version whose text follows."""
    text: str
    """Bytes that are not UTF-8 stand as U+FFFD; the download has them as they are."""
    is_whole: bool
    """False when the text is only the beginning of a very large file."""
    is_utf8: bool


class ScanOut(BaseModel):
    """What a scan of the workspace found, in numbers of documents."""

    model_config = ConfigDict(from_attributes=True)

    added: int
    changed: int
    missing: int
    returned: int
    unchanged: int
    notices: list[NoticeOut]
