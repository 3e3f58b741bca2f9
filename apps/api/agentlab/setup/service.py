"""What a first run finds: backups of an AgentLab that was here before, and the way back to it."""

import asyncio

from agentlab.errors import Conflict
from agentlab.operations.backup.archives import Archive, Which, read_state
from agentlab.operations.backup.bundle import BundleMissing
from agentlab.operations.backup.desk import folder_of
from agentlab.operations.backup.shelf import KeptBundle, Shelf
from agentlab.operations.restore import starting
from agentlab.operations.restore.journal import Entry
from agentlab.settings import Settings

MOST_SHOWN = 30

BEGIN_ANEW = (
    "To begin anew, add the first administrator on this machine: `agentlab user add EMAIL --name "
    "NAME --role administrator`."
)


class BackupsFound(Conflict):
    code = "backups_found"


def found_backups(settings: Settings) -> list[KeptBundle]:
    """Those that can be read and have people in them, newest first."""
    kept = Shelf(folder_of(settings)).bundles()
    return [each for each in kept if each.manifest and has_people(each)][:MOST_SHOWN]


def has_people(kept: KeptBundle) -> bool:
    return kept.manifest is not None and kept.manifest.database.rows.get("users", 0) > 0


def need_no_backups(settings: Settings) -> None:
    """Raise `BackupsFound` where somebody would begin anew beside what could come back."""
    if found_backups(settings):
        raise BackupsFound(
            "This database is empty, and backups of an earlier AgentLab lie beside it. Restore one "
            f"of them. {BEGIN_ANEW}"
        )
    if archives := found_archives(settings):
        commands = ", or ".join(f"`{command_for(archive)}`" for archive in archives)
        raise BackupsFound(
            "This database is empty, and the archive of an earlier AgentLab lies beside it. Bring "
            f"that one back on this machine: {commands}. {BEGIN_ANEW}"
        )


def found_archives(settings: Settings) -> list[Archive]:
    """A desk's, and a server's of another database: its own begins before anybody is there.

    Only a desk's says `until`.
    """
    archives = read_state(folder_of(settings))
    return [archive for archive in archives if archive.until or archive.is_of_other]


def command_for(archive: Archive) -> str:
    """The key of what lies elsewhere may be gone with what was here; a server has read it."""
    elsewhere = "" if archive.which is Which.LOCAL else " --elsewhere"
    key = " --key FILE" if elsewhere and not archive.is_of_other else ""
    return f"agentlab restore --at latest{elsewhere}{key}"


async def start_restore(settings: Settings, name: str, key: str) -> Entry:
    """Restore one of the backups that were found.

    Raises:
        BundleMissing, and what `starting.check` and `starting.start` raise.
    """
    found = await asyncio.to_thread(found_backups, settings)
    kept = next((each for each in found if each.name == name), None)
    if kept is None:
        raise BundleMissing("There is no such backup here. Load the page again.")
    await asyncio.to_thread(starting.check, settings, kept, key)
    return await starting.start(settings, kept, key)
