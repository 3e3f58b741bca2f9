"""What lives is backed up before something else takes its place, if somebody would miss it."""

import psycopg

from agentlab.operations.backup import keys, making, programs
from agentlab.operations.backup.place import Place
from agentlab.operations.backup.shelf import Report, Shelf


def restore_point(place: Place, report: Report) -> str | None:
    """A bundle on the shelf, by name; None where nobody was yet."""
    if not has_people(place.database_url):
        return None
    keys.ensure(place.key)
    return making.make(place, Shelf(place.folder), report, "restore point").name


def has_people(url: str) -> bool:
    """Whether somebody would miss what is in the database."""
    with psycopg.connect(programs.conninfo(url)) as db:
        (table,) = db.execute("SELECT to_regclass('public.users')").fetchone() or (None,)
        return table is not None and bool(db.execute("SELECT FROM users LIMIT 1").rowcount)
