import re
from pathlib import Path

import pytest
from psycopg.errors import InsufficientPrivilege
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from agentlab.audit import chain
from agentlab.audit.models import ActorKind, AuditDetail, AuditEntry
from agentlab.context import Context
from tests.support.browser import Browser
from tests.support.projects import bmad_folder, project_of
from tests.support.statements import recorded


async def entries(context: Context) -> list[AuditEntry]:
    async with context.sessions() as db:
        rows = await db.scalars(select(AuditEntry).order_by(AuditEntry.sequence))
        return list(rows)


async def test_what_people_do_stands_in_the_trail(
    bob: Browser, context: Context, root: Path
) -> None:
    page = await project_of(bob, context, bmad_folder(root))
    await bob.do(f"/gates/{page['stages'][0]['gate']['id']}/submissions", {"note": "Ready"})
    found = await entries(context)
    assert [entry.action for entry in found] == [
        "import.requested",
        "client.created",
        "service.created",
        "project.scanned",
        "project.imported",
        "submission.created",
    ]
    assert {entry.actor_kind for entry in found} == {ActorKind.PERSON}
    assert {str(entry.project_id) for entry in found[3:]} == {page["id"]}


async def test_the_chain_is_locked_last(bob: Browser, context: Context, root: Path) -> None:
    """Whoever waits for a row while they hold the chain's lock makes everybody wait."""
    page = await project_of(bob, context, bmad_folder(root))
    with recorded(context.engine) as statements:
        await bob.do(f"/gates/{page['stages'][0]['gate']['id']}/submissions", {"note": "Ready"})
    after_the_lock = statements[index_of(statements, "pg_advisory_xact_lock") + 1 :]
    assert not [each for each in after_the_lock if "FOR NO KEY UPDATE" in each]
    assert index_of(statements, "FOR NO KEY UPDATE") < index_of(statements, "pg_advisory_xact_lock")
    written = {table for each in after_the_lock for table in re.findall(r"INSERT INTO (\w+)", each)}
    assert written == {"audit_entries", "audit_details"}


def index_of(statements: list[str], part: str) -> int:
    return next(number for number, each in enumerate(statements) if part in each)


async def test_each_entry_is_linked_to_the_one_before(
    bob: Browser, context: Context, root: Path
) -> None:
    await project_of(bob, context, bmad_folder(root))
    previous = chain.GENESIS
    async with context.sessions() as db:
        for entry in await entries(context):
            kept = await db.get_one(AuditDetail, entry.sequence)
            values = {name: getattr(entry, name) for name in chain.HASHED}
            assert entry.detail_digest == chain.digest_of(kept.salt, kept.detail)
            assert (entry.previous_hash, entry.hash) == (previous, chain.hash_of(values, previous))
            previous = entry.hash


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entries SET action = 'nothing.happened'",
        "DELETE FROM audit_entries",
        "TRUNCATE audit_entries CASCADE",
        "UPDATE audit_details SET detail = '{}'",
        "DELETE FROM audit_details",
        "TRUNCATE audit_details",
    ],
)
async def test_the_database_refuses_its_owner_to_change_the_trail(
    bob: Browser, context: Context, owner: AsyncEngine, root: Path, statement: str
) -> None:
    await project_of(bob, context, bmad_folder(root))
    with pytest.raises(DBAPIError, match="append only"):
        async with owner.begin() as connection:
            await connection.execute(text(statement))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entries SET action = 'nothing.happened'",
        "DELETE FROM audit_entries",
        "TRUNCATE audit_entries CASCADE",
        "TRUNCATE audit_details",
        "UPDATE audit_details SET detail = '{}'",
        "DELETE FROM audit_details",
        "DELETE FROM audit_verifications",
        "TRUNCATE audit_verifications",
        """INSERT INTO audit_entries TABLE audit_entries
            ON CONFLICT (sequence) DO UPDATE SET label = 'x'""",
        "SELECT FROM audit_entries FOR UPDATE",
        "DROP TABLE audit_entries CASCADE",
        "ALTER TABLE audit_entries DROP COLUMN label",
        "ALTER TABLE audit_entries OWNER TO agentlab",
        "ALTER TABLE audit_entries DISABLE TRIGGER append_only",
        "DROP TRIGGER append_only ON audit_entries",
        """CREATE TRIGGER first BEFORE INSERT ON audit_entries
            FOR EACH ROW EXECUTE FUNCTION refuse_audit_change()""",
        "CREATE RULE nothing AS ON INSERT TO audit_entries DO INSTEAD NOTHING",
        """CREATE OR REPLACE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql
            AS 'BEGIN RETURN NEW; END'""",
        """CREATE OR REPLACE FUNCTION forget_audit_details(named_by bigint) RETURNS bigint
            LANGUAGE sql AS 'DELETE FROM audit_details RETURNING sequence'""",
        "CREATE TABLE audit_entries_of_mine (sequence bigint)",
        "SET session_replication_role = replica",
        "SET ROLE agentlab_owner",
        "SET SESSION AUTHORIZATION agentlab_owner",
        "ALTER ROLE agentlab SUPERUSER",
        "ALTER ROLE agentlab_owner PASSWORD 'mine'",
        "COPY audit_entries TO PROGRAM 'cat'",
    ],
)
async def test_who_serves_requests_has_no_right_to_change_the_trail(
    bob: Browser, context: Context, root: Path, statement: str
) -> None:
    await project_of(bob, context, bmad_folder(root))
    with pytest.raises(DBAPIError) as refused:
        async with context.sessions.begin() as db:
            await db.execute(text(statement))
    assert isinstance(refused.value.orig, InsufficientPrivilege)
    assert "append only" not in str(refused.value), "the role is refused, before any trigger"
