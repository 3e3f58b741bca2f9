"""No trouble ends what keeps a server's archive. The real one is in infrastructure/testing."""

import json
import os
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from agentlab.errors import InvalidInput
from agentlab.operations.backup.archives import Which, read_state
from agentlab.operations.point_in_time import repository
from agentlab.operations.point_in_time.keeper import Keeper
from agentlab.operations.point_in_time.repository import Repository


def keeper(
    state: Path, open_repositories: Callable[[], Iterable[Repository]], *, used: bool = True
) -> Keeper:
    async def nothing() -> None: ...

    async def last_archived() -> tuple[str | None, int]:
        return None, 0

    async def is_used() -> bool:
        return used

    return Keeper(open_repositories, last_archived, is_used, nothing, state)


async def test_a_state_that_cannot_be_written_is_written_in_a_later_round(tmp_path: Path) -> None:
    """As on a disk that is full."""
    folder = tmp_path / "backups"
    kept = keeper(folder, list)
    await kept.look()
    folder.mkdir()
    await kept.look()
    assert (folder / "point-in-time.json").exists()


async def test_an_archive_of_another_database_than_the_empty_one_is_told_as_such(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when the volume of the database was lost, and that of the archive was not."""
    backup = {
        "label": "20261129-030000F",
        "type": "full",
        "timestamp": {"start": 1_796_000_000, "stop": 1_796_000_060},
        "archive": {"start": "000000010000000000000002"},
        "database": {"id": 1},
        "error": False,
    }
    archive = {"id": "17-1", "database": {"id": 1}}
    said = json.dumps([{"db": [{"id": 1}], "backup": [backup], "archive": [archive]}])
    script = tmp_path / "pgbackrest"
    script.write_text(f"#!/bin/sh\n[ \"$3\" = info ] && echo '{said}' || exit 28\n")
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    await keeper(tmp_path, lambda: [repository.local()], used=False).look()
    [state] = read_state(tmp_path)
    assert state.is_of_other
    assert state.base_backup_at == datetime.fromtimestamp(1_796_000_060, UTC)
    assert "agentlab restore --at latest" in (state.failure or "")


async def test_settings_that_are_of_no_use_are_told_as_the_state_of_the_one_elsewhere(
    tmp_path: Path,
) -> None:
    def half_set() -> Iterable[Repository]:
        yield from ()
        raise InvalidInput("BACKUP_S3_SECRET_KEY has to be set, too.")

    await keeper(tmp_path, half_set).look()
    [state] = read_state(tmp_path)
    assert (state.which, state.failure) == (
        Which.ELSEWHERE,
        "BACKUP_S3_SECRET_KEY has to be set, too.",
    )
