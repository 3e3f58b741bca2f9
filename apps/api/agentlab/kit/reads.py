"""Reads that people wait for: one statement whose result PostgreSQL shapes, straight to bytes."""

import asyncio
import math
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Hashable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Any

from fastapi import Response
from sqlalchemy import TextClause
from sqlalchemy import text as sql
from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.kit.db import Sessions, psycopg_connection


async def json_reply(db: AsyncSession, statement: TextClause, **parameters: Any) -> Response:  # noqa: ANN401 - whatever the statement binds
    """Answer with the one JSON text that `statement` selects.

    Nothing is parsed on the way: a test parses the reply with the route's `response_model`.
    """
    text = await db.scalar(statement, parameters)
    return Response(text, media_type="application/json")


GENERIC = sql("SET LOCAL plan_cache_mode = force_generic_plan")


@asynccontextmanager
async def planned_once(db: AsyncSession) -> AsyncIterator[None]:
    """What is asked meanwhile is planned once for each connection, whatever it binds.

    For statements of so many tables that a plan takes as long as a part of the answer: otherwise
    the first ten on each connection wait for a plan of their own. For the rest of its transaction
    PostgreSQL goes on so. It has to end with a commit: a driver that rolls back forgets what it had
    planned on the connection.
    """
    await db.execute(GENERIC)
    async with prepared_after(db, 0):
        yield


@asynccontextmanager
async def planned_each_time(db: AsyncSession) -> AsyncIterator[None]:
    """What is asked meanwhile is planned for what it binds, however often it is asked.

    For searches, where a plan for any word is a poor one for many.
    """
    async with prepared_after(db, None):
        yield


@asynccontextmanager
async def prepared_after(db: AsyncSession, times: int | None) -> AsyncIterator[None]:
    """The driver prepares what is asked meanwhile once it was asked so often; None is never."""
    connection = await psycopg_connection(db)
    usual, connection.prepare_threshold = connection.prepare_threshold, times
    try:
        yield
    finally:
        connection.prepare_threshold = usual


KEPT_S = 10
"""The longest that a reply is given again, for what depends on the clock."""

MOST_KEPT = 128

Changed = tuple[TextClause, dict[str, Any]]
"""A statement that takes a `:version`, and what else it binds."""


@dataclass(frozen=True)
class Together:
    """A statement that makes one text of what others select, which are read at the same time.

    Each of them, on a connection of its own, sees the data of the same moment; `now()` may differ
    by as long as it takes to ask.
    """

    parts: Mapping[str, TextClause]
    """By the names that `whole` binds their texts to."""
    whole: TextClause

    @property
    def text(self) -> str:
        return "; ".join(each.text for each in (*self.parts.values(), self.whole))


@dataclass(eq=False)
class Reply:
    """What a statement selected last, and which version of the data that was."""

    being_read: asyncio.Lock = field(default_factory=asyncio.Lock)
    body: bytes = b""
    version: object = None
    at: float = -math.inf
    sure_at: float = -math.inf
    """When it was last found to be as the data was."""

    def answers(self, version: object, asked_at: float) -> bool:
        """Whether it was true after the question, or nothing has changed since it was read."""
        if self.sure_at >= asked_at:
            return True
        return self.version == version and asked_at - self.at < KEPT_S


class SharedReads:
    """Reads that many people ask for, done once for each version of the data.

    Nobody gets what is older than their question.
    """

    def __init__(self) -> None:
        self._replies: OrderedDict[Hashable, Reply] = OrderedDict()
        # Whoever needs several connections waits for them alone: two could wait for each other.
        self._together = asyncio.Lock()

    async def read(
        self,
        db: AsyncSession,
        sessions: Sessions,
        statement: TextClause | Together,
        parameters: dict[str, Any],
        *,
        version: TextClause,
        current: object,
        changed: Changed | None = None,
    ) -> bytes:
        """The text that `statement` selects, in UTF-8.

        Args:
            db: ended here, so it has to have written nothing: its connection is needed while
                others wait for one.
            sessions: where one for the reading is taken from.
            statement: selects the text.
            parameters: what the statement binds.
            version: selects what is never again the same once a transaction has changed what is
                read, not even after a backup was restored.
            current: what `version` selected when the question came.
            changed: selects whether anything that is read has changed since `:version`; without
                it, every other version is taken to have changed it.
        """
        asked_at = time.monotonic()
        await db.commit()
        reply = self._reply_to((statement.text, repr(sorted(parameters.items()))))
        if not reply.answers(current, asked_at):
            async with reply.being_read:
                if not reply.answers(current, asked_at):  # nobody read it while this waited
                    async with self._turn(statement), sessions.begin() as reading:
                        if isinstance(statement, Together):
                            await reading.execute(ONE_MOMENT)
                        # The version first: what is read after it may be newer, but never older.
                        began_at = time.monotonic()
                        found = await reading.scalar(version)
                        if await is_outdated(reading, reply, found, changed):
                            body = await selected(reading, sessions, statement, parameters)
                            reply.body, reply.at = body.encode(), began_at
                    reply.version, reply.sure_at = found, began_at
        return reply.body

    def _turn(self, statement: TextClause | Together) -> AbstractAsyncContextManager[object]:
        return self._together if isinstance(statement, Together) else nullcontext()

    def _reply_to(self, question: Hashable) -> Reply:
        reply = self._replies.setdefault(question, Reply())
        self._replies.move_to_end(question)
        if len(self._replies) > MOST_KEPT:
            self._replies.popitem(last=False)
        return reply


ONE_MOMENT = sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")


async def selected(
    db: AsyncSession,
    sessions: Sessions,
    statement: TextClause | Together,
    parameters: dict[str, Any],
) -> str:
    """The text that a statement selects."""
    if not isinstance(statement, Together):
        async with planned_once(db):
            return str(await db.scalar(statement, parameters))
    moment = await db.scalar(sql("SELECT pg_export_snapshot()"))
    asked = dict[str, asyncio.Task[Any]]()
    try:
        async with AsyncExitStack() as stack, asyncio.TaskGroup() as tasks:
            for name, part in statement.parts.items():
                reading = db
                if asked:  # the first one is read where the whole is
                    reading = await stack.enter_async_context(sessions.begin())
                    await reading.execute(ONE_MOMENT)
                    await reading.execute(sql(f"SET TRANSACTION SNAPSHOT '{moment}'"))
                asked[name] = tasks.create_task(reading.scalar(part, parameters))
    except BaseExceptionGroup as failed:
        raise failed.exceptions[0] from None  # as if one alone had been asked
    texts = {name: task.result() for name, task in asked.items()}
    return str(await db.scalar(statement.whole, parameters | texts))


async def is_outdated(
    db: AsyncSession, reply: Reply, current: object, changed: Changed | None
) -> bool:
    if reply.version is None or time.monotonic() - reply.at >= KEPT_S:
        return True
    if reply.version == current:
        return False
    if changed is None:
        return True
    statement, parameters = changed
    return bool(await db.scalar(statement, parameters | {"version": reply.version}))
