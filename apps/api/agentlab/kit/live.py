"""Live updates: what a transaction announced reaches every open stream once it has committed.

Announcements travel through one Redis stream, so that each process tells its listeners what any
process changed. Losing Redis, or a part of that stream, costs nobody any work: those who may have
missed something are told to read everything again.
"""

import asyncio
import re
import time
from collections import deque
from collections.abc import (
    AsyncGenerator,
    AsyncIterator,
    Awaitable,
    Callable,
    Iterator,
    Sequence,
)
from contextlib import aclosing, contextmanager, suppress
from dataclasses import dataclass, replace
from typing import Any

from fastapi.responses import StreamingResponse
from fastapi.sse import KEEPALIVE_COMMENT, format_sse_event
from pydantic import BaseModel
from redis.asyncio import Redis
from redis.exceptions import RedisError
from redis.typing import EncodableT, FieldT
from sqlalchemy import event
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session, SessionTransaction
from starlette.types import Send
from typing_extensions import override

from agentlab.kit import logging
from agentlab.kit.db import Sessions

log = logging.get(__name__)

STREAM = "live"
"""The stream's name in Redis. Who uses an ACL lets the app `xadd`, `xrange`, `xrevrange` and
`xread` it."""

RECONNECT_MS = 1_500
"""How long browsers wait before they connect again; a deploy ends every stream."""

BLOCK_MS = 2_000  # below redis-py's timeout of 5 s for any reply
RETRY_S = 1.0
PATIENCE_S = 2.0
OUTBOX_LIMIT = 1_000
BATCH = 100

ID = re.compile(r"\d{1,18}-\d{1,18}", re.ASCII)  # what Redis can count for sure

CANNOT_TELL = (RedisError, SQLAlchemyError, OSError, TimeoutError)
"""Redis or the database is away: the stream ends, and the browser comes back for what it missed."""

ANNOUNCED = "live.announced"
LIVE = "live.live"


@dataclass(frozen=True)
class Announcement:
    """What is told, and something by which each listener finds whether it is for them."""

    data: str
    audience: str = ""


Heard = Callable[["Message"], Awaitable[str | None]]
"""What one listener is told of a message; None for nothing."""


def announce(db: AsyncSession, change: BaseModel) -> None:
    """Tell all listeners of `change`, exactly when this transaction commits."""
    if not db.in_transaction():
        db.sync_session.begin()  # one that only announces can be rolled back, too
    # A dict, because it keeps the order and each announcement once.
    db.info.setdefault(ANNOUNCED, {})[change.model_dump_json()] = ""


def address(session: Session, change: BaseModel, audience: str) -> None:
    """Say, before the transaction commits, whom something that it announced is for."""
    session.info[ANNOUNCED][change.model_dump_json()] = audience


@event.listens_for(Session, "after_commit")
def publish_what_was_announced(session: Session) -> None:
    if session.in_nested_transaction():  # the end of a savepoint is none
        return
    announced = session.info.pop(ANNOUNCED, None)
    live = session.info.get(LIVE)
    if announced and live:
        live.publish(*(Announcement(*each) for each in announced.items()))


@event.listens_for(Session, "after_soft_rollback")
def forget_what_was_announced(session: Session, ended: SessionTransaction) -> None:
    if ended.parent is None:
        session.info.pop(ANNOUNCED, None)


@dataclass(frozen=True)
class Message:
    """What goes to a listener. Without `data` it asks to read everything again."""

    id: str
    data: str | None
    audience: str = ""

    @property
    def position(self) -> tuple[int, ...]:
        return position_of(self.id)

    def encoded(self) -> bytes:
        kind = "change" if self.data is not None else "reset"
        return format_sse_event(event=kind, id=self.id, data_str=self.data or "{}")


