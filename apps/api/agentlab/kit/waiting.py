"""Wait for a condition instead of for a time."""

import asyncio
import time
from collections.abc import Callable


async def until(
    condition: Callable[[], bool], *, timeout_s: float | None = None, every_s: float = 0.02
) -> bool:
    """Return True as soon as `condition()` holds, False when `timeout_s` seconds have passed."""
    deadline = None if timeout_s is None else time.monotonic() + timeout_s
    while not condition():
        if deadline is not None and time.monotonic() >= deadline:
            return False
        await asyncio.sleep(every_s)
    return True
