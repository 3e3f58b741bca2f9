"""The schema that migrations build is the one that the models and the job queue expect."""

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from alembic import command
from procrastinate.schema import SchemaManager
from sqlalchemy import text

import agentlab
from agentlab.kit import migrations
from agentlab.kit.db import create_engine
from agentlab.kit.ids import new_id
from agentlab.operations.embedded import Connections

MIGRATIONS = Path(agentlab.__file__).parent.parent / "migrations"


@pytest.fixture
async def empty_database(services: Connections) -> AsyncIterator[str]:
    """The address of a database of its own, without any table."""
    name = f"schema_{new_id().hex}"
    engine = create_engine(services.as_owner).execution_options(isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(text(f"CREATE DATABASE {name}"))
        yield services.as_owner.replace("/agentlab?", f"/{name}?")
        await connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    await engine.dispose()


async def test_models_and_migrations_agree(empty_database: str) -> None:
    await asyncio.to_thread(migrations.upgrade, empty_database)
    await asyncio.to_thread(command.check, migrations.config(empty_database))


async def test_every_migration_can_be_undone(empty_database: str) -> None:
    await asyncio.to_thread(migrations.upgrade, empty_database)
    await asyncio.to_thread(command.downgrade, migrations.config(empty_database), "base")
    engine = create_engine(empty_database)
    async with engine.connect() as connection:
        left = await connection.scalars(
            text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        )
        types = await connection.scalar(
            text("SELECT count(*) FROM pg_type WHERE typname LIKE 'procrastinate%'")
        )
    await engine.dispose()
    assert set(left) == {"alembic_version"}
    assert types == 0


async def test_an_app_refuses_a_database_of_another_version(empty_database: str) -> None:
    engine = create_engine(empty_database)
    with pytest.raises(migrations.SchemaMismatch, match="agentlab migrate"):
        await migrations.check(engine)
    await asyncio.to_thread(migrations.upgrade, empty_database)
    await migrations.check(engine)
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        await connection.execute(text("UPDATE schema_floor SET revision = '9998'"))
    with pytest.raises(migrations.SchemaMismatch, match="9999"):
        await migrations.check(engine)
    await engine.dispose()


async def test_an_app_works_with_a_newer_schema_that_took_nothing_from_it(
    empty_database: str,
) -> None:
    await asyncio.to_thread(migrations.upgrade, empty_database)
    engine = create_engine(empty_database)
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    await migrations.check(engine)
    await asyncio.to_thread(migrations.upgrade, empty_database)
    assert await migrations.current_revision(engine) == "9999"
    await engine.dispose()


async def test_two_migrations_at_once_wait_for_each_other(empty_database: str) -> None:
    code = "import sys; from agentlab.kit import migrations; migrations.upgrade(sys.argv[1])"
    command_line = (sys.executable, "-c", code, empty_database)
    both = [await asyncio.create_subprocess_exec(*command_line) for _ in range(2)]
    assert [await process.wait() for process in both] == [0, 0]
    await asyncio.to_thread(command.check, migrations.config(empty_database))


def test_the_job_queue_has_the_schema_of_the_installed_library() -> None:
    """When this fails after an update, add a migration with the library's own changes."""
    ours = (MIGRATIONS / "job_queue_3_10_0.sql").read_text(encoding="utf-8")
    assert ours == SchemaManager.get_schema()
