"""Types for text that people and programs send us: kept as given, or refused, never changed.

What a rule refuses, the contract says as a pattern: pydantic does not run it, so that the refusal
is our own sentence.
"""

import re
import unicodedata
from collections.abc import Mapping
from typing import Annotated, Any

from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator, StringConstraints
from pydantic.fields import FieldInfo
from pydantic_core import PydanticCustomError


def said_as(pattern: str) -> FieldInfo:
    """What the contract says of a text besides its length."""
    return FieldInfo(json_schema_extra={"pattern": pattern})


CONTROL = r"\x00-\x1f\x7f-\x9f"
CONTROL_BUT_BREAKS = r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"
"""Without tabs and line breaks."""

STORABLE = f"^[^{CONTROL_BUT_BREAKS}]*$"
WRITTEN = rf"^[^{CONTROL_BUT_BREAKS}]*[^\s{CONTROL}][^{CONTROL_BUT_BREAKS}]*$"
WRITTEN_OR_EMPTY = f"^$|{WRITTEN}"
LINE = rf"^[^\s{CONTROL}](?:[^{CONTROL}]*[^\s{CONTROL}])?$"
LINE_OR_EMPTY = f"^$|{LINE}"
WEB_ADDRESS = (
    rf"^https?://(?:[^\s{CONTROL}/?#\[\]]*@)?"
    rf"(?:\[[0-9A-Fa-f:.]+\]|[^\s{CONTROL}/?#@:\[\]]+)(?::[0-9]{{0,5}})?(?:[/?#][^\s{CONTROL}]*)?$"
)


def without_control_characters(value: str) -> str:
    """Refuse what PostgreSQL cannot store or a terminal would obey; keep line breaks and tabs."""
    for character in value:
        if unicodedata.category(character) in {"Cc", "Cs"} and character not in "\n\r\t":
            raise PydanticCustomError(
                "control_character",
                "contains the control character {character}",
                {"character": f"U+{ord(character):04X}"},
            )
    return value


def on_one_line(value: str) -> str:
    """Refuse line breaks and tabs."""
    if any(character in value for character in "\n\r\t"):
        raise PydanticCustomError("several_lines", "must be on one line")
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


Storable = Annotated[str, AfterValidator(without_control_characters), said_as(STORABLE)]
"""Any text that PostgreSQL can store; whoever takes it says how long it may be."""

LONGEST_LINE = 200

Line = Annotated[
    str,
    StringConstraints(min_length=1, max_length=LONGEST_LINE),
    AfterValidator(without_control_characters),
    AfterValidator(on_one_line),
    AfterValidator(without_white_space_around),
    said_as(LINE),
]
"""A name or title: 1 to 200 characters on one line, without white space at its ends."""

Paragraph = Annotated[
    str,
    StringConstraints(max_length=10_000),
    AfterValidator(without_control_characters),
    AfterValidator(more_than_white_space),
    said_as(WRITTEN_OR_EMPTY),
]
"""A reason or note: at most 10,000 characters, kept to the last line break, possibly empty."""

Written = Annotated[Paragraph, StringConstraints(min_length=1), said_as(WRITTEN)]
"""The same, and never empty."""

Word = Annotated[Storable, StringConstraints(max_length=200)]
"""A key that a program made: taken as it is, at most 200 characters."""

Note = Annotated[
    str,
    StringConstraints(max_length=200),
    AfterValidator(without_control_characters),
    AfterValidator(on_one_line),
    AfterValidator(without_white_space_around),
    said_as(LINE_OR_EMPTY),
]
"""At most 200 characters on one line, possibly empty, such as a telephone number."""


def with_a_host(value: str) -> str:
    """Refuse what no browser could open, and what it would run."""
    if not re.search(WEB_ADDRESS, value) or value.endswith("\n"):
        raise PydanticCustomError(
            "no_web_address", "must be an address such as https://example.com"
        )
    return value


WebAddress = Annotated[
    str,
    StringConstraints(max_length=2_000),
    AfterValidator(with_a_host),
    said_as(WEB_ADDRESS),
]
"""An address with `http` or `https`, and with nothing that a browser would run."""


def mailable(value: str) -> str:
    """Refuse what no mail could be sent to, and a name beside the address; keep how it is spelt."""
    address = value.strip()
    try:
        validate_email(address, check_deliverability=False)
    except EmailNotValidError:
        raise PydanticCustomError(
            "no_email", "must be an e-mail address alone, such as ada@example.com"
        ) from None
    return address


EmailAddress = Annotated[
    str, AfterValidator(mailable), FieldInfo(json_schema_extra={"format": "email"})
]
"""One e-mail address, without a name beside it."""


LENGTHS = {
    "too_long": "String should have at most {max_length} characters",
    "too_short": "String should have at least {min_length} character",
}


def said_of(problem: Mapping[str, Any]) -> str:
    """What pydantic says is wrong with a value, without the words that it puts before our own.

    A text that our own rules have seen is a mere "value" to it, which would have items.
    """
    facts = problem.get("ctx", {})
    if problem["type"] in LENGTHS and facts.get("field_type") == "Value":
        return LENGTHS[problem["type"]].format(**facts)
    return str(problem["msg"]).removeprefix("Value error, ")
