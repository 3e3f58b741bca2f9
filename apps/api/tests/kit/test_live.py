"""Announcements: with the transaction or not at all, and to everybody, through trouble."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager, suppress

import pytest
from pydantic import BaseModel
from redis.asyncio import Redis
from sqlalchemy.exc import IntegrityError

from agentlab.audit.trail import record
from agentlab.context import Context
from agentlab.kit.jobs import Worker, enqueue
from agentlab.kit.live import Announcement, Live, Message, announce
from agentlab.kit.waiting import until
from agentlab.portfolio.models import Client
from tests.support.folders import open_folder
from tests.support.valkey import Valkey

PATIENCE_S = 10


class News(BaseModel):
    of: str


def announced(of: str) -> Announcement:
    return Announcement(News(of=of).model_dump_json())


async def yes() -> bool:
    return True


async def no() -> bool:
    return False


class Reader:
    """Reads a stream block by block, as bytes leave it."""

    def __init__(self, stream: AsyncGenerator[bytes]) -> None:
        self.stream = stream

    async def next(self) -> dict[str, str]:
        """The next event or comment; what only sets a position is passed over."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                block = (await anext(self.stream)).decode()
                lines = [line.partition(":") for line in block.strip().splitlines()]
                fields = {name: value.strip() for name, _, value in lines}
                if "data" in fields or "" in fields:
                    return fields

    async def news(self) -> str:
        """What the next event says."""
        fields = await self.next()
        assert fields["event"] == "change", fields
        return News.model_validate_json(fields["data"]).of


@asynccontextmanager
async def listening(live: Live, after: str | None = None) -> AsyncIterator[Reader]:
    """A stream that has said where it stands."""
    async with aclosing(live.stream(after, yes)) as stream:
        await anext(stream)
        if after is None:
            assert (await anext(stream)).startswith(b"id: ")
        yield Reader(stream)


@pytest.fixture
async def valkey() -> AsyncIterator[Valkey]:
    with open_folder() as folder:
        valkey = Valkey(folder)
        await valkey.start()
        yield valkey
        await valkey.kill()


@asynccontextmanager
async def opened(valkey: Valkey, **options: int) -> AsyncIterator[Live]:
    async with Redis.from_url(valkey.url, decode_responses=True) as redis:
        live = Live(redis, **options)
        yield live
        await live.close()


@pytest.fixture
async def live(valkey: Valkey) -> AsyncIterator[Live]:
    async with opened(valkey) as live:
        yield live


async def test_what_was_announced_is_told_when_the_transaction_commits(context: Context) -> None:
    async with listening(context.live) as reader:
        async with context.sessions.begin() as db:
            announce(db, News(of="first"))
            announce(db, News(of="first"))
            announce(db, News(of="second"))
            await asyncio.sleep(0.1)
            assert not context.live.has_unsent
            assert await context.redis.xlen("live") <= 1  # where it begins, at most
        assert [await reader.news(), await reader.news()] == ["first", "second"]


async def test_what_was_rolled_back_is_never_told(context: Context) -> None:
    async with listening(context.live) as reader:
        with suppress(ValueError):
            async with context.sessions.begin() as db:
                announce(db, News(of="refused"))
                raise ValueError
        async with context.sessions() as db:
            announce(db, News(of="taken back"))
            await db.rollback()
            announce(db, News(of="kept"))
            await db.commit()
        assert await reader.news() == "kept"


async def test_a_commit_that_the_database_refuses_tells_nothing(context: Context) -> None:
    async with listening(context.live) as reader:
        with suppress(IntegrityError):
            async with context.sessions.begin() as db:
                announce(db, News(of="refused"))
                db.add_all([Client(name="Twice"), Client(name="twice")])
        async with context.sessions.begin() as db:
            announce(db, News(of="kept"))
        assert await reader.news() == "kept"


