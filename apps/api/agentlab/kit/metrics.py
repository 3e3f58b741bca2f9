"""Measurements of a process, in the format that Prometheus reads."""

import time
from collections.abc import Iterable
from functools import cache

from fastapi.routing import iter_route_contexts
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import QueuePool
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from typing_extensions import override

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
ELSEWHERE = "elsewhere"
"""The route of requests that matched none; a label must not take what strangers make up."""

EVENT_STREAM = b"text/event-stream"


class RequestMetrics:
    """How many requests there were, how long they took, and what is open now.

    What happens in every request is kept cheap: plain numbers that a scrape looks at, and the
    library's own counters found once for each route.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        self.in_progress = 0
        self.streams = 0
        self._answered = Counter(
            "http_requests",
            "Requests by the status that they were answered with.",
            ("method", "route", "status"),
            registry=registry,
        )
        self._duration = Histogram(
            "http_request_duration_seconds",
            "Time until the last byte of the reply; streams of events are left out.",
            ("method", "route"),
            buckets=BUCKETS_S,
            registry=registry,
        )
        self.answered = cache(self._answered.labels)
        self.duration = cache(self._duration.labels)
        Gauge(
            "http_requests_in_progress", "Requests that are not answered yet.", registry=registry
        ).set_function(lambda: self.in_progress)
        Gauge(
            "http_open_streams", "Streams of events that somebody listens to.", registry=registry
        ).set_function(lambda: self.streams)


class Measured:
    """ASGI middleware, outermost: counts and times every request.

    Args:
        app: what is measured.
        metrics: where it is counted.
    """

    def __init__(self, app: ASGIApp, *, metrics: RequestMetrics) -> None:
        self.app = app
        self.metrics = metrics
        self.templates = Templates()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = time.perf_counter()
        status, is_stream = 500, False  # what it was when nothing was sent before a crash

        async def noted(message: Message) -> None:
            nonlocal status, is_stream
            if message["type"] == "http.response.start":
                status = message["status"]
                is_stream = is_event_stream(message)
                self.metrics.streams += is_stream
            await send(message)

        self.metrics.in_progress += 1
        try:
            await self.app(scope, receive, noted)
        finally:
            self.metrics.in_progress -= 1
            self.metrics.streams -= is_stream
            method = scope["method"] if scope["method"] in METHODS else "other"
            route = self.templates.of(scope)
            self.metrics.answered(method, route, status).inc()
            if not is_stream:
                self.metrics.duration(method, route).observe(time.perf_counter() - started)


def is_event_stream(start: Message) -> bool:
    return any(
        name == b"content-type" and value.startswith(EVENT_STREAM)
        for name, value in start["headers"]
    )


class Templates:
    """`/api/v1/projects/{project_id}` for the route that a request was given to.

    The route itself knows only the part that its own router says; the whole is asked of the app.
    """

    def __init__(self) -> None:
        self.by_route: dict[int, str] = {}  # by identity: routes cannot be hashed

    def of(self, scope: Scope) -> str:
        route = scope.get("route")
        if route is None:
            return ELSEWHERE
        if id(route) not in self.by_route:
            found = iter_route_contexts(scope["app"].routes)
            self.by_route = {id(each.original_route): each.path or ELSEWHERE for each in found}
        return self.by_route.get(id(route), ELSEWHERE)


class PoolMetrics(Collector):
    """How much of a database pool is in use."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine

    @override
    def collect(self) -> Iterable[Metric]:
        pool = self.engine.pool
        if not isinstance(pool, QueuePool):
            return
        connections = GaugeMetricFamily(
            "database_pool_connections",
            "Connections to the database: in use, idle, and the most that there may be.",
            labels=("state",),
        )
        connections.add_metric(("used",), pool.checkedout())
        connections.add_metric(("idle",), pool.checkedin())
        connections.add_metric(("most",), pool.size() + max(pool._max_overflow, 0))  # noqa: SLF001 - SQLAlchemy has no other name for it
        yield connections


class Families(Collector):
    """A registry and what was found out for this one scrape, as one."""

    def __init__(self, registry: CollectorRegistry, found: Iterable[Metric]) -> None:
        self.registry = registry
        self.found = found

    @override
    def collect(self) -> Iterable[Metric]:
        yield from self.registry.collect()
        yield from self.found


def exposition(registry: CollectorRegistry, found: Iterable[Metric] = ()) -> bytes:
    """Everything that is measured, as text."""
    return generate_latest(Families(registry, found))


def gauge(name: str, meaning: str, value: float) -> Metric:
    """One number, found out for this scrape."""
    return GaugeMetricFamily(name, meaning, value=value)
