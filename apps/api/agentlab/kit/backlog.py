"""How the job queue stands, in one cheap statement."""

from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

WORKER_IS_GONE_AFTER_S = 15  # they say that they live every two seconds

STANDING = text(
    """
    SELECT
        count(*) FILTER (WHERE status = 'todo') AS waiting,
        count(*) FILTER (WHERE status = 'doing') AS running,
        count(*) FILTER (WHERE status = 'failed') AS failed,
        coalesce(extract(epoch FROM now() - min(due) FILTER (WHERE due <= now())), 0)::float
            AS oldest_age_s,
        (SELECT count(*) FROM procrastinate_workers
            WHERE last_heartbeat > now() - make_interval(secs => :patience_s)) AS workers,
        (SELECT version_num FROM alembic_version) AS schema
    FROM procrastinate_jobs
    LEFT JOIN LATERAL (
        SELECT coalesce(scheduled_at, max(at)) AS due
        FROM procrastinate_events WHERE job_id = procrastinate_jobs.id
    ) AS event ON status = 'todo'
    """
)


@dataclass(frozen=True)
class Backlog:
    """Jobs by what they wait for; the age is that of the job that should have run longest ago."""

    waiting: int
    running: int
    failed: int
    oldest_age_s: float
    workers: int
    schema: str | None


async def read_backlog(engine: AsyncEngine) -> Backlog:
    async with engine.connect() as connection:
        row = (await connection.execute(STANDING, {"patience_s": WORKER_IS_GONE_AFTER_S})).one()
    return Backlog(*row)
