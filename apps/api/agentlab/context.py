"""What lives as long as the process: settings, database, Redis. Faces and jobs ask here."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request
from redis.asyncio import Redis
from sqlalchemy.ext.asyncio import AsyncEngine

from agentlab.errors import Unavailable
from agentlab.kit import passwords
from agentlab.kit.db import Sessions, create_engine, create_sessions
from agentlab.kit.fresh import Fresh
from agentlab.kit.live import Live
from agentlab.kit.reads import SharedReads
from agentlab.settings import Settings


@dataclass(frozen=True)
class Context:
    settings: Settings
    engine: AsyncEngine
    sessions: Sessions
    redis: Redis
    live: Live
    reads: SharedReads = field(default_factory=SharedReads)
    sights: Fresh[Mapping[UUID, frozenset[UUID] | None]] = field(
        default_factory=lambda: Fresh(max_age_s=2)
    )
    """The clients that each person sees, None for all: for streams, which ask at every event."""

    def database_url(self) -> str:
        """The address of PostgreSQL, with the password of now."""
        return str(self.settings.database_address)


class NotConfigured(Unavailable):
    """A server's address is missing; `agentlab up` fills in the embedded ones."""

    code = "not_configured"


NOT_CONFIGURED = "Set DATABASE_URL and REDIS_URL, or start AgentLab with `agentlab up`."


@asynccontextmanager
async def open_context(settings: Settings) -> AsyncIterator[Context]:
    """Make the pools (connections open on first use), and close them again."""
    if settings.database_address is None or settings.redis_address is None:
        raise NotConfigured(NOT_CONFIGURED)
    engine = create_engine(settings.database_address)
    passwords.follow(engine, lambda: str(settings.database_address))
    redis = passwords.redis_client(lambda: str(settings.redis_address))
    sessions, live = create_sessions(engine), Live(redis)
    live.attach(sessions)
    try:
        yield Context(settings, engine, sessions, redis, live)
    finally:
        await live.close()
        await redis.aclose()
        await engine.dispose()


async def context_of(request: Request) -> Context:
    context: Context = request.app.state.context
    return context


Ctx = Annotated[Context, Depends(context_of)]
"""The process's context, as a route parameter."""
