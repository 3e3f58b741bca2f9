"""A desk with a history on it, a bundle of it, and a server that its restores are tried on."""

import asyncio
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

import psycopg
import pytest
from anyio.from_thread import start_blocking_portal
from pydantic import SecretStr

from agentlab.app import create_app
from agentlab.auth.models import Role
from agentlab.kit import clock, migrations
from agentlab.operations.backup import facts, keys, making
from agentlab.operations.backup.facts import Facts
from agentlab.operations.backup.shelf import Shelf
from agentlab.operations.embedded import Connections, embedded
from agentlab.operations.restore import restoring
from agentlab.operations.restore.desk import SIGNING, Desk, desk_with
from agentlab.operations.restore.source import find
from agentlab.settings import Settings
from tests.operations.conftest import copy_of
from tests.support.browser import Browser
from tests.support.folders import open_folder
from tests.support.holding import kill_all_on
from tests.support.projects import run_jobs

APP = partial(create_app, with_worker=False)

FOREIGN_ROLES = """
    CREATE ROLE analysts;
    CREATE ROLE analyst LOGIN;
    CREATE ROLE metabase LOGIN CONNECTION LIMIT 5;
    ALTER ROLE metabase SET statement_timeout = '30s';
    COMMENT ON ROLE metabase IS 'Reads;
CREATE ROLE unwanted;
-- it''s only that';
    CREATE ROLE "The ""boss""; really" LOGIN SUPERUSER CREATEDB;
    GRANT analysts, pg_read_all_data, pg_execute_server_program TO metabase;
    GRANT analysts TO analyst;
    GRANT agentlab_owner TO "The ""boss""; really";
    GRANT SELECT ON projects TO metabase, analyst WITH GRANT OPTION;
"""
"""Such as operators make for programs of their own; a fresh server has none of them."""


@dataclass(frozen=True)
class Backup:
    """A bundle and its key as somebody holds them who has lost everything else."""

    bundle: Path
    key: Path
    facts: Facts
    files: frozenset[str]
    proof_key: str
    made_at: datetime


@pytest.fixture(scope="session")
def backup(pristine: Path) -> Iterator[Backup]:
    """Of a desk with the sample on it: documents, decisions, files, an audit trail."""
    with open_folder() as folder:
        data = copy_of(pristine, folder / "data")
        yield asyncio.run(furnish_and_back_up(data, folder))


async def furnish_and_back_up(data: Path, folder: Path) -> Backup:
    async with embedded(data) as connections:
        await asyncio.to_thread(migrations.upgrade, connections.as_owner)
        desk = desk_with(Settings(data_dir=data), connections, APP)
        signing = {name: SecretStr(desk.folder.secret(name).read_text()) for name in SIGNING}
        await furnish(desk.settings.model_copy(update=signing))
        with psycopg.connect(connections.as_owner) as db:
            db.execute(FOREIGN_ROLES)
        return await asyncio.to_thread(back_up, desk, folder)


async def furnish(settings: Settings) -> None:
    app = create_app(settings, with_worker=False)
    async with app.router.lifespan_context(app), Browser(app) as ada:
        await ada.join(app.state.context, "Ada Lovelace", "ada@example.com", Role.ADMINISTRATOR)
        await ada.do("/sample")
        await run_jobs(app.state.context)


def back_up(desk: Desk, folder: Path) -> Backup:
    keys.ensure(desk.place.key)
    shelf = Shelf(desk.place.folder)
    with shelf.locked() as report:
        made = making.make(desk.place, shelf, report, "asked")
    bundle = Path(shutil.move(made, folder / made.name))
    return Backup(
        bundle,
        Path(shutil.move(desk.place.key, folder / "key")),
        facts_of(desk),
        files_on(desk),
        (desk.folder.path / "secrets" / "proof_key").read_text(),
        clock.now(),
    )


@pytest.fixture
def desk(data_dir: Path) -> Iterator[Desk]:
    """A desk that is used, but where nobody is yet: its database has no tables."""
    with served(data_dir) as desk:
        yield desk


@pytest.fixture(scope="session")
def used_desk(pristine: Path, backup: Backup) -> Iterator[Desk]:
    """A desk that the same was restored on, for tests that restore again and again."""
    with open_folder() as folder, served(copy_of(pristine, folder / "data")) as desk:
        restoring.restore(desk, find(desk.place, str(backup.bundle), keys.read(backup.key)))
        yield desk


class served:  # noqa: N801 - reads as the block that it opens
    """The embedded services on a data folder while the block lasts, in a thread of their own."""

    def __init__(self, data_dir: Path) -> None:
        self.settings = Settings(data_dir=data_dir)

    def __enter__(self) -> Desk:
        self.portal = start_blocking_portal()
        self.services = self.portal.__enter__().wrap_async_context_manager(
            embedded(self.settings.data_dir)
        )
        connections: Connections = self.services.__enter__()
        return desk_with(self.settings, connections, APP)

    def __exit__(self, *_: object) -> None:
        self.services.__exit__(None, None, None)
        self.portal.__exit__(None, None, None)
        kill_all_on(self.settings.data_dir)


def facts_of(desk: Desk) -> Facts:
    with facts.connected(desk.place.database_url) as db:
        return facts.read(db)


def assert_is_back(desk: Desk, before: Facts) -> None:
    """Rows, documents by their digests, the trail, which is longer by the entry that says so."""
    now, rows = facts_of(desk), before.database.rows
    noted = {table: rows[table] + 1 for table in ("audit_entries", "audit_details")}
    assert now.database.rows == rows | noted
    assert now.documents == before.documents
    with psycopg.connect(desk.place.database_url) as db:
        entries = db.execute(
            "SELECT sequence, hash, action FROM audit_entries ORDER BY sequence DESC LIMIT 2"
        ).fetchall()
    (_, _, action), (sequence, head, _) = entries
    assert (action, sequence, head) == (
        "backup.restored",
        before.audit.sequence,
        before.audit.hash,
    )


def files_on(desk: Desk) -> frozenset[str]:
    samples = desk.settings.samples_dir
    return frozenset(str(file.relative_to(samples)) for file in samples.rglob("*"))
