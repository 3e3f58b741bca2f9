"""Traces of requests and jobs, for those who run a collector: OpenTelemetry, off unless it is set.

While it is off, no exporter and no instrumentation is loaded. A request goes on with the trace that
nginx began; a job goes on with that of the request that enqueued it. Spans have routes and
statements in them, and no query of an address, no parameter and no text of anybody.

Which traces are kept is decided by each process for itself, from what all of them know: the trace's
id, and the flag that came with it.
"""

import os
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fastapi.telemetry import TelemetryConfig
from sqlalchemy.ext.asyncio import AsyncEngine

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor
    from opentelemetry.sdk.trace.sampling import Sampler
    from opentelemetry.trace import Tracer

TRACEPARENT = "traceparent"
"""The header of W3C's Trace Context, and what a job carries beside its arguments."""

OFF: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False, "auto_configure": False}
NOT_TRACED = {"/livez", "/readyz", "/metrics"}

Job = Callable[..., Awaitable[None]]


@dataclass
class Tracing:
    """What a process traces with, once `begin` was called."""

    provider: "TracerProvider"
    tracer: "Tracer"


_on: Tracing | None = None


def begin(endpoint: str, *, service: str, version: str) -> TelemetryConfig:
    """Trace from now on, and send what was traced to a collector.

    Args:
        endpoint: of OTLP over HTTP, such as `http://collector:4318`.
        service: what the process is called there.
        version: of the release.

    Returns:
        What `FastAPI` wants to know, so that it traces requests.
    """
    from agentlab.kit.traced_queries import WithoutQueries  # noqa: PLC0415

    provider = provider_of(service, version)
    provider.add_span_processor(WithoutQueries())
    provider.add_span_processor(sender_to(endpoint))
    global _on  # noqa: PLW0603 - a process traces or does not, as it logs or does not
    _on = Tracing(provider, provider.get_tracer("agentlab"))
    return {
        **OFF,
        "tracing": True,
        "tracer_provider": provider,
        "operation_spans": False,
        "exclude": is_not_traced,
    }


def provider_of(service: str, version: str) -> "TracerProvider":
    """Who makes spans, and decides which are kept."""
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415

    resource = Resource.create({"service.name": service, "service.version": version})
    provider = TracerProvider(resource=resource)
    if os.environ.get("OTEL_TRACES_SAMPLER", "").lower() == "parentbased_traceidratio":
        provider.sampler = share_of_all()
    return provider


def share_of_all() -> "Sampler":
    """`parentbased_traceidratio`, where the share counts although nginx has begun the trace.

    By the standard it counts only where a trace begins, which is never here. A client may still
    wish not to be traced, and cannot wish to be traced more often than others.
    """
    from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased  # noqa: PLC0415

    try:
        ratio = TraceIdRatioBased(float(os.environ.get("OTEL_TRACES_SAMPLER_ARG", "")))
    except ValueError:
        ratio = TraceIdRatioBased(1)  # as the standard has it, which has said so by now
    return ParentBased(ratio, remote_parent_sampled=ratio)


def sender_to(endpoint: str) -> "BatchSpanProcessor":
    """Sends in the background; what the collector does not take in time is dropped."""
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import (  # noqa: PLC0415
        OTLPSpanExporter,
    )
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

    return BatchSpanProcessor(OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces"))


def is_not_traced(scope: MutableMapping[str, Any]) -> bool:
    return scope["path"] in NOT_TRACED


def watch(engine: AsyncEngine) -> None:
    """Have a span for each statement, with its text and without its parameters."""
    if _on is None:
        return
    from opentelemetry.instrumentation.sqlalchemy import SQLAlchemyInstrumentor  # noqa: PLC0415

    SQLAlchemyInstrumentor().instrument(
        engine=engine.sync_engine,
        tracer_provider=_on.provider,
        skip_dep_check=True,  # what it uses is as it was in the versions that it names
    )


def carried() -> dict[str, str]:
    """What goes along with a job so that it goes on with this trace."""
    if _on is None:
        return {}
    from opentelemetry.propagate import inject  # noqa: PLC0415

    carrier: dict[str, str] = {}
    inject(carrier)
    return {TRACEPARENT: carrier[TRACEPARENT]} if TRACEPARENT in carrier else {}


def traced(name: str, job: Job) -> Job:
    """The job in a span; it never sees what was carried along."""

    async def run(*, traceparent: str | None = None, **arguments: Any) -> None:  # noqa: ANN401 - a job's own
        if _on is None:
            await job(**arguments)
            return
        from opentelemetry.propagate import extract  # noqa: PLC0415

        before = extract({TRACEPARENT: traceparent} if traceparent else {})
        with _on.tracer.start_as_current_span(f"job {name}", context=before):
            await job(**arguments)

    return run


def end() -> None:
    """Send what was not sent yet, and trace no more. It may wait for the collector."""
    global _on
    if _on is None:
        return
    from opentelemetry.instrumentation.sqlalchemy import SQLAlchemyInstrumentor  # noqa: PLC0415

    on, _on = _on, None
    SQLAlchemyInstrumentor().uninstrument()
    on.provider.shutdown()
