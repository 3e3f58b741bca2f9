"""Values of YAML files as the kinds that a method gives its keys; None for any other kind."""

from pydantic import JsonValue


def as_text(value: JsonValue) -> str | None:
    """Text, or a number or truth value that stands where text belongs, such as `id: 42`."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, str | int | float) else None


def as_texts(value: JsonValue) -> tuple[str, ...] | None:
    """A list of texts; a single text counts as a list of one."""
    given = value if isinstance(value, list) else [value]
    texts = [as_text(each) for each in given]
    return tuple(text for text in texts if text is not None) if None not in texts else None


def as_flag(value: JsonValue) -> bool | None:
    if isinstance(value, bool):
        return value
    words = {"true": True, "yes": True, "false": False, "no": False}
    return words.get(value.lower()) if isinstance(value, str) else None


def nested(value: JsonValue, *keys: str) -> JsonValue:
    """What the keys lead to through mappings; None where they lead nowhere."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value
