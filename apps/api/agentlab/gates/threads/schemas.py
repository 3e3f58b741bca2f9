from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from annotated_types import Ge, Le
from pydantic import BaseModel, model_validator

from agentlab.kit.problems import inconsistent
from agentlab.kit.text import Written

LineNumber = Annotated[int, Ge(1), Le(10_000_000)]


class ThreadIn(BaseModel):
    """A request for a change, on lines of a submitted text."""

    document_id: UUID
    first_line: LineNumber
    last_line: LineNumber
    text: Written

    @model_validator(mode="after")
    def lines_in_their_order(self) -> Self:
        if self.last_line < self.first_line:
            raise inconsistent("ends_before", "`last_line` has to be `first_line` or after it")
        return self


class CommentIn(BaseModel):
    text: Written


class CommentOut(BaseModel):
    id: UUID
    text: str
    """Markdown, as it was typed."""
    by: str
    """The person's name, also when an agent wrote it with their token."""
    is_agents: bool
    is_mine: bool
    written_at: datetime
    edited_at: datetime | None
    editable_until: datetime
    """By its author."""
    version: int
    """The `ETag` that an edit names."""


class ThreadOut(BaseModel):
    id: UUID
    document_id: UUID
    path: str
    submission_id: UUID
    """The newest submission that it travelled with."""
    version: int | None
    """Of the document there; null when it is not among the submitted ones any more."""
    first_line: int | None
    """Null when the lines are gone; `quote` says what they were."""
    last_line: int | None
    quote: str
    opened_by: str
    opened_at: datetime
    is_resolved: bool
    resolved_by: str | None
    resolved_at: datetime | None
    comments: list[CommentOut]
    """The first 50; `GET /threads/{id}/comments` has all."""
    comments_total: int
