"""What the prober says of itself over HTTP: measurements for Prometheus, and whether it lives."""

import threading
import time
from collections.abc import Iterable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    ProcessCollector,
    generate_latest,
)
from typing_extensions import override

from agentlab.operations.status.components import Finding, State
from agentlab.operations.status.copies import Copy
from agentlab.operations.status.incidents import Incident

LOST_AFTER_S = 90
WORKS = {State.UP, State.DEGRADED}


class Exporter:
    """Numbers of the last round, and how long ago it was."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self.ended: float | None = None
        self.up = self.gauge("up", "Whether a component works (0 or 1).", ("component",))
        self.degraded = self.gauge(
            "degraded", "Whether a component needs attention (0 or 1).", ("component",)
        )
        self.response = self.gauge(
            "response_seconds", "How long the last reply took.", ("component",)
        )
        self.figures = self.gauge("figure", "Numbers that checks found, by name.", ("name",))
        self.open_incidents = self.gauge("open_incidents", "Incidents that are open.")
        self.last_round = self.gauge(
            "last_round_timestamp_seconds", "When a round was last kept and published."
        )
        self.copied = self.gauge(
            "copy_timestamp_seconds", "When a copy of the site was last made.", ("target",)
        )
        self.copy_fails = self.gauge(
            "copy_fails", "Whether the newest try to copy the site failed (0 or 1).", ("target",)
        )
        self.alarm_failures = Counter(
            "agentlab_status_alarm_failures",
            "Times that the mail server did not take an alarm.",
            registry=self.registry,
        )
        self.alarms_failed = 0
        self.failures = Counter(
            "agentlab_status_failed_rounds",
            "Rounds that could not be kept or published.",
            registry=self.registry,
        )

    def gauge(self, name: str, meaning: str, labels: Iterable[str] = ()) -> Gauge:
        return Gauge(f"agentlab_status_{name}", meaning, labels, registry=self.registry)

    def note(self, findings: Iterable[Finding]) -> None:
        """Tell the newest findings; what nobody could see is neither up nor down."""
        for finding in findings:
            name = finding.component.value
            if finding.state is State.UNKNOWN:
                for told in (self.up, self.degraded):
                    told.remove(name)
            elif finding.state is not State.MAINTENANCE:
                self.up.labels(name).set(finding.state in WORKS)
                self.degraded.labels(name).set(finding.state is State.DEGRADED)
            if finding.latency_ms is not None:
                self.response.labels(name).set(finding.latency_ms / 1000)
            for figure, value in finding.figures.items():
                self.figures.labels(figure).set(value)

    def note_success(self, open_incidents: list[Incident]) -> None:
        self.ended = time.monotonic()
        self.last_round.set_to_current_time()
        self.open_incidents.set(len(open_incidents))

    def note_copy(self, copy: Copy) -> None:
        self.copy_fails.labels(copy.target.name).set(copy.failing_since is not None)
        if copy.succeeded_at is not None:
            self.copied.labels(copy.target.name).set(copy.succeeded_at)

    def note_alarms(self, failures: int) -> None:
        self.alarm_failures.inc(failures - self.alarms_failed)
        self.alarms_failed = failures

    def note_failure(self) -> None:
        self.failures.inc()

    @property
    def is_alive(self) -> bool:
        return self.ended is not None and time.monotonic() - self.ended < LOST_AFTER_S

    def answer(self, path: str) -> tuple[HTTPStatus, str, bytes]:
        if path == "/metrics":
            return HTTPStatus.OK, CONTENT_TYPE_LATEST, generate_latest(self.registry)
        if path != "/livez":
            return HTTPStatus.NOT_FOUND, "text/plain", b"/livez or /metrics\n"
        if self.is_alive:
            return HTTPStatus.OK, "text/plain", b"alive\n"
        return HTTPStatus.SERVICE_UNAVAILABLE, "text/plain", b"no round lately\n"


class ExporterServer:
    """Serves an exporter from a thread of its own, so that it can tell that the prober hangs."""

    def __init__(self, exporter: Exporter, host: str, port: int) -> None:
        self.server = ThreadingHTTPServer((host, port), handler_of(exporter))
        self.server.daemon_threads = True
        self.port = self.server.server_port
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)

    def start(self) -> None:
        self.thread.start()

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


def handler_of(exporter: Exporter) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, kind, body = exporter.answer(self.path)
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        @override
        def log_message(self, format: str, *args: object) -> None:
            """Nobody reads a line for every scrape."""

    return Handler
