"""What a proof sees of tables and indexes where PostgreSQL comes without amcheck."""

from collections.abc import Iterator

import psycopg
import pytest

from agentlab.operations.backup import scratch, structure
from agentlab.operations.backup.place import Place
from agentlab.operations.backup.structure import Unsound

TABLES = """
CREATE TABLE people (id int PRIMARY KEY, name text, gone boolean NOT NULL);
CREATE INDEX by_name ON people (lower(name));
CREATE INDEX here ON people (id) WHERE NOT gone;
INSERT INTO people SELECT n, repeat(md5(n::text), 400), n % 3 = 0 FROM generate_series(1, 3000) n;
CREATE TABLE empty (id int UNIQUE);
"""
READY = "UPDATE pg_index SET indisready = %s WHERE indexrelid = %s::regclass"


@pytest.fixture
def url(place: Place) -> Iterator[str]:
    with scratch.server(place) as url:
        with psycopg.connect(url, autocommit=True) as db:
            db.execute(TABLES)
        yield url


def test_an_index_that_leads_to_too_few_rows_is_found(place: Place, url: str) -> None:
    """Each for itself: the planner would count by another one of the table."""
    with psycopg.connect(url, autocommit=True) as db:
        assert structure.check(place, db, url) == (
            ["Every row, read again, and 4 b-tree indexes, each beside its table."],
            ["amcheck: this PostgreSQL comes without it."],
        )
        for index in ("by_name", "here", "people_pkey"):
            db.execute(READY, [False, index])
            db.execute("INSERT INTO people VALUES (0, 'Ada', false)")
            db.execute(READY, [True, index])
            with pytest.raises(Unsound, match=f"the index {index} leads to .* rows of people"):
                structure.check(place, db, url)
            db.execute("DELETE FROM people WHERE name = 'Ada'")
            structure.check(place, db, url)
