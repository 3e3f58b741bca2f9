"""A server with moods, to see that the traffic notices each of them."""

import asyncio
import json
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import StrEnum

GATE = "00000000-0000-4000-8000-0000000000a1"


class Mood(StrEnum):
    """How the next request at a path is answered; without one it is answered well."""

    REFUSES = "refuses"
    HANGS = "hangs"
    CUTS = "cuts"
    """The body is shorter than was said."""
    DROPS = "drops"
    """The connection ends where the answer should be."""
    LAST = "last"
    """A good answer, and then no other on this connection."""
    FORGETS = "forgets"
    """A change is made, and nobody is told."""
    REPEATS = "repeats"
    """A change is told twice."""


@dataclass
class Moody:
    place: tuple[str, int] = ("127.0.0.1", 0)
    version: str = "1.0"
    asked: list[str] = field(default_factory=list)
    connections: int = 0
    positions: list[str] = field(default_factory=list)
    """Where each stream was asked to go on."""
    _moods: dict[str, list[Mood]] = field(default_factory=lambda: defaultdict(list))
    _told: list[bytes] = field(default_factory=list)
    _news: asyncio.Event = field(default_factory=asyncio.Event)
    _ending: str = ""
    _endings: int = 0
    _answering: set[asyncio.Task[None]] = field(default_factory=set)
    _numbers: Iterator[int] = field(default_factory=lambda: iter(range(1, 10**9)))

    def will(self, mood: Mood, path: str, *, times: int = 1) -> None:
        self._moods[path] += [mood] * times

    def end_streams(self, *, whole: bool) -> None:
        """End what is open now: as in a deploy, or as when a machine goes away."""
        self._ending = "whole" if whole else "broken"
        self._endings += 1
        self._wake()

    def lose_events(self) -> None:
        """Say on every stream that something was missed."""
        self._told.append(b"event: reset\nid: 99\ndata: {}\n\n")
        self._wake()

    def _wake(self) -> None:
        self._news.set()
        self._news = asyncio.Event()

    def hang_up(self) -> None:
        for answering in self._answering:
            answering.cancel()

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        if answering := asyncio.current_task():
            self._answering.add(answering)
        try:
            while await self._answer_one(reader, writer):
                pass
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the other end, or the test, has gone
        finally:
            writer.close()

    async def _answer_one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = {
            name.lower(): value for name, _, value in (line.partition(": ") for line in lines)
        }
        await reader.readexactly(int(headers.get("content-length", "0")))
        method, path, _ = first.split(" ")
        self.asked.append(f"{method} {path}")
        moods = self._moods[path]
        mood = moods.pop(0) if moods else None
        if path == "/api/v1/events" and mood is None:
            self.positions.append(headers.get("last-event-id", ""))
            return await self._stream(writer, headers.get("last-event-id", ""))
        if mood is Mood.DROPS:
            return False
        if mood is Mood.HANGS:
            await asyncio.sleep(3_600)
        status, body = (503, b"{}") if mood is Mood.REFUSES else (200, self._act(method, mood))
        if path.endswith("/withdrawal") and status != 503:
            status, body = 204, b""
        writer.write(
            self._head(status, mood, len(body)) + (body[:-1] if mood is Mood.CUTS else body)
        )
        await writer.drain()
        return mood not in {Mood.CUTS, Mood.LAST}

    def _head(self, status: int, mood: Mood | None, length: int) -> bytes:
        lines = [
            f"HTTP/1.1 {status} Whatever",
            "Content-Type: application/json",
            f"Content-Length: {length}",
            f"X-AgentLab-Version: {self.version}",
            f"Connection: {'close' if mood is Mood.LAST else 'keep-alive'}",
        ]
        return "\r\n".join([*lines, "", ""]).encode()

    def _act(self, method: str, mood: Mood | None) -> bytes:
        number = next(self._numbers)
        if method == "POST":
            data = json.dumps({"noun": "gate", "id": GATE, "project_id": GATE})
            block = f"event: change\ndata: {data}\nid: {len(self._told) + 1}\n\n".encode()
            times = {Mood.FORGETS: 0, Mood.REPEATS: 2}.get(mood, 1) if mood else 1
            self._told += [block] * times
            self._wake()
        return json.dumps({"id": GATE, "submissions": [{"id": f"{number}"}]}).encode()

    async def _stream(self, writer: asyncio.StreamWriter, position: str) -> bool:
        kinds = "Content-Type: text/event-stream\r\nTransfer-Encoding: chunked"
        writer.write(f"HTTP/1.1 200 OK\r\n{kinds}\r\n\r\n".encode())
        sent = int(position) if position else len(self._told)
        writer.write(chunk(b"retry: 100\n\n") + (b"" if position else chunk(b"id: %d\n\n" % sent)))
        endings = self._endings
        while endings == self._endings:
            news = self._news
            for block in self._told[sent:]:
                writer.write(chunk(block))
            sent = len(self._told)
            await writer.drain()
            await news.wait()
        writer.write(b"0\r\n\r\n" if self._ending == "whole" else b"")
        return self._ending == "whole"


def chunk(content: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(content), content)


@asynccontextmanager
async def moody() -> AsyncIterator[Moody]:
    server = Moody()
    listening = await asyncio.start_server(server.answer, "127.0.0.1", 0)
    server.place = listening.sockets[0].getsockname()[:2]
    try:
        yield server
    finally:
        listening.close()
        server.hang_up()
