"""The hashes that link the trail: an edit, a removal or a new order shows in all that follow."""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

from pydantic_core import to_jsonable_python

GENESIS = "0" * 64
"""Stands for the hash before the first entry."""

HASHED = (
    "sequence",
    "at",
    "actor_kind",
    "actor_id",
    "token_id",
    "action",
    "subject_id",
    "label",
    "client_id",
    "project_id",
    "request_id",
    "detail_digest",
)
"""The columns that an entry's hash covers, in this order, before the previous hash."""


def canonical(value: Any) -> bytes:  # noqa: ANN401 - any JSON
    """One spelling of a JSON value: keys sorted, no spaces, UTF-8."""
    return json.dumps(
        value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False
    ).encode()


def digest_of(salt: bytes, detail: dict[str, Any]) -> str:
    """Hexadecimal SHA-256; the salt keeps an erased detail from being guessed."""
    return hashlib.sha256(salt + canonical(detail)).hexdigest()


def hash_of(entry: dict[str, Any], previous_hash: str) -> str:
    """Hexadecimal SHA-256 of the entry's columns and the hash before it."""
    values = [spelled(entry[name]) for name in HASHED]
    return hashlib.sha256(canonical([*values, previous_hash])).hexdigest()


def spelled(value: Any) -> Any:  # noqa: ANN401 - any column's value
    if isinstance(value, datetime):  # in UTC, whatever zone the connection answers in
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return to_jsonable_python(value)
