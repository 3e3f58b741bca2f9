"""nginx's part of each trace: the real program, and lines as nginx writes them."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Queue

import pytest
from opentelemetry.propagate import extract
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from agentlab.kit import tracing
from agentlab.operations.edge_traces import FLAG, SOCKET, Line, Spans, listening, take_one
from tests.support.collector import Collector, collecting

TRACE = "0af7651916cd43dd8448eb211c80319c"
OURS, CLIENTS = "00f067aa0ba902b7", "b7ad6b7169203331"
AWAY = "http://127.0.0.1:1"
PATIENCE_S = 20


@pytest.fixture
def folder() -> Iterator[Path]:
    """Under a short name, as sockets want it."""
    with tempfile.TemporaryDirectory() as made:
        yield Path(made)


@pytest.fixture
def collector() -> Iterator[Collector]:
    with collecting() as found:
        yield found


@contextmanager
def running(folder: Path, endpoint: str) -> Iterator["subprocess.Popen[str]"]:
    program = subprocess.Popen(
        [sys.executable, "-m", "agentlab.operations.edge_traces", str(folder)],
        env={**os.environ, "OTEL_EXPORTER_OTLP_ENDPOINT": endpoint},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        wait_until_it_listens(folder)
        yield program
    finally:
        if program.poll() is None:
            program.kill()
            program.communicate()


def wait_until_it_listens(folder: Path) -> None:
    end = time.monotonic() + PATIENCE_S
    while not (folder / FLAG).exists():
        assert time.monotonic() < end, "it does not listen"
        time.sleep(0.05)


def ended(program: "subprocess.Popen[str]") -> str:
    """What it said, once it has ended as Docker asks it to."""
    program.send_signal(signal.SIGTERM)
    said = program.communicate(timeout=PATIENCE_S)[1]
    assert program.returncode == 0, said
    return said


def told(**changes: str | float) -> dict[str, str | float]:
    """What nginx says about a request that went well."""
    usual: dict[str, str | float] = {
        "trace": TRACE,
        "span": OURS,
        "parent": CLIENTS,
        "flags": "01",
        "ended": 1795981520.125,
        "seconds": 0.025,
        "method": "GET",
        "scheme": "https",
        "host": "lab.example.com",
        "path": "/api/v1/projects",
        "protocol": "HTTP/2.0",
        "status": "200",
        "request_id": "0af76519-16cd-43dd-8448-eb211c80319c",
        "upstream_status": "200",
        "upstream_seconds": "0.024",
    }
    return usual | changes


def datagram(**changes: str | float) -> bytes:
    return b"<190>Nov 29 19:45:20 nginx: " + json.dumps(told(**changes)).encode()


def send(folder: Path, *datagrams: bytes) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as nginx:
        nginx.connect(str(folder / SOCKET))
        for each in datagrams:
            nginx.send(each)


def attributes_of(span: Span) -> dict[str, str | int]:
    return {each.key: each.value.string_value or each.value.int_value for each in span.attributes}


# --- spans


def test_a_line_becomes_a_span_below_the_clients(folder: Path, collector: Collector) -> None:
    with running(folder, collector.url) as program:
        send(folder, datagram())
        ended(program)
    [span] = collector.of(TRACE)
    assert collector.services == {"agentlab-nginx"}
    assert (span.span_id.hex(), span.parent_span_id.hex()) == (OURS, CLIENTS)
    assert (span.kind, span.name) == (Span.SpanKind.SPAN_KIND_SERVER, "GET")
    assert span.start_time_unix_nano == 1795981520_100_000_000
    assert span.end_time_unix_nano == 1795981520_125_000_000
    assert attributes_of(span) == {
        "http.request.method": "GET",
        "http.response.status_code": 200,
        "network.protocol.version": "2",
        "server.address": "lab.example.com",
        "url.path": "/api/v1/projects",
        "url.scheme": "https",
        "nginx.request_id": "0af76519-16cd-43dd-8448-eb211c80319c",
        "nginx.upstream.status": "200",
        "nginx.upstream.seconds": "0.024",
    }
    assert span.status.code == Status.STATUS_CODE_UNSET


def test_what_nginx_answered_alone_began_a_trace_and_failed(
    folder: Path, collector: Collector
) -> None:
    with running(folder, collector.url) as program:
        alone = {"parent": "", "upstream_status": "", "upstream_seconds": ""}
        send(folder, datagram(**alone, status="503", method="BREW", protocol="HTTP/1.0"))
        ended(program)
    [span] = collector.of(TRACE)
    assert span.parent_span_id == b""
    assert span.name == "HTTP"
    found = attributes_of(span)
    assert (found["http.request.method"], found["error.type"]) == ("_OTHER", "503")
    assert found["network.protocol.version"] == "1.0"
    assert not found.keys() & {"nginx.upstream.status", "nginx.upstream.seconds"}
    assert span.status.code == Status.STATUS_CODE_ERROR


def test_health_checks_have_none_as_they_have_none_of_the_api(
    folder: Path, collector: Collector
) -> None:
    with running(folder, collector.url) as program:
        send(folder, *(datagram(path=path) for path in sorted(tracing.NOT_TRACED)), datagram())
        ended(program)
    assert [attributes_of(span)["url.path"] for span in collector.spans] == ["/api/v1/projects"]


# --- what goes wrong


def test_what_it_cannot_read_is_counted_and_the_next_line_is_read(
    folder: Path, collector: Collector
) -> None:
    unreadable = (
        b"",
        b"<190>Nov 29 19:45:20 nginx: {",
        b"\xff" * 100,
        datagram()[:-20],
        datagram(trace="zz"),
        datagram(flags="ff"),
        datagram(ended=1e300),
        datagram(status="99999999999999999999"),
    )
    with running(folder, collector.url) as program:
        latin = datagram(path="/x").replace(b"/x", b"/\xc3\xa9\xe9")
        for each in (*unreadable, latin):
            send(folder, each)
            time.sleep(0.02)  # the kernel holds ten
        said = [json.loads(line) for line in ended(program).splitlines()]
    assert [attributes_of(span)["url.path"] for span in collector.spans] == ["/é�"]
    counted = [line["count"] for line in said if line["event"] == "unreadable_lines_of_nginx"]
    assert counted == [1, 2, 4, 8]
    assert said[-1]["unreadable"] == len(unreadable)


def test_nothing_waits_for_a_collector_that_is_away(folder: Path) -> None:
    with running(folder, AWAY) as program:
        for _ in range(50):
            send(folder, datagram())
        ended(program)
    assert list(folder.iterdir()) == []


def test_a_full_queue_lets_lines_go(folder: Path) -> None:
    waiting: Queue[bytes | None] = Queue(1)
    with listening(folder) as lines:
        send(folder, b"first", b"second")
        assert take_one(lines, waiting)
        assert take_one(lines, waiting)
        assert not take_one(lines, waiting)
    assert waiting.get_nowait() == b"first"
    assert waiting.empty()


def test_it_begins_again_where_one_was_killed(folder: Path, collector: Collector) -> None:
    with running(folder, collector.url) as killed:
        killed.kill()
        killed.communicate()
        assert {each.name for each in folder.iterdir()} == {SOCKET, FLAG}
        (folder / FLAG).unlink()  # so that this test sees when it listens again
        with running(folder, collector.url) as program:
            send(folder, datagram())
            ended(program)
    assert len(collector.of(TRACE)) == 1
    assert list(folder.iterdir()) == []


# --- sampling

SAMPLERS = (
    ("parentbased_always_on", "1"),
    ("parentbased_always_off", "1"),
    ("parentbased_traceidratio", "0.5"),
    ("parentbased_traceidratio", "half"),
    ("traceidratio", "0.5"),
    ("always_on", "1"),
    ("always_off", "1"),
)
LOW, HIGH = f"{'a' * 16}{'0' * 15}1", f"{'a' * 16}{'f' * 16}"
"""Traces that a half has in it and that it has not."""


@pytest.mark.parametrize(("sampler", "share"), SAMPLERS)
def test_nginx_and_the_api_decide_alike(
    monkeypatch: pytest.MonkeyPatch, sampler: str, share: str
) -> None:
    monkeypatch.setenv("OTEL_TRACES_SAMPLER", sampler)
    monkeypatch.setenv("OTEL_TRACES_SAMPLER_ARG", share)
    edge = Spans(tracing.provider_of("agentlab-nginx", "1"), tracing.sender_to(AWAY))
    api = tracing.provider_of("agentlab-api", "1").get_tracer("api")
    for trace in (LOW, HIGH):
        for flags in ("00", "01"):
            line = Line.model_validate(told(trace=trace, flags=flags))
            came = extract({"traceparent": f"00-{trace}-{OURS}-{flags}"})
            assert edge.is_kept(line) == api.start_span("GET", context=came).is_recording()
    edge.sender.shutdown()  # type: ignore[no-untyped-call] # theirs has no types


def test_a_share_counts_although_nginx_began_and_a_client_may_wish_for_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OTEL_TRACES_SAMPLER", "parentbased_traceidratio")
    monkeypatch.setenv("OTEL_TRACES_SAMPLER_ARG", "0.5")
    edge = Spans(tracing.provider_of("agentlab-nginx", "1"), tracing.sender_to(AWAY))
    kept = {
        (trace, flags): edge.is_kept(Line.model_validate(told(trace=trace, flags=flags)))
        for trace in (LOW, HIGH)
        for flags in ("00", "01")
    }
    assert [which for which, is_kept in kept.items() if is_kept] == [(LOW, "01")]
    edge.sender.shutdown()  # type: ignore[no-untyped-call] # theirs has no types
