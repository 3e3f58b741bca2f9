"""What a process reads once for everybody who asks, again and again, and which is never old."""

import asyncio
import math
import time
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Fresh(Generic[T]):
    """A value that is read again when somebody asks and it is older than `max_age_s`.

    However many ask at once, one of them reads.
    """

    def __init__(self, max_age_s: float) -> None:
        self.max_age_s = max_age_s
        self._value: T | None = None
        self._read_at = -math.inf
        self._version: tuple[int, ...] = ()
        self._reading = asyncio.Lock()

    def expire(self) -> None:
        self._read_at = -math.inf

    async def get(self, read: Callable[[], Awaitable[T]], version: tuple[int, ...] = ()) -> T:
        """The value, read after `version` came to be; versions grow."""
        async with self._reading:
            age = time.monotonic() - self._read_at
            if self._value is None or age > self.max_age_s or version > self._version:
                asked_at = time.monotonic()
                self._value = await read()
                self._read_at, self._version = asked_at, max(version, self._version)
            return self._value
