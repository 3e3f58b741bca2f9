"""Identifiers: of rows (UUIDs of version 7, which sort by time) and of the current request."""

import os
import time
from contextvars import ContextVar
from uuid import UUID

current_request_id: ContextVar[str] = ContextVar("request_id", default="none")


def new_id() -> UUID:
    """A UUIDv7 (RFC 9562): 48 bits of Unix milliseconds, then random bits."""
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds << 80) | int.from_bytes(os.urandom(10))
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return UUID(int=value)


def request_id() -> str:
    """The id of the request being answered, as it stands in logs, errors and `X-Request-ID`."""
    return current_request_id.get()
