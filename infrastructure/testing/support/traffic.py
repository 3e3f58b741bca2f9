"""What people and agents do all day, as constant load: whatever fails is counted as failed.

Requests leave at a given rate, whether or not the ones before were answered, on connections that
are kept open; no client asks a second time. One more client changes things, one at a time, and one
follows the events, as a browser does.

By hand, on an installation with the sample data:

    python -m support.traffic https://localhost --ca certificates/ca/ca.pem --email ada@example.com

It asks for the password, runs until Ctrl-C, and exits with 1 when anything failed.
"""

import argparse
import asyncio
import getpass
import itertools
import json
import math
import signal
import ssl
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

import httpx
from agentlab.kit.waiting import until
from typing_extensions import override

from support.load import Connection

IDLE_S = 20
"""For how long a connection is kept for the next request; browsers keep them longer."""
CHANGE_EVERY_S = 0.25
PROJECT = "Appointment reminders"
"""The project of the sample data whose current stage can be submitted, and withdrawn again."""
RECONNECT_S = 1.5
"""Until a stream has said how long browsers should wait."""
FAILURES = (OSError, asyncio.IncompleteReadError, TimeoutError, ValueError, KeyError)


@dataclass(frozen=True)
class Places:
    """Where the traffic goes: what is read, by kind, and the gate that is changed."""

    cookie: str
    paths: dict[str, str]
    gate_id: str

    @classmethod
    def found(cls, browser: httpx.Client) -> Self:
        """On an installation with the sample data, by somebody who is signed in."""
        clients = browser.get("/api/v1/portfolio").json()["clients"]
        services = [service for client in clients for service in client["services"]]
        projects = [project for service in services for project in service["projects"]]
        [sample] = [each for each in projects if each["name"] == PROJECT]
        page = browser.get(f"/api/v1/projects/{sample['id']}").json()
        gate = next(stage["gate"] for stage in page["stages"] if stage["state"] == "current")
        html = browser.get("/sign-in").text
        asset = html.partition('src="/_next/static/')[2].partition('"')[0]
        paths = {
            "alive": "/livez",
            "start": "/",
            "page": "/sign-in",
            "session": "/api/v1/session",
            "asset": f"/_next/static/{asset}",
            "portfolio": "/api/v1/portfolio",
            "shell": f"/projects/{sample['id']}",
            "document": f"/api/v1/documents/{page['documents']['items'][0]['id']}",
        }
        return cls(browser.cookies["agentlab_session"], paths, gate["id"])


@dataclass
class Report:
    """What became of the traffic."""

    answered: Counter[str] = field(default_factory=Counter)
    """Right answers by the kind of request."""
    failures: list[str] = field(default_factory=list)
    versions: Counter[str] = field(default_factory=Counter)
    """Which release answered how often, where the answer says it."""
    latencies_s: dict[str, list[float]] = field(default_factory=dict)
    streams: int = 0
    """How often the events were connected to."""
    events: int = 0
    told: int = 0
    """Events about the gate that this traffic changes."""

    @property
    def sent(self) -> int:
        return self.answered.total() + len(self.failures)

    def latency_s(self, share: float) -> float:
        """What `share` of all requests were answered within."""
        found = sorted(itertools.chain.from_iterable(self.latencies_s.values()))
        return found[min(len(found) - 1, math.floor(share * len(found)))] if found else 0.0

    @override
    def __str__(self) -> str:
        kinds = ", ".join(f"{kind} {count}" for kind, count in sorted(self.answered.items()))
        return (
            f"{self.sent} sent, {len(self.failures)} failed; {kinds}; versions "
            f"{dict(self.versions)}; {self.streams} streams with {self.events} events; "
            f"median {self.latency_s(0.5) * 1000:.0f} ms, 99 % within "
            f"{self.latency_s(0.99) * 1000:.0f} ms, slowest {self.latency_s(1) * 1000:.0f} ms"
        )


