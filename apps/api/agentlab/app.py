"""The web applications: a function makes each, so that every test gets a fresh one."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Protocol

from fastapi import FastAPI
from fastapi.telemetry import TelemetryConfig
from starlette.types import ASGIApp, Receive, Scope, Send

from agentlab import api, contract, health, metrics
from agentlab.context import Context, open_context
from agentlab.kit import migrations, problems, tracing
from agentlab.kit.guard import Guard
from agentlab.kit.requests import RequestContext
from agentlab.kit.static_export import StaticExport, find_export
from agentlab.settings import Settings
from agentlab.worker import create_worker

MAX_BODY_BYTES = 1024 * 1024


class Runs(Protocol):
    """What works in the background of a process until it is cancelled."""

    async def run(self) -> None: ...


WorkerOf = Callable[[Context], Runs]


def create_app(settings: Settings, *, with_worker: bool = True) -> FastAPI:
    """AgentLab over HTTP: the API, the health checks and the web app's files.

    Args:
        settings: with the addresses of PostgreSQL and Redis filled in.
        with_worker: also run jobs and make backups in this process, as the embedded mode does.
    """
    worker_of = partial(create_worker, backs_up=True) if with_worker else None
    app = create_base(settings, worker_of, service="agentlab-api")
    app.include_router(api.router)
    contract.describe(app)
    # Not a mount, which would answer wrong methods on known addresses too.
    app.router.default = pages(find_export(settings.web_dir, package=Path(__file__).parent))
    return app


def create_worker_app(settings: Settings) -> FastAPI:
    """The worker: it runs jobs, and over HTTP says only how it is."""
    app = create_base(settings, create_worker, service="agentlab-worker")
    app.router.default = problems.unknown_address
    return app


def create_base(
    settings: Settings, worker_of: WorkerOf | None, *, service: str = "agentlab"
) -> FastAPI:
    """What both have in common: the context, the health checks, and what surrounds requests."""
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


def pages(export: Path | None) -> ASGIApp:
    """What answers where no route does: the web app; below `/api` a problem, never a page."""
    web = StaticExport(export) if export else problems.unknown_address

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        is_api = scope["path"].startswith("/api/")
        await (problems.unknown_address if is_api else web)(scope, receive, send)

    return answer
