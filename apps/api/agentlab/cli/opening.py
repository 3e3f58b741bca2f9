"""How commands reach the database: the running AgentLab's, or services started for the command."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from agentlab.context import Context, open_context
from agentlab.kit import migrations
from agentlab.operations.embedded import embedded
from agentlab.settings import Settings, revealed


@asynccontextmanager
async def opened_settings(settings: Settings) -> AsyncIterator[Settings]:
    """The settings with the addresses of PostgreSQL and Redis filled in, both answering."""
    async with embedded(
        settings.data_dir,
        database_url=revealed(settings.database_url),
        redis_url=revealed(settings.redis_url),
    ) as connections:
        yield settings.with_servers(
            database_url=connections.database_url, redis_url=connections.redis_url
        )


@asynccontextmanager
async def opened_context(settings: Settings) -> AsyncIterator[Context]:
    """A context on a migrated database."""
    async with opened_settings(settings) as opened:
        database_url = revealed(opened.database_url)
        await asyncio.to_thread(migrations.upgrade, str(database_url))
        async with open_context(opened) as context:
            yield context
