"""What a database holds, counted: in the snapshot that is dumped, and where it is restored."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import Connection, sql

from agentlab.audit.chain import GENESIS
from agentlab.errors import Unavailable
from agentlab.kit.migrations import LOCK
from agentlab.operations.backup.bundle import ChainHead, DatabaseFacts, Documents
from agentlab.operations.backup.programs import conninfo

PATIENCE = "600s"
"""So long a backup waits for a migration, and for a table that a migration has."""

TABLES = """
    SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') ORDER BY c.relname
"""
DIGESTS = "SELECT sha256 FROM versions ORDER BY document_id, number"
FALSE_DIGESTS = "SELECT count(*) FROM versions WHERE sha256 <> encode(sha256(content), 'hex')"
HEAD = "SELECT sequence, hash FROM audit_entries ORDER BY sequence DESC LIMIT 1"


class DatabaseUnreachable(Unavailable):
    code = "backup_database_unreachable"


class MigrationRuns(Unavailable):
    code = "backup_migration_runs"


@dataclass(frozen=True)
class Facts:
    revision: str | None
    floor: str | None
    postgres: str
    postgres_major: int
    pgvector: str | None
    database: DatabaseFacts
    documents: Documents
    audit: ChainHead


@dataclass(frozen=True)
class Snapshot:
    id: str
    """For `pg_dump --snapshot`, while the block lasts."""
    facts: Facts


@contextmanager
def snapshot(database_url: str) -> Iterator[Snapshot]:
    """One moment of the database. No migration runs, and no table changes its shape, meanwhile."""
    with connected(database_url) as db:
        db.execute("SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0")
        db.execute(f"SET lock_timeout = '{PATIENCE}'".encode())
        try:
            db.execute("SELECT pg_advisory_lock_shared(%s)", [LOCK])
            tables = tables_of(db)
            db.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            lock(db, tables)  # before the first look, which fixes the snapshot
        except psycopg.errors.LockNotAvailable as error:
            raise MigrationRuns(
                "A migration of the database has been running for ten minutes, and a backup waits "
                "until it has ended. Look at it, then try again."
            ) from error
        (exported,) = one(db, "SELECT pg_export_snapshot()")
        yield Snapshot(exported, read(db))


@contextmanager
def connected(database_url: str) -> Iterator[Connection[tuple[Any, ...]]]:
    try:
        with psycopg.connect(
            conninfo(database_url), autocommit=True, connect_timeout=10, application_name="backup"
        ) as db:
            yield db
    except psycopg.OperationalError as error:
        reason = str(error).strip().partition("\n")[0]
        raise DatabaseUnreachable(
            f"PostgreSQL does not let us in, or ended while we worked ({reason}). Check that it "
            "runs, then try again."
        ) from error


def lock(db: Connection[tuple[Any, ...]], tables: list[str]) -> None:
    if tables:
        names = sql.SQL(", ").join(sql.Identifier("public", table) for table in tables)
        db.execute(sql.SQL("LOCK TABLE {} IN ACCESS SHARE MODE").format(names))


def read(db: Connection[tuple[Any, ...]]) -> Facts:
    """Count everything, in the caller's transaction."""
    tables = tables_of(db)
    name, size, postgres, major = one(
        db,
        "SELECT current_database(), pg_database_size(current_database()),"
        " current_setting('server_version'), current_setting('server_version_num')::int / 10000",
    )
    return Facts(
        revision=value(db, tables, "alembic_version", "SELECT version_num FROM alembic_version"),
        floor=value(db, tables, "schema_floor", "SELECT revision FROM schema_floor"),
        postgres=postgres,
        postgres_major=major,
        pgvector=first(db, "SELECT extversion FROM pg_extension WHERE extname = 'vector'"),
        database=DatabaseFacts(name=name, size_bytes=size, rows=rows_of(db, tables)),
        documents=documents_of(db, tables),
        audit=head_of(db, tables),
    )


def tables_of(db: Connection[tuple[Any, ...]]) -> list[str]:
    return [name for (name,) in db.execute(TABLES)]


def rows_of(db: Connection[tuple[Any, ...]], tables: list[str]) -> dict[str, int]:
    count = sql.SQL("SELECT count(*) FROM {}")
    return {
        table: int(one(db, count.format(sql.Identifier("public", table)))[0]) for table in tables
    }


def documents_of(db: Connection[tuple[Any, ...]], tables: list[str]) -> Documents:
    digest, count = hashlib.sha256(), 0
    if "versions" in tables:
        with db.transaction(), db.cursor("digests") as cursor:  # a batch at a time
            cursor.itersize = 10_000
            for (each,) in cursor.execute(DIGESTS):
                digest.update(f"{each}\n".encode())
                count += 1
    return Documents(count=count, digest=digest.hexdigest())


def head_of(db: Connection[tuple[Any, ...]], tables: list[str]) -> ChainHead:
    found = db.execute(HEAD).fetchone() if "audit_entries" in tables else None
    sequence, hash_ = found or (0, GENESIS)
    return ChainHead(sequence=sequence, hash=hash_)


def false_digests(db: Connection[tuple[Any, ...]]) -> int:
    """How many versions have another content than their digest says."""
    return int(one(db, FALSE_DIGESTS)[0]) if "versions" in tables_of(db) else 0


def value(db: Connection[tuple[Any, ...]], tables: list[str], table: str, query: str) -> str | None:
    return first(db, query) if table in tables else None


def first(db: Connection[tuple[Any, ...]], query: str) -> str | None:
    found = db.execute(query.encode()).fetchone()
    return found[0] if found else None


def one(db: Connection[tuple[Any, ...]], query: str | sql.Composed) -> tuple[Any, ...]:
    found = db.execute(query.encode() if isinstance(query, str) else query).fetchone()
    if found is None:
        raise LookupError(query)
    return found
