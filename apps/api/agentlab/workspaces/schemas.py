from datetime import datetime

from pydantic import BaseModel


class NoticeOut(BaseModel):
    """Something that could not be taken as it was, in one line for a person."""

    path: str | None
    line: int | None
    code: str
    text: str


class WorkspaceOut(BaseModel):
    path: str
    method: str | None
    generation: str | None
    method_version: str | None
    notices: list[NoticeOut]
    scanned_at: datetime


class Folder(BaseModel):
    name: str
    path: str
    has_method: bool


class FolderPage(BaseModel):
    """What the folder picker shows."""

    path: str
    parent: str | None
    """Null at a root."""
    roots: list[str]
    folders: list[Folder]
