"""How far a running import is. Kept in Redis: losing it costs nobody any work."""

from datetime import timedelta
from uuid import UUID

from redis.asyncio import Redis

from agentlab.imports.schemas import ImportProgress

KEPT = timedelta(hours=1)


async def report(redis: Redis, import_id: UUID, progress: ImportProgress) -> None:
    await redis.set(key_of(import_id), progress.model_dump_json(), ex=KEPT)


async def read(redis: Redis, import_id: UUID) -> ImportProgress | None:
    value = await redis.get(key_of(import_id))
    return ImportProgress.model_validate_json(value) if value else None


def key_of(import_id: UUID) -> str:
    return f"import:{import_id}"
