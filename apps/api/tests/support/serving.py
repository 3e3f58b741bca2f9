"""The application behind a real server, for what only a connection shows: streams, their end."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import uvicorn
from fastapi import FastAPI

from agentlab.kit.waiting import until


@dataclass(frozen=True)
class Served:
    url: str
    server: uvicorn.Server
    running: asyncio.Task[None]

    async def stop(self) -> None:
        """Ask the server to stop, as a signal would, and wait until it has."""
        self.server.should_exit = True
        await self.running


@asynccontextmanager
async def served(app: FastAPI) -> AsyncIterator[Served]:
    """Serve `app`, whose lifespan the caller runs, on a free port of this machine."""
    config = uvicorn.Config(app, port=0, lifespan="off", log_config=None, access_log=False)
    server = uvicorn.Server(config)
    running = asyncio.create_task(server._serve())  # noqa: SLF001 - `serve` would take our signals
    assert await until(lambda: server.started, timeout_s=10)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield Served(f"http://127.0.0.1:{port}", server, running)
    finally:
        server.should_exit = server.force_exit = True
        await running