class Live:
    """Publishes announcements and hands everybody's to the streams of this process.

    Args:
        redis: a pool; one of its connections is kept for reading as soon as there is a stream.
        kept: about how many announcements a listener may have missed and still get.
        queued: how many may wait for one listener; a slower one is told to read everything again.
        heartbeat_s: how often a silent stream says something, so that no proxy takes it for dead.
    """

    def __init__(
        self, redis: Redis, *, kept: int = 5_000, queued: int = 100, heartbeat_s: float = 15
    ) -> None:
        self.redis = redis
        self.kept = kept
        self.queued = queued
        self.heartbeat_s = heartbeat_s
        self._outbox: list[Announcement | None] = []
        self._publishing: asyncio.Task[None] | None = None
        self._reading: asyncio.Task[None] | None = None
        self._has_position = asyncio.Event()
        self._listeners: set[Listener] = set()
        self._watching: asyncio.Task[None] | None = None
        self._has_ended = False

    def attach(self, sessions: Sessions) -> None:
        """Publish what the transactions of `sessions` announce."""
        sessions.configure(info={LIVE: self})

    @property
    def listeners(self) -> int:
        return len(self._listeners)

    @property
    def has_unsent(self) -> bool:
        """Whether something that was announced is still on its way to Redis."""
        return self._publishing is not None and not self._publishing.done()

    def end_with(self, stopping: asyncio.Event) -> None:
        """End every stream as soon as the process is told to stop; browsers then connect anew."""

        async def watch() -> None:
            await stopping.wait()
            self.end_streams()

        self._watching = asyncio.create_task(watch())

    def end_streams(self) -> None:
        """Let every stream, also those that are yet to come, say its last word and end."""
        self._has_ended = True
        for listener in self._listeners:
            listener.end()

    async def close(self) -> None:
        self.end_streams()
        if self._publishing:
            await asyncio.wait({self._publishing}, timeout=PATIENCE_S)
        for task in (self._publishing, self._reading, self._watching):
            # Before Python 3.12 `wait_for`, which redis-py uses, may lose a cancellation.
            while task and not task.done():
                task.cancel()
                await asyncio.wait({task}, timeout=0.1)

    # --- from here to Redis

    def tell_now(self, change: BaseModel, audience: str = "") -> None:
        """Tell all listeners of something that no transaction is about, such as progress."""
        self.publish(Announcement(change.model_dump_json(), audience))

    def publish(self, *announcements: Announcement | None) -> None:
        """Send announcements in the background, when Redis is away as soon as it is back.

        Nobody waits for it: what they are about is committed already.
        """
        self._outbox.extend(announcements)
        if len(self._outbox) > OUTBOX_LIMIT:
            self._outbox = [None]
        if self._publishing is None or self._publishing.done():
            self._publishing = asyncio.create_task(self._publish())

    async def _publish(self) -> None:
        told = False
        while self._outbox:
            batch, self._outbox = self._outbox[:BATCH], self._outbox[BATCH:]
            try:
                await self._add(batch)
            except (RedisError, OSError) as error:
                if not told:
                    log.warning("live_updates_wait_for_redis", error=str(error))
                told = True
                self._outbox = batch + self._outbox
                await asyncio.sleep(RETRY_S)

    async def _add(self, batch: Sequence[Announcement | None]) -> None:
        async with self.redis.pipeline(transaction=True) as pipe:
            for each in batch:
                pipe.xadd(STREAM, fields_of(each), maxlen=self.kept, approximate=True)
            await pipe.execute()

    # --- from Redis to the listeners

    async def _read(self) -> None:
        """Hand on what is published, through restarts of Redis, for as long as the process runs."""
        position: str | None = None
        while True:
            try:
                async with self.redis.client() as redis:
                    position = await self._rejoin(redis, position)
                    self._has_position.set()
                    while True:
                        for message in await next_messages(redis, position):
                            position = message.id
                            self._tell(message)
            except (RedisError, OSError) as error:
                log.warning("live_updates_interrupted", error=str(error), again_in_s=RETRY_S)
            await asyncio.sleep(RETRY_S)

    async def _rejoin(self, redis: Redis, position: str | None) -> str:
        """Where to read on. When Redis lost that place, announcements may be lost with it."""
        if position and await self._since(redis, position) is not None:
            return position
        newest = await tip(redis)
        if position:
            self._tell(Message(newest, None))
        return newest

    async def _since(self, redis: Redis, position: str) -> list[Message] | None:
        """What came after `position`; None when it is not known, or too much to send."""
        if not ID.fullmatch(position):
            return None
        entries: Any = await redis.xrange(STREAM, min=position, count=self.queued + 2)
        found = [message_of(entry) for entry in entries]
        if not found or found[0].id != position or len(found) > self.queued + 1:
            return None
        return found[1:]

    def _tell(self, message: Message) -> None:
        for listener in self._listeners:
            listener.tell(message)

    # --- from a listener to its browser

    async def stream(
        self,
        after: str | None,
        is_welcome: Callable[[], Awaitable[bool]],
        heard: Heard | None = None,
    ) -> AsyncGenerator[bytes]:
        """The events after the one with the id `after`, encoded, until somebody ends it.

        Args:
            after: the last one that the browser got; None for what happens from now on.
            is_welcome: asked at every heartbeat and before anything is told; the stream ends when
                it says no.
            heard: what of each message is for this listener; all of it unless it is given. When
                the database cannot say, the stream ends, and the browser asks again.
        """
        with self._listening() as listener:
            yield format_sse_event(retry=RECONNECT_MS)
            if self._has_ended:
                return
            try:
                missed = await self._missed(after)
                for message in missed:
                    told = await for_listener(message, heard) if after else None
                    yield told.encoded() if told else format_sse_event(id=message.id)
            except CANNOT_TELL:
                return  # the browser tries again by itself
            seen = missed[-1].position if missed else position_of(after or "0-0")
            async with aclosing(self._follow(listener, seen, is_welcome, heard)) as blocks:
                async for block in blocks:
                    yield block

    async def _follow(
        self,
        listener: "Listener",
        seen: tuple[int, ...],
        is_welcome: Callable[[], Awaitable[bool]],
        heard: Heard | None,
    ) -> AsyncGenerator[bytes]:
        """What comes after `seen`, and the heartbeat, which says how far this listener is."""
        passed_over = b""
        async for message in listener.messages(self.heartbeat_s):
            if message and message.data is not None and message.position <= seen:
                continue
            try:
                told = await for_listener(message, heard) if message else None
            except CANNOT_TELL:
                return
            if message and told is None:
                passed_over = format_sse_event(id=message.id)
                continue
            if not await still(is_welcome):
                return
            yield told.encoded() if told else KEEPALIVE_COMMENT + passed_over
            passed_over = b""

    @contextmanager
    def _listening(self) -> Iterator["Listener"]:
        listener = Listener(self.queued)
        if self._reading is None and not self._has_ended:
            self._reading = asyncio.create_task(self._read())
        self._listeners.add(listener)
        try:
            yield listener
        finally:
            self._listeners.discard(listener)

    async def _missed(self, after: str | None) -> list[Message]:
        """What the browser has to hear first; for a new one only where it stands."""
        # Before the reader has its place, what is published would reach nobody.
        async with asyncio.timeout(PATIENCE_S):
            await self._has_position.wait()
        missed = await self._since(self.redis, after) if after else None
        return [Message(await tip(self.redis), None)] if missed is None else missed


