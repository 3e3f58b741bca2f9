"""Passwords that change while the process runs: each new connection asks for the one of now.

Connections that are open stay open, so a rotation restarts nothing and fails no request.
"""

from collections.abc import Callable
from contextlib import suppress
from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit

from psycopg import OperationalError
from redis.asyncio import Redis
from redis.credentials import CredentialProvider
from sqlalchemy import Dialect, event
from sqlalchemy.ext.asyncio import AsyncEngine
from typing_extensions import override

Address = Callable[[], str]
"""Says where a server is and with which password it lets us in, as of now."""


def follow(engine: AsyncEngine, address: Address) -> None:
    """Let every new connection of `engine` use the password that `address` has then.

    A password is written down a moment before PostgreSQL takes it. Who connects in between is
    let in with the one that worked last.
    """
    worked = password_of(address())

    @event.listens_for(engine.sync_engine, "do_connect")
    def connect(
        dialect: Dialect, _entry: object, arguments: list[Any], parameters: dict[str, Any]
    ) -> object:
        nonlocal worked
        current = password_of(address())
        # The last one again: PostgreSQL may have taken it between the first two refusals.
        *most, last = [current] if current == worked else [current, worked, current]
        for password in most:
            with suppress(OperationalError):
                connection = dialect.connect(*arguments, **parameters | {"password": password})
                worked = password
                return connection
        connection = dialect.connect(*arguments, **parameters | {"password": last})
        worked = last
        return connection


def password_of(address: str) -> str | None:
    password = urlsplit(address).password
    return None if password is None else unquote(password)


def redis_client(address: Address) -> Redis:
    """A pool whose connections use the password that `address` has when they open."""
    parts = urlsplit(address())
    if "@" not in parts.netloc:
        return Redis.from_url(address(), decode_responses=True)
    place = urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
    return Redis.from_url(place, decode_responses=True, credential_provider=Credentials(address))


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
