"""The files of the database as they were at a moment; in a container that may write into them.

They are restored beside the living ones, read there, and take their place by renaming, so that each
step before the last can be taken back:

DATA/               what PostgreSQL uses
DATA/.fresh/        what the archive has, while it is restored and read
DATA/.former/       what was used before, complete
DATA/.former.part/  the same while it is moved there, or back
DATA/.former.gone/  the same when nobody can want it back any more
"""

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import psycopg

from agentlab.errors import NotFound, Unavailable
from agentlab.kit.folders import sync_folder
from agentlab.operations.point_in_time.repository import Repository

DATA = Path("/var/lib/postgresql/data")
CONFIGURATION = Path("/etc/agentlab/postgresql.conf")
SOCKETS = Path("/tmp")  # noqa: S108 - of a container of our own
STARTS_WITHIN_S = 3600
STOPS_WITHIN_S = 300
LAST_LINES = 8
TOO_LATE = "recovery ended before configured recovery target was reached"
TOO_EARLY = "unable to find backup set with stop time less than"


class RecoveryFailed(Unavailable):
    code = "recovery_failed"


class MomentNotArchived(NotFound):
    code = "moment_not_archived"


@dataclass(frozen=True)
class Recovered:
    """What was found at the moment that was asked for."""

    revision: str | None
    """The migration that the database has there."""
    last_change_at: datetime | None
    """Of the last transaction that is in it."""


