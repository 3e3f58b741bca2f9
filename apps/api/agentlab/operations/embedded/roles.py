"""Who may do what in the embedded database. As on servers, who serves requests owns nothing."""

from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.rows import TupleRow

from agentlab import operations

OWNER = "agentlab_owner"
"""Made with the cluster: its superuser, whose tables the migrations make."""

APPLICATION = "agentlab"

RIGHTS = (Path(operations.__file__).parent / "application_rights.sql").read_text(encoding="utf-8")

FORMER_OWNER = APPLICATION
"""Data folders were once made with this role as their superuser, and the application was it."""

RENAME_FORMER_OWNER = """
    CREATE ROLE agentlab_renaming SUPERUSER;
    SET LOCAL SESSION AUTHORIZATION agentlab_renaming;  -- nobody may rename themselves
    ALTER ROLE agentlab RENAME TO agentlab_owner;
    RESET SESSION AUTHORIZATION;
    DROP ROLE agentlab_renaming;
"""

GIVE_WHAT_IS_THERE = """
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO agentlab;
    GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA public TO agentlab;
    GRANT EXECUTE ON ALL ROUTINES IN SCHEMA public TO agentlab;
    DO $$ BEGIN
        IF to_regclass('audit_entries') IS NOT NULL THEN
            REVOKE UPDATE, DELETE ON audit_entries FROM agentlab;
            REVOKE UPDATE, DELETE ON audit_details FROM agentlab;
        END IF;
        IF to_regclass('audit_verifications') IS NOT NULL THEN
            REVOKE DELETE ON audit_verifications FROM agentlab;
        END IF;
    END $$;
"""
"""For tables that are older than the role. The migrations could not keep the trail from it."""


async def separate(db: psycopg.AsyncConnection[TupleRow], application_password: str) -> None:
    """Make the application's role what it should be; by the owner, in the application's database.

    One transaction: whatever a crash interrupts, the next start finds all of it or nothing.
    """
    async with db.transaction():
        if db.info.user == FORMER_OWNER:
            await db.execute(RENAME_FORMER_OWNER)
        found = await db.execute("SELECT FROM pg_roles WHERE rolname = %s", [APPLICATION])
        if found.rowcount == 0:
            await db.execute("CREATE ROLE agentlab LOGIN")
            await db.execute(GIVE_WHAT_IS_THERE)
        await db.execute(RIGHTS.encode())
        await _set_password(db, application_password)


async def _set_password(db: psycopg.AsyncConnection[TupleRow], password: str) -> None:
    """Hashed here, for a statement that fails is written into the log."""
    verifier = db.pgconn.encrypt_password(password.encode(), APPLICATION.encode(), b"scram-sha-256")
    statement = sql.SQL("ALTER ROLE agentlab PASSWORD {}")
    await db.execute(statement.format(sql.Literal(verifier.decode())))
