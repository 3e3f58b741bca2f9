"""Backups in the background: at their time, or when an administrator asks."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from functools import partial

from croniter import croniter

from agentlab.context import Context
from agentlab.errors import AgentLabError
from agentlab.kit import clock, logging
from agentlab.kit.jobs import Job, Worker
from agentlab.operations.backup import checking, keys
from agentlab.operations.backup.bundle import Reason
from agentlab.operations.backup.place import Place
from agentlab.operations.backup.service import (
    Outcome,
    Watch,
    back_up,
    complete,
    is_incomplete,
    stoppable,
)
from agentlab.operations.backup.shelf import BackupRuns, Shelf, State
from agentlab.settings import OFF

log = logging.get(__name__)

QUEUE = "backup"
BACK_UP = "back_up"
PROVE = "prove_backup"
WHEN_DUE = "back_up_when_due"

PAUSE = timedelta(hours=1)
"""After a failure, before the next attempt."""


PlaceOf = Callable[[Context], Place]


def jobs_of(context: Context, place_of: PlaceOf) -> Mapping[str, Job]:
    return {
        BACK_UP: partial(run, context, place_of),
        PROVE: partial(prove, context, place_of),
    }


def sweeps_of(context: Context, place_of: PlaceOf) -> Mapping[str, Callable[[], Awaitable[None]]]:
    return {WHEN_DUE: partial(run_when_due, context, place_of)}


def create_worker(context: Context, place_of: PlaceOf) -> Worker:
    """A worker for backups alone, as a server's backup container runs it."""
    return Worker(
        context.database_url,
        jobs_of(context, place_of),
        sweeps=sweeps_of(context, place_of),
        queues=(QUEUE,),
    )


async def run(context: Context, place_of: PlaceOf, reason: Reason = "asked") -> None:
    """Make a backup. A failure is noted on the shelf and told; it is no reason to try at once."""
    place = place_of(context)
    await attempt(partial(back_up, place, reason))


async def attempt(work: Callable[[Watch], Outcome]) -> None:
    try:
        outcome = await stoppable(work)
    except BackupRuns:
        log.info("backup_runs_already")
    except AgentLabError as error:
        log.error("backup_failed", why=error.detail)  # noqa: TRY400 - a sentence, not a traceback
    else:
        record = outcome.made.record
        log.info("backup_made", name=outcome.made.name, seconds=record.seconds if record else None)


async def prove(context: Context, place_of: PlaceOf, name: str) -> None:
    """Verify a backup and restore it into a scratch database; its record says what came of it."""
    place = place_of(context)
    try:
        await stoppable(lambda watch: checking.check(place, name, watch, prove=True))
    except BackupRuns:
        log.info("backup_runs_already")
    except AgentLabError as error:
        log.error("backup_not_proven", name=name, why=error.detail)  # noqa: TRY400 - the same


async def run_when_due(context: Context, place_of: PlaceOf) -> None:
    """A sweep: make the backup that BACKUP_SCHEDULE asks for, also if its time was missed.

    When none is due, what the last one left undone is done.
    """
    schedule = context.settings.backup_schedule
    if schedule == OFF:
        return
    place = place_of(context)
    keys.ensure(place.key)
    shelf = Shelf(place.folder)
    shelf.prepare()
    installed = datetime.fromtimestamp(place.key.stat().st_mtime, tz=clock.now().tzinfo)
    state = await asyncio.to_thread(shelf.state)
    if not may_begin(state):
        return
    if is_due(schedule, state, installed):
        await run(context, place_of, "scheduled")
    elif await asyncio.to_thread(is_incomplete, place):
        await attempt(partial(complete, place))


def may_begin(state: State) -> bool:
    """Whether nothing runs, and nothing has just failed."""
    now, failure = clock.now(), state.last_failure
    return not state.running and (failure is None or not now - PAUSE < failure.at <= now)


def is_due(schedule: str, state: State, installed: datetime) -> bool:
    """Whether the schedule has named a moment that no backup was made for yet.

    One whose proof failed was made: another of the same database, an hour later, would fail again.
    """
    now = clock.now()
    due: datetime = croniter(schedule, now).get_prev(datetime)
    made = (state.last_success, state.last_refuted)
    return due >= installed and not any(each and due <= each <= now for each in made)
