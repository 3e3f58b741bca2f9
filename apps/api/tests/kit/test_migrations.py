"""Why a database cannot be brought up to date: one sentence for each reason."""

from collections.abc import Iterator

import psycopg
import pytest

from agentlab.kit import migrations
from agentlab.kit.ids import new_id
from agentlab.operations.embedded import Connections


@pytest.fixture
def ordinary(services: Connections) -> Iterator[str]:
    """The address of an empty database whose owner is a role without special rights."""
    name = f"ordinary_{new_id().hex}"
    with psycopg.connect(services.as_owner, autocommit=True) as db:
        db.execute(f"CREATE ROLE {name} LOGIN PASSWORD 'secret'".encode())
        db.execute(f"CREATE DATABASE {name} OWNER {name}".encode())
        yield f"postgresql://{name}:secret@/{name}?host={db.info.host}"
        db.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())
        db.execute(f"DROP ROLE {name}".encode())


@pytest.mark.parametrize(
    "address",
    ["no address", "mysql://ada:secret@desk/db", "postgresql://ada:secret@desk:port/db"],
)
def test_what_is_no_address_of_postgresql_is_refused_without_showing_it(address: str) -> None:
    sentence = "DATABASE_URL is not an address such as postgresql://user:password@host:5432/name."
    with pytest.raises(migrations.DatabaseUnusable) as refused:
        migrations.upgrade(address)
    assert refused.value.detail == sentence


def test_a_wrong_password_is_said_in_the_servers_words(ordinary: str) -> None:
    with pytest.raises(migrations.DatabaseUnusable, match="password authentication failed"):
        migrations.upgrade(ordinary.replace("secret", "wrong"))


def test_an_option_that_does_not_exist_is_named(ordinary: str) -> None:
    with pytest.raises(migrations.DatabaseUnusable, match="bogus"):
        migrations.upgrade(f"{ordinary}&bogus=1")


def test_a_role_that_may_not_create_the_extension_is_told_who_may(
    services: Connections, ordinary: str
) -> None:
    with pytest.raises(migrations.DatabaseUnusable, match=r"superuser.*CREATE EXTENSION vector"):
        migrations.upgrade(ordinary)
    name = ordinary.partition("?")[0].rpartition("/")[2]
    as_superuser = services.as_owner.replace("/agentlab?", f"/{name}?")
    with psycopg.connect(as_superuser) as db:
        db.execute("CREATE EXTENSION vector")
    migrations.upgrade(ordinary)


def test_a_database_of_a_newer_version_is_refused(ordinary: str) -> None:
    with psycopg.connect(ordinary) as db:
        db.execute("CREATE TABLE alembic_version (version_num text PRIMARY KEY)")
        db.execute("INSERT INTO alembic_version VALUES ('9999')")
    with pytest.raises(migrations.SchemaMismatch, match=r"needs schema \w+ .*9999"):
        migrations.upgrade(ordinary)
