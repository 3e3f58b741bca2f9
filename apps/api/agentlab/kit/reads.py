"""Reads that people wait for: one statement whose result PostgreSQL shapes, straight to bytes."""

import asyncio
import time
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakValueDictionary

from fastapi import Response
from sqlalchemy import TextClause
from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.kit.db import Sessions


async def json_reply(db: AsyncSession, statement: TextClause, **parameters: Any) -> Response:  # noqa: ANN401 - whatever the statement binds
    """Answer with the one JSON text that `statement` selects.

    Nothing is parsed on the way: a test parses the reply with the route's `response_model`.
    """
    text = await db.scalar(statement, parameters)
    return Response(text, media_type="application/json")


MANY = 3
"""So many people at once make a read wait for more of them."""


@dataclass(eq=False)
class Turn:
    """One read after the other, and who waits for the next."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    waiting: asyncio.Task[str] | None = None
    people: int = 0
    pause_s: float = 0


class SharedReads:
    """Reads that many people ask for at the same moment are done once for all of them.

    Nobody gets what is older than their question: a read that has begun already is not joined.
    The next one is, by everybody who asks before it begins. While many ask, it begins only after
    a pause as long as the last one took, so that more of them share it.
    """

    def __init__(self) -> None:
        self._turns: WeakValueDictionary[Hashable, Turn] = WeakValueDictionary()

    async def read(
        self,
        db: AsyncSession,
        sessions: Sessions,
        statement: TextClause,
        parameters: dict[str, Any],
    ) -> str:
        """The text that `statement` selects.

        Ends the transaction of `db`, which has to have written nothing: its connection is needed
        while others wait for one.
        """
        await db.commit()
        key = (statement.text, repr(sorted(parameters.items())))
        turn = self._turns.get(key)
        if turn is None:
            turn = self._turns[key] = Turn()
        if turn.waiting is None:
            turn.waiting = asyncio.create_task(take(turn, sessions, statement, parameters))
        turn.people += 1
        return await asyncio.shield(turn.waiting)


async def take(
    turn: Turn, sessions: Sessions, statement: TextClause, parameters: dict[str, Any]
) -> str:
    async with turn.lock:
        await asyncio.sleep(turn.pause_s)
        people, turn.people, turn.waiting = turn.people, 0, None
        started = time.monotonic()
        async with sessions() as db:
            found = str(await db.scalar(statement, parameters))
        turn.pause_s = time.monotonic() - started if people >= MANY else 0
        return found