class Listener:
    """What waits for one browser: at most `limit` messages, however slowly it reads."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._waiting = deque[Message]()
        self._woken = asyncio.Event()
        self._has_ended = False

    def tell(self, message: Message) -> None:
        if len(self._waiting) >= self.limit:
            self._waiting.clear()
            message = Message(message.id, None)
        self._waiting.append(message)
        self._woken.set()

    def end(self) -> None:
        self._has_ended = True
        self._woken.set()

    async def messages(self, heartbeat_s: float) -> AsyncIterator[Message | None]:
        """Every message, and None each time that a heartbeat is due, until the end."""
        due = time.monotonic() + heartbeat_s
        while not self._has_ended:
            if time.monotonic() >= due:
                due = time.monotonic() + heartbeat_s
                yield None
            elif self._waiting:
                yield self._waiting.popleft()
            else:
                self._woken.clear()
                with suppress(TimeoutError):
                    async with asyncio.timeout(due - time.monotonic()):
                        await self._woken.wait()


class EventStream(StreamingResponse):
    """A reply that is a stream of events, and that no proxy may hold back."""

    media_type = "text/event-stream"

    def __init__(self, content: AsyncGenerator[bytes], status_code: int = 200) -> None:
        headers = {"X-Accel-Buffering": "no", "Cache-Control": "no-store"}
        super().__init__(content, status_code, headers)
        self.content = content

    @override
    async def stream_response(self, send: Send) -> None:
        # Closed here and now: left to the garbage collector, its listener would stay a while.
        async with aclosing(self.content):
            await super().stream_response(send)


async def for_listener(message: Message, heard: Heard | None) -> Message | None:
    if message.data is None or heard is None:
        return message
    data = await heard(message)
    return None if data is None else replace(message, data=data)


async def still(is_welcome: Callable[[], Awaitable[bool]]) -> bool:
    try:
        return await is_welcome()
    except (RedisError, OSError):
        return True  # nobody can tell; it is asked again at the next heartbeat


async def tip(redis: Redis) -> str:
    """The id of the newest message. An empty stream gets its first: ids begin to count here."""
    entries: Any = await redis.xrevrange(STREAM, count=1)
    return str(entries[0][0] if entries else await redis.xadd(STREAM, fields_of(None)))


async def next_messages(redis: Redis, position: str) -> list[Message]:
    """Wait a moment for what comes after `position`; empty when nothing did."""
    replies: Any = await redis.xread({STREAM: position}, count=BATCH, block=BLOCK_MS)
    return [message_of(entry) for _, entries in replies for entry in entries]


def fields_of(told: Announcement | None) -> dict[FieldT, EncodableT]:
    return {"reset": ""} if told is None else {"data": told.data, "audience": told.audience}


def message_of(entry: tuple[str, dict[str, str]]) -> Message:
    return Message(entry[0], entry[1].get("data"), entry[1].get("audience", ""))


def position_of(message_id: str) -> tuple[int, ...]:
    return tuple(int(part) for part in message_id.split("-"))
