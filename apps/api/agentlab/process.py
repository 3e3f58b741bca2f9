"""What every process of AgentLab has: the context, the health checks, and what surrounds requests.

Apart from `app`, which has all routes: a process that only works needs none, and half the memory.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial
from importlib.metadata import version
from typing import Protocol

from fastapi import FastAPI
from fastapi.telemetry import TelemetryConfig

from agentlab import health, metrics
from agentlab.context import Context, open_context
from agentlab.kit import migrations, problems, tracing
from agentlab.kit.guard import Guard
from agentlab.kit.requests import RequestContext
from agentlab.settings import Settings

MAX_BODY_BYTES = 1024 * 1024


class Runs(Protocol):
    """What works in the background of a process until it is cancelled."""

    async def run(self) -> None: ...


WorkerOf = Callable[[Context], Runs]


def create_base(
    settings: Settings, worker_of: WorkerOf | None, *, service: str = "agentlab"
) -> FastAPI:
    """An application without a route of its own yet."""
    app = FastAPI(
        title="AgentLab",
        version=version("agentlab"),
        lifespan=partial(lifespan, settings=settings, worker_of=worker_of),
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
        redirect_slashes=False,  # one spelling of each address; the others are unknown
        generate_unique_id_function=lambda route: route.name,
        telemetry=telemetry_of(settings, service),
    )
    app.state.stopping = asyncio.Event()  # set when the process was told to stop
    problems.install(app)
    app.include_router(health.router)
    app.add_middleware(Guard, hosts=settings.allowed_hosts, max_body_bytes=MAX_BODY_BYTES)
    app.add_middleware(RequestContext, reply_headers={"X-AgentLab-Version": settings.version})
    metrics.install(app)
    return app


def telemetry_of(settings: Settings, service: str) -> TelemetryConfig:
    if not settings.otlp_endpoint:
        return tracing.OFF
    return tracing.begin(settings.otlp_endpoint, service=service, version=settings.version)


@asynccontextmanager
async def lifespan(
    app: FastAPI, *, settings: Settings, worker_of: WorkerOf | None
) -> AsyncIterator[None]:
    async with open_context(settings) as context:
        await migrations.check(context.engine)
        app.state.context = context
        tracing.watch(context.engine)
        context.live.end_with(app.state.stopping)
        worker = asyncio.create_task(worker_of(context).run()) if worker_of else None
        try:
            yield
        finally:
            if worker:
                worker.cancel()
                with suppress(asyncio.CancelledError):
                    await worker
            await asyncio.to_thread(tracing.end)
