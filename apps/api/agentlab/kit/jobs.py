"""The job queue on PostgreSQL: jobs are enqueued in the caller's own transaction."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress

import procrastinate
import psycopg
from procrastinate.exceptions import ConnectorException
from pydantic import JsonValue
from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.kit import logging, tracing
from agentlab.kit.db import psycopg_connection, with_driver

log = logging.get(__name__)

Job = Callable[..., Awaitable[None]]

HEARTBEAT_S = 2
STALLED_AFTER_S = 10
RESTART_PAUSE_S = 1
EVERY_TEN_MINUTES = "*/10 * * * *"
DEFAULT = "default"

# Enqueuing uses the caller's connection, so this one is never opened.
_enqueuer = procrastinate.App(connector=procrastinate.PsycopgConnector())


async def enqueue(
    db: AsyncSession, job: str, *, queue: str = DEFAULT, **arguments: JsonValue
) -> None:
    """Enqueue a job that exists exactly when this transaction commits.

    Raises:
        psycopg.OperationalError: PostgreSQL is away or has no room, as for any other statement.
    """
    connection = await psycopg_connection(db)
    task = _enqueuer.configure_task(job, queue=queue, connection=connection)
    try:
        await task.defer_async(**arguments, **tracing.carried())
    except ConnectorException as error:
        if isinstance(error.__cause__, psycopg.OperationalError):
            raise error.__cause__ from error
        raise


class Worker:
    """Runs jobs until it is cancelled, through restarts of the database.

    Args:
        database_url: says `postgresql://…`; asked again for each new connection.
        jobs: every job by its name. A job that raises is tried again after 4, 16, 64, 256 and
            1,024 seconds, then it is left as failed.
        sweeps: jobs without arguments that run every ten minutes, by their name.
        queues: where it takes its jobs from; the sweeps go through the first.
        concurrency: how many jobs run at once.
    """

    def __init__(
        self,
        database_url: Callable[[], str],
        jobs: Mapping[str, Job],
        *,
        sweeps: Mapping[str, Callable[[], Awaitable[None]]] | None = None,
        queues: Sequence[str] = (DEFAULT,),
        concurrency: int = 2,
    ) -> None:
        self.database_url = database_url
        self.jobs = jobs
        self.sweeps = sweeps or {}
        self.queues = queues
        self.concurrency = concurrency

    async def run(self) -> None:
        while True:
            try:
                await self.run_until_trouble()
            except Exception:
                log.exception("worker_interrupted", restart_in_s=RESTART_PAUSE_S)
            await asyncio.sleep(RESTART_PAUSE_S)

    async def run_until_trouble(self) -> None:
        app = self.open()
        async with app.open_async():
            rescue = asyncio.create_task(rescue_stalled_jobs(app))
            try:
                await self.start(app, wait=True)
            finally:
                rescue.cancel()
                with suppress(asyncio.CancelledError):
                    await rescue

    async def run_once(self) -> None:
        """Run what is due now and return; for tests and commands."""
        app = self.open()
        async with app.open_async():
            await self.start(app, wait=False)

    def open(self) -> procrastinate.App:
        connector = procrastinate.PsycopgConnector(conninfo=self.conninfo, min_size=1, max_size=4)
        app = procrastinate.App(connector=connector)
        retry = procrastinate.RetryStrategy(max_attempts=5, exponential_wait=4)
        for name, job in self.jobs.items():
            app.task(name=name, retry=retry)(tracing.traced(name, job))
        for name, sweep in self.sweeps.items():
            task = app.task(name=name, queue=self.queues[0])
            app.periodic(cron=EVERY_TEN_MINUTES)(task(without_time(sweep)))
        return app

    def conninfo(self) -> str:
        return with_driver(self.database_url()).replace("+psycopg", "", 1)

    async def start(self, app: procrastinate.App, *, wait: bool) -> None:
        await app.run_worker_async(
            queues=list(self.queues),
            concurrency=self.concurrency,
            wait=wait,
            # Who does not wait for jobs needs nobody to announce them. On a slow computer, the
            # connection that listens can be left open when it has to end just after its start.
            listen_notify=wait,
            install_signal_handlers=False,
            update_heartbeat_interval=HEARTBEAT_S,
            stalled_worker_timeout=STALLED_AFTER_S,
            shutdown_graceful_timeout=10,
            delete_jobs="successful",
            # After a restart of the server the notifications may stay away.
            fetch_job_polling_interval=1,
        )


def without_time(sweep: Callable[[], Awaitable[None]]) -> Job:
    """Procrastinate tells a periodic job when it was due; ours do not need to know."""

    async def run(timestamp: int) -> None:  # noqa: ARG001 - procrastinate passes it by name
        await sweep()

    return run


async def rescue_stalled_jobs(app: procrastinate.App) -> None:
    """Give back to the queue the jobs of workers that died."""
    while True:
        stalled = await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER_S)
        for job in stalled:
            log.warning("job_rescued", job=job.task_name, arguments=job.task_kwargs)
            await app.job_manager.retry_job(job)
        await asyncio.sleep(STALLED_AFTER_S)
