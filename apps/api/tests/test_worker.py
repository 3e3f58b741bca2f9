"""The worker as it runs in `agentlab up`: in the background, through trouble."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text

from agentlab.context import Context
from agentlab.kit.jobs import Worker, enqueue
from agentlab.worker import create_worker
from tests.support.browser import Browser
from tests.support.projects import bmad_folder, import_body

PATIENCE_S = 30


async def eventually(is_true: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not await is_true():  # noqa: ASYNC110 - the condition is in another process
            await asyncio.sleep(0.05)


async def stop(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def test_a_requested_import_runs_by_itself(
    bob: Browser, context: Context, root: Path
) -> None:
    worker = asyncio.create_task(create_worker(context).run())
    requested = await bob.do("/imports", import_body(bmad_folder(root)))

    async def is_done() -> bool:
        state: str = (await bob.read(f"/imports/{requested['id']}"))["state"]
        return state == "done"

    await eventually(is_done)
    await stop(worker)


async def test_a_job_of_a_transaction_that_was_rolled_back_never_runs(context: Context) -> None:
    ran: list[str] = []

    async def note(name: str) -> None:
        ran.append(name)

    async with context.sessions() as db:
        await enqueue(db, "note", name="rolled back")
        await db.rollback()
    async with context.sessions.begin() as db:
        await enqueue(db, "note", name="committed")
    await Worker(context.database_url, {"note": note}).run_once()
    assert ran == ["committed"]


async def test_a_job_that_postgresql_cannot_take_is_an_outage_like_any_other(
    context: Context,
) -> None:
    async with context.sessions() as other, context.sessions() as db:
        await other.execute(text("LOCK TABLE procrastinate_jobs IN SHARE ROW EXCLUSIVE MODE"))
        await db.execute(text("SET LOCAL lock_timeout = '10ms'"))
        with pytest.raises(psycopg.OperationalError):
            await enqueue(db, "note", name="late")


async def test_the_worker_goes_on_after_its_connections_were_cut(context: Context) -> None:
    ran = asyncio.Event()

    async def note() -> None:
        ran.set()

    worker = asyncio.create_task(Worker(context.database_url, {"note": note}).run())

    async def is_listening() -> bool:
        async with context.sessions() as db:
            count: int | None = await db.scalar(
                text("SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'")
            )
        return bool(count)

    await eventually(is_listening)
    async with context.engine.connect() as connection:
        await connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE usename = current_user AND pid <> pg_backend_pid()"
            )
        )
    async with context.sessions.begin() as db:
        await enqueue(db, "note")
    async with asyncio.timeout(PATIENCE_S):
        await ran.wait()
    await stop(worker)
