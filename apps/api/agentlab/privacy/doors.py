"""What opens AgentLab for a person at the moment."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

from redis.asyncio import Redis


async def sessions_of(redis: Redis, user_id: UUID) -> list[dict[str, Any]]:
    """Their sessions, each with the seconds that it runs on unless it is used."""
    return [
        {"session": key, "ends_in_s": await redis.ttl(f"session:{key}:user")}
        async for key in keys_of(redis, user_id)
    ]


async def end_sessions(redis: Redis, user_id: UUID) -> None:
    keys = [key async for key in keys_of(redis, user_id)]
    for key in keys:
        await redis.delete(f"session:{key}:user", f"session:{key}:limit")


async def keys_of(redis: Redis, user_id: UUID) -> AsyncIterator[str]:
    async for name in redis.scan_iter("session:*:user", count=1_000):
        if await redis.get(name) == str(user_id):
            yield str(name).split(":")[1]
