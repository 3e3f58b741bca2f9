"""PostgreSQL: the engine, the declarative base, and one transaction per request or job."""

import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, TypeVar
from uuid import UUID

from fastapi import Depends, Request
from psycopg import AsyncConnection
from sqlalchemy import DateTime, Engine, Enum, LargeBinary, MetaData, Select, Text, Uuid, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, InvalidatePoolError
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

from agentlab.errors import Unavailable
from agentlab.kit.guard import SAFE_METHODS
from agentlab.kit.ids import new_id

Sessions = async_sessionmaker[AsyncSession]
Row = TypeVar("Row")
Key = TypeVar("Key")


class Base(DeclarativeBase):
    """What every table shares: constraint names that migrations can rely on, and column types."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it as a plain class attribute
        str: Text,
        bytes: LargeBinary,
        datetime: DateTime(timezone=True),
        UUID: Uuid,
    }


Id = Annotated[UUID, mapped_column(primary_key=True, default=new_id)]
"""`id: Mapped[Id]`: the primary key of nearly every table."""


class Identified:
    """Mix-in: the primary key."""

    id: Mapped[Id]


def one_of(values: type[StrEnum], name: str) -> Enum:
    """A text column that holds one of the enum's values, checked by the database."""
    return Enum(
        values,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=32,
        values_callable=lambda members: [member.value for member in members],
    )


def with_driver(database_url: str) -> str:
    """Name the psycopg driver in a `postgresql://` or `postgres://` address as people write it."""
    scheme, separator, rest = database_url.partition("://")
    if scheme in {"postgresql", "postgres"}:
        return f"postgresql+psycopg{separator}{rest}"
    return database_url


PATIENCE_S = 10
"""How long a request waits for a connection, its own or a free one, on a busy machine."""


def create_engine(database_url: str) -> AsyncEngine:
    """An engine that notices connections which died, as after a restart of the server.

    None of its connections is for rush hours only: to open one costs more than most requests.
    """
    engine = create_async_engine(
        with_driver(database_url),
        pool_size=10,
        max_overflow=0,
        pool_use_lifo=True,
        pool_timeout=PATIENCE_S,
        connect_args={"connect_timeout": PATIENCE_S},
    )
    ask_after_a_rest(engine.sync_engine)
    return engine


RESTED_S = 1
"""A connection that was used less than this ago is taken to live, which saves a round trip."""


def ask_after_a_rest(engine: Engine) -> None:
    """Before a connection that has rested is used again, see whether it still lives."""

    def stamp(_: DBAPIConnection | None, record: ConnectionPoolEntry) -> None:
        record.info["used_at"] = time.monotonic()

    def ask(
        connection: DBAPIConnection, record: ConnectionPoolEntry, _: PoolProxiedConnection
    ) -> None:
        used_at = record.info.get("used_at")
        if used_at is None or time.monotonic() - used_at < RESTED_S:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise InvalidatePoolError from error  # then the others died with it

    event.listen(engine, "checkin", stamp)
    event.listen(engine, "checkout", ask)


def create_sessions(engine: AsyncEngine) -> Sessions:
    return async_sessionmaker(engine, expire_on_commit=False)


async def grouped(
    db: AsyncSession, query: Select[Row], key: Callable[[Row], Key]
) -> Mapping[Key, list[Row]]:
    """What a query finds, by a key and in its order; an empty list for a key without any."""
    found = defaultdict[Key, list[Row]](list)
    for row in await db.scalars(query):
        found[key(row)].append(row)
    return found


async def psycopg_connection(db: AsyncSession) -> AsyncConnection[Any]:
    """The driver's own connection of this transaction, for COPY and for enqueuing jobs."""
    raw = await (await db.connection()).get_raw_connection()
    connection = raw.driver_connection
    if not isinstance(connection, AsyncConnection):
        raise TypeError(f"expected a psycopg connection, got {type(connection)}")
    return connection


class OutcomeUnknown(Unavailable):
    code = "outcome_unknown"


async def unit_of_work(request: Request) -> AsyncIterator[AsyncSession]:
    """One transaction: committed when the route returns, rolled back when it raises.

    Raises:
        OutcomeUnknown: PostgreSQL was lost before it said whether it committed.
    """
    sessions: Sessions = request.app.state.context.sessions
    async with sessions() as db:
        yield db
        try:
            await db.commit()
        except DBAPIError as error:
            if request.method in SAFE_METHODS or not error.connection_invalidated:
                raise
            raise OutcomeUnknown(
                "AgentLab's database went away while this was being saved, so it may be saved or "
                "not. Look before you try again."
            ) from error


DB = Annotated[AsyncSession, Depends(unit_of_work, scope="function")]
"""The transaction of a request. `scope="function"` commits before the reply is sent."""
