"""The database as it was before a deploy, on this host, so that nothing has to be hoped for.

A restore point is no backup: it lies on the same disk. It is what to go back to when a release
turns out to have damaged data.
"""

import os
from pathlib import Path

from agentlab.errors import Unavailable
from agentlab.kit import clock
from agentlab.kit.folders import sync_folder
from agentlab.operations.host.compose import Compose, DockerFailed
from agentlab.operations.host.folder import PRIVATE_FOLDER, make_folder

KEPT = 5
DUMP_S = 3600


class RestorePointFailed(Unavailable):
    code = "restore_point_failed"


def create(compose: Compose) -> Path:
    """Dump the database, prove that the dump can be read, then keep it and drop the oldest ones."""
    folder = compose.installation.restore_points
    make_folder(folder, PRIVATE_FOLDER)
    fresh = folder / ".new"
    try:
        dump(compose, fresh)
        prove(compose, fresh)
    except BaseException:  # PostgreSQL may need the room
        fresh.unlink(missing_ok=True)
        raise
    kept = folder / f"{clock.now():%Y%m%dT%H%M%S}.dump"
    fresh.rename(kept)
    sync_folder(folder)
    # Those of before, whose names a clock that was ahead may have put after this one's.
    for old in sorted(each for each in folder.glob("*.dump") if each != kept)[: 1 - KEPT]:
        old.unlink()
    return kept


def dump(compose: Compose, file: Path) -> None:
    database = compose.installation.read_env().get("POSTGRES_DB") or "agentlab"
    words = ("exec", "-T", "postgres", "pg_dump", "-Fc", "-U", "postgres", database)
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        try:
            compose.run(*words, writes=stream, timeout_s=DUMP_S)
        except DockerFailed as error:
            raise RestorePointFailed(
                f"The database could not be dumped: {error.detail} "
                "Nothing was deployed; is there room on the disk, and is PostgreSQL healthy?"
            ) from error
        os.fsync(descriptor)


def prove(compose: Compose, file: Path) -> None:
    """Let PostgreSQL read all of the dump: its table of contents and every compressed row."""
    with file.open("rb") as stream:
        try:
            compose.run(
                *("exec", "-T", "postgres", "pg_restore", "-f", "/dev/null"),
                reads=stream,
                timeout_s=DUMP_S,
            )
        except DockerFailed as error:
            raise RestorePointFailed(f"The dump cannot be read back: {error.detail}") from error
