"""What a browser's EventSource makes of a stream: events with a kind, an id and data."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx

PATIENCE_S = 10


@dataclass(frozen=True)
class Event:
    kind: str
    id: str
    data: Any


class EventSource:
    """One open stream. `position` is what a browser would send as `Last-Event-ID`."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self.position = ""
        self.retry_ms: int | None = None
        self.comments = 0
        self._lines = response.aiter_lines()

    async def next(self) -> Event:
        """The next event; waits for it."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                if event := await self._block():
                    return event

    async def settle(self) -> None:
        """Wait until the stream has said where it stands: what happens from now on is seen."""
        async with asyncio.timeout(PATIENCE_S):
            while not self.position:
                await self._block()

    async def beat(self) -> None:
        """Wait for a comment."""
        before = self.comments
        async with asyncio.timeout(PATIENCE_S):
            while self.comments == before:
                await self._block()

    async def rest(self) -> list[Event]:
        """Everything until the server ends the stream; an error if it only breaks off."""
        events: list[Event] = []
        async with asyncio.timeout(PATIENCE_S):
            try:
                while True:
                    if event := await self._block():
                        events.append(event)
            except StopAsyncIteration:
                return events

    async def _block(self) -> Event | None:
        fields: dict[str, str] = {}
        while line := await anext(self._lines):
            name, _, value = line.partition(":")
            fields[name] = value.strip()
        self.comments += "" in fields
        self.retry_ms = int(fields["retry"]) if "retry" in fields else self.retry_ms
        self.position = fields.get("id", self.position)
        if "data" not in fields:
            return None
        return Event(fields.get("event", "message"), self.position, json.loads(fields["data"]))


@asynccontextmanager
async def following(
    url: str,
    *,
    cookies: httpx.Cookies | None = None,
    token: str | None = None,
    after: str | None = None,
) -> AsyncIterator[EventSource]:
    """Follow what changes with somebody's cookies, or with a token."""
    headers = {"Last-Event-ID": after} if after else {}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    async with (
        httpx.AsyncClient(base_url=url, cookies=cookies, timeout=PATIENCE_S) as http,
        http.stream("GET", "/api/v1/events", headers=headers) as response,
    ):
        yield EventSource(response)
