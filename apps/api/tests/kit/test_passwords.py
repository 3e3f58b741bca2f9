"""Passwords that are changed while connections are being opened, on the real servers."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from itertools import count
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg
import pytest
from psycopg import sql
from pydantic import SecretStr
from redis.asyncio import Redis
from redis.exceptions import ConnectionError as RedisConnectionError
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from agentlab.context import Context, open_context
from agentlab.kit.passwords import redis_client
from agentlab.operations.embedded import Connections
from agentlab.settings import Settings
from tests.support.valkey import Valkey

ROLE = "rotated"
ENOUGH = 6


class Passwords:
    """The files from which a process reads its passwords."""

    def __init__(self, folder: Path) -> None:
        self.postgres = folder / "postgres_password"
        self.redis = folder / "redis_password"
        for file in (self.postgres, self.redis):
            file.write_text("first")


@pytest.fixture
def passwords(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Passwords:
    passwords = Passwords(tmp_path)
    monkeypatch.setenv("POSTGRES_PASSWORD_FILE", str(passwords.postgres))
    monkeypatch.setenv("REDIS_PASSWORD_FILE", str(passwords.redis))
    return passwords


@pytest.fixture
async def process(services: Connections, passwords: Passwords) -> AsyncIterator[Context]:
    """A process that reaches the servers as users of its own, with passwords from files."""
    async with Redis.from_url(services.redis_url) as redis:
        await redis.acl_setuser(
            ROLE, enabled=True, passwords=["+first"], keys=["*"], categories=["+@all"]
        )
        with psycopg.connect(services.as_owner, autocommit=True) as db:
            db.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(ROLE)))
            db.execute(f"CREATE ROLE {ROLE} LOGIN PASSWORD 'first'")
            settings = Settings(
                database_url=SecretStr(as_user(services.database_url)),
                redis_url=SecretStr(as_user(services.redis_url)),
            )
            async with open_context(settings) as context:
                yield context
            db.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(ROLE)))
        await redis.acl_deluser(ROLE)


def as_user(url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=f"{quote(ROLE)}@{parts.netloc.rpartition('@')[2]}"))


async def test_new_connections_survive_a_change_in_postgresql(
    process: Context, passwords: Passwords, services: Connections
) -> None:
    """Many changes, each with a moment in which the file is ahead of the server."""
    opened = Counter[int]()

    async def keep_connecting(user: int) -> None:
        while opened[user] < ENOUGH:
            async with process.engine.connect() as connection:
                assert await connection.scalar(text("SELECT current_user")) == ROLE
                await connection.invalidate()  # the next one is new
            opened[user] += 1

    users = asyncio.gather(*(keep_connecting(user) for user in range(3)))
    async with await psycopg.AsyncConnection.connect(services.as_owner, autocommit=True) as admin:
        for number in count():
            passwords.postgres.write_text(f"password {number}")
            await asyncio.sleep(0.03)
            await admin.execute(f"ALTER ROLE {ROLE} PASSWORD 'password {number}'")
            await asyncio.sleep(0.03)
            if users.done():
                break
    await users


async def test_the_worker_gets_the_password_of_now(process: Context, passwords: Passwords) -> None:
    passwords.postgres.write_text("second / one")
    assert f"{ROLE}:second%20%2F%20one@" in process.database_url()


async def test_a_password_that_is_wrong_is_refused(process: Context, passwords: Passwords) -> None:
    passwords.postgres.write_text("wrong")
    await process.engine.dispose()
    assert await select_one(process) == 1  # what worked last still does
    async with open_context(process.settings) as newcomer:
        with pytest.raises(OperationalError, match="password authentication failed"):
            await select_one(newcomer)


async def test_new_connections_survive_a_change_in_redis(
    process: Context, passwords: Passwords, services: Connections
) -> None:
    async with Redis.from_url(services.redis_url) as admin:
        for number in range(20):
            old, new = passwords.redis.read_text(), f"password {number}"
            await admin.acl_setuser(ROLE, enabled=True, passwords=[f"+{new}"])
            await process.redis.connection_pool.disconnect()
            assert await process.redis.ping()
            passwords.redis.write_text(new)
            await process.redis.connection_pool.disconnect()
            assert await process.redis.ping()
            await admin.acl_setuser(ROLE, enabled=True, passwords=[f"-{old}"])
        passwords.redis.write_text("wrong")
        await process.redis.connection_pool.disconnect()
        with pytest.raises(RedisConnectionError, match="invalid username-password pair"):
            await process.redis.ping()


async def select_one(process: Context) -> int:
    async with process.engine.connect() as connection:
        return int(await connection.scalar(text("SELECT 1")) or 0)


async def test_a_dead_connection_to_redis_fails_nobody(tmp_path: Path) -> None:
    """After a restart all of them are dead, which may show only when one is used."""
    valkey = Valkey(tmp_path)
    await valkey.start()
    client = redis_client(lambda: valkey.url)
    try:
        await client.set("key", "value")
        # Redis closes the connection instead of answering: nothing could be seen of it before.
        await client.client_kill_filter(_id=str(await client.client_id()), skipme=False)
        assert await client.get("key") == "value"
        await valkey.kill()
        with pytest.raises(RedisConnectionError):
            await client.ping()
    finally:
        await client.aclose()
        await valkey.kill()
