"""How commands reach the database: the running AgentLab's, or services started for the command."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from agentlab.context import Context, open_context
from agentlab.kit import migrations
from agentlab.operations.embedded import embedded
from agentlab.settings import Settings


@asynccontextmanager
async def migrated(settings: Settings) -> AsyncIterator[Settings]:
    """The settings with the addresses of PostgreSQL and Redis filled in, the schema the newest."""
    async with embedded(
        settings.data_dir,
        database_url=settings.database_address,
        redis_url=settings.redis_address,
    ) as connections:
        await asyncio.to_thread(migrations.upgrade, connections.as_owner)
        yield settings.with_servers(
            database_url=connections.database_url, redis_url=connections.redis_url
        )


@asynccontextmanager
async def opened_context(settings: Settings) -> AsyncIterator[Context]:
    """A context on a migrated database."""
    async with migrated(settings) as opened, open_context(opened) as context:
        yield context
