"""Reads that people wait for: one statement whose result PostgreSQL shapes, straight to bytes."""

import asyncio
from collections.abc import Hashable
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


class SharedReads:
    """Reads that many people ask for at the same moment are done once for all of them.

    Nobody gets what is older than their question: a read that has begun already is not joined.
    The next one is, by everybody who asks before it begins.
    """

    def __init__(self) -> None:
        self._next: dict[Hashable, asyncio.Task[str]] = {}
        self._turns: WeakValueDictionary[Hashable, asyncio.Lock] = WeakValueDictionary()

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
        reading = self._next.get(key)
        if reading is None:
            turn = self._turns.setdefault(key, asyncio.Lock())
            reading = asyncio.create_task(self._read(key, turn, sessions, statement, parameters))
            self._next[key] = reading
        return await asyncio.shield(reading)

    async def _read(
        self,
        key: Hashable,
        turn: asyncio.Lock,
        sessions: Sessions,
        statement: TextClause,
        parameters: dict[str, Any],
    ) -> str:
        async with turn:
            del self._next[key]
            async with sessions() as db:
                return str(await db.scalar(statement, parameters))
