"""Traces, received by a real OTLP receiver over HTTP."""

import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from opentelemetry import trace
from opentelemetry.propagate import extract
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from agentlab.app import create_app
from agentlab.context import Context
from agentlab.kit import tracing
from agentlab.kit.jobs import Worker, enqueue
from agentlab.settings import Settings
from tests.conftest import empty
from tests.support.browser import Browser
from tests.support.collector import Collector, collecting

TRACE = "0af7651916cd43dd8448eb211c80319c"
FROM_NGINX = f"00-{TRACE}-b7ad6b7169203331-01"


@pytest.fixture
def collector() -> Iterator[Collector]:
    with collecting() as found:
        yield found


@pytest.fixture
async def traced(
    settings: Settings, owner: AsyncEngine, collector: Collector
) -> AsyncIterator[FastAPI]:
    """The application with a collector; it is told of everything when the test ends the app."""
    app = create_app(
        settings.model_copy(update={"otlp_endpoint": collector.url}), with_worker=False
    )
    async with app.router.lifespan_context(app):
        await empty(owner, app.state.context.redis)
        yield app
    tracing.end()


async def test_a_request_goes_on_with_the_trace_that_nginx_began(
    traced: FastAPI, collector: Collector
) -> None:
    async with Browser(traced) as anonymous:
        secret = {"traceparent": FROM_NGINX}
        await anonymous.http.get("/api/v1/setup?q=confidential", headers=secret)
        await anonymous.http.get("/livez", headers=secret)
    tracing.end()
    spans = collector.of(TRACE)
    [request] = [span for span in spans if span.kind == Span.SpanKind.SPAN_KIND_SERVER]
    assert request.name == "GET /api/v1/setup"
    assert request.parent_span_id.hex() == "b7ad6b7169203331"
    statements = [span for span in spans if span.parent_span_id == request.span_id]
    assert any(span.name.startswith("SELECT") for span in statements)
    assert "agentlab-api" in collector.services
    assert "confidential" not in str(collector.spans)


async def test_a_job_goes_on_with_the_trace_of_who_enqueued_it(
    traced: FastAPI, collector: Collector
) -> None:
    context: Context = traced.state.context
    seen: list[str] = []

    async def greet(name: str) -> None:
        seen.append(name)
        async with context.sessions() as db:
            await db.execute(text("SELECT 'from the job'"))

    before = extract({"traceparent": FROM_NGINX})
    with trace.use_span(trace.get_current_span(before)):
        async with context.sessions.begin() as db:
            await enqueue(db, "greet", name="Ada")
    await Worker(context.database_url, {"greet": greet}).run_once()
    assert seen == ["Ada"]
    tracing.end()
    [job] = [span for span in collector.of(TRACE) if span.name == "job greet"]
    assert job.parent_span_id.hex() == "b7ad6b7169203331"
    inside = [span for span in collector.spans if span.parent_span_id == job.span_id]
    assert "SELECT" in {span.name.partition(" ")[0] for span in inside}
    assert "Ada" not in str(collector.spans)


async def test_a_collector_that_is_away_costs_requests_nothing(
    settings: Settings, owner: AsyncEngine
) -> None:
    away = settings.model_copy(update={"otlp_endpoint": "http://127.0.0.1:1"})
    app = create_app(away, with_worker=False)
    async with app.router.lifespan_context(app):
        await empty(owner, app.state.context.redis)
        async with Browser(app) as anonymous:
            assert (await anonymous.http.get("/api/v1/setup")).status_code == 200


async def test_without_a_collector_jobs_carry_nothing(context: Context) -> None:
    seen: list[str] = []

    async def greet(name: str) -> None:
        seen.append(name)

    async with context.sessions.begin() as db:
        await enqueue(db, "greet", name="Ada")
        kept = await db.scalar(text("SELECT args::text FROM procrastinate_jobs"))
    await Worker(context.database_url, {"greet": greet}).run_once()
    assert (kept, seen) == ('{"name": "Ada"}', ["Ada"])


def test_nothing_of_it_is_loaded_while_it_is_off(tmp_path: Path) -> None:
    code = (
        "import sys; from agentlab.app import create_app; from agentlab.settings import Settings;"
        "create_app(Settings());"
        "parts = ('opentelemetry.exporter', 'opentelemetry.instrumentation', 'google.protobuf',"
        " 'opentelemetry.sdk.trace');"
        "print([name for name in sys.modules if name.startswith(parts)])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    assert done.stdout.strip() == "[]"
