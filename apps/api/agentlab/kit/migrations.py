"""Bring a database to the schema of this code, and tell when the two differ.

Alembic is imported by what migrates: a process that only compares needs 11 MB less.
"""

import asyncio
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from psycopg.errors import (
    FeatureNotSupported,
    InsufficientPrivilege,
    UndefinedFile,
    UndefinedTable,
)
from sqlalchemy import Boolean, CheckConstraint, Column, Table, Text, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError, ProgrammingError
from sqlalchemy.ext.asyncio import AsyncEngine

import agentlab
from agentlab.errors import Unavailable
from agentlab.kit import logging
from agentlab.kit.db import Base, create_engine, with_driver

if TYPE_CHECKING:
    from alembic.config import Config

LOCK = 7_236_540_023
"""Any number that no other program takes: one migration at a time, and none during a backup."""

OLDEST_CODE = "oldest_code"
"""What a migration of the contract phase states: the oldest revision whose code works after it."""

NOT_PREPARED = (InsufficientPrivilege, FeatureNotSupported, UndefinedFile)
"""How a server answers whose role may not create the extension, or that does not have it."""


schema_floor = Table(
    "schema_floor",
    Base.metadata,
    Column("revision", Text, primary_key=True),
    Column("one", Boolean, server_default="true", unique=True, nullable=False),
    CheckConstraint("one", name="one"),
    comment="The oldest schema whose code still works with this one; a single row.",
)

log = logging.get(__name__)


class DatabaseUnusable(Unavailable):
    code = "database_unusable"


class SchemaMismatch(Unavailable):
    code = "schema_mismatch"


def folder() -> Path:
    package = Path(agentlab.__file__).parent
    inside_wheel = package / "migrations"
    return inside_wheel if inside_wheel.is_dir() else package.parent / "migrations"


def config(database_url: str = "") -> "Config":
    """Alembic's configuration; `database_url` may stay empty where no database is touched."""
    from alembic.config import Config  # noqa: PLC0415

    cfg = Config()
    cfg.set_main_option("script_location", str(folder()).replace("%", "%%"))
    cfg.set_main_option("sqlalchemy.url", with_driver(database_url).replace("%", "%%"))
    return cfg


def upgrade(database_url: str) -> None:
    """Migrate to the newest schema.

    Does nothing when the database has it, or a newer one that this code works with.

    Raises:
        DatabaseUnusable: the server or its role does not let us; the sentence says why.
        SchemaMismatch: the database was made by a newer version, and took away what we use.
    """
    from alembic import command  # noqa: PLC0415
    from alembic.util import CommandError  # noqa: PLC0415

    need_address(database_url)
    try:
        command.upgrade(config(database_url), "head")
    except CommandError as error:  # it does not know the revision that it finds
        if asyncio.run(works_with(database_url)):
            return
        raise SchemaMismatch(
            f"This version of AgentLab needs schema {head()} and does not know the database's "
            f"({error}). Start the version that made the database."
        ) from error
    except DBAPIError as error:
        raise explained(error) from error


def need_address(database_url: str) -> None:
    """Raise `DatabaseUnusable` unless SQLAlchemy and psycopg understand the address."""
    try:
        driver = make_url(with_driver(database_url)).drivername
    except (ArgumentError, ValueError):  # the second is a port that is no number
        driver = None
    if driver != "postgresql+psycopg":
        raise DatabaseUnusable(
            "DATABASE_URL is not an address such as postgresql://user:password@host:5432/name."
        )


def explained(error: DBAPIError) -> Exception:
    """What a person can act on as one of our sentences; anything else as it is."""
    reason = str(error.orig).strip().partition("\n")[0]
    if isinstance(error.orig, NOT_PREPARED):
        return DatabaseUnusable(
            f"The database cannot hold AgentLab's schema yet ({reason}). Install pgvector on its "
            "server, let a superuser run `CREATE EXTENSION vector` in the database, and give the "
            "role of DATABASE_URL the right to create tables."
        )
    # Without an SQLSTATE it is no answer to a statement: there was no connection to begin with.
    if isinstance(error, OperationalError) or getattr(error.orig, "sqlstate", None) is None:
        return DatabaseUnusable(
            f"PostgreSQL does not let us in ({reason}). Check that it runs and what DATABASE_URL "
            "says."
        )
    return error


@cache
def revisions() -> tuple[str, ...]:
    """The schemas that this code knows, the newest last: what the files' names begin with."""
    files = (folder() / "versions").glob("*.py")
    return tuple(sorted(file.stem.partition("_")[0] for file in files))


def head() -> str:
    """The newest schema that this code knows."""
    return revisions()[-1]


async def check(engine: AsyncEngine) -> None:
    """Raise `SchemaMismatch` unless this code works with the schema of the database.

    That is its own schema, or a newer one whose migrations took nothing away that it uses: after
    a rollback, or when an old process starts again while a release is rolled out.
    """
    needed = head()
    current = await current_revision(engine)
    if current == needed:
        return
    if current and current not in revisions() and await floor(engine) in revisions():
        log.info("schema_is_newer", schema=current, code=needed)
        return
    raise SchemaMismatch(
        f"The database has schema {current or 'none'}, this version of AgentLab needs "
        f"{needed}. Run `agentlab migrate`, or start the version that made the database."
    )


async def works_with(database_url: str) -> bool:
    """Whether this code works with the schema that the database has."""
    engine = create_engine(database_url)
    try:
        await check(engine)
    except SchemaMismatch:
        return False
    finally:
        await engine.dispose()
    return True


async def current_revision(engine: AsyncEngine) -> str | None:
    """The schema that the database has; None for an empty one."""
    return await scalar(engine, "SELECT version_num FROM alembic_version")


async def floor(engine: AsyncEngine) -> str | None:
    """The oldest schema whose code still works with the database."""
    return await scalar(engine, "SELECT revision FROM schema_floor")


async def scalar(engine: AsyncEngine, statement: str) -> str | None:
    """The one value, or None where its table does not exist."""
    try:
        async with engine.connect() as connection:
            value: str | None = await connection.scalar(text(statement))
    except ProgrammingError as error:
        if not isinstance(error.orig, UndefinedTable):
            raise
        return None
    return value
