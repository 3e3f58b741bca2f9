from datetime import datetime

from pydantic import BaseModel, ConfigDict


class ClauseOut(BaseModel):
    """Something that a notice says, without words: they are the reader's."""

    model_config = ConfigDict(from_attributes=True)

    name: str
    values: dict[str, str | int]


class NoticeOut(BaseModel):
    """Something that could not be taken as it was, in one line for a person."""

    model_config = ConfigDict(from_attributes=True)

    path: str | None
    line: int | None
    code: str
    text: str
    says: list[ClauseOut] = []
    """What `text` says in English, for other languages. Empty for notices of older releases."""


class WorkspaceOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    path: str
    method: str | None
    generation: str | None
    method_version: str | None
    notices: list[NoticeOut]
    scanned_at: datetime


class FolderOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    name: str
    path: str
    has_method: bool


class FolderPage(BaseModel):
    """What the folder picker shows: the folders in `path`, or the allowed roots."""

    model_config = ConfigDict(from_attributes=True)

    path: str | None
    """Null for the list of roots."""
    parent: str | None
    """Null where a root ends the way up."""
    folders: list[FolderOut]
    truncated: bool
    """There are more folders than are listed."""