@dataclass(frozen=True)
class Recovery:
    """Restoring one database.

    Args:
        repository: where from.
        data: the folder that PostgreSQL uses; empty, where all was lost.
        configuration: what PostgreSQL is started with.
        database: the name of the product's database.
    """

    repository: Repository
    database: str
    data: Path = DATA
    configuration: Path = CONFIGURATION

    @property
    def fresh(self) -> Path:
        return self.data / ".fresh"

    @property
    def former(self) -> Path:
        return self.data / ".former"

    @property
    def partly_former(self) -> Path:
        return self.data / ".former.part"

    @property
    def gone(self) -> Path:
        return self.data / ".former.gone"

    @property
    def ours(self) -> set[Path]:
        """What PostgreSQL does not use."""
        return {self.fresh, self.former, self.partly_former, self.gone}

    async def prepare(self, at: datetime | None) -> Recovered | None:
        """Restore beside the living files, and look whether the moment is there.

        Args:
            at: the moment; None for the last one that was archived, at which nothing can be looked
                at before it is used.
        """
        self.need_settled()
        self.fresh.mkdir(mode=0o700, parents=True)
        target = ["--type=time", f"--target={at:%Y-%m-%d %H:%M:%S.%f%z}"] if at else []
        action = ["--target-action=promote"] if at else []
        try:
            await self.repository.run("restore", f"--pg1-path={self.fresh}", *target, *action)
        except Unavailable as error:
            if TOO_EARLY in error.detail:
                raise MomentNotArchived(
                    f"Nothing so early is archived: {at:%Y-%m-%d %H:%M:%S %Z} is before the first "
                    "base backup. `agentlab backup list` shows the bundles, which go back further."
                ) from error
            raise
        self.drop_former_in_fresh()
        if at is None:
            return None
        paused = ("recovery_target_action=pause", "hot_standby=on")
        async with self.started(self.fresh, *paused) as connection:
            await self.until(connection, "SELECT pg_get_wal_replay_pause_state() = 'paused'")
            return await self.look(connection)

    def drop_former_in_fresh(self) -> None:
        """A base backup that was made while a restore proved itself has what that replaced."""
        for name in {each.name for each in self.ours}:
            shutil.rmtree(self.fresh / name, ignore_errors=True)

    def need_settled(self) -> None:
        """Clear up after an attempt that only read. PostgreSQL may run, so nothing it uses changes.

        Raises:
            RecoveryFailed: one has exchanged files and did not come to its end.
        """
        if self.former.exists() or self.partly_former.exists():
            raise RecoveryFailed(
                f"In {self.data} are still the files that an interrupted restore has replaced. "
                "With PostgreSQL stopped, `docker compose run --rm --no-deps point-in-time python "
                "-m agentlab.cli.point_in_time undo` uses them again, and with `forget` in place "
                "of `undo` they go."
            )
        self.undo()

    def swap(self) -> None:
        """Put what was restored into the place of what is used. PostgreSQL is stopped."""
        if not (self.fresh / "PG_VERSION").exists() and not self.former.exists():
            raise RecoveryFailed("Nothing was restored yet that could be put into its place.")
        if not self.former.exists():
            self.partly_former.mkdir(mode=0o700, exist_ok=True)
            move(self.used(), self.partly_former)
            self.partly_former.rename(self.former)
        move(self.fresh.iterdir(), self.data)
        self.fresh.rmdir()
        sync_folder(self.data)

    async def finish(self) -> Recovered:
        """Let PostgreSQL replay the archive to the moment, and go on from there."""
        async with self.started(self.data) as connection:
            await self.until(connection, "SELECT NOT pg_is_in_recovery()")
            # Before this, archive_timeout would not be looked at.
            await connection.execute("CHECKPOINT")
            return await self.look(connection)

    def undo(self) -> None:
        """What was used before is used again; nothing happens where nothing was swapped."""
        if self.former.exists():
            for each in self.used():
                remove(each)
            self.former.rename(self.partly_former)
        if self.partly_former.exists():
            move(self.partly_former.iterdir(), self.data)
            self.partly_former.rmdir()
        for left in (self.fresh, self.gone):
            shutil.rmtree(left, ignore_errors=True)
        sync_folder(self.data)

    def forget(self) -> None:
        """Remove what was used before, when what was restored has proven itself."""
        if self.former.exists():
            self.former.rename(self.gone)
            sync_folder(self.data)
        shutil.rmtree(self.gone, ignore_errors=True)

    # Helpers

    def used(self) -> list[Path]:
        return [each for each in self.data.iterdir() if each not in self.ours]

    @asynccontextmanager
    async def started(
        self, folder: Path, *settings: str
    ) -> AsyncIterator["psycopg.AsyncConnection[tuple[object, ...]]"]:
        """PostgreSQL on a folder, for us alone."""
        restore = (
            f"pgbackrest --config={self.repository.configuration} --stanza=agentlab "
            f'--pg1-path={folder} archive-get %f "%p"'
        )
        given = (
            "listen_addresses=",
            f"unix_socket_directories={SOCKETS}",
            f"restore_command={restore}",
            "log_min_messages=log",
            *settings,
        )
        process = await asyncio.create_subprocess_exec(
            "postgres",
            *("-D", str(folder), "-c", f"config_file={self.configuration}"),
            *(word for setting in given for word in ("-c", setting)),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        lines: list[str] = []
        listening = asyncio.create_task(listen(process, lines))
        try:
            async with await self.connect(process, lines) as connection:
                yield connection
        except psycopg.Error as error:
            await asyncio.sleep(0.2)  # for its last words
            raise self.failure(lines) from error
        finally:
            await stop(process)
            await listening

    async def connect(
        self, process: asyncio.subprocess.Process, lines: list[str]
    ) -> "psycopg.AsyncConnection[tuple[object, ...]]":
        deadline = asyncio.get_running_loop().time() + STARTS_WITHIN_S
        while True:
            try:
                return await psycopg.AsyncConnection.connect(
                    host=str(SOCKETS), user="postgres", dbname=self.database, autocommit=True
                )
            except psycopg.Error as error:  # it starts, or replays
                late = asyncio.get_running_loop().time() > deadline
                if late or process.returncode is not None:
                    raise self.failure(lines) from error
            await asyncio.sleep(0.2)

    def failure(self, lines: list[str]) -> Exception:
        said = "\n".join(lines[-LAST_LINES:])
        if any(TOO_LATE in line for line in lines):
            return MomentNotArchived(
                "The archive ends before the moment that was asked for. Name an earlier one, or "
                "`latest` for all that there is."
            )
        return RecoveryFailed(f"PostgreSQL did not start on what was restored: {said}")

    async def until(
        self, connection: "psycopg.AsyncConnection[tuple[object, ...]]", question: str
    ) -> None:
        """`pg_isready` is content while the archive is still replayed; this is not."""
        while True:
            if await value(connection, question):
                return
            await asyncio.sleep(0.1)

    async def look(self, connection: "psycopg.AsyncConnection[tuple[object, ...]]") -> Recovered:
        revision = None
        if await value(connection, "SELECT to_regclass('alembic_version')"):
            revision = await value(connection, "SELECT min(version_num) FROM alembic_version")
        last = await value(connection, "SELECT pg_last_xact_replay_timestamp()")
        return Recovered(
            str(revision) if revision else None, last if isinstance(last, datetime) else None
        )


async def value(connection: "psycopg.AsyncConnection[tuple[object, ...]]", question: str) -> object:
    row = await (await connection.execute(question)).fetchone()
    return row[0] if row else None


async def listen(process: asyncio.subprocess.Process, lines: list[str]) -> None:
    assert process.stderr is not None  # noqa: S101 - asked for above
    async for line in process.stderr:
        lines.append(line.decode(errors="replace").rstrip())
        del lines[: -10 * LAST_LINES]


async def stop(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.send_signal(2)  # a fast shutdown
        await asyncio.wait_for(process.wait(), STOPS_WITHIN_S)


def move(entries: Iterator[Path] | list[Path], target: Path) -> None:
    """By renaming: all of it is on one disk. What was moved before is not there any more."""
    for each in list(entries):
        each.rename(target / each.name)
    sync_folder(target)


def remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()