class Traffic:
    """Load on one stack from its start to `stop`.

    Args:
        place: IP address and port of the edge.
        domain: what is asked for, and whom the certificate has to name.
        trust: whom the clients believe; None for a server without TLS.
        places: where it goes, and as whom.
        rate: how many requests leave in a second.
        enough: after how many of them the event `has_enough` is set.
        patience_s: an answer that takes longer is a failure.
        told_within_s: how long after the last change its event may come.
    """

    def __init__(
        self,
        place: tuple[str, int],
        domain: str,
        trust: ssl.SSLContext | None,
        *,
        places: Places,
        rate: float,
        enough: int,
        patience_s: float = 30,
        told_within_s: float = 10,
    ) -> None:
        self.place = place
        self.domain = domain
        self.trust = trust
        self.cookie = places.cookie
        self.paths = places.paths
        self.gate_id = places.gate_id
        self.rate = rate
        self.enough = enough
        self.has_enough = asyncio.Event()
        self.report = Report()
        self.patience_s = patience_s
        self.told_within_s = told_within_s
        self.submissions = 0
        self.changes = 0
        """Those that were made for certain; each has to be told, once."""
        self._idle: list[tuple[float, Connection]] = []
        self._stopping = asyncio.Event()
        self._position = ""
        self._reconnect_s = RECONNECT_S
        self._is_followed = asyncio.Event()
        self._seen: set[str] = set()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Report]:
        """Traffic while the block runs, and until everything that was asked is answered."""
        async with asyncio.TaskGroup() as group:
            reading = group.create_task(self._read_at_rate())
            changing = group.create_task(self._change())
            following = group.create_task(self._follow())
            try:
                yield self.report
            finally:
                self._stopping.set()
                await asyncio.wait({reading, changing})
                await self._hear_the_rest()
                following.cancel()
                for _, connection in self._idle:
                    connection.writer.close()

    def _fail(self, kind: str, what: str) -> None:
        self.report.failures.append(f"{time.time():.1f} {kind} {what}")

    # --- reading, at a constant rate

    async def _read_at_rate(self) -> None:
        began, kinds = time.monotonic(), self._kinds()
        async with asyncio.TaskGroup() as group:
            for number in itertools.count():
                wait_s = began + number / self.rate - time.monotonic()
                if wait_s > 0:
                    await asyncio.sleep(wait_s)
                elif number % 50 == 0:
                    await asyncio.sleep(0)
                if number == self.enough:
                    self.has_enough.set()
                if self._stopping.is_set():
                    return
                group.create_task(self._read(next(kinds)))

    def _kinds(self) -> Iterator[str]:
        return itertools.cycle(self.paths)

    async def _read(self, kind: str) -> None:
        await self._counted(kind, lambda: self.ask("GET", self.paths[kind]))

    async def _counted(self, kind: str, act: Callable[[], Awaitable[Any]]) -> Any:
        began = time.monotonic()
        try:
            answer = await asyncio.wait_for(act(), self.patience_s)
        except FAILURES as error:
            self._fail(kind, f"{type(error).__name__}: {error}")
            return None
        self.report.answered[kind] += 1
        self.report.latencies_s.setdefault(kind, []).append(time.monotonic() - began)
        return answer

    # --- changing, one thing after the other

    async def _change(self) -> None:
        await self._is_followed.wait()
        while not self._stopping.is_set():
            gate = await self._counted("submit", self._submit)
            if gate is not None:
                self.submissions += 1
                self.changes += 1
                withdraw = partial(self._withdraw, gate["submissions"][0]["id"])
                self.changes += await self._counted("withdraw", withdraw) is not None
            await asyncio.sleep(CHANGE_EVERY_S)

    async def _submit(self) -> Any:
        return await self.ask("POST", f"/api/v1/gates/{self.gate_id}/submissions", {"note": "Mine"})

    async def _withdraw(self, submission_id: str) -> Any:
        return await self.ask("POST", f"/api/v1/submissions/{submission_id}/withdrawal")

    # --- following the events

    async def _follow(self) -> None:
        """As an EventSource does: connect again when the stream ends, from where it ended."""
        while True:
            try:
                await self._follow_once()
            except FAILURES as error:
                self._fail("stream", f"{type(error).__name__}: {error}")
            await asyncio.sleep(self._reconnect_s)

    async def _hear_the_rest(self) -> None:
        """Wait for the events of the last changes; what does not come was lost."""
        await until(lambda: self.report.told >= self.changes, timeout_s=self.told_within_s)
        missing = self.changes - self.report.told
        if missing > 0:
            are = "was" if missing == 1 else "were"
            self._fail("stream", f"{missing} of the changes {are} never told")

    async def _follow_once(self) -> None:
        connection = await self._connect()
        try:
            position = {"Last-Event-ID": self._position} if self._position else {}
            status, lines = await connection.follow(
                self._head("GET", "/api/v1/events", {"Accept": "text/event-stream", **position})
            )
            if status != 200:
                raise ConnectionError(f"status {status}")
            self.report.streams += 1
            block: dict[str, str] = {}
            async for line in lines:
                name, _, value = line.partition(":")
                block[name] = value.strip()
                if not line:
                    self._hear(block)
                    block = {}
        finally:
            connection.writer.close()

    def _hear(self, block: dict[str, str]) -> None:
        if "retry" in block:
            self._reconnect_s = int(block["retry"]) / 1000
        self._position = block.get("id", self._position)
        if self._position:
            self._is_followed.set()
        if "data" not in block:
            return
        self.report.events += 1
        if block.get("event") == "reset":
            self._fail("stream", "events were lost")
            return
        if self._position in self._seen:
            self._fail("stream", f"event {self._position} was told again")
            return
        self._seen.add(self._position)
        change = json.loads(block["data"])
        self.report.told += (change["noun"], change["id"]) == ("gate", self.gate_id)

    # --- HTTP

    async def ask(self, method: str, path: str, body: dict[str, str] | None = None) -> Any:
        """The answer's JSON where it is some. Raises one of FAILURES unless it is a success."""
        content = json.dumps(body).encode() if body is not None else b""
        headers = {"Content-Type": "application/json"} if body is not None else {}
        if content:
            headers["Content-Length"] = str(len(content))
        connection = await self._idle_or_new()
        try:
            status, answered, text = await connection.exchange(
                self._head(method, path, headers) + content
            )
        except BaseException:
            connection.writer.close()
            raise
        self._keep(connection)
        if version := answered.get("x-agentlab-version"):
            self.report.versions[version] += 1
        if not 200 <= status < 300:
            raise ConnectionError(f"status {status} for {path}: {text[:200]!r}")
        return json.loads(text) if text and "json" in answered.get("content-type", "") else text

    def _head(self, method: str, path: str, headers: dict[str, str]) -> bytes:
        common = {"Host": self.domain, "Cookie": f"agentlab_session={self.cookie}"}
        lines = [f"{name}: {value}" for name, value in {**common, **headers}.items()]
        return "\r\n".join([f"{method} {path} HTTP/1.1", *lines, "", ""]).encode()

    async def _idle_or_new(self) -> Connection:
        while self._idle:
            since, connection = self._idle.pop()
            if not connection.is_over and time.monotonic() - since < IDLE_S:
                return connection
            connection.writer.close()
        return await self._connect()

    def _keep(self, connection: Connection) -> None:
        if connection.is_over:
            connection.writer.close()
        else:
            self._idle.append((time.monotonic(), connection))

    async def _connect(self) -> Connection:
        host, port = self.place
        reader, writer = await asyncio.open_connection(
            host, port, ssl=self.trust, server_hostname=self.domain if self.trust else None
        )
        return Connection(reader, writer)


def by_hand(arguments: argparse.Namespace) -> Traffic:
    """Traffic on the installation that the command line names."""
    url = urlsplit(arguments.url)
    trust = ssl.create_default_context(cafile=arguments.ca) if url.scheme == "https" else None
    credentials = {"email": arguments.email, "password": getpass.getpass()}
    with httpx.Client(base_url=arguments.url, verify=trust or True) as browser:
        browser.post("/api/v1/session", json=credentials).raise_for_status()
        places = Places.found(browser)
    place = (str(url.hostname), url.port or (443 if trust else 80))
    return Traffic(place, place[0], trust, places=places, rate=arguments.rate, enough=0)


async def until_interrupted(traffic: Traffic) -> Report:
    interrupted = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGINT, interrupted.set)
    async with traffic.running() as report:
        await interrupted.wait()
    return report


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("--ca", type=Path, help="the authority to believe; default: the system's")
    parser.add_argument("--email", required=True)
    parser.add_argument("--rate", type=float, default=50)
    final = asyncio.run(until_interrupted(by_hand(parser.parse_args())))
    print("\n".join([*final.failures, str(final)]))
    sys.exit(1 if final.failures else 0)
