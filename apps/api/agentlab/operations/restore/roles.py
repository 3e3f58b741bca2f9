"""The roles that a database names, where the server does not have them yet.

Who is there stays as they are, rights, settings and password included. Who is missing is made:
without a password, as no backup has one; without power over the server, even if they had it
(superuser, making roles or databases, replication, passing row security); and as a member only of
who is made with them and of `GROUPS`. Settings come along, but for those that this PostgreSQL does
not take.

They stay when the restore goes back: nobody can sign in as one of them before an operator gives
them a password.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress

import psycopg
from psycopg.errors import InvalidParameterValue, UndefinedObject

from agentlab.operations.backup import programs

GROUPS = frozenset({"agentlab", "agentlab_reader", "pg_read_all_data"})
"""Whose members can do no more than AgentLab itself."""

NAME = '("(?:[^"]|"")+"|[a-z_][a-z0-9_]*)'
TEXT = "'(?:[^']|'')*'"

TOKEN = re.compile(r"""\s+|(?:--|\\)[^\n]*|((?:"[^"]*"|'[^']*'|[^;'"])+);""")
"""Of what pg_dumpall writes: blanks, comments and commands of psql, and statements."""

CREATED = re.compile(f"CREATE ROLE {NAME}")
ATTRIBUTES = re.compile(
    f"ALTER ROLE {NAME} WITH(?: [A-Z]+| CONNECTION LIMIT [0-9]+| VALID UNTIL {TEXT})+"
)
SETTING = re.compile(f"ALTER ROLE {NAME} SET .+", re.DOTALL)
MEMBERSHIP = re.compile(f"GRANT {NAME} TO {NAME}(?: WITH [A-Z, ]+)?")
POWER = re.compile(r"\b(SUPERUSER|CREATEROLE|CREATEDB|REPLICATION|BYPASSRLS)\b")


def add_missing(url: str, dumped: str) -> None:
    """Make who is in `dumped`, which pg_dumpall wrote, and not on the server; as its superuser."""
    statements = [found[1] for found in TOKEN.finditer(dumped) if found[1]]
    created = {name_in(found[1]) for each in statements if (found := CREATED.fullmatch(each))}
    with psycopg.connect(programs.conninfo(url)) as db:
        there = {name for (name,) in db.execute("SELECT rolname FROM pg_roles")}
        for statement in about(created - there, statements):
            with suppress(UndefinedObject, InvalidParameterValue), db.transaction():
                db.execute(statement.encode())


def about(missing: set[str], statements: Sequence[str]) -> Iterator[str]:
    """Those that make who is missing, without what they must not bring."""
    for each in statements:
        if found := MEMBERSHIP.fullmatch(each):
            group, member = map(name_in, found.groups())
            if member in missing and group in missing | GROUPS:
                yield each
        elif (found := ATTRIBUTES.fullmatch(each)) and name_in(found[1]) in missing:
            yield POWER.sub(r"NO\1", each)
        elif (found := CREATED.fullmatch(each) or SETTING.fullmatch(each)) and (
            name_in(found[1]) in missing
        ):
            yield each


def name_in(word: str) -> str:
    return word[1:-1].replace('""', '"') if word.startswith('"') else word
