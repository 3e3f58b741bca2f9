"""What the keeper's file beside the bundles says of the archive that leads to any moment."""

import json
import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from agentlab.kit import clock
from agentlab.operations.backup.archives import Archive, Which, write_state
from agentlab.operations.status import archives as archives_module
from agentlab.operations.status.archives import FILE, Archives
from agentlab.operations.status.components import Component, Finding, Reason, State
from agentlab.operations.status.store import Store
from tests.operations.status.conftest import Clock

FINE = (State.UP, None)
STOPPED = (State.DEGRADED, Reason.ARCHIVE_STOPPED)
NOT_COPIED = (State.DEGRADED, Reason.ARCHIVE_NOT_COPIED)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def here() -> Archive:
    return Archive(Which.LOCAL, clock.now(), since=clock.now() - timedelta(days=7))


def elsewhere() -> Archive:
    return replace(here(), which=Which.ELSEWHERE)


async def found_by(archives: Archives) -> Finding:
    [finding] = await archives.look()
    assert finding.component is Component.ARCHIVE
    return finding


async def judged(folder: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[State, Reason | None]:
    """As when it has been so for long."""
    monkeypatch.setattr(archives_module, "PATIENCE_S", 0)
    finding = await found_by(Archives(folder))
    return finding.state, finding.reason


async def test_an_archive_that_goes_on_is_fine(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_state(folder, [here(), replace(elsewhere(), waiting=3)])
    assert await judged(folder, monkeypatch) == FINE
    finding = await found_by(Archives(folder))
    assert finding.figures == {"archive_in_trouble": 0, "archive_elsewhere_in_trouble": 0}


@pytest.mark.parametrize(
    "trouble",
    [
        {"failure": "pgbackrest info failed: /secret/place"},
        {"has_gap": True},
        {"waiting": 40},
        {"checked_at": clock.now() - timedelta(hours=2)},
    ],
)
async def test_an_archive_that_stands_still_or_is_not_carried_away_needs_attention(
    folder: Path, monkeypatch: pytest.MonkeyPatch, trouble: dict[str, Any]
) -> None:
    write_state(folder, [here(), replace(elsewhere(), **trouble)])
    assert await judged(folder, monkeypatch) == NOT_COPIED
    finding = await found_by(Archives(folder))
    assert finding.figures == {"archive_in_trouble": 0, "archive_elsewhere_in_trouble": 1}
    assert "secret" not in finding.detail
    write_state(folder, [replace(here(), **trouble), elsewhere()])
    assert await judged(folder, monkeypatch) == STOPPED


async def test_trouble_counts_when_it_lasts(folder: Path) -> None:
    archives = Archives(folder)
    write_state(folder, [replace(here(), failure="PostgreSQL starts.")])
    finding = await found_by(archives)
    assert (finding.state, finding.detail) == (State.UP, "local: the last try failed")
    assert finding.figures["archive_in_trouble"] == 1
    write_state(folder, [here()])
    assert (await found_by(archives)).detail == "in order"
    write_state(folder, [replace(here(), failure="The disk is full.")])
    assert (await found_by(archives)).state is State.UP
    archives.failing_since["local"] -= archives_module.PATIENCE_S
    assert (await found_by(archives)).state is State.DEGRADED


@pytest.mark.parametrize("content", [None, "", "[]", "{", '{"which": "local"}', "[1]"])
async def test_a_keeper_that_wrote_nothing_is_waited_for(
    folder: Path, monkeypatch: pytest.MonkeyPatch, content: str | None
) -> None:
    if content is not None:
        (folder / FILE).write_text(content)
    assert await judged(folder, monkeypatch) == FINE
    long_ago = (clock.now() - timedelta(hours=2)).timestamp()
    os.utime(folder, (long_ago, long_ago))
    assert await judged(folder, monkeypatch) == STOPPED


async def test_without_a_folder_there_is_nothing_to_look_at(tmp_path: Path) -> None:
    assert await Archives(tmp_path / "backups").look() == []


async def test_a_file_that_may_not_be_read_says_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    assert await judged(folder, monkeypatch) == (State.UNKNOWN, Reason.NO_ANSWER)


async def test_what_no_record_says_is_trouble(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / FILE).write_text(json.dumps([{"which": "local", "waiting": "many"}]))
    assert await judged(folder, monkeypatch) == STOPPED


@pytest.mark.parametrize("reason", [Reason.ARCHIVE_STOPPED, Reason.ARCHIVE_NOT_COPIED])
def test_it_is_told_once_and_is_no_incident(store: Store, time: Clock, reason: Reason) -> None:
    for _ in range(20):
        store.record([Finding(Component.ARCHIVE, State.DEGRADED, reason)], time())
        time.go_on(15)
    assert [each.about for each in store.waiting_alarms(time())] == [f"archive:{reason}"]
    assert store.incidents() == []
