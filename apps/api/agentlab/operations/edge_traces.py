"""`python -m agentlab.operations.edge_traces FOLDER`: nginx's part of each trace.

The public nginx has no module for OpenTelemetry. It writes a line about each request to a socket
while the flag beside it is there (`infrastructure/nginx/server/tracing.conf`). Here the lines
become spans and go where the api's go, by the same settings. Whatever a line is like, and whether
a collector answers, requests never wait for it.
"""

import os
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.metadata import version
from pathlib import Path
from queue import Full, Queue
from threading import Thread
from typing import Literal

from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import Decision
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import (
    NonRecordingSpan,
    SpanContext,
    SpanKind,
    Status,
    StatusCode,
    TraceFlags,
    set_span_in_context,
)
from pydantic import BaseModel, Field, ValidationError

from agentlab.kit import logging, tracing

log = logging.get(__name__)

SERVICE = "agentlab-nginx"
SOCKET, FLAG = "socket", "listening"
LONGEST = 64 * 1024
"""Bytes of a line: four times as much as nginx takes as an address."""
PAUSE_S = 0.2
"""How long a signal may wait for its answer while nothing arrives, and the last lines for us."""
PROMPT_S = 0.0005
"""How long other threads may keep the one that reads waiting: the kernel holds ten lines for it."""
MANY = 10_000
FOR_EVERYBODY = 0o666  # nginx runs as another user
METHODS = {"CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"}
PROTOCOLS = {"HTTP/1.0": "1.0", "HTTP/1.1": "1.1", "HTTP/2.0": "2", "HTTP/3.0": "3"}
FAILED = 500

Waiting = Queue[bytes | None]


class Line(BaseModel):
    """What nginx says about a request: the format `span`."""

    trace: str = Field(pattern=r"^[0-9a-f]{32}$")
    span: str = Field(pattern=r"^[0-9a-f]{16}$")
    parent: str = Field(pattern=r"^([0-9a-f]{16})?$")
    """The client's span; empty where nginx began the trace."""
    flags: Literal["00", "01"]
    ended: float = Field(ge=0, le=1e10)
    seconds: float = Field(ge=0, le=1e8)
    method: str
    scheme: str
    host: str
    path: str
    protocol: str
    status: int = Field(ge=0, le=999)
    """A text there, because it may begin with zeros: 000 where nothing was answered."""
    request_id: str
    upstream_status: str
    """Of each that was asked, with commas between; empty where nobody was."""
    upstream_seconds: str


class Spans:
    """Makes spans of lines, and counts what it could not read."""

    def __init__(self, provider: TracerProvider, sender: BatchSpanProcessor) -> None:
        self.provider = provider
        self.sender = sender
        self.unreadable = 0

    def take(self, datagram: bytes) -> None:
        """One line of nginx, in the envelope of syslog."""
        text = datagram.decode(errors="replace")
        try:
            line = Line.model_validate_json(text[text.find("{") :])
        except ValidationError:
            self.count_unreadable()
            return
        if line.path not in tracing.NOT_TRACED and self.is_kept(line):
            self.sender.on_end(span_of(line, self.provider))

    def is_kept(self, line: Line) -> bool:
        """What the api decides too, because the question is the same."""
        told = set_span_in_context(NonRecordingSpan(context_of(line, line.span, line.flags)))
        asked = self.provider.sampler.should_sample(told, int(line.trace, 16), line.method)
        return asked.decision is Decision.RECORD_AND_SAMPLE

    def count_unreadable(self) -> None:
        self.unreadable += 1
        if self.unreadable & (self.unreadable - 1) == 0:  # at 1, 2, 4, 8 …
            log.warning("unreadable_lines_of_nginx", count=self.unreadable)


def span_of(line: Line, provider: TracerProvider) -> ReadableSpan:
    """With the names of OpenTelemetry's conventions for HTTP, as the api's spans have them."""
    method = line.method if line.method in METHODS else "_OTHER"
    ended_ms = round(line.ended * 1000)
    attributes: dict[str, str | int | float] = {
        "http.request.method": method,
        "http.response.status_code": line.status,
        "network.protocol.version": PROTOCOLS.get(line.protocol, line.protocol),
        "server.address": line.host,
        "url.path": line.path,
        "url.scheme": line.scheme,
        "nginx.request_id": line.request_id,
    }
    if line.upstream_status:
        attributes["nginx.upstream.status"] = line.upstream_status
        attributes["nginx.upstream.seconds"] = line.upstream_seconds
    if line.status >= FAILED:
        attributes["error.type"] = str(line.status)
    return ReadableSpan(
        "HTTP" if method == "_OTHER" else method,
        context=context_of(line, line.span, "01"),
        parent=context_of(line, line.parent, line.flags) if line.parent else None,
        resource=provider.resource,
        attributes=attributes,
        kind=SpanKind.SERVER,
        status=Status(StatusCode.ERROR if line.status >= FAILED else StatusCode.UNSET),
        start_time=max(0, ended_ms - round(line.seconds * 1000)) * 1_000_000,
        end_time=ended_ms * 1_000_000,
        instrumentation_scope=InstrumentationScope("nginx"),
    )


def context_of(line: Line, span: str, flags: str) -> SpanContext:
    return SpanContext(
        int(line.trace, 16), int(span, 16), is_remote=True, trace_flags=TraceFlags(int(flags))
    )


@contextmanager
def listening(folder: Path) -> Iterator[socket.socket]:
    """A socket in this folder, and the flag that nginx looks for while somebody reads from it."""
    place, flag = folder / SOCKET, folder / FLAG
    place.unlink(missing_ok=True)  # of one that was killed
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as found:
        found.settimeout(PAUSE_S)
        found.bind(str(place))
        place.chmod(FOR_EVERYBODY)
        flag.touch()
        try:
            yield found
        finally:
            flag.unlink(missing_ok=True)
            place.unlink(missing_ok=True)


def receive(folder: Path, waiting: Waiting) -> None:
    """Take what arrives until SIGTERM, and then what is still on its way."""
    stopping: list[int] = []
    for told in (signal.SIGTERM, signal.SIGINT):
        signal.signal(told, lambda number, _: stopping.append(number))
    with listening(folder) as lines:
        log.info("listening")
        while not stopping:
            take_one(lines, waiting)
        (folder / FLAG).unlink(missing_ok=True)
        while take_one(lines, waiting):
            pass


def take_one(lines: socket.socket, waiting: Waiting) -> bool:
    try:
        line = lines.recv(LONGEST)
    except TimeoutError:
        return False
    with suppress(Full):
        waiting.put_nowait(line)
    return True


def make_spans(waiting: Waiting, spans: Spans) -> None:
    while (line := waiting.get()) is not None:
        spans.take(line)


def main(folder: str, endpoint: str) -> None:
    logging.configure("info", as_json=True)
    sys.setswitchinterval(PROMPT_S)
    provider = tracing.provider_of(
        SERVICE, os.environ.get("AGENTLAB_VERSION") or version("agentlab")
    )
    sender = tracing.sender_to(endpoint)
    spans = Spans(provider, sender)
    waiting: Waiting = Queue(MANY)
    maker = Thread(target=make_spans, args=(waiting, spans), daemon=True)
    maker.start()
    receive(Path(folder), waiting)
    waiting.put(None)
    maker.join()
    sender.shutdown()  # type: ignore[no-untyped-call] # theirs has no types
    log.info("stopped", unreadable=spans.unreadable)


if __name__ == "__main__":
    main(sys.argv[1], os.environ["OTEL_EXPORTER_OTLP_ENDPOINT"])
