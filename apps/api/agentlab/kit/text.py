"""Types for text that people and programs send us: kept as given, or refused, never changed."""

import unicodedata
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, StringConstraints
from pydantic_core import PydanticCustomError


def without_control_characters(value: str) -> str:
    """Refuse what PostgreSQL cannot store or a terminal would obey; keep line breaks and tabs."""
    for character in value:
        if unicodedata.category(character) in {"Cc", "Cs"} and character not in "\n\r\t":
            raise ValueError(f"contains the control character U+{ord(character):04X}")
    return value


def on_one_line(value: str) -> str:
    """Refuse line breaks and tabs."""
    if any(character in value for character in "\n\r\t"):
        raise ValueError("must be on one line")
    return value


AROUND, NOTHING_ELSE = "white_space_around", "white_space_alone"
CODES = frozenset({AROUND, NOTHING_ELSE})
"""Codes of problems that stand beside `invalid_input`."""


def without_white_space_around(value: str) -> str:
    """Refuse in a name what nobody sees, and what would make two names look the same."""
    if value != value.strip():
        raise PydanticCustomError(AROUND, "begins or ends with white space; take that away")
    return value


def more_than_white_space(value: str) -> str:
    """Refuse what looks as if nothing had been written."""
    if value and not value.strip():
        raise PydanticCustomError(NOTHING_ELSE, "is white space alone; write something")
    return value


Line = Annotated[
    str,
    StringConstraints(min_length=1, max_length=200),
    AfterValidator(without_control_characters),
    AfterValidator(on_one_line),
    AfterValidator(without_white_space_around),
]
"""A name or title: 1 to 200 characters on one line, without white space at its ends."""

Paragraph = Annotated[
    str,
    StringConstraints(max_length=10_000),
    AfterValidator(without_control_characters),
    AfterValidator(more_than_white_space),
]
"""A reason or note: at most 10,000 characters, kept to the last line break, possibly empty."""

Word = Annotated[str, StringConstraints(max_length=200), AfterValidator(without_control_characters)]
"""A key that a program made: taken as it is, at most 200 characters."""

Note = Annotated[
    str,
    StringConstraints(max_length=200),
    AfterValidator(without_control_characters),
    AfterValidator(on_one_line),
    AfterValidator(without_white_space_around),
]
"""At most 200 characters on one line, possibly empty, such as a telephone number."""


def with_a_host(value: str) -> str:
    """Refuse what no browser could open."""
    try:
        host = urlsplit(value).hostname
    except ValueError:
        host = None
    if not host:
        raise ValueError("must be an address such as https://example.com")
    return value


WebAddress = Annotated[
    str,
    StringConstraints(max_length=2_000, pattern=r"^https?://\S+$"),
    AfterValidator(without_control_characters),
    AfterValidator(with_a_host),
]
"""An address with `http` or `https`, and with nothing that a browser would run."""
