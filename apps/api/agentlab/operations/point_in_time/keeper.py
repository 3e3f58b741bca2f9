"""What the backup service does all day for the archive: carry segments away, make base backups."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from agentlab.errors import AgentLabError
from agentlab.kit import clock, logging
from agentlab.operations.backup.archives import Archive, Which, write_state
from agentlab.operations.point_in_time import repository
from agentlab.operations.point_in_time.repository import (
    OUTGOING,
    BaseBackup,
    Information,
    Repository,
    RepositoryFailed,
    RepositoryOfOther,
    due,
    number_of,
)
from agentlab.operations.point_in_time.stretches import SEGMENT_BYTES

log = logging.get(__name__)

LOOK_EVERY_S = 60
LOOK_CLOSELY_EVERY = 10
"""Once in so many rounds the archive is searched for gaps, which asks for long lists."""
CARRY_EVERY_S = 2
SEGMENT_NAME = len("000000010000000000000001")
PG_WAL = Path("/var/lib/postgresql/data/pg_wal")


@dataclass
class Keeper:
    """Keeps the repositories of one database.

    Args:
        open_repositories: asked anew in each round, as secrets change while this runs; ends with
            an error where the settings of the one elsewhere are of no use.
        last_archived: the last segment that PostgreSQL believes archived, and how many wait.
        is_used: whether people use the database.
        wake: sees that PostgreSQL looks at `archive_timeout` since it was started.
        state: the folder that gets `point-in-time.json`.
    """

    open_repositories: Callable[[], Iterable[Repository]]
    last_archived: Callable[[], Awaitable[tuple[str | None, int]]]
    is_used: Callable[[], Awaitable[bool]]
    wake: Callable[[], Awaitable[None]]
    state: Path
    rounds: int = 0
    carried: set[str] = field(default_factory=set)
    """Histories of timelines that the repository elsewhere has."""
    not_carried: str | None = None
    """Why segments wait for the repository elsewhere, when something is in the way."""

    async def run(self) -> None:
        """Until it is cancelled. No trouble ends it: what failed is tried again."""
        carrying = asyncio.create_task(self.carry_on())
        try:
            while True:
                await self.look()
                await asyncio.sleep(LOOK_EVERY_S)
        finally:
            carrying.cancel()
            with suppress(asyncio.CancelledError):
                await carrying

    async def look(self) -> None:
        """One round over all repositories, each for itself."""
        closely = self.rounds % LOOK_CLOSELY_EVERY == 0
        self.rounds += 1
        try:
            await self.wake()
            write_state(self.state, [each async for each in self.look_at_all(closely=closely)])
        except Exception:  # the database is away for a moment, the disk is full
            log.exception("archive_not_looked_at")

    async def look_at_all(self, *, closely: bool) -> AsyncIterator[Archive]:
        try:
            for each in self.open_repositories():
                yield await self.look_at(each, closely=closely)
        except AgentLabError as error:
            log.warning("archive_elsewhere_unusable", reason=error.detail)
            yield Archive(Which.ELSEWHERE, clock.now(), failure=error.detail)

    async def look_at(self, place: Repository, *, closely: bool) -> Archive:
        seen = Archive(place.which, clock.now())
        try:
            await place.make_ready(may_begin_anew=await self.is_used())
            seen = await self.inspect(place, seen, closely=closely)
            information = await place.information()
            last, _ = await self.last_archived()
            is_apart = seen.has_gap or has_turned(information.backups, last)
            kind = due(information.backups, clock.now(), is_apart=is_apart)
            if kind:
                log.info("base_backup_begins", repository=place.which, kind=kind)
                await place.back_up(kind)
                log.info("base_backup_made", repository=place.which, kind=kind)
                seen = await self.inspect(place, seen, closely=True)
        except RepositoryOfOther as error:
            log.warning("archive_of_other_database", repository=place.which)
            return replace(
                await self.described(place, seen), is_of_other=True, failure=error.detail
            )
        except RepositoryFailed as error:
            log.warning("archive_failed", repository=place.which, reason=error.detail)
            return replace(seen, failure=error.detail)
        return seen

    async def described(self, place: Repository, seen: Archive) -> Archive:
        """With the base backups of whichever database it is of, as far as they can be asked for."""
        with suppress(RepositoryFailed):
            seen = based(seen, await place.information())
        return seen

    async def inspect(self, place: Repository, seen: Archive, *, closely: bool) -> Archive:
        found = await place.information()
        last, waiting = await self.last_archived()
        has_gap = await place.has_gap(found) if closely else seen.has_gap
        failure = None
        if place.which is Which.ELSEWHERE:
            waiting, failure = waiting + len(outgoing()), self.not_carried
        elif last and number_of(last) >= 0 and found.archive and found.backups:
            # pgBackRest drops what it cannot store, and PostgreSQL takes that for archived.
            numbers = await place.segments(found.archive, last)
            has_gap = has_gap or number_of(last) not in numbers
        return replace(based(seen, found), waiting=waiting, has_gap=has_gap, failure=failure)

    async def carry_on(self) -> None:
        while True:
            try:
                await self.carry()
            except Exception as error:  # noqa: BLE001 - whatever it is, it is tried again
                self.not_carried = f"Segments wait for the copy elsewhere: {error}"
                log.warning("segments_wait", reason=str(error))
            else:
                self.not_carried = None
            await asyncio.sleep(CARRY_EVERY_S)

    async def carry(self) -> None:
        """Bring each segment that waits to the repository elsewhere, oldest first."""
        elsewhere = Repository(Which.ELSEWHERE, repository.ELSEWHERE_CONFIGURATION)
        if not elsewhere.configuration.exists():
            return
        for history in histories():
            if history.name not in self.carried:
                await elsewhere.run("archive-push", str(history))
                self.carried.add(history.name)
        for segment in outgoing():
            if is_cut_off(segment):  # nothing behind it would ever be carried
                log.error("segment_cut_off", segment=segment.name)
            else:
                await elsewhere.run("archive-push", str(segment))
            segment.unlink()


def based(seen: Archive, found: Information) -> Archive:
    return replace(
        seen,
        since=found.backups[0].ended_at if found.backups else None,
        base_backup_at=found.backups[-1].ended_at if found.backups else None,
    )


def has_turned(backups: Sequence[BaseBackup], last: str | None) -> bool:
    """Whether a restore began another timeline since the newest base backup."""
    is_segment = last is not None and number_of(last) >= 0
    return bool(is_segment and last and backups and backups[-1].first_wal[:8] != last[:8])


def histories() -> list[Path]:
    """Of all timelines, those of before the storage was set, too."""
    return sorted(PG_WAL.glob("*.history"))


def is_cut_off(segment: Path) -> bool:
    """Whether a power cut left a part of it; the next base backup closes the gap in the archive."""
    is_segment = len(segment.name) == SEGMENT_NAME
    return is_segment and segment.stat().st_size < SEGMENT_BYTES


def outgoing() -> list[Path]:
    try:
        return sorted(file for file in OUTGOING.iterdir() if not file.name.startswith("."))
    except FileNotFoundError:
        return []
