"""Connections that died are noticed before anybody's request is tried on them."""

import asyncio

import pytest
from sqlalchemy import text

from agentlab.context import Context

OTHERS = text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE usename = current_user AND pid <> pg_backend_pid()"
)


async def backend(context: Context) -> int:
    async with context.engine.connect() as connection:
        await connection.execute(text("SELECT pg_sleep(0.1)"))  # so that each gets its own
        return int(await connection.scalar(text("SELECT pg_backend_pid()")) or 0)


async def test_after_a_restart_of_postgresql_rested_connections_are_made_anew(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agentlab.kit.db.RESTED_S", 0)
    before = set(await asyncio.gather(*(backend(context) for _ in range(4))))
    async with context.engine.connect() as connection:
        await connection.execute(OTHERS)
    after = set(await asyncio.gather(*(backend(context) for _ in range(4))))
    assert len(before) == 4
    assert len(before & after) <= 1, "the one that ended the others"


async def test_a_connection_that_was_just_used_is_not_asked_first(context: Context) -> None:
    first = await backend(context)
    assert await backend(context) == first
