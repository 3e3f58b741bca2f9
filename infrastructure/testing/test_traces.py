"""nginx's part of traces: the real nginx, the program that makes spans of its lines, and a peer."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from agentlab.operations.edge_traces import FLAG

from support.docker import HARDENED, Container, docker, wait_for
from support.edge import Edge, client_of, received
from support.images import API, Image

COLLECTOR = Path(__file__).parent / "support" / "collector.py"
TRACE, CLIENTS = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
PATH = "/api/v1/echo"


class TracedEdge(Edge):
    """An edge with a peer behind it, and a collector that nobody tells anything at first."""

    def start_all(self) -> None:
        self.start_peer("blue", "api-blue")
        self.run(
            "collector",
            *("--init", "--network", self.prefix, "--network-alias=collector"),
            *(f"--volume={COLLECTOR}:/collector.py:ro", API.name, "python", "/collector.py"),
        )
        self.start()
        with client_of(self) as client:
            wait_for(lambda: client.get(PATH).status_code == 200, "the peer to be found")

    def start_traces(self) -> None:
        """As Compose starts it."""
        user, group = self.installation.writer
        self.run(
            "traces",
            *("--init", "--network", self.prefix, *HARDENED, f"--user={user}:{group}"),
            f"--volume={self.installation.traces}:/traces",
            "--env=OTEL_EXPORTER_OTLP_ENDPOINT=http://collector:4318",
            "--env=OTEL_BSP_SCHEDULE_DELAY=200",  # milliseconds
            *(API.name, "python", "-m", "agentlab.operations.edge_traces", "/traces"),
        )
        wait_for((self.installation.traces / FLAG).exists, "somebody to listen")

    def kill_traces(self) -> None:
        docker("kill", f"{self.prefix}-traces")
        self.remove(f"{self.prefix}-traces")

    def spans(self) -> list[dict[str, str]]:
        ask = "from urllib.request import urlopen as o; print(o('http://127.0.0.1:4318').read().decode())"
        found: list[dict[str, str]] = json.loads(
            Container(f"{self.prefix}-collector").run("python", "-c", ask)
        )
        return found

    def complaints(self) -> str:
        """What nginx wrote about itself."""
        return subprocess.run(
            ["docker", "logs", self.nginx], capture_output=True, text=True, check=True
        ).stderr


@pytest.fixture(scope="module")
def edge(
    images: tuple[Image, ...], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TracedEdge]:
    edge = TracedEdge(tmp_path_factory.mktemp("installation"))
    try:
        edge.start_all()
        yield edge
    finally:
        edge.stop()


@pytest.fixture(scope="module")
def traced(edge: TracedEdge) -> TracedEdge:
    """The same, from when on somebody listens."""
    edge.start_traces()
    return edge


def asked(edge: TracedEdge, traceparent: str | None = None) -> tuple[str, str, str]:
    """What the api was told when somebody asked: trace, span and flags."""
    headers = {"traceparent": traceparent} if traceparent else {}
    with client_of(edge) as client:
        [told] = received(client.get(f"{PATH}?secret=1234", headers=headers))["traceparent"]
    version, trace, span, flags = told.split("-")
    assert version == "00"
    return trace, span, flags


def told_of(edge: TracedEdge, span: str) -> dict[str, str]:
    """What the collector was told of this span, as soon as it is."""

    def found() -> list[dict[str, str]]:
        return [each for each in edge.spans() if each["span"] == span]

    wait_for(lambda: bool(found()), f"the span {span}")
    return found()[0]


def test_while_nothing_is_traced_nothing_is_sent_and_nobody_complains(edge: TracedEdge) -> None:
    before = len(edge.complaints())
    trace, span, flags = asked(edge)
    assert (span, flags) == (trace[:16], "01")
    assert edge.spans() == []
    assert edge.complaints()[before:] == ""


def test_a_clients_trace_goes_on_through_nginx_to_the_api(traced: TracedEdge) -> None:
    trace, span, flags = asked(traced, f"00-{TRACE}-{CLIENTS}-01")
    assert (trace, flags) == (TRACE, "01")
    found = told_of(traced, span)
    assert (found["trace"], found["parent"]) == (TRACE, CLIENTS)
    assert (found["service"], found["name"]) == ("agentlab-nginx", "GET")
    assert PATH in found["attributes"]
    assert "1234" not in found["attributes"]


@pytest.mark.parametrize(
    "traceparent",
    [
        None,
        "garbage",
        f"00-{'0' * 32}-{CLIENTS}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"00-{TRACE.upper()}-{CLIENTS}-01",
        f"ff-{TRACE}-{CLIENTS}-01",
        f"00-{TRACE}-{CLIENTS}-01-more",
    ],
)
def test_a_client_without_one_or_with_a_broken_one_begins_a_trace(
    traced: TracedEdge, traceparent: str | None
) -> None:
    trace, span, flags = asked(traced, traceparent)
    assert trace not in {TRACE, "0" * 32}
    found = told_of(traced, span)
    assert (found["trace"], found["parent"], flags) == (trace, "", "01")


def test_a_client_may_wish_not_to_be_traced(traced: TracedEdge) -> None:
    _, unwanted, flags = asked(traced, f"00-{TRACE}-{CLIENTS}-00")
    assert flags == "00"
    told_of(traced, asked(traced)[1])  # which comes later
    assert unwanted not in {each["span"] for each in traced.spans()}


def test_requests_are_answered_when_the_program_dies_and_traced_when_it_is_back(
    traced: TracedEdge,
) -> None:
    traced.kill_traces()
    assert [asked(traced)[2] for _ in range(5)] == ["01"] * 5
    (traced.installation.traces / FLAG).unlink()  # so that one sees when it is back
    traced.start_traces()
    spans = [asked(traced)[1] for _ in range(20)]  # the first of each process of nginx is lost
    wait_for(lambda: bool({each["span"] for each in traced.spans()} & set(spans)), "a span")
