"""Restoring from the browser: in a process that outlives the AgentLab which it exchanges.

Only on a desk. On a server the containers that people reach have no right to exchange databases.
"""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from contextlib import suppress
from datetime import datetime

from agentlab.errors import Conflict
from agentlab.kit import clock, logging
from agentlab.kit.waiting import until
from agentlab.operations.backup import bundle, keys
from agentlab.operations.backup.bundle import BundleMissing
from agentlab.operations.backup.desk import folder_of, key_of
from agentlab.operations.backup.shelf import KeptBundle, Shelf
from agentlab.operations.embedded import connections_of_running
from agentlab.operations.restore import compatibility
from agentlab.operations.restore.journal import Entry, Journal, Outcome, Step
from agentlab.operations.restore.noting import telling_who_asks
from agentlab.operations.restore.schemas import RestoreOut
from agentlab.operations.restore.source import check_key
from agentlab.settings import Settings

BEGINS_WITHIN_S = 60
COMMAND = "from agentlab.cli.main import app; app()"

log = logging.get(__name__)


class RestoreOnHost(Conflict):
    code = "restore_on_host"


class RestoreNotStarted(Conflict):
    code = "restore_not_started"


def restores_here(settings: Settings) -> bool:
    """Whether this process has the database that it would exchange."""
    running = connections_of_running(settings.data_dir)
    return running is not None and running.owner_url is not None


BETWEEN_RUNS = frozenset({Step.FILES, Step.SWAP})
"""On a server a restore is three runs: after these steps nobody is at it, and it goes on."""


def last_restore(settings: Settings) -> Entry | None:
    """The restore that runs, was interrupted, or was the last one."""
    journal = Journal(folder_of(settings))
    entry = journal.read()
    if entry is None or entry.outcome is not Outcome.RUNNING:
        return entry
    if Shelf(journal.folder).is_locked():
        return entry
    again = journal.read()  # it may have ended between the two looks
    if again != entry or (entry.step in BETWEEN_RUNS and not restores_here(settings)):
        return again
    return entry.model_copy(update={"outcome": Outcome.INTERRUPTED})


def shown(entry: Entry) -> RestoreOut:
    return RestoreOut(
        backup=entry.bundle,
        step=entry.step,
        outcome=entry.outcome,
        done_bytes=entry.done_bytes,
        total_bytes=entry.total_bytes,
        started_at=entry.started_at,
        finished_at=entry.finished_at,
        restore_point=entry.restore_point,
        reason=entry.reason,
    )


def check(settings: Settings, kept: KeptBundle, key: str | None) -> None:
    """Raise what can be refused at once, before anything is started.

    Args:
        settings: those of the AgentLab that runs.
        kept: the backup.
        key: the text of a key; None for that of this AgentLab.

    Raises:
        RestoreOnHost: on a server the host does it.
        BackupRuns: so does another restore, or a backup.
        AgentLabError: the backup, the key, or this AgentLab does not fit.
    """
    if not restores_here(settings):
        raise RestoreOnHost(
            "Restore it on the server, in its installation folder: `agentlab restore "
            f"{kept.file.stem}{' --key FILE' if key else ''}`."
        )
    Shelf(folder_of(settings)).refuse_while_one_runs()
    if kept.manifest is None:
        raise BundleMissing(f"{kept.name} cannot be read. Choose another backup.")
    identities = keys.parse(key, "What you gave") if key else keys.read(key_of(settings))
    check_key(bundle.read(kept.file), identities)
    compatibility.check_manifest(kept.manifest)


async def start(settings: Settings, kept: KeptBundle, key: str | None) -> Entry:
    """Have a process of its own restore a backup that `check` takes; return once it has begun.

    Raises:
        BackupRuns: another restore, or a backup, was faster.
        RestoreNotStarted: it did not begin, and does not any more.
    """
    launched_at = clock.now()
    process = await launch(settings, kept.name, key)
    await until(
        lambda: process.returncode is not None or begun(settings, process, launched_at) is not None,
        timeout_s=BEGINS_WITHIN_S,
        every_s=0.1,
    )
    if entry := begun(settings, process, launched_at):
        return entry
    end(process)
    Shelf(folder_of(settings)).refuse_while_one_runs()
    raise RestoreNotStarted(
        "The restore did not start. Try `agentlab restore` on this machine; it says why."
    )


def begun(settings: Settings, process: Process, since: datetime) -> Entry | None:
    """The restore that `process` began: another one's, or an earlier one, is not it."""
    entry = Journal(folder_of(settings)).read()
    is_it = entry is not None and entry.pid == process.pid and entry.started_at >= since
    return entry if is_it else None


def end(process: Process) -> None:
    """It goes back by itself, and ends what it has started."""
    if process.returncode is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)


async def launch(settings: Settings, name: str, key: str | None) -> Process:
    """In a session of its own: it outlives this AgentLab, which starts anew when it has ended."""
    environment = {
        "AGENTLAB_DATA_DIR": str(settings.data_dir),
        "BACKUP_FOLDER": str(folder_of(settings)),
    }
    with_key = ("--key", "-") if key else ()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", COMMAND, "restore", name, *with_key, "--on", "desk", "--json"),
        env={**os.environ, **environment, **telling_who_asks()},
        stdin=PIPE,
        stdout=PIPE,
        stderr=PIPE,
        start_new_session=True,
    )
    log.info("restore_started", backup=name, at=clock.now().isoformat())
    waiting = asyncio.create_task(wait_for(process, key or ""))
    background.add(waiting)
    waiting.add_done_callback(background.discard)
    return process


background: set[asyncio.Task[None]] = set()
"""Tasks that nobody awaits would otherwise be forgotten."""


async def wait_for(process: Process, key: str) -> None:
    _, said = await process.communicate(key.encode())
    log.info("restore_ended", code=process.returncode, said=said.decode(errors="replace")[-2000:])
