"""Fields of a change: what is left out stays, and null is refused where nothing may be empty."""

from typing import Annotated, TypeVar

from pydantic import BeforeValidator, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError

Value = TypeVar("Value")


def refuse_null(value: object) -> object:
    """A field that a change may leave out, but not empty."""
    if value is None:
        raise PydanticCustomError("null_refused", "may be left out, but not null")
    return value


class NullNotOffered:
    """Leaves null, which is only the default here, out of the contract.

    `SkipJsonSchema[None]` would, too, but then a refusal names the type beside the field.
    """

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        kinds: list[JsonSchemaValue] = handler(schema)["anyOf"]
        return kinds[0]


Kept = Annotated[Value | None, BeforeValidator(refuse_null), NullNotOffered()]
"""`name: Kept[Line] = None`: a line when it is given; the contract does not offer null."""
