"""The living database, the one that is restored beside it, and the one of before, by their names.

The two change places in one transaction, so a crash leaves the one or the other. Which one that is
needs no note: the names of the databases say it.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql
from psycopg.errors import ObjectInUse
from psycopg.rows import TupleRow

from agentlab.errors import Unavailable

ROLES = ("agentlab_owner", "agentlab", "agentlab_reader")
"""Who a dump may name, of a desk or of a server. Who is missing is made, and may not sign in."""

AS_OWNER = "options=-c%20role%3Dagentlab_owner"

CONNECTION_S = 10
EVICTED_EVERY_S = 0.05
MOST_ATTEMPTS = 6
"""PostgreSQL itself waits 5 s in each for the others to leave."""


class DatabaseBusy(Unavailable):
    code = "database_busy"


class ServerAway(Unavailable):
    code = "database_server_away"


Connection = psycopg.Connection[TupleRow]


@dataclass(frozen=True)
class Databases:
    """The databases of one PostgreSQL server that a restore is about.

    `url` is the living database's, as a role that may make databases and end connections.
    """

    url: str

    @property
    def living(self) -> str:
        return urlsplit(self.url).path.removeprefix("/")

    @property
    def beside(self) -> str:
        return f"{self.living}_restoring"

    @property
    def before(self) -> str:
        return f"{self.living}_before_restore"

    def url_of(self, name: str) -> str:
        return urlunsplit(urlsplit(self.url)._replace(path=f"/{name}"))

    def as_owner(self, name: str) -> str:
        """The same, acting as the role that the tables belong to."""
        url = self.url_of(name)
        return f"{url}{'&' if '?' in url else '?'}{AS_OWNER}"

    def exists(self, name: str) -> bool:
        with self.connected() as db:
            return found(db, name)

    def size(self, name: str) -> int:
        """In bytes, on the server's disk; 0 where there is none."""
        with self.connected() as db:
            row = db.execute(
                "SELECT pg_database_size(oid) FROM pg_database WHERE datname = %s", [name]
            ).fetchone()
        return int(row[0]) if row else 0

    def server_major(self) -> int:
        with self.connected() as db:
            return db.info.server_version // 10_000

    def folder(self) -> Path:
        """Where they lie, as the server sees it."""
        with self.connected() as db:
            (folder,) = db.execute("SHOW data_directory").fetchone() or ("",)
        return Path(folder)

    def create_beside(self) -> None:
        """An empty database with the owner and the rights of the living one."""
        with self.connected() as db:
            drop(db, self.beside)
            for role in ROLES:
                if not db.execute("SELECT FROM pg_roles WHERE rolname = %s", [role]).rowcount:
                    db.execute(sql.SQL("CREATE ROLE {}").format(sql.Identifier(role)))
            db.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(self.beside))
            )
            for statement in rights_of(db, self.living, self.beside):
                db.execute(statement)

    def swap(self) -> None:
        """Let the restored database take the place of the living one, which stays as `before`."""
        with self.connected() as db:
            drop(db, self.before)
            self._rename(db, (self.living, self.before), (self.beside, self.living))

    def swap_back(self) -> None:
        """Undo `swap`; what was restored goes."""
        with self.connected() as db:
            drop(db, self.beside)
            self._rename(db, (self.living, self.beside), (self.before, self.living))
            drop(db, self.beside)

    def drop(self, name: str) -> None:
        with self.connected() as db:
            drop(db, name)

    @contextmanager
    def connected(self) -> Iterator[Connection]:
        """To the server, in a database that no restore is about."""
        try:
            connection = psycopg.connect(
                self.url_of("postgres"), autocommit=True, connect_timeout=CONNECTION_S
            )
        except psycopg.OperationalError as error:
            raise ServerAway(
                f"PostgreSQL does not answer ({first_line(error)}). Start it, then run the command "
                "again."
            ) from error
        with connection:
            yield connection

    def _rename(self, db: Connection, *names: tuple[str, str]) -> None:
        """All at once; who is connected is put out, and comes back to what bears the name then."""
        with self._evicting(name for pair in names for name in pair):
            for attempt in range(MOST_ATTEMPTS):
                try:
                    with db.transaction():
                        for old, new in names:
                            db.execute(
                                sql.SQL("ALTER DATABASE {} RENAME TO {}").format(
                                    sql.Identifier(old), sql.Identifier(new)
                                )
                            )
                except ObjectInUse as error:
                    if attempt == MOST_ATTEMPTS - 1:
                        raise DatabaseBusy(
                            f"Somebody keeps coming back to the database ({first_line(error)}), so "
                            "nothing was exchanged. Stop AgentLab and run the command again."
                        ) from error
                else:
                    return

    @contextmanager
    def _evicting(self, names: Iterator[str]) -> Iterator[None]:
        """Meanwhile nobody stays connected. A rename keeps new ones out only once it has begun."""
        wanted, done = list(names), threading.Event()

        def evict() -> None:
            with self.connected() as db:
                while not done.wait(EVICTED_EVERY_S):
                    db.execute(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                        " WHERE datname = ANY(%s)",
                        [wanted],
                    )

        evicting = threading.Thread(target=evict, daemon=True)
        evicting.start()
        try:
            yield
        finally:
            done.set()
            evicting.join()


def found(db: Connection, name: str) -> bool:
    return db.execute("SELECT FROM pg_database WHERE datname = %s", [name]).rowcount == 1


def drop(db: Connection, name: str) -> None:
    db.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def rights_of(db: Connection, living: str, fresh: str) -> Iterator[sql.Composed]:
    """What gives `fresh` the owner of `living`, and everybody the rights that they have there."""
    row = db.execute(
        "SELECT datdba::regrole::text, datacl IS NULL FROM pg_database WHERE datname = %s",
        [living],
    ).fetchone()
    if row is None:
        return
    owner, has_defaults = row
    name = sql.Identifier(fresh)
    yield sql.SQL("ALTER DATABASE {} OWNER TO {}").format(name, sql.SQL(owner))
    if has_defaults:
        return
    yield sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(name)
    granted = db.execute(
        "SELECT privilege_type, CASE grantee WHEN 0 THEN 'PUBLIC' ELSE grantee::regrole::text END"
        " FROM pg_database, aclexplode(datacl) WHERE datname = %s",
        [living],
    )
    for privilege, grantee in granted.fetchall():
        yield sql.SQL("GRANT {} ON DATABASE {} TO {}").format(
            sql.SQL(privilege), name, sql.SQL(grantee)
        )


def first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]
