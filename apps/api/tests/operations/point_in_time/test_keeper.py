"""No trouble ends what keeps a server's archive. The real one is in infrastructure/testing."""

import asyncio
import json
import os
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from agentlab.errors import InvalidInput
from agentlab.operations.backup.archives import Archive, Which, read_state
from agentlab.operations.point_in_time import repository
from agentlab.operations.point_in_time.keeper import Keeper
from agentlab.operations.point_in_time.repository import Information, Repository
from agentlab.operations.point_in_time.stretches import SEGMENT_BYTES

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)


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


async def test_what_a_power_cut_left_of_a_segment_does_not_stop_those_behind_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outgoing = elsewhere(tmp_path, monkeypatch, 'echo "$4" >> "$(dirname "$0")/carried"')
    for number, size in enumerate((0, SEGMENT_BYTES), start=1):
        with (outgoing / f"{number:024X}").open("wb") as segment:
            segment.truncate(size)
    await keeper(tmp_path, list).carry()
    assert list(outgoing.iterdir()) == []
    assert (tmp_path / "carried").read_text().splitlines() == [str(outgoing / f"{2:024X}")]


async def test_why_segments_wait_is_told_as_the_state_of_the_one_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outgoing = elsewhere(tmp_path, monkeypatch, 'echo "ERROR: [032]: it is away" && exit 32')
    (outgoing / "00000002.history").touch()
    kept = keeper(tmp_path, list)
    carrying = asyncio.create_task(kept.carry_on())
    async with asyncio.timeout(10):
        while kept.not_carried is None:  # noqa: ASYNC110 - the keeper tells nobody
            await asyncio.sleep(0.01)
    carrying.cancel()
    place = Repository(Which.ELSEWHERE, tmp_path / "elsewhere.conf")
    monkeypatch.setattr(Repository, "information", lambda _: nothing_archived())
    seen = await kept.inspect(place, Archive(Which.ELSEWHERE, NOW), closely=False)
    assert seen.waiting == 1
    assert "it is away" in (seen.failure or "")


async def nothing_archived() -> Information:
    return Information([], None)


def elsewhere(folder: Path, monkeypatch: pytest.MonkeyPatch, program: str) -> Path:
    """Where segments wait for a repository elsewhere, which `program` brings them to."""
    script, outgoing = folder / "pgbackrest", folder / "outgoing"
    script.write_text(f"#!/bin/sh\n{program}\n")
    script.chmod(0o755)
    (folder / "elsewhere.conf").touch()
    outgoing.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    monkeypatch.setattr(repository, "ELSEWHERE_CONFIGURATION", folder / "elsewhere.conf")
    monkeypatch.setattr("agentlab.operations.point_in_time.keeper.OUTGOING", outgoing)
    return outgoing
