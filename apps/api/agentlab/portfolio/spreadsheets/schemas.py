from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel

from agentlab.kit.problems import Facts
from agentlab.portfolio.places import PlaceOut
from agentlab.portfolio.spreadsheets.columns import Column


class Level(StrEnum):
    CLIENT = "client"
    SERVICE = "service"
    PROJECT = "project"


class Wrong(StrEnum):
    """What is wrong with a cell."""

    REQUIRED = "required"
    TOO_LONG = "too_long"
    INVALID_TEXT = "invalid_text"
    WHITE_SPACE_AROUND = "white_space_around"
    TOO_MANY_CELLS = "too_many_cells"
    UNKNOWN_VALUE = "unknown_value"
    RETIRED_VALUE = "retired_value"
    UNKNOWN_PERSON = "unknown_person"
    PERSON_DOES_NOT_SEE_CLIENT = "person_does_not_see_client"
    KEY_FORM = "key_form"
    KEY_TAKEN = "key_taken"
    KEY_DIFFERS = "key_differs"
    SAME_PROJECT_TWICE = "same_project_twice"
    CONTRADICTS = "contradicts"
    ARCHIVED = "archived"
    CLIENT_NOT_YOURS = "client_not_yours"


class CellError(BaseModel):
    column: Column | None
    """Null when it is about the whole row."""
    wrong: Wrong
    given: str
    """What the cell has, its first 200 characters."""
    other_row: int | None = None
    """The row that it is at odds with."""
    facts: Facts = {}
    """What `detail` is about: `most` characters, the codes `offered`, a `key`, a `name`."""
    detail: str
    """What is wrong, and what to do."""


class RowReport(BaseModel):
    row: int
    """As spreadsheet programs count: the header is 1."""
    client: str
    service: str
    project: str
    key: str
    """Of the project: the given one, or the one that it would get."""
    creates: list[Level]
    """What this row makes; empty when all of it is there already."""
    errors: list[CellError]


class Counts(BaseModel):
    clients: int
    services: int
    projects: int


class SpreadsheetReport(BaseModel):
    """What an import of this file would do, row by row."""

    columns: list[Column]
    """Those that were understood."""
    ignored_columns: list[str]
    creates: Counts
    already_there: int
    """Rows that make nothing."""
    errors_total: int
    rows: list[RowReport]


class ProjectMade(BaseModel):
    id: UUID
    key: str
    name: str


class SpreadsheetResult(BaseModel):
    """What an import made."""

    created: Counts
    already_there: int
    """Rows that made nothing."""
    clients: list[PlaceOut]
    """The first 20 that the file names."""
    projects: list[ProjectMade]
    """The first 20 that were made."""
