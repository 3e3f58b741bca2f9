"""Restoring from the browser: in a process that outlives the AgentLab which it exchanges.

Only on a desk. On a server the containers that people reach have no right to exchange databases.
"""

import asyncio
import io
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Sequence

from pyrage.x25519 import Identity

from agentlab.errors import Conflict
from agentlab.kit import clock, logging
from agentlab.kit.waiting import until
from agentlab.operations.backup import bundle, keys
from agentlab.operations.backup.bundle import BundleMissing
from agentlab.operations.backup.desk import folder_of, key_of
from agentlab.operations.backup.place import ROLES
from agentlab.operations.backup.shelf import Kept, Shelf
from agentlab.operations.embedded import connections_of_running
from agentlab.operations.restore import compatibility
from agentlab.operations.restore.journal import Entry, Journal
from agentlab.operations.restore.schemas import RestoreOut
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


def last_restore(settings: Settings) -> Entry | None:
    return Journal(folder_of(settings)).read()


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


def check(settings: Settings, kept: Kept, key: str | None) -> None:
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
    need_key(kept, keys.parse(key, "What you gave") if key else keys.read(key_of(settings)))
    compatibility.check_manifest(kept.manifest)


def need_key(kept: Kept, identities: Sequence[Identity]) -> None:
    bundle.unseal(bundle.read(kept.file), ROLES, identities, io.BytesIO(), lambda _: None)


async def start(settings: Settings, kept: Kept, key: str | None) -> Entry:
    """Have a process of its own restore a backup; return once it has begun.

    Raises:
        RestoreNotStarted, and what `check` raises.
    """
    await asyncio.to_thread(check, settings, kept, key)
    before = last_restore(settings)
    process = await launch(settings, kept.name, key)
    await until(
        lambda: process.returncode is not None or last_restore(settings) != before,
        timeout_s=BEGINS_WITHIN_S,
        every_s=0.1,
    )
    begun = last_restore(settings)
    if begun is None or begun == before:
        raise RestoreNotStarted(
            "The restore did not start. Try `agentlab restore` on this machine; it says why."
        )
    return begun


async def launch(settings: Settings, name: str, key: str | None) -> Process:
    """In a session of its own: it outlives this AgentLab, which starts anew when it has ended."""
    environment = {
        "AGENTLAB_DATA_DIR": str(settings.data_dir),
        "BACKUP_FOLDER": str(folder_of(settings)),
    }
    with_key = ("--key", "-") if key else ()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", COMMAND, "restore", name, *with_key, "--on", "desk", "--json"),
        env={**os.environ, **environment},
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
