"""One run: make a bundle, verify it, copy it elsewhere, prove it; prune if all that succeeded.

A run that was cut off, or could not copy, is completed by the next one.
"""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import psycopg

from agentlab.errors import AgentLabError, Conflict, Unavailable
from agentlab.operations.backup import copies, keys, making, programs, proving, retention
from agentlab.operations.backup.bundle import Reason
from agentlab.operations.backup.place import Place
from agentlab.operations.backup.shelf import (
    KeptBundle,
    Progress,
    Report,
    Shelf,
    Stopped,
    sentence_of,
)

Result = TypeVar("Result")


class BackupFailed(Unavailable):
    code = "backup_failed"


class DatabaseFailed(Unavailable):
    code = "backup_database_failed"


class LastRunFailed(Conflict):
    code = "backup_last_failed"


class NoneProven(Conflict):
    code = "backup_none_proven"


@dataclass(frozen=True)
class Watch:
    """Who looks on, and may end the run."""

    told: Callable[[Progress], None] = lambda _progress: None
    is_stopped: Callable[[], bool] = lambda: False


async def stoppable(
    work: Callable[[Watch], Result], told: Callable[[Progress], None] = Watch.told
) -> Result:
    """Run `work` in a thread; when this task is cancelled, ask it to stop and wait for that."""
    stop = threading.Event()
    watch = Watch(told, is_stopped=stop.is_set)
    running = asyncio.ensure_future(asyncio.to_thread(work, watch))
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        stop.set()
        with suppress(AgentLabError):
            await running
        raise


@dataclass(frozen=True)
class Outcome:
    made: KeptBundle
    pruned: list[KeptBundle]


def back_up(place: Place, reason: Reason, watch: Watch | None = None) -> Outcome:
    """Everything that a backup is. Raises one sentence when any part of it did not succeed.

    What was verified stays on the shelf even then; only a run without a failure prunes.
    """
    shelf = Shelf(place.folder)
    keys.ensure(place.key)
    with run_on(shelf, watch) as report:
        file = making.make(place, shelf, report, reason)
        return finish(place, shelf, file, report)


def complete(place: Place, watch: Watch | None = None) -> Outcome:
    """Do for the newest good bundle what a run before has left undone."""
    shelf = Shelf(place.folder)
    with run_on(shelf, watch) as report:
        return finish(place, shelf, shelf.find("latest").file, report)


def is_incomplete(place: Place) -> bool:
    """Whether the newest good bundle lacks a copy or its proof."""
    newest = Shelf(place.folder).latest_good()
    if newest is None or newest.record is None:
        return False
    is_unproven = place.prove and newest.record.proof is None
    return is_unproven or copies.are_missing(place, newest)


def finish(place: Place, shelf: Shelf, file: Path, report: Report) -> Outcome:
    do_rest(place, shelf, file, report)
    shelf.note_success()
    retention.confirm(shelf, place.keep, report)
    copies.prune(place, shelf, report)
    return Outcome(shelf.find(file.name), retention.prune(shelf, place.keep))


def do_rest(place: Place, shelf: Shelf, file: Path, report: Report) -> None:
    """Copy it, then prove it; one of them that fails does not keep the other from being done."""
    record = shelf.find(file.name).record
    failures: list[AgentLabError] = []
    for is_wanted, step in (
        (copies.are_expected(place), lambda: copies.copy(place, shelf, file, report)),
        (
            place.prove and not (record and record.proof),
            lambda: proving.prove(place, file, report),
        ),
    ):
        try:
            if is_wanted:
                step()
        except Stopped:
            raise
        except AgentLabError as error:
            failures.append(error)
    if shelf.find(file.name).is_refuted:
        copies.let_go_of_refuted(place, shelf)
    if len(failures) > 1:
        raise BackupFailed(" ".join(each.detail for each in failures))
    if failures:
        raise failures[0]


def prune(place: Place) -> list[KeptBundle]:
    """What a run does at its end, by itself; as there only after a success.

    Raises:
        LastRunFailed: nothing has succeeded since.
        NoneProven: none of those that would stay was restored, although each has to be.
    """
    shelf = Shelf(place.folder)
    with shelf.locked() as report:
        if shelf.notes().last_failure:
            raise LastRunFailed(
                "Nothing was pruned, because the last backup failed; `agentlab backup list` says "
                "why, and `agentlab backup create` prunes when it succeeds."
            )
        retention.confirm(shelf, place.keep, report)
        good = shelf.good()
        gone = {each.name for each in retention.outdated(good, place.keep)}
        proven = [each for each in good if each.is_proven and each.name not in gone]
        if place.prove and not any(retention.is_whole(shelf, each, report) for each in proven):
            raise NoneProven(
                "Nothing was pruned, because no backup that would stay is proven; `agentlab backup "
                "verify latest --prove` proves one."
            )
        return retention.prune(shelf, place.keep)


@contextmanager
def run_on(shelf: Shelf, watch: Watch | None = None) -> Iterator[Report]:
    """Hold the shelf; what goes wrong is noted there, as one of our sentences."""
    watch = watch or Watch()
    with shelf.locked() as report:
        report.listener, report.is_stopped = watch.told, watch.is_stopped
        try:
            with explained(shelf), programs.ended_by(report.add):
                yield report
        except Stopped:
            raise
        except AgentLabError as error:
            with suppress(OSError):  # the disk may be full
                shelf.note_failure(error.detail)
            raise
        finally:
            with suppress(OSError):
                shelf.clear()


@contextmanager
def explained(shelf: Shelf) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise BackupFailed(sentence_of(error, shelf.folder)) from error
    except psycopg.Error as error:
        reason = str(error).strip().partition("\n")[0]
        raise DatabaseFailed(f"PostgreSQL would not go on: {reason}. Try again.") from error
