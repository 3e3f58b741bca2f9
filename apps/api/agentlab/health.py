"""Whether the process lives, and whether it can do its work."""

import asyncio
from collections.abc import Awaitable

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel
from sqlalchemy import text

from agentlab.auth.callers import Anyone, Operator
from agentlab.context import Context, Ctx
from agentlab.errors import Unauthenticated
from agentlab.kit import logging, migrations
from agentlab.kit.backlog import read_backlog
from agentlab.kit.problems import documents

router = APIRouter(tags=["health"])
log = logging.get(__name__)

PATIENCE_S = 2


@router.get("/livez")
async def livez(_: Anyone, context: Ctx) -> dict[str, str]:
    """The process answers, and which release it is."""
    return {"status": "alive", "version": context.settings.version}


@router.get("/readyz")
async def readyz(_: Anyone, context: Ctx, request: Request, response: Response) -> dict[str, str]:
    """Every service that AgentLab needs answers, and it is not shutting down; 503 otherwise."""
    states = {
        "shutdown": "stopping" if request.app.state.stopping.is_set() else "ok",
        "postgresql": await state_of("postgresql", ask_postgresql(context)),
        "redis": await state_of("redis", ask_redis(context)),
    }
    if set(states.values()) != {"ok"}:
        response.status_code = 503
    return states


class Health(BaseModel):
    """How an installation is, for those who operate it."""

    version: str
    schema_of_code: str | None
    schema_of_database: str | None
    postgresql: str
    pgvector: str | None
    redis: str
    workers: int
    jobs_waiting: int
    jobs_failed: int
    oldest_job_s: float
    """For how long the first of the jobs that could run now has been waiting."""


@router.get("/healthz", responses=documents(Unauthenticated))
async def healthz(_: Operator, context: Ctx) -> Health:
    """Versions, schema and the job queue, for operators: `agentlab token` makes a token."""
    backlog = await read_backlog(context.engine)
    async with context.engine.connect() as connection:
        servers = (await connection.execute(text(SERVERS))).one()
    redis = await context.redis.info("server")
    return Health(
        version=context.settings.version,
        schema_of_code=migrations.head(),
        schema_of_database=backlog.schema,
        postgresql=servers.postgresql,
        pgvector=servers.pgvector,
        redis=str(redis.get("valkey_version") or redis["redis_version"]),
        workers=backlog.workers,
        jobs_waiting=backlog.waiting,
        jobs_failed=backlog.failed,
        oldest_job_s=backlog.oldest_age_s,
    )


SERVERS = """
SELECT current_setting('server_version') AS postgresql,
       (SELECT extversion FROM pg_extension WHERE extname = 'vector') AS pgvector
"""


async def state_of(service: str, question: Awaitable[None]) -> str:
    try:
        async with asyncio.timeout(PATIENCE_S):
            await question
    except Exception as error:  # noqa: BLE001 - whatever keeps a service from answering is the answer
        log.warning("service_away", service=service, error=str(error))
        return "away"
    return "ok"


async def ask_postgresql(context: Context) -> None:
    async with context.engine.connect() as connection:
        await connection.execute(text("SELECT 1"))


async def ask_redis(context: Context) -> None:
    await context.redis.ping()
