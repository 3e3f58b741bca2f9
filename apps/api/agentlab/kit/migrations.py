"""Bring a database to the schema of this code, and tell when the two differ."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from psycopg.errors import UndefinedTable
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.ext.asyncio import AsyncEngine

import agentlab
from agentlab.errors import Unavailable
from agentlab.kit.db import with_driver


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
    """Migrate to the newest schema; does nothing when it is already there."""
    command.upgrade(config(database_url), "head")


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
