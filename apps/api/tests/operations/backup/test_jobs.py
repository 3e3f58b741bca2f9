"""Backups by themselves: when they are due, and what becomes of one that fails."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from agentlab.context import Context
from agentlab.kit import clock
from agentlab.kit.jobs import enqueue
from agentlab.operations.backup import desk, jobs
from agentlab.operations.backup.jobs import is_due, may_begin
from agentlab.operations.backup.place import Place
from agentlab.operations.backup.shelf import Failure, Shelf, State
from agentlab.settings import Settings
from agentlab.worker import create_worker
from tests.support.folders import open_folder

NIGHTLY = "0 3 * * *"
HOUR = timedelta(hours=1)
NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOON)


def state(**changes: object) -> State:
    empty = Shelf(Path("/nonexistent")).state()
    return State(**{**vars(empty), **changes})


@pytest.mark.usefixtures("noon")
def test_a_backup_is_due_once_a_night() -> None:
    assert is_due(NIGHTLY, state(), LONG_AGO)
    assert is_due(NIGHTLY, state(last_success=NOON - 10 * HOUR), LONG_AGO)
    assert not is_due(NIGHTLY, state(last_success=NOON - 9 * HOUR), LONG_AGO)
    assert not is_due(NIGHTLY, state(last_success=NOON - HOUR), LONG_AGO)


@pytest.mark.usefixtures("noon")
def test_a_new_installation_waits_for_its_first_night() -> None:
    assert not is_due(NIGHTLY, state(), NOON - HOUR)
    assert is_due(NIGHTLY, state(), NOON - 10 * HOUR)


@pytest.mark.usefixtures("noon")
def test_after_a_failure_there_is_an_hour_of_peace() -> None:
    failure = Failure(at=NOON - HOUR / 2, sentence="The disk is full.")
    assert not may_begin(state(last_failure=failure))
    earlier = failure.model_copy(update={"at": NOON - 2 * HOUR})
    assert may_begin(state(last_failure=earlier))


@pytest.mark.usefixtures("noon")
def test_dates_in_the_future_keep_no_backup_from_being_made() -> None:
    later = NOON + 9000 * HOUR
    failure = Failure(at=later, sentence="The disk is full.")
    found = state(last_success=later, last_failure=failure)
    assert is_due(NIGHTLY, found, LONG_AGO)
    assert may_begin(found)


async def test_the_schedule_makes_one_through_the_worker(
    context: Context, place: Place, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "is_due", lambda *_: not shelf.bundles())
    for _ in range(2):
        await jobs.run_when_due(context, lambda _: place)
    (made,) = shelf.bundles()
    assert made.manifest
    assert made.manifest.reason == "scheduled"


async def test_a_copy_that_failed_is_made_in_the_same_night(
    context: Context, place: Place, shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An hour later, whatever the schedule says, and only that copy."""
    second = tmp_path / "second"
    copying = replace(place, second_folder=second)
    monkeypatch.setattr(jobs, "is_due", lambda *_: not shelf.bundles())
    await jobs.run_when_due(context, lambda _: copying)
    assert shelf.state().last_failure
    second.mkdir()
    await jobs.run_when_due(context, lambda _: copying)
    assert not list(second.iterdir())
    monkeypatch.setattr(jobs, "PAUSE", timedelta())
    await jobs.run_when_due(context, lambda _: copying)
    (made,) = shelf.bundles()
    assert [each.name for each in Shelf(second).good()] == [made.name]
    assert shelf.state().last_failure is None
    before = made.record
    await jobs.run_when_due(context, lambda _: copying)
    assert shelf.bundles()[0].record == before


async def test_off_is_off(context: Context, place: Place, shelf: Shelf) -> None:
    settings = context.settings.model_copy(update={"backup_schedule": "off"})
    await jobs.run_when_due(replace(context, settings=settings), lambda _: place)
    assert shelf.bundles() == []


async def test_an_administrators_wish_is_a_job_of_its_own_queue(
    context: Context, place: Place, shelf: Shelf
) -> None:
    async with context.sessions.begin() as db:
        await enqueue(db, jobs.BACK_UP, queue=jobs.QUEUE)
    await create_worker(context).run_once()
    assert shelf.bundles() == []
    await jobs.create_worker(context, lambda _: place).run_once()
    assert [each.is_good for each in shelf.bundles()] == [True]


async def test_a_run_that_fails_is_told_and_not_repeated_at_once(
    context: Context, place: Place, shelf: Shelf
) -> None:
    broken = replace(place, programs=place.folder)
    await jobs.run(context, lambda _: broken)
    failure = shelf.state().last_failure
    assert failure
    assert "pg_dump" in failure.sentence


async def test_a_process_that_ends_stops_its_backup(
    context: Context, place: Place, shelf: Shelf
) -> None:
    running = asyncio.create_task(jobs.run(context, lambda _: place))
    while shelf.running() is None:  # noqa: ASYNC110 - the condition is in another thread
        await asyncio.sleep(0.001)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert shelf.running() is None


def test_a_desk_is_a_place(settings: Settings, tmp_path: Path) -> None:
    chosen = {
        "backup_folder": tmp_path / "elsewhere",
        "backup_keep_gfs": (7, 4, 12),
        "backup_s3_endpoint": "https://s3.example.com",
        "backup_s3_prefix": "/lab",
        "backup_s3_secret_key": SecretStr("secret"),
    }
    with open_folder() as folder:
        home = {"data_dir": folder / "data"}
        place = desk.place_of(settings.model_copy(update={**chosen, **home}), "postgresql://")
    assert place.folder == tmp_path / "elsewhere"
    assert place.keep.generations
    assert place.s3
    assert place.s3.prefix == "lab/"


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("BACKUP_SCHEDULE", "nightly", "five fields of cron"),
        ("BACKUP_SCHEDULE", "0 3 * * * *", "five fields of cron"),
        ("BACKUP_KEEP_GFS", "7,4,12", "days/weeks/months"),
        ("BACKUP_RECIPIENTS", "age1nobody", "no age recipient"),
        ("BACKUP_S3_ENDPOINT", "http://s3.example.com", "https://"),
        ("BACKUP_S3_ENDPOINT", "https://s3.example.com", "BACKUP_S3_BUCKET"),
    ],
)
def test_settings_that_cannot_work_are_refused(
    name: str, value: str, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError, match=why):
        Settings()
