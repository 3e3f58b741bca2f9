"""What a first run finds: backups of an AgentLab that was here before, and the way back to it."""

import asyncio
import io
import os
import sys
from asyncio.subprocess import PIPE, Process

from agentlab.context import Context
from agentlab.errors import Conflict
from agentlab.kit import clock, logging
from agentlab.kit.waiting import until
from agentlab.operations.backup import bundle, keys
from agentlab.operations.backup.archives import read_state
from agentlab.operations.backup.bundle import BundleMissing
from agentlab.operations.backup.desk import folder_of
from agentlab.operations.backup.place import ROLES
from agentlab.operations.backup.shelf import Kept, Shelf
from agentlab.operations.embedded import connections_of_running
from agentlab.operations.restore import compatibility
from agentlab.operations.restore.journal import Entry, Journal
from agentlab.settings import Settings

MOST_SHOWN = 30
BEGINS_WITHIN_S = 60
COMMAND = "from agentlab.cli.main import app; app()"

BEGIN_ANEW = (
    "To begin anew, add the first administrator on this machine: `agentlab user add EMAIL --name "
    "NAME --role administrator`."
)

log = logging.get(__name__)


class BackupsFound(Conflict):
    code = "backups_found"


class RestoreOnHost(Conflict):
    code = "restore_on_host"


class RestoreNotStarted(Conflict):
    code = "restore_not_started"


def found_backups(settings: Settings) -> list[Kept]:
    """Those that can be read and have people in them, newest first."""
    kept = Shelf(folder_of(settings)).bundles()
    return [each for each in kept if each.manifest and has_people(each)][:MOST_SHOWN]


def has_people(kept: Kept) -> bool:
    return kept.manifest is not None and kept.manifest.database.rows.get("users", 0) > 0


def need_no_backups(settings: Settings) -> None:
    """Raise `BackupsFound` where somebody would begin anew beside what could come back."""
    if found_backups(settings):
        raise BackupsFound(
            "This database is empty, and backups of an earlier AgentLab lie beside it. Restore one "
            f"of them. {BEGIN_ANEW}"
        )
    if any(archive.until for archive in read_state(folder_of(settings))):
        raise BackupsFound(
            "This database is empty, and the archive of an earlier AgentLab lies beside it. Bring "
            f"that one back on this machine: `agentlab restore --at latest`. {BEGIN_ANEW}"
        )


def restores_here(settings: Settings) -> bool:
    """Whether this process has the database that it would exchange."""
    running = connections_of_running(settings.data_dir)
    return running is not None and running.owner_url is not None


def last_restore(settings: Settings) -> Entry | None:
    return Journal(folder_of(settings)).read()


async def start_restore(context: Context, name: str, key: str) -> Entry:
    """Have a process of its own restore a backup; return once it has begun.

    Raises:
        RestoreOnHost: on a server the host does it.
        AgentLabError: the backup, the key, or this AgentLab does not fit.
    """
    settings = context.settings
    if not restores_here(settings):
        raise RestoreOnHost(
            "Restore it on the server, in its installation folder: `agentlab restore "
            f"{name.removesuffix(bundle.SUFFIX)} --key FILE`."
        )
    await asyncio.to_thread(look_at, settings, name, key)
    before = last_restore(settings)
    process = await launch(settings, name, key)
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


def look_at(settings: Settings, name: str, key: str) -> None:
    """What can be refused at once."""
    found = {each.name: each for each in found_backups(settings)}
    kept = found.get(name)
    if kept is None or kept.manifest is None:
        raise BundleMissing("There is no such backup here. Load the page again.")
    identities = keys.parse(key, "What you gave")
    bundle.unseal(bundle.read(kept.file), ROLES, identities, io.BytesIO(), lambda _: None)
    compatibility.check_manifest(kept.manifest)


async def launch(settings: Settings, name: str, key: str) -> Process:
    """In a session of its own: it outlives this AgentLab, which starts anew when it has ended."""
    environment = {
        "AGENTLAB_DATA_DIR": str(settings.data_dir),
        "BACKUP_FOLDER": str(folder_of(settings)),
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", COMMAND, "restore", name, "--key", "-", "--on", "desk", "--json"),
        env={**os.environ, **environment},
        stdin=PIPE,
        stdout=PIPE,
        stderr=PIPE,
        start_new_session=True,
    )
    log.info("restore_started", backup=name, at=clock.now().isoformat())
    waiting = asyncio.create_task(wait_for(process, key))
    background.add(waiting)
    waiting.add_done_callback(background.discard)
    return process


background: set[asyncio.Task[None]] = set()
"""Tasks that nobody awaits would otherwise be forgotten."""


async def wait_for(process: Process, key: str) -> None:
    _, said = await process.communicate(key.encode())
    log.info("restore_ended", code=process.returncode, said=said.decode(errors="replace")[-2000:])
