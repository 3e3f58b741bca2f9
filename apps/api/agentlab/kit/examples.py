"""Examples of what a JSON schema describes, composed from the schema itself."""

from collections.abc import Mapping
from typing import Any

Schema = Mapping[str, Any]

REFERENCE = "#/components/schemas/"
FORMATS = {
    "date": "2026-11-29",
    "date-time": "2026-11-29T09:30:00Z",
    "email": "ada@example.com",
    "uri": "https://example.com",
    "uuid": "01a22378-bdae-705e-99ca-7f89711aefeb",
}


class TooDeep(Exception):
    """A part of a thing is the same kind of thing, so that an example would not end."""


class Examples:
    """Composes values that fit.

    Args:
        schemas: those that others refer to, by name.
        words: what stands for a part by the part's name, where nothing better is known of it.
    """

    def __init__(self, schemas: Mapping[str, Schema], words: Mapping[str, Any]) -> None:
        self.schemas = schemas
        self.words = words

    def of(self, schema: Schema, name: str = "", inside: tuple[str, ...] = ()) -> Any:  # noqa: ANN401 - JSON
        """A value that fits `schema`, for a part called `name` of what is `inside` others."""
        if "$ref" in schema:
            kind = schema["$ref"].removeprefix(REFERENCE)
            if kind in inside:
                raise TooDeep(kind)
            return self.of(self.schemas[kind], name, (*inside, kind))
        for known in ("const", "example"):
            if known in schema:
                return schema[known]
        for known in ("examples", "enum"):
            if known in schema:
                return schema[known][0]
        if choices := schema.get("anyOf", schema.get("oneOf", schema.get("allOf"))):
            return self.of_choices(choices, name, inside)
        return self.of_type(schema, name, inside)

    def of_choices(self, choices: list[Schema], name: str, inside: tuple[str, ...]) -> Any:  # noqa: ANN401 - JSON
        """The first that ends; null comes last."""
        for choice in sorted(choices, key=lambda each: each.get("type") == "null"):
            try:
                return self.of(choice, name, inside)
            except TooDeep:
                continue
        raise TooDeep(name)

    def of_type(self, schema: Schema, name: str, inside: tuple[str, ...]) -> Any:  # noqa: ANN401 - JSON
        match schema.get("type"):
            case "object":
                parts = schema.get("properties", {})
                return {part: self.of(parts[part], part, inside) for part in parts}
            case "array":
                return self.of_items(schema, name, inside)
            case "string":
                text = FORMATS.get(schema.get("format", "")) or self.words.get(name, "…")
                return text[: schema.get("maxLength", len(text))]
            case "integer" | "number":
                return self.words.get(name, schema.get("minimum", 1))
            case "boolean":
                return False
            case _:
                return None

    def of_items(self, schema: Schema, name: str, inside: tuple[str, ...]) -> list[Any]:
        if "prefixItems" in schema:
            return [self.of(each, name, inside) for each in schema["prefixItems"]]
        try:
            item = self.of(schema.get("items", {}), name, inside)
        except TooDeep:
            return []
        return [item] * max(1, schema.get("minItems", 1))
