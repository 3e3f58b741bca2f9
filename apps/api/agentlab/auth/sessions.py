"""Sessions in Redis: an opaque id in a cookie, its state on the server."""

import hashlib
import secrets
from datetime import timedelta
from uuid import UUID

from redis.asyncio import Redis

IDLE = timedelta(hours=12)
"""A session ends when nothing was asked for this long."""
ABSOLUTE = timedelta(days=14)
"""A session ends this long after sign-in, however busy it is."""


async def start(redis: Redis, user_id: UUID) -> str:
    """Make a session and return its secret id, which only the cookie holds."""
    token = secrets.token_urlsafe(32)
    key = key_of(token)
    async with redis.pipeline(transaction=True) as pipe:
        pipe.set(f"{key}:user", str(user_id), ex=IDLE)
        pipe.set(f"{key}:limit", "1", ex=ABSOLUTE)
        await pipe.execute()
    return token


async def user_of(redis: Redis, token: str) -> UUID | None:
    """Whose session it is, if it still runs; being asked keeps it from idling out."""
    key = key_of(token)
    async with redis.pipeline(transaction=False) as pipe:
        pipe.getex(f"{key}:user", ex=IDLE)
        pipe.exists(f"{key}:limit")
        user_id, within_limit = await pipe.execute()
    return UUID(user_id) if user_id and within_limit else None


async def is_running(redis: Redis, token: str) -> bool:
    """Whether the session still runs; looking on does not keep it from idling out."""
    key = key_of(token)
    return bool(await redis.exists(f"{key}:user", f"{key}:limit") == 2)  # noqa: PLR2004 - both


async def end(redis: Redis, token: str) -> None:
    key = key_of(token)
    await redis.delete(f"{key}:user", f"{key}:limit")


def key_of(token: str) -> str:
    # Hashed, so that reading Redis or its dump does not give anybody's session away.
    return f"session:{hashlib.sha256(token.encode()).hexdigest()}"
