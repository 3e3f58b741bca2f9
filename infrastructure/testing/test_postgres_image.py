"""PostgreSQL's image: who may do what, and how the data is kept."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege, QueryCanceled, ReadOnlySqlTransaction

from support.docker import Container, docker, wait_for
from support.images import Image
from support.servers import PASSWORDS, postgres


@pytest.fixture(scope="module")
def server(
    images: tuple[Image, ...], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Container]:
    with postgres(tmp_path_factory.mktemp("postgres") / "secrets") as server:
        yield server


@contextmanager
def connected(
    server: Container, role: str, *, database: str = "agentlab", password: str | None = None
) -> Iterator[psycopg.Connection]:
    host, port = server.address(5432)
    secret = PASSWORDS[role] if password is None else password
    with psycopg.connect(
        host=host, port=port, user=role, password=secret, dbname=database, autocommit=True
    ) as connection:
        yield connection


def value(connection: psycopg.Connection, query: str) -> object:
    row = connection.execute(query).fetchone()
    assert row is not None
    return row[0]


@pytest.fixture(scope="module")
def table(server: Container) -> str:
    """A table with a sequence, a function and a vector, as a migration would make it."""
    with connected(server, "agentlab_owner") as owner:
        owner.execute("CREATE EXTENSION IF NOT EXISTS vector")
        owner.execute("CREATE TABLE notes (id serial PRIMARY KEY, text text, place vector(3))")
        owner.execute("CREATE FUNCTION twice(n int) RETURNS int LANGUAGE sql AS 'SELECT n * 2'")
    return "notes"


def test_the_owner_owns_the_schema_and_nothing_else(server: Container, table: str) -> None:
    with connected(server, "agentlab_owner") as owner:
        owner.execute("ALTER TABLE notes ADD COLUMN author text")
        owner.execute("ALTER TABLE notes DROP COLUMN author")
        for statement in (
            "CREATE ROLE intruder",
            "CREATE DATABASE other",
            "SELECT * FROM pg_authid",
        ):
            with pytest.raises(InsufficientPrivilege):
                owner.execute(statement)


def test_the_app_works_on_rows(server: Container, table: str) -> None:
    with connected(server, "agentlab") as app:
        app.execute("INSERT INTO notes (text, place) VALUES ('a', '[1,2,3]')")
        app.execute("UPDATE notes SET text = 'b'")
        assert value(app, "SELECT twice(21)") == 42
        assert value(app, "SELECT place <-> '[1,2,4]' FROM notes") == 1
        app.execute("DELETE FROM notes")


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE mine (id int)",
        "CREATE SCHEMA mine",
        "CREATE TEMPORARY TABLE mine (id int)",
        "ALTER TABLE notes ADD COLUMN mine int",
        "DROP TABLE notes",
        "TRUNCATE notes",
        "CREATE INDEX ON notes (text)",
        "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "ALTER ROLE agentlab CREATEDB",
        "SET ROLE agentlab_owner",
        "COPY notes TO PROGRAM 'cat'",
        "SELECT pg_read_file('/run/secrets/postgres_password')",
    ],
)
def test_the_app_changes_nothing_but_rows(server: Container, table: str, statement: str) -> None:
    with connected(server, "agentlab") as app, pytest.raises(InsufficientPrivilege):
        app.execute(statement)


def test_the_reader_reads_everything(server: Container, table: str) -> None:
    with connected(server, "agentlab") as app:
        app.execute("INSERT INTO notes (text) VALUES ('to be saved')")
    with connected(server, "agentlab_reader") as reader:
        assert value(reader, "SELECT text FROM notes") == "to be saved"
        assert value(reader, "SELECT last_value FROM notes_id_seq")


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO notes (text) VALUES ('mine')",
        "UPDATE notes SET text = 'mine'",
        "DELETE FROM notes",
        "SELECT nextval('notes_id_seq')",
        "CREATE TABLE mine (id int)",
    ],
)
def test_the_reader_writes_nothing(server: Container, table: str, statement: str) -> None:
    with connected(server, "agentlab_reader") as reader:
        with pytest.raises((ReadOnlySqlTransaction, InsufficientPrivilege)):
            reader.execute(statement)
        reader.execute("SET default_transaction_read_only = off")
        with pytest.raises(InsufficientPrivilege):
            reader.execute(statement)


@pytest.mark.parametrize("role", ["agentlab_owner", "agentlab", "agentlab_reader", "postgres"])
def test_a_password_is_needed_and_kept_as_scram(server: Container, role: str) -> None:
    for wrong in ("", "wrong", "postgres"):
        with pytest.raises(psycopg.OperationalError), connected(server, role, password=wrong):
            pass
    with connected(server, "postgres", database="postgres") as superuser:
        kept = dict(superuser.execute("SELECT rolname, rolpassword FROM pg_authid").fetchall())
    assert kept[role].startswith("SCRAM-SHA-256$")


@pytest.mark.parametrize("role", ["agentlab_owner", "agentlab", "agentlab_reader"])
def test_no_other_database_lets_them_in(server: Container, role: str) -> None:
    with (
        pytest.raises(psycopg.OperationalError, match="permission denied"),
        connected(server, role, database="postgres"),
    ):
        pass


def test_inside_the_container_only_the_system_user_is_believed(server: Container) -> None:
    assert server.run("psql", "-U", "postgres", "-d", "agentlab", "-Atc", "SELECT 1") == "1"
    with pytest.raises(RuntimeError, match="Peer authentication failed"):
        server.run("psql", "-U", "agentlab", "-d", "agentlab", "-c", "SELECT 1")


def test_data_is_checked_and_waiting_has_an_end(server: Container) -> None:
    with connected(server, "agentlab") as app:
        assert value(app, "SHOW data_checksums") == "on"
        assert value(app, "SHOW statement_timeout") == "1min"
        assert value(app, "SHOW lock_timeout") == "10s"
        assert value(app, "SHOW idle_in_transaction_session_timeout") == "1min"
        assert (
            value(app, "SELECT datlocprovider FROM pg_database WHERE datname = 'agentlab'") == "b"
        )
        app.execute("SET statement_timeout = '50ms'")
        with pytest.raises(QueryCanceled):
            app.execute("SELECT pg_sleep(5)")
    with connected(server, "agentlab_owner") as owner:
        assert value(owner, "SHOW lock_timeout") == "5s"


def test_a_health_check_starts_no_perl(server: Container) -> None:
    program = server.run("bash", "-c", "type -P pg_isready")
    assert server.run("head", "-c", "4", program) == "\x7fELF"


def test_no_password_is_in_the_log(server: Container) -> None:
    said = server.logs()
    assert "database system is ready" in said
    assert not [password for password in PASSWORDS.values() if password in said]


def test_it_stops_cleanly_and_keeps_what_was_written(server: Container, table: str) -> None:
    with connected(server, "agentlab") as app:
        app.execute("INSERT INTO notes (text) VALUES ('kept')")
    docker("restart", "--time", "30", server.name)
    wait_for(lambda: server.health == "healthy", "PostgreSQL answering again")
    with connected(server, "agentlab") as app:
        assert value(app, "SELECT count(*) FROM notes WHERE text = 'kept'") == 1
    assert "database system was not properly shut down" not in server.logs()


def test_the_database_can_have_another_name(images: tuple[Image, ...], tmp_path: Path) -> None:
    with postgres(tmp_path / "secrets", "--env=POSTGRES_DB=other") as server:
        with connected(server, "agentlab_owner", database="other") as owner:
            owner.execute("CREATE TABLE notes (id int, place vector(3))")
        with connected(server, "agentlab", database="other") as app:
            assert value(app, "SELECT count(*) FROM notes") == 0
