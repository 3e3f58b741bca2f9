"""How far a running import is. Kept in Redis: losing it, or Redis, costs nobody any work."""

from contextlib import suppress
from datetime import timedelta
from uuid import UUID

from redis.asyncio import Redis
from redis.exceptions import RedisError

from agentlab.imports.schemas import ImportProgress

KEPT = timedelta(hours=1)


async def report(redis: Redis, import_id: UUID, progress: ImportProgress) -> None:
    with suppress(RedisError):
        await redis.set(key_of(import_id), progress.model_dump_json(), ex=KEPT)


async def read(redis: Redis, import_id: UUID) -> ImportProgress | None:
    value = None
    with suppress(RedisError):
        value = await redis.get(key_of(import_id))
    return ImportProgress.model_validate_json(value) if value else None


def key_of(import_id: UUID) -> str:
    return f"import:{import_id}"
