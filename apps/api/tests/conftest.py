"""The real PostgreSQL and Valkey for every test, built by the migrations, emptied before each."""

import asyncio
import gc
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from hypothesis import settings as hypothesis
from pydantic import SecretStr
from redis.asyncio import Redis
from sqlalchemy import TableClause, exists, literal, select, table, text, union_all
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.routing import BaseRoute
from typing_extensions import override

from agentlab.app import create_app
from agentlab.auth.models import Role
from agentlab.context import Context
from agentlab.kit import logging, migrations
from agentlab.kit.db import create_engine
from agentlab.models import metadata
from agentlab.operations.embedded import Connections, embedded
from agentlab.settings import Settings
from tests.support.browser import Browser
from tests.support.folders import open_folder
from tests.support.silence import silent_commits

# How long an example takes says how busy the machine is, and nothing of what is tested.
hypothesis.register_profile("untimed", deadline=None)
hypothesis.load_profile("untimed")


@pytest.fixture(scope="session", autouse=True)
def logs() -> None:
    """Logs as on a server; pytest shows them beside a failure."""
    logging.configure("info", as_json=True)


@pytest.fixture(scope="session")
async def services() -> AsyncIterator[Connections]:
    """PostgreSQL and Valkey for the whole session, migrated."""
    with open_folder() as folder:
        async with embedded(folder / "data") as connections:
            await asyncio.to_thread(migrations.upgrade, connections.as_owner)
            yield connections


class Compiled(dict[Any, Any]):
    """Statements by what they are made of. The first part of a key is the dialect of one engine."""

    @override
    def get(self, key: tuple[Any, ...], default: Any = None) -> Any:
        return super().get(key[1:], default)

    @override
    def __setitem__(self, key: tuple[Any, ...], compiled: Any) -> None:
        super().__setitem__(key[1:], compiled)


@pytest.fixture(scope="session", autouse=True)
def statements_are_compiled_once() -> Iterator[None]:
    """As in a process that lives long: each test has an engine of its own, and all are alike."""
    compiled = Compiled()

    def alike(database_url: str) -> AsyncEngine:
        engine = create_engine(database_url)
        engine.sync_engine.update_execution_options(compiled_cache=compiled)
        return engine

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("agentlab.context.create_engine", alike)
        yield


@pytest.fixture(scope="session")
async def owner(services: Connections) -> AsyncIterator[AsyncEngine]:
    """The database as who owns it. The application is another role, which may less."""
    engine = create_engine(services.as_owner)
    await keep_what_migrations_made(engine)
    await commit_without_waiting(engine)
    yield engine
    await engine.dispose()


@pytest.fixture(autouse=True)
def nothing_changes_in_silence() -> Iterator[None]:
    """Whoever changes what people look at says so, or the others' pages go out of date."""
    with silent_commits() as silent:
        yield
    assert silent == []


@pytest.fixture
def settings(services: Connections, tmp_path: Path) -> Settings:
    """Settings of a server whose only workspace root is this test's own folder."""
    return Settings(
        database_url=SecretStr(services.database_url),
        redis_url=SecretStr(services.redis_url),
        workspace_roots=(tmp_path / "projects",),
        data_dir=tmp_path / "data",
    )


@pytest.fixture(scope="session")
def shared_routes() -> list[BaseRoute]:
    """What FastAPI makes of our routes when it is first asked, which takes a second, made once."""
    return create_app(Settings(), with_worker=False).routes


@pytest.fixture
async def app(
    settings: Settings, owner: AsyncEngine, shared_routes: list[BaseRoute]
) -> AsyncIterator[FastAPI]:
    """The application on an empty database, without a worker: tests run the jobs themselves."""
    (settings.workspace_roots[0]).mkdir()
    app = create_app(settings, with_worker=False)
    app.router.routes = [*shared_routes]
    async with app.router.lifespan_context(app):
        await empty(owner, app.state.context.redis)
        yield app


@pytest.fixture
def context(app: FastAPI) -> Context:
    context: Context = app.state.context
    return context


@pytest.fixture
def root(app: FastAPI, settings: Settings) -> Path:
    """The folder below which projects may be imported."""
    return settings.workspace_roots[0]


@pytest.fixture
async def anonymous(app: FastAPI) -> AsyncIterator[Browser]:
    """A browser that is not signed in."""
    async with Browser(app) as browser:
        yield browser


@pytest.fixture
async def ada(app: FastAPI, context: Context) -> AsyncIterator[Browser]:
    """The administrator, signed in."""
    async with Browser(app) as browser:
        await browser.join(context, "Ada Lovelace", "ada@example.com", Role.ADMINISTRATOR)
        yield browser


@pytest.fixture
async def bob(app: FastAPI, context: Context, ada: Browser) -> AsyncIterator[Browser]:
    """A product owner, signed in."""
    async with Browser(app) as browser:
        await browser.join(context, "Bob Noyce", "bob@example.com", Role.PRODUCT_OWNER)
        yield browser


@pytest.fixture
async def vera(app: FastAPI, context: Context, ada: Browser) -> AsyncIterator[Browser]:
    """A viewer, signed in."""
    async with Browser(app) as browser:
        await browser.join(context, "Vera Rubin", "vera@example.com", Role.VIEWER)
        yield browser


async def keep_what_migrations_made(owner: AsyncEngine) -> None:
    async with owner.begin() as connection:
        await connection.execute(text("CREATE SCHEMA as_migrated"))
        await connection.execute(
            text("CREATE TABLE as_migrated.reference_items AS TABLE public.reference_items")
        )


async def commit_without_waiting(owner: AsyncEngine) -> None:
    """For the disk: a thousand commits in a row would wait for it longer than for PostgreSQL."""
    async with owner.begin() as connection:
        await connection.execute(text("ALTER DATABASE agentlab SET synchronous_commit = off"))


async def empty(owner: AsyncEngine, redis: Redis) -> None:
    """Nothing but what the migrations made.

    Rows are deleted, and only where there are some: TRUNCATE makes new files for every table that
    it names or reaches, which takes longer than most tests.
    """
    async with owner.begin() as connection:
        filled = set(await connection.scalars(FILLED))
        # So that neither a foreign key nor the trigger of the trail, which is append-only, objects.
        await connection.execute(text("SET LOCAL session_replication_role = replica"))
        for each in TABLES:
            if each.name in filled:
                await connection.execute(each.delete())
        await connection.execute(
            text("INSERT INTO reference_items TABLE as_migrated.reference_items")
        )
    await redis.flushdb()


TABLES: tuple[TableClause, ...] = (
    *metadata.tables.values(),
    *map(table, ("procrastinate_events", "procrastinate_jobs")),
    *map(table, ("procrastinate_periodic_defers", "procrastinate_workers")),
)
FILLED = union_all(
    *(select(literal(each.name)).where(exists().select_from(each)) for each in TABLES)
)
"""A query for the names of those with rows in them."""


LONGEST = ("tests/operations/", "tests/house/", "tests/cli/")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest begins first: no process is left alone with it at the end."""
    items.sort(key=lambda item: not item.nodeid.startswith(LONGEST))


def pytest_collection_finish() -> None:
    """What was imported stays: no collection has to look at it again."""
    gc.collect()
    gc.freeze()
