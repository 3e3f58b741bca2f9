"""Constant load from keep-alive clients that do not retry: whatever fails is counted as failed."""

import asyncio
import itertools
import json
import ssl
import time
import uuid
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field


@dataclass
class Outcome:
    """What became of the requests."""

    answered: Counter[str] = field(default_factory=Counter)
    """By the name of who answered."""
    failures: list[str] = field(default_factory=list)
    slowest_s: float = 0
    doubles: int = 0
    """Changes that were made more than once."""
    new_connections: int = 0

    @property
    def sent(self) -> int:
        return self.answered.total() + len(self.failures)


class Load:
    """Clients that each send one request after the other, two reads and then a change.

    Args:
        address: IP address and port of the edge.
        host: what is asked for.
        context: whom the clients believe.
        clients: how many connections are kept open at once.
        pause_s: between a client's requests.
    """

    def __init__(
        self,
        address: tuple[str, int],
        host: str,
        context: ssl.SSLContext,
        *,
        clients: int = 24,
        pause_s: float = 0.01,
    ) -> None:
        self.address = address
        self.host = host
        self.context = context
        self.clients = clients
        self.pause_s = pause_s
        self.outcome = Outcome()
        self.stopping = False
        self.items = (f"{uuid.uuid4()}" for _ in itertools.count())

    async def run(self) -> Outcome:
        await asyncio.gather(*(self.client() for _ in range(self.clients)))
        return self.outcome

    async def client(self) -> None:
        connection: Connection | None = None
        kinds = itertools.cycle(("read", "read", "change"))
        while not self.stopping:
            request = self.request(next(kinds))
            began = time.monotonic()
            try:
                connection = await self.usable(connection)
                status, body = await asyncio.wait_for(connection.ask(request), 30)
                if status != 200:
                    raise ConnectionError(f"status {status}: {body[:120]!r}")
                self.note(json.loads(body), request)
            except (OSError, asyncio.IncompleteReadError, TimeoutError, ValueError) as error:
                self.outcome.failures.append(f"{type(error).__name__}: {error} {request[:60]!r}")
                await self.leave(connection)
                connection = None
            self.outcome.slowest_s = max(self.outcome.slowest_s, time.monotonic() - began)
            await asyncio.sleep(self.pause_s)
        await self.leave(connection)

    async def usable(self, connection: "Connection | None") -> "Connection":
        if connection and not connection.is_over:
            return connection
        await self.leave(connection)
        self.outcome.new_connections += 1
        host, port = self.address
        opening = asyncio.open_connection(host, port, ssl=self.context, server_hostname=self.host)
        return Connection(*await asyncio.wait_for(opening, 30))

    async def leave(self, connection: "Connection | None") -> None:
        if connection:
            connection.writer.close()
            with suppress(OSError):
                await connection.writer.wait_closed()

    def request(self, kind: str) -> bytes:
        if kind == "read":
            return f"GET /api/v1/echo HTTP/1.1\r\nHost: {self.host}\r\n\r\n".encode()
        path = f"/api/v1/items/{next(self.items)}"
        head = f"POST {path} HTTP/1.1\r\nHost: {self.host}\r\nContent-Length: 2\r\n\r\n"
        return head.encode() + b"{}"

    def note(self, answer: dict[str, object], request: bytes) -> None:
        self.outcome.answered[str(answer["peer"])] += 1
        if request.startswith(b"POST") and answer["times"] != 1:
            self.outcome.doubles += 1


class Connection:
    """HTTP/1.1 as far as the peer speaks it."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer
        self.will_close = False

    @property
    def is_over(self) -> bool:
        """Whether the server said, or did, that it takes no more requests here."""
        return self.will_close or self.reader.at_eof()

    async def ask(self, request: bytes) -> tuple[int, bytes]:
        status, _, body = await self.exchange(request)
        return status, body

    async def exchange(self, request: bytes) -> tuple[int, dict[str, str], bytes]:
        """Status, headers by lower-case name, and the whole body."""
        status, headers = await self.send(request)
        if headers.get("transfer-encoding") == "chunked":
            body = b"".join([chunk async for chunk in self.chunks()])
        else:
            body = await self.reader.readexactly(int(headers.get("content-length", "0")))
        return status, headers, body

    async def follow(self, request: bytes) -> tuple[int, AsyncIterator[str]]:
        """Status, and the lines of a stream as they come, until it ends as it should."""
        status, _ = await self.send(request)
        return status, self.lines()

    async def lines(self) -> AsyncIterator[str]:
        rest = b""
        async for chunk in self.chunks():
            *whole, rest = (rest + chunk).split(b"\n")
            for line in whole:
                yield line.decode().rstrip("\r")

    async def send(self, request: bytes) -> tuple[int, dict[str, str]]:
        self.writer.write(request)
        await self.writer.drain()
        first, *lines = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        fields = (line.partition(":") for line in lines if line)
        headers = {name.lower(): value.strip() for name, _, value in fields}
        self.will_close = headers.get("connection", "").lower() == "close"
        return int(first.split(" ", 2)[1]), headers

    async def chunks(self) -> AsyncIterator[bytes]:
        while size := int(await self.reader.readline(), 16):
            yield (await self.reader.readexactly(size + 2))[:-2]
        await self.reader.readexactly(2)
