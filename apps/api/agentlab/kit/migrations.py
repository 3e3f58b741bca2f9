"""Bring a database to the schema of this code, and tell when the two differ."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from psycopg.errors import InsufficientPrivilege, UndefinedTable
from sqlalchemy import text
from sqlalchemy.exc import ArgumentError, OperationalError, ProgrammingError
from sqlalchemy.ext.asyncio import AsyncEngine

import agentlab
from agentlab.errors import Unavailable
from agentlab.kit.db import with_driver


class DatabaseUnusable(Unavailable):
    code = "database_unusable"


class SchemaMismatch(Unavailable):
    code = "schema_mismatch"


def config(database_url: str = "") -> Config:
    """Alembic's configuration; `database_url` may stay empty where no database is touched."""
    package = Path(agentlab.__file__).parent
    inside_wheel = package / "migrations"
    location = inside_wheel if inside_wheel.is_dir() else package.parent / "migrations"
    cfg = Config()
    cfg.set_main_option("script_location", str(location).replace("%", "%%"))
    cfg.set_main_option("sqlalchemy.url", with_driver(database_url).replace("%", "%%"))
    return cfg


def upgrade(database_url: str) -> None:
    """Migrate to the newest schema; does nothing when it is already there.

    Raises:
        DatabaseUnusable: the server or its role does not let us; the sentence says why.
    """
    try:
        command.upgrade(config(database_url), "head")
    except ArgumentError as error:
        raise DatabaseUnusable(
            "DATABASE_URL is not an address such as postgresql://user:password@host:5432/name."
        ) from error
    except OperationalError as error:
        reason = str(error.orig).strip().splitlines()[0]
        raise DatabaseUnusable(
            f"PostgreSQL does not let us in ({reason}). Check that it runs and what DATABASE_URL "
            "says."
        ) from error
    except ProgrammingError as error:
        if not isinstance(error.orig, InsufficientPrivilege):
            raise
        reason = str(error.orig).strip().splitlines()[0]
        raise DatabaseUnusable(
            f"The database role may not do what the schema needs ({reason}). Let its owner run "
            "`CREATE EXTENSION vector` once and give the role the right to create tables."
        ) from error


async def check(engine: AsyncEngine) -> None:
    """Raise `SchemaMismatch` unless the database has exactly the schema of this code."""
    head = ScriptDirectory.from_config(config()).get_current_head()
    try:
        async with engine.connect() as connection:
            current = await connection.scalar(text("SELECT version_num FROM alembic_version"))
    except ProgrammingError as error:
        if not isinstance(error.orig, UndefinedTable):
            raise
        current = None
    if current != head:
        raise SchemaMismatch(
            f"The database has schema {current or 'none'}, this version of AgentLab needs {head}. "
            "Run `agentlab migrate`, or start the version that made the database."
        )