async def test_a_savepoint_is_no_commit(context: Context) -> None:
    async with listening(context.live) as reader:
        async with context.sessions.begin() as db:
            async with db.begin_nested():
                announce(db, News(of="inside"))
            await db.rollback()
        async with context.sessions.begin() as db:
            async with db.begin_nested():
                db.add(Client(name="Maison Lumière"))
                record(db, "client.created")
            announce(db, News(of="kept"))
        assert await reader.news() == "kept"


async def test_jobs_tell_in_the_same_way(context: Context) -> None:
    async def work() -> None:
        async with context.sessions.begin() as db:
            announce(db, News(of="a job"))

    async with listening(context.live) as reader:
        async with context.sessions.begin() as db:
            await enqueue(db, "work")
        await Worker(context.database_url, {"work": work}).run_once()
        assert await reader.news() == "a job"


async def test_every_process_hears_what_one_of_them_tells(valkey: Valkey) -> None:
    async with (
        opened(valkey) as here,
        opened(valkey) as there,
        listening(here) as near,
        listening(there) as far,
    ):
        here.tell_now(News(of="both"))
        assert [await near.news(), await far.news()] == ["both", "both"]


async def test_who_comes_back_to_another_process_misses_nothing_and_hears_nothing_twice(
    valkey: Valkey,
) -> None:
    async with opened(valkey) as here, opened(valkey) as there:
        async with listening(here) as reader:
            here.tell_now(News(of="1"))
            position = (await reader.next())["id"]
        here.publish(*(announced(str(number)) for number in range(2, 50)))
        await until(lambda: not here.has_unsent, timeout_s=PATIENCE_S)
        async with listening(there, position) as reader:
            here.tell_now(News(of="50"))
            told = [await reader.news() for _ in range(2, 51)]
        assert told == [str(number) for number in range(2, 51)]


async def test_who_missed_more_than_is_kept_reads_everything_again(valkey: Valkey) -> None:
    async with opened(valkey, kept=1, queued=1_000) as live:
        async with listening(live) as reader:
            live.tell_now(News(of="1"))
            position = (await reader.next())["id"]
        live.publish(*(announced(str(number)) for number in range(500)))
        await until(lambda: not live.has_unsent, timeout_s=PATIENCE_S)
        async with listening(live, position) as reader:
            reset = await reader.next()
            assert (reset["event"], reset["data"]) == ("reset", "{}")
            live.tell_now(News(of="afterwards"))
            assert await reader.news() == "afterwards"


async def test_a_slow_reader_costs_a_bounded_memory_and_reads_everything_again(
    valkey: Valkey,
) -> None:
    async with opened(valkey, queued=10) as live, listening(live) as slow:
        async with listening(live) as quick:
            for number in range(25):
                live.tell_now(News(of=str(number)))
                assert await quick.news() == str(number)
        first = await slow.next()
        assert first["event"] == "reset"
        # After the reset at most as many as may wait, none of them twice, the newest last.
        rest = [await slow.news()]
        while rest[-1] != "24":
            rest.append(await slow.news())
        assert rest == [str(number) for number in range(int(rest[0]), 25)]
        assert len(rest) < 10


async def test_a_silent_stream_says_that_it_lives(valkey: Valkey) -> None:
    async with opened(valkey) as live:
        live.heartbeat_s = 0.05
        async with listening(live) as reader:
            assert await reader.next() == {"": "ping"}
            live.tell_now(News(of="between"))
            assert await reader.news() == "between"
            assert await reader.next() == {"": "ping"}


async def test_it_ends_when_the_listener_is_not_welcome_any_more(live: Live) -> None:
    live.heartbeat_s = 0.05
    blocks = [block async for block in live.stream(None, no)]
    assert [block.partition(b":")[0] for block in blocks] == [b"retry", b"id"]


