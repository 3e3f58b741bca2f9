"""The embedded database has an owner, and a role that serves requests and owns nothing."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import psycopg
import pytest
from alembic import command
from psycopg import sql
from psycopg.errors import DivisionByZero, InsufficientPrivilege

from agentlab.kit import migrations
from agentlab.operations.embedded import Connections, embedded, roles
from tests.support.holding import services_on

ENTRY = """
    INSERT INTO audit_entries
        (sequence, at, actor_kind, action, request_id, detail_digest, previous_hash, hash)
    VALUES (1, now(), 'system', 'client.created', 'request', 'digest', 'previous', 'hash')
"""
RIGHTS = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "TRIGGER", "REFERENCES")


async def made_by_an_earlier_version(folder: Path, revision: str) -> Path:
    """A data folder whose only role is its superuser, which was the application, too."""

    async def leave_them(*_: object) -> None:
        pass

    data_dir = folder / "data"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(roles, "OWNER", roles.FORMER_OWNER)
        patch.setattr(roles, "separate", leave_them)
        async with embedded(data_dir) as connections:
            url = connections.as_owner
            await asyncio.to_thread(command.upgrade, migrations.config(url), revision)
            with psycopg.connect(url) as db:
                db.execute("CREATE TABLE note (text text)")
                db.execute("INSERT INTO note VALUES ('kept')")
    (data_dir / "secrets" / "postgresql_application").unlink()
    return data_dir


@pytest.fixture
async def earlier(folder: Path) -> Path:
    return await made_by_an_earlier_version(folder, "head")


@pytest.fixture
async def fresh(data_dir: Path) -> AsyncIterator[Connections]:
    """A new data folder with its schema."""
    async with embedded(data_dir) as connections:
        await asyncio.to_thread(migrations.upgrade, connections.as_owner)
        yield connections


def rights(connections: Connections) -> dict[str, set[str]]:
    """What the application may do with each table, as PostgreSQL sees it."""
    with psycopg.connect(connections.database_url) as db:
        found = db.execute(
            "SELECT relname, privilege FROM pg_class, unnest(%s::text[]) AS privilege "
            "WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' "
            "AND has_table_privilege(oid, privilege)",
            [list(RIGHTS)],
        ).fetchall()
    tables: dict[str, set[str]] = {}
    for name, privilege in found:
        tables.setdefault(name, set()).add(privilege)
    return tables


def owners(connections: Connections) -> set[str]:
    with psycopg.connect(connections.database_url) as db:
        found = db.execute(
            "SELECT DISTINCT pg_get_userbyid(relowner) FROM pg_class "
            "WHERE relnamespace = 'public'::regnamespace"
        )
        return {name for (name,) in found}


async def test_the_application_works_with_rows_and_only_adds_to_the_trail(
    fresh: Connections,
) -> None:
    tables = rights(fresh)
    assert tables.pop("audit_entries") == {"SELECT", "INSERT"}
    assert tables.pop("audit_details") == {"SELECT", "INSERT"}
    assert tables.pop("audit_verifications") == {"SELECT", "INSERT", "UPDATE"}
    assert {frozenset(each) for each in tables.values()} == {
        frozenset({"SELECT", "INSERT", "UPDATE", "DELETE"})
    }
    assert owners(fresh) == {roles.OWNER}


@pytest.mark.parametrize("revision", ["0002", "head"])
async def test_an_earlier_data_folder_becomes_what_a_new_one_is(
    folder: Path, fresh: Connections, revision: str
) -> None:
    """From before there was a trail, too: then the migration takes the rights away."""
    data_dir = await made_by_an_earlier_version(folder / "earlier", revision)
    for _ in range(2):
        async with embedded(data_dir) as connections:
            await asyncio.to_thread(migrations.upgrade, connections.as_owner)
            tables = rights(connections)
            assert tables.pop("note")
            assert tables == rights(fresh)
            assert owners(connections) == {roles.OWNER}
            with psycopg.connect(connections.database_url) as db:
                assert db.execute("SELECT text FROM note").fetchall() == [("kept",)]
                assert db.execute("SELECT count(*) FROM reference_items").fetchone() == (22,)


async def test_in_an_earlier_data_folder_the_trail_is_kept_from_the_application(
    earlier: Path,
) -> None:
    async with embedded(earlier) as connections:
        for statement in ("UPDATE audit_entries SET label = 'x'", "DELETE FROM audit_entries"):
            with psycopg.connect(connections.database_url) as db:
                db.execute(ENTRY)
                with pytest.raises(InsufficientPrivilege, match="permission denied"):
                    db.execute(statement.encode())


async def test_a_start_that_ends_in_the_middle_is_repaired_by_the_next(
    earlier: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(roles, "RIGHTS", "SELECT 1 / 0")
        with pytest.raises(DivisionByZero):
            async with embedded(earlier):
                pass
    assert services_on(earlier) == []
    async with embedded(earlier) as connections:
        assert rights(connections)["audit_entries"] == {"SELECT", "INSERT"}
        with psycopg.connect(connections.as_owner) as db:
            found = db.execute("SELECT rolname FROM pg_roles WHERE rolname LIKE 'agentlab%'")
            assert set(found) == {(roles.OWNER,), (roles.APPLICATION,)}


async def test_a_password_of_the_application_that_was_lost_is_replaced(data_dir: Path) -> None:
    secret = data_dir / "secrets" / "postgresql_application"
    lost = secret.read_text()
    secret.unlink()
    async with embedded(data_dir) as connections:
        assert lost not in connections.database_url
        with psycopg.connect(connections.database_url) as db:
            assert db.execute("SELECT current_user").fetchone() == (roles.APPLICATION,)


@pytest.mark.parametrize("table", ["pg_authid", "pg_shadow"])
async def test_the_application_reads_nobodys_password(running: Connections, table: str) -> None:
    with (
        psycopg.connect(running.database_url) as db,
        pytest.raises(InsufficientPrivilege),
    ):
        db.execute(sql.SQL("TABLE {}").format(sql.Identifier(table)))
