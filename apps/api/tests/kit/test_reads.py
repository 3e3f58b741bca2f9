"""Reads that many ask for at once are done once, and are never older than the question."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import TextClause, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from agentlab.context import Context
from agentlab.kit.reads import MOST_KEPT, SharedReads, Together
from tests.support.browser import Browser
from tests.support.statements import recorded

ASKING = 40
ROWS = text("SELECT count(*) FROM reads_test")
ONE = text("SELECT 1")
NOW = text("SELECT clock_timestamp()::text")
NOW_NUMBERED = text("SELECT clock_timestamp()::text || :number")
COUNT = text("SELECT count(*)::text FROM reads_test")


async def ask_of(  # noqa: PLR0917 - as `SharedReads.read` names them
    reads: SharedReads,
    db: AsyncSession,
    context: Context,
    statement: TextClause | Together,
    parameters: dict[str, Any],
    version: TextClause = ONE,
) -> bytes:
    current = await db.scalar(version)
    return await reads.read(
        db, context.sessions, statement, parameters, version=version, current=current
    )


async def test_many_share_a_read_and_nobody_waits_for_a_connection(
    bob: Browser, context: Context
) -> None:
    with recorded(context.engine) as statements:
        replies = await asyncio.gather(*(bob.get("/dashboard") for _ in range(ASKING)))
    assert {reply.status_code for reply in replies} == {200}
    assert len({reply.text for reply in replies}) == 1
    dashboards = [statement for statement in statements if "json_build_object" in statement]
    assert 1 <= len(dashboards) < ASKING / 2


async def test_what_was_written_before_one_asks_is_in_the_answer(
    context: Context, owner: AsyncEngine
) -> None:
    async def write() -> None:
        async with context.engine.begin() as connection:
            await connection.execute(text("LOCK TABLE reads_test IN EXCLUSIVE MODE"))
            await connection.execute(text("INSERT INTO reads_test VALUES (1)"))

    async def ask() -> int:
        async with context.sessions() as db:
            return int(await ask_of(reads, db, context, COUNT, {}, version=ROWS))

    async def write_and_ask(number: int) -> tuple[int, int]:
        await asyncio.sleep(number / 1000)
        await write()
        written.append(number)
        return len(written), await ask()

    reads = SharedReads()
    written: list[int] = []
    async with owner.begin() as connection:
        await connection.execute(text("CREATE TABLE reads_test (n int)"))
    try:
        seen = await asyncio.gather(*(write_and_ask(number) for number in range(ASKING)))
    finally:
        async with owner.begin() as connection:
            await connection.execute(text("DROP TABLE reads_test"))
    assert all(found >= there for there, found in seen)


async def test_a_reply_is_given_again_until_something_changes(
    bob: Browser, context: Context
) -> None:
    async def asked_for() -> int:
        with recorded(context.engine) as statements:
            assert (await bob.get("/dashboard")).status_code == 200
        return sum("json_build_object" in statement for statement in statements)

    await bob.get("/dashboard")
    assert await asked_for() == 0
    await bob.post("/clients", {"name": "Élan"})
    assert await asked_for() == 1
    assert await asked_for() == 0


async def test_a_reply_is_not_given_again_for_longer_than_the_clock_allows(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def ask() -> bytes:
        async with context.sessions() as db:
            return await ask_of(reads, db, context, NOW, {})

    reads = SharedReads()
    first = await ask()
    assert await ask() == first
    monkeypatch.setattr("agentlab.kit.reads.KEPT_S", 0)
    assert await ask() != first


async def test_what_was_read_before_a_backup_was_restored_is_not_given_again(
    context: Context,
) -> None:
    async def ask(version: int) -> bytes:
        async with context.sessions() as db:
            head = text(f"SELECT {version}")
            return await ask_of(reads, db, context, NOW, {}, head)

    reads = SharedReads()
    later = await ask(2)
    assert await ask(1) != later


async def test_of_many_replies_the_oldest_are_forgotten(context: Context) -> None:
    async def ask(number: int) -> bytes:
        async with context.sessions() as db:
            parameters = {"number": str(number)}
            return await ask_of(reads, db, context, NOW_NUMBERED, parameters)

    reads = SharedReads()
    given = [await ask(number) for number in range(MOST_KEPT + 1)]
    assert await ask(MOST_KEPT) == given[MOST_KEPT]
    assert await ask(0) != given[0]


SLOW_COUNT = text("SELECT (SELECT count(*) FROM reads_test)::text FROM pg_sleep(0.01)")
SLOW = text("SELECT ''::text FROM pg_sleep(0.01)")
BOTH = Together(
    {"one": COUNT, "other": SLOW_COUNT}, text("SELECT CAST(:one AS text) || ' ' || :other")
)


async def test_what_is_read_together_is_of_one_moment_and_many_may_ask(
    context: Context, owner: AsyncEngine
) -> None:
    async def ask(number: int) -> bytes:
        async with context.sessions() as db:
            return await ask_of(reads, db, context, BOTH, {"number": number}, ROWS)

    async def write() -> None:
        async with owner.begin() as connection:
            await connection.execute(text("INSERT INTO reads_test VALUES (1)"))

    reads = SharedReads()
    async with owner.begin() as connection:
        await connection.execute(text("CREATE TABLE reads_test (n int)"))
    try:
        # Each asks for something of its own, and together for more connections than there are.
        writing = asyncio.gather(*(write() for _ in range(ASKING)))
        replies = await asyncio.gather(*(ask(number) for number in range(ASKING)))
        await writing
        assert all(one == other for one, other in map(bytes.split, replies))
    finally:
        async with owner.begin() as connection:
            await connection.execute(text("DROP TABLE reads_test"))


async def test_a_failure_reaches_all_who_asked_and_the_next_read_is_a_new_one(
    context: Context,
) -> None:
    async def ask(divisor: int) -> bytes:
        async with context.sessions() as db:
            statement = text("SELECT (1 / CAST(:divisor AS int))::text")
            parameters = {"divisor": divisor}
            return await ask_of(context.reads, db, context, statement, parameters)

    failed = await asyncio.gather(*(ask(0) for _ in range(3)), return_exceptions=True)
    assert all(isinstance(each, Exception) for each in failed)
    assert await ask(1) == b"1"


async def test_an_outage_of_what_is_read_together_is_known_for_one(context: Context) -> None:
    gone = text("SELECT pg_terminate_backend(pg_backend_pid())::text")
    for parts in ({"one": gone, "other": SLOW}, {"one": SLOW, "other": gone}):
        both = Together(parts, text("SELECT CAST(:one AS text) || :other"))
        async with context.sessions() as db:
            with pytest.raises(OperationalError):
                await ask_of(SharedReads(), db, context, both, {})


async def test_what_a_read_planned_is_there_for_the_next_one(
    bob: Browser, context: Context
) -> None:
    async with context.sessions() as db:
        assert await ask_of(context.reads, db, context, NOW, {})
    async with context.engine.connect() as connection:
        planned = await connection.scalars(text("SELECT statement FROM pg_prepared_statements"))
        assert NOW.text in set(planned)
