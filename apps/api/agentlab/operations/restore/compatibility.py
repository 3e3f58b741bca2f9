"""Whether this AgentLab can take what a bundle holds, as its manifest says."""

import shutil
from pathlib import Path

from agentlab.errors import Conflict
from agentlab.kit import migrations
from agentlab.operations.backup.bundle import Manifest
from agentlab.operations.backup.place import FILES

OLDEST_POSTGRES = 17
ROOM = 1.3
"""A restored database takes about as much as the one that was backed up; never much more."""


class BundleTooNew(Conflict):
    code = "bundle_too_new"


class BundleEmpty(Conflict):
    code = "bundle_empty"


class ServerTooOld(Conflict):
    code = "database_server_too_old"


class TooLittleRoom(Conflict):
    code = "restore_needs_room"


def check_manifest(manifest: Manifest, *, server_major: int = OLDEST_POSTGRES) -> None:
    """Raise one sentence unless what the bundle holds can live here.

    An older schema is migrated. PostgreSQL's own version may differ in either direction.
    """
    if manifest.revision is None:
        raise BundleEmpty(
            f"{manifest.name} is a backup of an empty database, so there is nothing to restore."
        )
    known = migrations.revisions()
    if manifest.revision not in known and manifest.floor not in known:
        raise BundleTooNew(
            f"{manifest.name} was made by AgentLab {manifest.agentlab} (schema "
            f"{manifest.revision}), which is newer than this one. Install AgentLab "
            f"{manifest.agentlab} or newer, then run the command again."
        )
    if server_major < OLDEST_POSTGRES:
        raise ServerTooOld(
            f"This PostgreSQL is version {server_major}; AgentLab needs {OLDEST_POSTGRES} or newer."
        )


def check_room(manifest: Manifest, *, database: Path, files: Path) -> None:
    """Raise unless there is room for what is restored, beside what lives.

    Args:
        manifest: of what is restored.
        database: where PostgreSQL keeps its data. From where that cannot be seen nobody can tell;
            a disk that becomes full then ends the restore, which goes back.
        files: where AgentLab's files lie.
    """
    wanted = {
        database: int(manifest.database.size_bytes * ROOM),
        files: manifest.parts[FILES].size,
    }
    disks = {folder: folder.stat().st_dev for folder in wanted if folder.exists()}
    for folder, disk in disks.items():
        needed = sum(wanted[each] for each in disks if disks[each] == disk)
        free = shutil.disk_usage(folder).free
        if free < needed:
            raise TooLittleRoom(
                f"The restore needs {needed / 1e6:,.0f} MB on the disk of {folder}, and "
                f"{free / 1e6:,.0f} MB are free. Free some space, then run the command again."
            )
