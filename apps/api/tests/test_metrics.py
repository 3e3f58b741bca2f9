"""`/metrics`, read as Prometheus reads it."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest
from fastapi import FastAPI
from prometheus_client.parser import text_string_to_metric_families
from pyrage.x25519 import Identity
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from agentlab.context import Context
from agentlab.kit import migrations
from agentlab.kit.jobs import enqueue
from agentlab.operations.backup.reading import shelf_of
from agentlab.portfolio.dashboard import watch as watch_module
from agentlab.portfolio.dashboard.watch import SearchWatch
from agentlab.workspaces.watch import FolderWatch
from tests.operations.backup.support import CREATED, put
from tests.support.browser import Browser
from tests.support.projects import bmad_folder, project_of

Labels = frozenset[tuple[str, str]]


class Scrape(dict[tuple[str, Labels], float]):
    """Every sample by its name and labels."""

    def of(self, name: str, **labels: str) -> float:
        return self[name, frozenset(labels.items())]

    def labels_of(self, name: str) -> list[dict[str, str]]:
        return [dict(labels) for found, labels in self if found == name]


async def scrape(browser: Browser) -> Scrape:
    response = await browser.http.get("/metrics")
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/plain; version=")
    families = text_string_to_metric_families(response.text)
    return Scrape(
        ((sample.name, frozenset(sample.labels.items())), sample.value)
        for family in families
        for sample in family.samples
    )


async def test_requests_are_counted_by_the_template_of_their_route(
    ada: Browser, anonymous: Browser
) -> None:
    for _ in range(2):
        assert (await ada.get(f"/projects/{uuid4()}")).status_code == 404
    await anonymous.get("/portfolio")
    found = await scrape(anonymous)
    route = "/api/v1/projects/{project_id}"
    assert found.of("http_requests_total", method="GET", route=route, status="404") == 2
    assert found.of("http_request_duration_seconds_count", method="GET", route=route) == 2
    assert found.of("http_requests_total", method="GET", route="/api/v1/portfolio", status="401")
    assert found.of("http_requests_in_progress") == 1  # this one


async def test_what_strangers_make_up_becomes_no_label(anonymous: Browser) -> None:
    await anonymous.http.request("BREW", "/coffee/" + uuid4().hex)
    await anonymous.http.get(f"/api/v1/{uuid4().hex}")
    found = (await scrape(anonymous)).labels_of("http_requests_total")
    assert {(each["method"], each["route"]) for each in found} == {
        ("other", "elsewhere"),
        ("GET", "elsewhere"),
    }


async def test_a_crash_is_counted_as_one(app: FastAPI, anonymous: Browser) -> None:
    @app.get("/crash")
    async def crash() -> None:
        raise RuntimeError("on purpose")

    assert (await anonymous.http.get("/crash")).status_code == 500
    found = await scrape(anonymous)
    assert found.of("http_requests_total", method="GET", route="/crash", status="500") == 1


async def test_open_streams_are_counted_and_not_timed(app: FastAPI, anonymous: Browser) -> None:
    opened, ended = asyncio.Event(), asyncio.Event()

    async def stream(scope: dict[str, object], _: object, send: object) -> None:
        assert callable(send)
        headers = [(b"content-type", b"text/event-stream; charset=utf-8")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        opened.set()
        await ended.wait()
        await send({"type": "http.response.body", "body": b""})

    app.router.default = stream  # type: ignore[assignment] # an ASGI app, with looser types
    listening = asyncio.create_task(anonymous.http.get("/stream"))
    await opened.wait()
    assert (await scrape(anonymous)).of("http_open_streams") == 1
    ended.set()
    await listening
    found = await scrape(anonymous)
    assert found.of("http_open_streams") == 0
    assert {"method": "GET", "route": "elsewhere"} not in found.labels_of(
        "http_request_duration_seconds_count"
    )


async def test_jobs_are_counted_by_what_they_wait_for(context: Context, anonymous: Browser) -> None:
    async with context.sessions.begin() as db:
        for _ in range(3):
            await enqueue(db, "some_job")
        await db.execute(text("UPDATE procrastinate_events SET at = now() - interval '2 minutes'"))
    async with context.sessions.begin() as db:
        oldest, _, newest = await db.scalars(text("SELECT id FROM procrastinate_jobs ORDER BY id"))
        later = "UPDATE procrastinate_jobs SET scheduled_at = now() + interval '1 hour' "
        await db.execute(text(later + "WHERE id = :id"), {"id": newest})
        failed = "UPDATE procrastinate_jobs SET status = 'failed' WHERE id = :id"
        await db.execute(text(failed), {"id": oldest})
    found = await scrape(anonymous)
    assert found.of("agentlab_jobs_waiting") == 2
    assert found.of("agentlab_jobs_failed") == 1
    assert 120 <= found.of("agentlab_jobs_oldest_age_seconds") < 150
    assert found.of("agentlab_workers") == 0


async def test_finding_by_name_is_tried(ada: Browser) -> None:
    found = await scrape(ada)
    assert found.of("agentlab_search_up") == 1
    assert 0 < found.of("agentlab_search_seconds") < 60


async def test_a_search_that_does_not_end_is_away(
    context: Context, owner: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch_module, "PATIENCE_S", 0.2)
    watch = SearchWatch()
    async with owner.begin() as connection:
        await connection.execute(text("LOCK TABLE projects IN ACCESS EXCLUSIVE MODE"))
        await watch.look(context.engine)
    assert not watch.works


async def test_folders_that_cannot_be_read_are_counted(
    app: FastAPI, context: Context, ada: Browser, root: Path
) -> None:
    assert (await scrape(ada)).of("agentlab_workspaces") == 0
    for name in ("reader", "writer"):
        await project_of(ada, context, bmad_folder(root, name))
    app.state.folder_watch = FolderWatch()
    found = await scrape(ada)
    assert (found.of("agentlab_workspaces"), found.of("agentlab_workspaces_away")) == (2, 0)
    (root / "reader").rename(root / "elsewhere")
    assert (await scrape(ada)).of("agentlab_workspaces_away") == 0  # it was looked at just now
    app.state.folder_watch = FolderWatch()
    assert (await scrape(ada)).of("agentlab_workspaces_away") == 1


async def test_a_queue_without_due_jobs_has_no_age(anonymous: Browser) -> None:
    assert (await scrape(anonymous)).of("agentlab_jobs_oldest_age_seconds") == 0


async def test_the_release_and_the_schemas_are_told(context: Context, anonymous: Browser) -> None:
    found, schema = await scrape(anonymous), migrations.head()
    version = context.settings.version
    assert found.labels_of("agentlab_build_info") == [{"version": version, "schema": schema}]
    assert found.labels_of("agentlab_database_info") == [{"schema": schema}]


async def test_a_process_measures_itself_and_its_connections(
    context: Context, anonymous: Browser
) -> None:
    async with context.engine.connect() as connection:
        await connection.execute(text("SELECT 1"))
        found = await scrape(anonymous)
    assert found.of("database_pool_connections", state="used") == 1
    assert found.of("database_pool_connections", state="most") == 10
    assert found.of("process_resident_memory_bytes") > 10_000_000


@pytest.fixture
async def without_jobs(context: Context, owner: AsyncEngine) -> AsyncIterator[None]:
    """A database that cannot tell anything about jobs."""
    rename = "ALTER TABLE procrastinate_jobs RENAME TO procrastinate_jobs_away"
    back = "ALTER TABLE procrastinate_jobs_away RENAME TO procrastinate_jobs"
    async with owner.begin() as connection:
        await connection.execute(text(rename))
    yield
    async with owner.begin() as connection:
        await connection.execute(text(back))


async def test_without_its_database_a_process_still_tells_what_it_knows(
    without_jobs: None, anonymous: Browser
) -> None:
    found = await scrape(anonymous)
    assert found.of("agentlab_database_up") == 0
    assert ("agentlab_jobs_waiting", frozenset[tuple[str, str]]()) not in found
    assert found.labels_of("agentlab_build_info")


async def test_backups_are_measured_where_they_lie(anonymous: Browser, context: Context) -> None:
    assert "agentlab_backup_good" not in {name for name, _ in await scrape(anonymous)}
    shelf = shelf_of(context.settings)
    file = put(shelf, Identity.generate())
    found = await scrape(anonymous)
    assert found.of("agentlab_backup_good") == 1
    assert found.of("agentlab_backup_size_bytes") == file.stat().st_size
    assert found.of("agentlab_backup_last_success_timestamp_seconds") == CREATED.timestamp()
    assert found.of("agentlab_backup_last_proof_timestamp_seconds") == 0
    assert found.of("agentlab_backup_failed") == 0
    shelf.note_failure("The disk is full.")
    assert (await scrape(anonymous)).of("agentlab_backup_failed") == 1
