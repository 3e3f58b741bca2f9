"""The hashes that link the trail: an edit, a removal or a new order shows in all that follow."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Entry:
    """A new entry, spelled as far as it can be before its place in the chain is known."""

    hashed: bytes
    """What its hash covers between `at` and the previous hash."""
    columns: str
    """The same as columns of a JSON object, which is open at its beginning."""
    detail: str

    @classmethod
    def of(cls, entry: dict[str, Any], detail: dict[str, Any]) -> "Entry":
        plain = to_jsonable_python(entry)
        hashed = canonical([plain[name] for name in HASHED[2:]])
        return cls(hashed[1:-1], json.dumps(plain)[1:], json.dumps(detail)[1:])


def linked(entries: Iterable[Entry], last: tuple[int, str], *, at: datetime) -> dict[str, str]:
    """The rows of entries that follow the last one, and of their details, as JSON."""
    sequence, previous = last
    written = spelled(at)
    rows, details = [], []
    for number, entry in enumerate(entries, start=sequence + 1):
        # Byte for byte what `hash_of` hashes: that is what the trail is verified with.
        start, end = f'[{number},"{written}",', f',"{previous}"]'
        hash_ = hashlib.sha256(start.encode() + entry.hashed + end.encode()).hexdigest()
        rows.append(
            f'{{"sequence":{number},"at":"{written}","previous_hash":"{previous}",'
            f'"hash":"{hash_}",{entry.columns}'
        )
        details.append(f'{{"sequence":{number},{entry.detail}')
        previous = hash_
    return {"entries": f"[{','.join(rows)}]", "details": f"[{','.join(details)}]"}
