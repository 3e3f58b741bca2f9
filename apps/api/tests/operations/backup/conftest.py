"""A place for backups of the tests' own database, with a folder that the scratch server reaches."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pyrage.x25519 import Identity

from agentlab.operations.backup import keys
from agentlab.operations.backup.desk import programs_in
from agentlab.operations.backup.place import CONFIGURATION, FILES, Part, Place, Retention
from agentlab.operations.backup.shelf import Shelf
from agentlab.operations.embedded import Connections
from tests.support.folders import open_folder


@pytest.fixture(scope="session")
def programs() -> Iterator[Path]:
    """PostgreSQL's programs, where the account of the services may run them."""
    with open_folder() as folder:
        yield programs_in(folder / "home")


@pytest.fixture
def place(programs: Path, services: Connections) -> Iterator[Place]:
    with open_folder() as folder:
        home = folder / "home"
        (home / "secrets").mkdir(parents=True)
        (home / "secrets" / "jwt_secret").write_text("of the tests")
        (home / "samples").mkdir()
        key = home / "secrets" / "backup_key"
        keys.ensure(key)
        yield Place(
            kind="desk",
            programs=programs,
            database_url=services.as_owner,
            folder=folder / "backups",
            parts={
                FILES: Part(home, ("samples",)),
                CONFIGURATION: Part(home, ("secrets", ".env"), without=("secrets/backup_key",)),
            },
            key=key,
            scratch=folder / "scratch",
            keep=Retention(days=2, minimum=2),
            prove=False,
        )


@pytest.fixture
def shelf(place: Place) -> Shelf:
    return Shelf(place.folder)


@pytest.fixture
def identity(place: Place) -> Identity:
    return keys.read(place.key)[0]
