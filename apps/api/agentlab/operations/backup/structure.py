"""Whether a restored database is sound beneath its rows: by amcheck or, without it, by reading all.

The PostgreSQL of a desk comes in a wheel without amcheck. There every row is read as a dump reads
it, and each b-tree index is walked and has to lead to as many rows as its table has. Not seen that
way are the order of the entries in an index, and the inside of GIN and vector indexes.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import psycopg
from psycopg import Connection, sql

from agentlab.operations.backup import facts, programs
from agentlab.operations.backup.place import Place

Database = Connection[tuple[Any, ...]]


class Unsound(Exception):
    """What is wrong with it; a sentence."""


class Index(NamedTuple):
    oid: int
    table_oid: int
    name: str
    table: str
    condition: str
    """Which rows it has: `true`, or what a partial one says."""


INDEXES = """
    SELECT i.indexrelid::int8, i.indrelid::int8, c.relname, t.relname,
        coalesce(pg_get_expr(i.indpred, i.indrelid), 'true')
    FROM pg_index i
    JOIN pg_class c ON c.oid = i.indexrelid AND c.relkind = 'i'
    JOIN pg_am a ON a.oid = c.relam AND a.amname = 'btree'
    JOIN pg_class t ON t.oid = i.indrelid AND t.relnamespace = 'public'::regnamespace
    ORDER BY t.relname, c.relname
"""
ALONE = "UPDATE pg_index SET indisvalid = indexrelid = %s WHERE indrelid = %s"
"""Lets the planner see no other index of a table."""

ROWS, INDEX = ("seqscan",), ("indexscan", "indexonlyscan")
WAYS = (*ROWS, *INDEX, "bitmapscan")


def check(place: Place, db: Database, url: str) -> tuple[list[str], list[str]]:
    """What was looked at, and what could not be, each a sentence. Changes nothing that stays.

    Args:
        place: where PostgreSQL's programs are.
        db: to the database, as a superuser, with each statement for itself.
        url: of the same.

    Raises:
        Unsound, ProgramFailed: something is wrong with it.
    """
    if db.execute("SELECT FROM pg_available_extensions WHERE name = 'amcheck'").rowcount:
        check_with_amcheck(place, url)
        return ["Every table and index, with amcheck."], []
    read_everything(place, url)
    indexes = [Index(*row) for row in db.execute(INDEXES)]
    walk(db, indexes)
    return (
        [f"Every row, read again, and {len(indexes)} b-tree indexes, each beside its table."],
        ["amcheck: this PostgreSQL comes without it."],
    )


def check_with_amcheck(place: Place, url: str) -> None:
    env = programs.environment(url)
    command = [place.program("pg_amcheck"), "--install-missing", "--heapallindexed"]
    with programs.running([*command, f"--database={env['PGDATABASE']}"], env=env):
        pass


def read_everything(place: Place, url: str) -> None:
    """Every value of every row, long ones put together again, as the next dump would."""
    command = [
        place.program("pg_dump"),
        "--format=custom",
        "--compress=0",
        "--file=/dev/null",
        "--no-sync",
    ]
    with programs.running([*command, "--no-password"], env=programs.environment(url)):
        pass


def walk(db: Database, indexes: Sequence[Index]) -> None:
    """Follow each index from its first entry to its last, to the rows."""
    for index in indexes:
        try:
            with db.transaction(force_rollback=True):
                expected = count(db, index, ROWS)
                db.execute(ALONE, [index.oid, index.table_oid])
                found = count(db, index, INDEX)
        except (psycopg.errors.DataCorrupted, psycopg.errors.IndexCorrupted) as error:
            reason = str(error).strip().partition("\n")[0]
            raise Unsound(f"the index {index.name} of {index.table} is damaged: {reason}.") from (
                error
            )
        if found != expected:
            raise Unsound(
                f"the index {index.name} leads to {found:,} rows of {index.table} and should lead "
                f"to {expected:,}."
            )


def count(db: Database, index: Index, ways: Sequence[str]) -> int:
    """The rows that the index should have, found in one of the planner's ways only."""
    for way in WAYS:
        db.execute("SELECT set_config(%s, %s, true)", [f"enable_{way}", str(way in ways)])
    query = sql.SQL("SELECT count(*) FROM ONLY {} WHERE {}").format(
        sql.Identifier("public", index.table), sql.SQL(index.condition)
    )
    return int(facts.one(db, query)[0])
