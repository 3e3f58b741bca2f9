"""The web applications: a function makes each, so that every test gets a fresh one."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import partial
from importlib.metadata import version
from pathlib import Path

from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from agentlab import api, contract, health, metrics
from agentlab.context import open_context
from agentlab.kit import migrations, problems
from agentlab.kit.guard import Guard
from agentlab.kit.requests import RequestContext
from agentlab.kit.static_export import StaticExport, find_export
from agentlab.settings import Settings
from agentlab.worker import create_worker

MAX_BODY_BYTES = 1024 * 1024


def create_app(settings: Settings, *, with_worker: bool = True) -> FastAPI:
    """AgentLab over HTTP: the API, the health checks and the web app's files.

    Args:
        settings: with the addresses of PostgreSQL and Redis filled in.
        with_worker: also run jobs in this process, as the embedded mode does.
    """
    app = create_base(settings, with_worker=with_worker)
    app.include_router(api.router)
    contract.describe(app)
    # Not a mount, which would answer wrong methods on known addresses too.
    app.router.default = pages(find_export(settings.web_dir, package=Path(__file__).parent))
    return app


def create_worker_app(settings: Settings) -> FastAPI:
    """The worker: it runs jobs, and over HTTP says only how it is."""
    app = create_base(settings, with_worker=True)
    app.router.default = problems.unknown_address
    return app


def create_base(settings: Settings, *, with_worker: bool) -> FastAPI:
    """What both have in common: the context, the health checks, and what surrounds requests."""
    app = FastAPI(
        title="AgentLab",
        version=version("agentlab"),
        lifespan=partial(lifespan, settings=settings, with_worker=with_worker),
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
        redirect_slashes=False,  # one spelling of each address; the others are unknown
        generate_unique_id_function=lambda route: route.name,
    )
    app.state.stopping = asyncio.Event()  # set when the process was told to stop
    problems.install(app)
    app.include_router(health.router)
    app.add_middleware(Guard, hosts=settings.allowed_hosts, max_body_bytes=MAX_BODY_BYTES)
    app.add_middleware(RequestContext, reply_headers={"X-AgentLab-Version": settings.version})
    metrics.install(app)
    return app


@asynccontextmanager
async def lifespan(app: FastAPI, *, settings: Settings, with_worker: bool) -> AsyncIterator[None]:
    async with open_context(settings) as context:
        await migrations.check(context.engine)
        app.state.context = context
        context.live.end_with(app.state.stopping)
        worker = asyncio.create_task(create_worker(context).run()) if with_worker else None
        try:
            yield
        finally:
            if worker:
                worker.cancel()
                with suppress(asyncio.CancelledError):
                    await worker


def pages(export: Path | None) -> ASGIApp:
    """What answers where no route does: the web app; below `/api` a problem, never a page."""
    web = StaticExport(export) if export else problems.unknown_address

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        is_api = scope["path"].startswith("/api/")
        await (problems.unknown_address if is_api else web)(scope, receive, send)

    return answer
