"""A server's restore that is killed leaves the old or the new, and can be run again."""

from contextlib import ExitStack
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest

from agentlab.operations.backup.shelf import Shelf
from agentlab.operations.host import deploy
from agentlab.operations.host import restoring as host_restoring
from agentlab.operations.host.compose import Compose
from agentlab.operations.restore.desk import Desk
from tests.operations.restore.conftest import Backup, assert_is_back
from tests.operations.restore.on_server import AT_THE_END, BEFORE_THE_END, OnServer, contain


@pytest.fixture
def server(used_desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> OnServer:
    server = OnServer.on(used_desk, tmp_path)
    contain(server, monkeypatch, lambda _: None)
    return server


@pytest.mark.parametrize("moment", [*BEFORE_THE_END, *AT_THE_END])
def test_killed_at_any_moment_it_leaves_the_old_or_the_new_and_can_be_run_again(
    moment: str, server: OnServer, used_desk: Desk, backup: Backup
) -> None:
    mark(server, used_desk)
    assert server.is_killed(backup, moment)
    made = set(server.installation.backups.glob("*.bundle"))
    said: list[str] = []
    with deploy.alone(server.installation, said.append):
        """Such as any other command does."""
    assert bool(said) is (moment != "cleaned")
    assert is_restored(server, used_desk, backup) is (moment in AT_THE_END)
    assert_nothing_is_left(server, used_desk)

    server.restore(backup)
    assert is_restored(server, used_desk, backup)
    assert_is_back(used_desk, backup.facts)
    assert_nothing_is_left(server, used_desk)
    assert made < set(server.installation.backups.glob("*.bundle"))


def test_the_backup_service_does_not_disturb_the_end(
    server: OnServer, used_desk: Desk, backup: Backup, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once it runs again it proves what it finds, under the lock that the end needs, too."""
    shelf, told, proving = Shelf(server.installation.backups), list[str](), ExitStack()
    run = Compose.run

    def obey(compose: Compose, *words: str, **how: Any) -> str:
        if words[:2] == ("stop", "backup"):
            proving.close()
        if words[-1:] == ("backup",):
            told.append(words[0])
        return run(compose, *words, **how)

    monkeypatch.setattr(Compose, "run", obey)
    monkeypatch.setattr(Compose, "containers", lambda *_: [SimpleNamespace(state="running")])
    monkeypatch.setattr(
        host_restoring, "start_writers", lambda _: proving.enter_context(shelf.locked())
    )
    server.restore(backup)
    assert is_restored(server, used_desk, backup)
    assert told[-2:] == ["stop", "start"]


def mark(server: OnServer, desk: Desk) -> None:
    """Change what lives, in the database, in a folder and in a secret."""
    with psycopg.connect(desk.place.database_url) as db:
        db.execute("CREATE TABLE IF NOT EXISTS written_since (what text)")
    (server.installation.data / "samples" / "written-since").touch()


def is_restored(server: OnServer, desk: Desk, backup: Backup) -> bool:
    """What lives: the backup's or what was there before, on which all three have to agree."""
    with psycopg.connect(desk.place.database_url) as db:
        (table,) = db.execute("SELECT to_regclass('written_since')").fetchone() or (None,)
    found = {
        table is None,
        not (server.installation.data / "samples" / "written-since").exists(),
        server.installation.read_secret("proof_key") == backup.proof_key.strip(),
    }
    assert len(found) == 1, "database, files and secrets are not of one moment"
    return found.pop()


def assert_nothing_is_left(server: OnServer, desk: Desk) -> None:
    databases, here = desk.databases, server.installation
    assert not databases.exists(databases.beside)
    assert not databases.exists(databases.before)
    left = (".unpacked-*", ".*.restoring", ".restoring-*", ".*.before-restore")
    assert [file for pattern in left for file in here.root.rglob(pattern)] == []
    assert not here.maintenance_flag.exists()
