"""What Prometheus and the status prober read about a process of AgentLab, and about its jobs."""

import asyncio

from fastapi import APIRouter, FastAPI, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, ProcessCollector
from prometheus_client.metrics_core import InfoMetricFamily, Metric
from sqlalchemy.exc import SQLAlchemyError

from agentlab.auth.callers import Anyone
from agentlab.context import Context, Ctx
from agentlab.kit import logging, migrations
from agentlab.kit.backlog import Backlog, read_backlog
from agentlab.kit.metrics import Measured, PoolMetrics, RequestMetrics, exposition, gauge
from agentlab.operations.backup.reading import metrics as backup_metrics
from agentlab.portfolio.dashboard.watch import SearchWatch
from agentlab.workspaces.watch import FolderWatch

router = APIRouter(include_in_schema=False)
log = logging.get(__name__)

PATIENCE_S = 2


def install(app: FastAPI) -> None:
    """Measure every request of `app`, and answer `/metrics`. Call it last: it goes outermost."""
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    app.state.registry = registry
    app.state.search_watch = SearchWatch()
    app.state.folder_watch = FolderWatch()
    app.include_router(router)
    app.add_middleware(Measured, metrics=RequestMetrics(registry))


@router.get("/metrics")
async def metrics(_: Anyone, context: Ctx, request: Request) -> Response:
    """Measurements for Prometheus.

    Anyone who reaches the process may read them, because who scrapes is a machine inside the
    stack that holds no session, and because they are numbers, route templates and versions: no
    name, no path and no text of anybody. nginx does not pass this address on.
    """
    backups = await asyncio.to_thread(lambda: list(backup_metrics(context.settings)))
    found = [*await database_metrics(context), *backups, build_info(context)]
    if found[0].samples[0].value:
        found += await watched_metrics(context, request.app)
    text = exposition(request.app.state.registry, [*PoolMetrics(context.engine).collect(), *found])
    return Response(text, media_type=CONTENT_TYPE_LATEST)


async def database_metrics(context: Context) -> list[Metric]:
    """The jobs; without the database only that it does not answer."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            backlog = await read_backlog(context.engine)
    except Exception as error:  # noqa: BLE001 - whatever keeps it from answering is the answer
        log.warning("metrics_without_database", error=str(error))
        return [gauge("agentlab_database_up", "Whether PostgreSQL answers.", 0)]
    return [
        gauge("agentlab_database_up", "Whether PostgreSQL answers.", 1),
        *jobs_metrics(backlog),
        InfoMetricFamily(
            "agentlab_database", "The schema in the database.", {"schema": backlog.schema or ""}
        ),
    ]


def jobs_metrics(backlog: Backlog) -> list[Metric]:
    return [
        gauge("agentlab_jobs_waiting", "Jobs that wait, retries included.", backlog.waiting),
        gauge("agentlab_jobs_running", "Jobs that run.", backlog.running),
        gauge("agentlab_jobs_failed", "Jobs that failed for good.", backlog.failed),
        gauge(
            "agentlab_jobs_oldest_age_seconds",
            "How long the job waits that should have run first.",
            backlog.oldest_age_s,
        ),
        gauge("agentlab_workers", "Workers that gave a sign of life lately.", backlog.workers),
    ]


async def watched_metrics(context: Context, app: FastAPI) -> list[Metric]:
    """What people would notice, tried out: that they find things, that folders can be read."""
    search: SearchWatch = app.state.search_watch
    watch: FolderWatch = app.state.folder_watch
    looking = asyncio.create_task(watch.look(context.engine, context.settings.allowed_roots))
    await search.look(context.engine)
    found = [
        gauge("agentlab_search_up", "Whether finding by name works.", search.works),
        gauge("agentlab_search_seconds", "How long finding by name took.", search.took_s),
    ]
    try:
        folders = await looking
    except SQLAlchemyError as error:
        log.warning("folders_unknown", error=str(error))
        return found
    return [
        *found,
        gauge("agentlab_workspaces", "Folders of projects looked at.", folders.looked_at),
        gauge("agentlab_workspaces_away", "Those that could not be read.", folders.away),
    ]


def build_info(context: Context) -> Metric:
    built = {"version": context.settings.version, "schema": migrations.head()}
    return InfoMetricFamily("agentlab_build", "The release, and the schema it brings.", built)
