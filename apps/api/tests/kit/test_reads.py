"""Reads that many ask for at once are done once, and are never older than the question."""

import asyncio

from sqlalchemy import text

from agentlab.context import Context
from tests.support.browser import Browser
from tests.support.statements import recorded

ASKING = 40
COUNT = text("SELECT count(*)::text FROM reads_test")


async def test_many_share_a_read_and_nobody_waits_for_a_connection(
    bob: Browser, context: Context
) -> None:
    with recorded(context.engine) as statements:
        replies = await asyncio.gather(*(bob.get("/dashboard") for _ in range(ASKING)))
    assert {reply.status_code for reply in replies} == {200}
    assert len({reply.text for reply in replies}) == 1
    dashboards = [statement for statement in statements if "json_build_object" in statement]
    assert 1 <= len(dashboards) < ASKING / 2


async def test_what_was_written_before_one_asks_is_in_the_answer(context: Context) -> None:
    async def write() -> None:
        async with context.engine.begin() as connection:
            await connection.execute(text("INSERT INTO reads_test VALUES (1)"))

    async def ask() -> int:
        async with context.sessions() as db:
            return int(await context.reads.read(db, context.sessions, COUNT, {}))

    async def write_and_ask(number: int) -> tuple[int, int]:
        await asyncio.sleep(number / 1000)
        await write()
        written.append(number)
        return len(written), await ask()

    written: list[int] = []
    async with context.engine.begin() as connection:
        await connection.execute(text("CREATE TABLE reads_test (n int)"))
    try:
        seen = await asyncio.gather(*(write_and_ask(number) for number in range(ASKING)))
    finally:
        async with context.engine.begin() as connection:
            await connection.execute(text("DROP TABLE reads_test"))
    assert all(found >= there for there, found in seen)


async def test_a_failure_reaches_all_who_asked_and_the_next_read_is_a_new_one(
    context: Context,
) -> None:
    async def ask(divisor: int) -> str:
        async with context.sessions() as db:
            statement = text("SELECT (1 / CAST(:divisor AS int))::text")
            return await context.reads.read(db, context.sessions, statement, {"divisor": divisor})

    failed = await asyncio.gather(*(ask(0) for _ in range(3)), return_exceptions=True)
    assert all(isinstance(each, Exception) for each in failed)
    assert await ask(1) == "1"
