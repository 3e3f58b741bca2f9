"""Fields of a change: what is left out stays, and null is refused where nothing may be empty."""

from typing import Annotated, TypeVar

from pydantic import BeforeValidator
from pydantic.json_schema import SkipJsonSchema

Value = TypeVar("Value")


def refuse_null(value: object) -> object:
    """A field that a change may leave out, but not empty."""
    if value is None:
        raise ValueError("may be left out, but not null")
    return value


Kept = Annotated[Value | SkipJsonSchema[None], BeforeValidator(refuse_null)]
"""`name: Kept[Line] = None`: a line when it is given; the contract does not offer null."""
