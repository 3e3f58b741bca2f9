"""Passwords that change while the process runs: each new connection asks for the one of now.

Connections that are open stay open, so a rotation restarts nothing and fails no request.
"""

import asyncio
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote, urlsplit

from psycopg import OperationalError
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff
from redis.credentials import CredentialProvider
from redis.exceptions import ConnectionError as RedisConnectionError
from sqlalchemy import Dialect, event
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.util import await_only
from typing_extensions import override

Address = Callable[[], str]
"""Says where a server is and with which password it lets us in, as of now."""


REFUSED = "password authentication failed"
PATIENCE_S = 10.0
"""For so long a busy machine may take from writing a password down to having it taken."""
PAUSE_S = 0.1


def follow(engine: AsyncEngine, address: Address) -> None:
    """Let every new connection of `engine` use the password that `address` has then.

    A password is written down a moment before PostgreSQL takes it. Who connects in between is
    let in with the one that worked last or, without such a one, as soon as it is taken.
    """
    worked = password_of(address())

    @event.listens_for(engine.sync_engine, "do_connect")
    def connect(
        dialect: Dialect, _entry: object, arguments: list[Any], parameters: dict[str, Any]
    ) -> object:
        nonlocal worked
        gives_up_at = time.monotonic() + PATIENCE_S
        while True:
            for password in dict.fromkeys((password_of(address()), worked)):
                try:
                    connection = dialect.connect(*arguments, **parameters | {"password": password})
                except OperationalError as error:
                    if REFUSED not in str(error) or time.monotonic() > gives_up_at:
                        raise
                else:
                    worked = password
                    return connection
            await_only(asyncio.sleep(PAUSE_S))


def password_of(address: str) -> str | None:
    password = urlsplit(address).password
    return None if password is None else unquote(password)


def redis_client(address: Address) -> Redis:
    """A pool whose connections use the password that `address` has when they open."""
    place = without_user(address())
    if place == address():
        return Redis.from_url(place, decode_responses=True, retry=retry())
    return Redis.from_url(
        place, decode_responses=True, retry=retry(), credential_provider=Credentials(address)
    )


def retry() -> Retry:
    """Ask again at once where a connection turns out to be dead, as all are after a restart."""
    backoff = ExponentialBackoff(cap=0.2, base=0.02)
    return Retry(backoff, 2, supported_errors=(RedisConnectionError,))


def without_user(address: str) -> str:
    """Where a server is, and nothing about who asks."""
    who_and_where = urlsplit(address).netloc
    return address.replace(f"//{who_and_where}", f"//{who_and_where.rpartition('@')[2]}", 1)


class Credentials(CredentialProvider):
    def __init__(self, address: Address) -> None:
        self.address = address

    @override
    def get_credentials(self) -> tuple[str] | tuple[str, str]:
        parts = urlsplit(self.address())
        password = unquote(parts.password or "")
        return (unquote(parts.username), password) if parts.username else (password,)

    @override
    async def get_credentials_async(self) -> tuple[str] | tuple[str, str]:
        return self.get_credentials()
