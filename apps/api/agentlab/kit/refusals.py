"""What is wrong with a value that a schema refuses: a kind that never changes, and its numbers.

With both an interface says it in its own language. pydantic's own types are many and say how it
looks; the kinds are few and say what to do.
"""

from collections.abc import Mapping
from typing import Any

from agentlab.errors import Fact

LENGTHS = {
    "string_too_long": ("too_long", "most", "max_length"),
    "string_too_short": ("too_short", "least", "min_length"),
    "too_long": ("too_many", "most", "max_length"),
    "too_short": ("too_few", "least", "min_length"),
    "greater_than_equal": ("too_small", "least", "ge"),
    "less_than_equal": ("too_large", "most", "le"),
}
"""The kind, what its number is called, and what pydantic calls that."""

KINDS = {
    "missing": "missing",
    "null_refused": "missing",
    "enum": "not_offered",
    "literal_error": "not_offered",
    "extra_forbidden": "unknown_part",
    "control_character": "control_character",
    "several_lines": "several_lines",
    "no_email": "no_email",
    "no_web_address": "no_web_address",
    "no_key": "no_key",
    "no_time_zone": "no_time_zone",
}
BEGINNINGS = {
    "int_": "no_number",
    "float_": "no_number",
    "finite_": "no_number",
    "bool_": "no_choice",
    "string_": "no_text",
    "uuid_": "no_id",
    "date_": "no_date",
    "datetime_": "no_date",
    "timezone_": "no_date",
}
OTHER = "malformed"
"""Whatever a form cannot send: it is for programs, which read `detail`."""


def kind_of(problem: Mapping[str, Any]) -> tuple[str, dict[str, Fact]]:
    """What kind of refusal this is, of those that pydantic reports, with its facts."""
    type_, context = problem["type"], problem.get("ctx", {})
    if type_ in LENGTHS and context.get("field_type") == "Value":
        type_ = f"string_{type_}"  # of a text that our own rules have seen
    if type_ in LENGTHS:
        kind, name, given = LENGTHS[type_]
        return kind, {name: context[given]}
    if type_ in KINDS:
        character = context.get("character")
        return KINDS[type_], {"character": character} if character else {}
    kinds = (kind for start, kind in BEGINNINGS.items() if type_.startswith(start))
    return next(kinds, OTHER), {}