async def test_who_is_welcome_cannot_be_asked_while_redis_is_away(live: Live) -> None:
    async def away() -> bool:
        raise ConnectionError

    live.heartbeat_s = 0.05
    async with aclosing(live.stream(None, away)) as stream:
        assert await Reader(stream).next() == {"": "ping"}


async def test_it_ends_when_the_process_is_told_to_stop(live: Live) -> None:
    stopping = asyncio.Event()
    live.end_with(stopping)
    async with listening(live) as reader:
        stopping.set()
        with pytest.raises(StopAsyncIteration):
            await reader.next()
    blocks = [block async for block in live.stream(None, yes)]
    assert [block.partition(b":")[0] for block in blocks] == [b"retry"]


async def test_after_a_restart_of_redis_listeners_go_on(live: Live, valkey: Valkey) -> None:
    async with listening(live) as reader:
        live.tell_now(News(of="before"))
        assert await reader.news() == "before"
        await until(lambda: not live.has_unsent, timeout_s=PATIENCE_S)  # or it is told once more
        await valkey.kill()
        live.tell_now(News(of="meanwhile"))
        await asyncio.sleep(0.3)
        assert live.has_unsent
        await valkey.start()
        assert await reader.news() == "meanwhile"
        live.tell_now(News(of="after"))
        assert await reader.news() == "after"


async def test_when_redis_has_forgotten_everything_is_read_again(
    live: Live, valkey: Valkey
) -> None:
    async with listening(live) as reader:
        live.tell_now(News(of="before"))
        assert await reader.news() == "before"
        await until(lambda: not live.has_unsent, timeout_s=PATIENCE_S)  # or it is told once more
        await valkey.kill()
        valkey.forget()
        await valkey.start()
        assert (await reader.next())["event"] == "reset"
        live.tell_now(News(of="after"))
        assert await reader.news() == "after"


async def test_redis_away_fails_no_commit_and_no_stream_breaks_off(
    live: Live, valkey: Valkey, context: Context
) -> None:
    await valkey.kill()
    live.attach(context.sessions)
    async with context.sessions.begin() as db:
        db.add(Client(name="Maison Lumière"))
        announce(db, News(of="committed"))
    blocks = [block async for block in live.stream(None, yes)]
    assert [block.partition(b":")[0] for block in blocks] == [b"retry"]
    await valkey.start()
    async with listening(live) as reader:
        live.tell_now(News(of="after"))
        told = [await reader.news()]
        if told == ["committed"]:
            told.append(await reader.news())
        assert told[-1] == "after"


async def test_too_much_to_keep_while_redis_is_away_becomes_a_reset(
    live: Live, valkey: Valkey
) -> None:
    async with listening(live) as reader:
        await valkey.kill()
        for number in range(2_000):
            live.tell_now(News(of=str(number)))
        await valkey.start()
        assert (await reader.next())["event"] == "reset"


async def test_what_is_not_for_a_listener_is_passed_over_and_not_told_later(live: Live) -> None:
    live.heartbeat_s = 0.05

    async def heard(message: Message) -> str | None:
        return message.data if message.audience == "mine" else None

    async with aclosing(live.stream(None, yes, heard)) as stream:
        await anext(stream)
        assert (await anext(stream)).startswith(b"id: ")
        live.tell_now(News(of="hidden"), "theirs")
        position = ""
        while not position:
            _, _, position = (await anext(stream)).decode().partition("id: ")
        live.tell_now(News(of="shown"), "mine")
        told = await Reader(stream).next()
        while "data" not in told:
            told = await Reader(stream).next()
    assert News.model_validate_json(told["data"]).of == "shown"
    live.tell_now(News(of="hidden, too"), "theirs")
    live.tell_now(News(of="last"), "mine")
    await until(lambda: not live.has_unsent, timeout_s=5)
    async with aclosing(live.stream(position.strip(), yes, heard)) as stream:
        reader = Reader(stream)
        assert [await reader.news(), await reader.news()] == ["shown", "last"]
