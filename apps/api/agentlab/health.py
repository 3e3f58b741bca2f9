"""Whether the process lives, and whether it can do its work."""

import asyncio
from collections.abc import Awaitable

from fastapi import APIRouter, Request, Response
from sqlalchemy import text

from agentlab.auth.callers import Anyone
from agentlab.context import Context, Ctx
from agentlab.kit import logging

router = APIRouter(tags=["health"])
log = logging.get(__name__)

PATIENCE_S = 2


@router.get("/livez")
async def livez(_: Anyone) -> dict[str, str]:
    """The process answers."""
    return {"status": "alive"}


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
