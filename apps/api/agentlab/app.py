"""AgentLab over HTTP: a function makes it, so that every test gets a fresh one."""

from functools import partial
from pathlib import Path

from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from agentlab import api, contract
from agentlab.kit import problems
from agentlab.kit.static_export import StaticExport, find_export
from agentlab.portfolio import keys
from agentlab.process import create_base
from agentlab.settings import Settings
from agentlab.worker import create_worker


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


def pages(export: Path | None) -> ASGIApp:
    """What answers where no route does: the web app; below `/api` a problem, never a page."""
    web = StaticExport(export, keys.IN_ADDRESS) if export else problems.unknown_address

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        is_api = scope["path"].startswith("/api/")
        await (problems.unknown_address if is_api else web)(scope, receive, send)

    return answer
