"""What `agentlab up` does all day for the archive of a desk: receive, begin anew, let go.

One keeper for each data folder. No trouble of its own ends it, and none of it ends AgentLab.
"""

import asyncio
import json
import math
import os
import shutil
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg

from agentlab.errors import AgentLabError, Unavailable
from agentlab.kit import clock, logging
from agentlab.kit.folders import nearest_existing, sync_folder
from agentlab.operations.backup import facts
from agentlab.operations.backup.archives import Archive, Which, write_state
from agentlab.operations.backup.desk import place_of
from agentlab.operations.backup.making import megabytes
from agentlab.operations.backup.place import Place
from agentlab.operations.backup.shelf import Shelf, write_json
from agentlab.operations.embedded import Connections, account
from agentlab.operations.embedded.account import Account
from agentlab.operations.point_in_time import copying, receiver, stretches
from agentlab.operations.point_in_time.receiver import SLOT, Receiver, ReceiverFailed
from agentlab.operations.point_in_time.repository import number_of
from agentlab.operations.point_in_time.stretches import (
    ABOUT,
    ARCHIVE,
    BASES,
    MANIFEST,
    NAMED,
    PAUSE,
    RECORD,
    RESERVE_BYTES,
    SEGMENT_BYTES,
    UNFINISHED,
    WAL,
    About,
    Record,
    Stretch,
)
from agentlab.operations.restore.journal import Journal, Outcome
from agentlab.operations.restore.restore_points import has_people
from agentlab.settings import Settings

log = logging.get(__name__)

Database = psycopg.Connection[tuple[Any, ...]]

LOOK_EVERY_S = 20
BASE_EVERY = timedelta(days=1)
CATCHES_UP_WITHIN_S = 5
REMOVED = "has already been removed"
"""PostgreSQL does not have what would come next."""


class ArchiveNeedsRoom(Unavailable):
    code = "archive_needs_room"


class ArchiveOfOther(Unavailable):
    code = "archive_of_other_database"


async def keep(settings: Settings, connections: Connections) -> None:
    """Keep the archive of the AgentLab that runs in this process, until this is cancelled."""
    if settings.database_url or not connections.owner_url:
        return  # a server of somebody's own, which they archive themselves
    while True:
        try:
            place = await asyncio.to_thread(place_of, settings, connections.owner_url)
            root = settings.data_dir.resolve() / ARCHIVE
            await Keeper(place, root, settings.backup_archive_days).run()
        except Exception:  # whatever it is, it is tried again
            log.exception("archive_not_kept")
        await asyncio.sleep(LOOK_EVERY_S)


@dataclass
class Keeper:
    place: Place
    root: Path
    days: int
    """0: nothing is archived."""
    reserve_bytes: int = RESERVE_BYTES
    owner: Account = field(default_factory=account.for_services)
    stopping: threading.Event = field(default_factory=threading.Event)
    base_failed_at: datetime | None = None
    told: list[Archive] = field(default_factory=list)
    """As others read it now."""
    noted_at: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self.receiver = Receiver(self.place, self.owner)
        self.copies = copying.Copies(
            self.place,
            self.root,
            self.days,
            self.reserve_bytes,
            self.is_to_end,
            self.is_read,
        )

    async def run(self) -> None:
        await receiver.end_leftovers(self.owner, self.root)
        working = asyncio.ensure_future(asyncio.to_thread(self.work))
        try:
            await asyncio.shield(working)
        except asyncio.CancelledError:
            self.stopping.set()
            await working
            raise

    def work(self) -> None:
        try:
            while not self.stopping.is_set():
                try:
                    self.look()
                except Exception:  # whatever it is, it is tried again
                    log.exception("archive_not_looked_at")
                self.stopping.wait(LOOK_EVERY_S)
            self.end_well()
        finally:
            self.receiver.stop()

    def look(self) -> list[Archive]:
        """One round; how the archives are then."""
        self.noted_at = time.monotonic()
        found = [self.local()]
        if self.place.second_folder and self.days:
            found.append(self.elsewhere())
        self.tell(found)
        return found

    def tell(self, found: list[Archive]) -> None:
        self.told = found
        try:
            Shelf(self.place.folder).prepare()
            write_state(self.place.folder, found)
        except (OSError, AgentLabError) as error:
            log.warning("archive_state_not_written", reason=str(error))

    def is_to_end(self) -> bool:
        """What takes long asks this all the time; the archive goes on meanwhile, and says so."""
        if time.monotonic() - self.noted_at >= LOOK_EVERY_S and not self.stopping.is_set():
            self.go_on()
            self.noted_at = time.monotonic()
        return self.stopping.is_set()

    def go_on(self) -> None:
        """Note how far it is here. What fails is for the next round, which says why."""
        newest = self.newest()
        if newest is None or self.receiver.pid is None:
            return
        try:
            with facts.connected(self.place.database_url) as db:
                waiting = self.catch_up(db, newest)
        except (AgentLabError, OSError, psycopg.Error) as error:
            log.warning("archive_failed", reason=sentence_of(error, self.root))
            return
        here = described(Which.LOCAL, self.root, waiting=waiting)
        self.tell([here, *(each for each in self.told if each.which is Which.ELSEWHERE)])

    def local(self) -> Archive:
        failure = None
        waiting = 0
        try:
            waiting = self.receive()
        except (AgentLabError, OSError, psycopg.Error) as error:
            failure = sentence_of(error, self.root)
            log.warning("archive_failed", reason=failure)
        found = described(Which.LOCAL, self.root, waiting=waiting, failure=failure)
        return found if self.days else replace(found, is_kept=False, has_gap=False)

    def elsewhere(self) -> Archive:
        failure = None
        try:
            self.copies.copy()
        except copying.CopyDiffers as error:
            self.begin_anew()
            failure = error.detail
        except (AgentLabError, OSError) as error:
            failure = sentence_of(error, self.copies.root)
            log.warning("archive_not_copied", reason=failure)
        return described(Which.ELSEWHERE, self.copies.root, failure=failure)

    # Receiving

    def receive(self) -> int:
        """See that what is written is received; how many segments wait.

        Raises:
            AgentLabError: it is not, as the sentence says.
        """
        with facts.connected(self.place.database_url) as db:
            if not self.days:
                self.receiver.stop()
                drop_slot(db)
                return 0
            stretch = self.current(db)
            if stretch is None and not has_people(self.place.database_url):
                self.need_own(db)
                return 0
            self.make_root()
            self.make_room(db, is_receiving=stretch is not None)
            stretch = stretch or self.begin(db)
            waiting = self.catch_up(db, stretch)
            if self.is_base_due(stretch):
                self.make_base(db, stretch)
        if not self.is_read():
            stretches.expire(self.root, self.days)
        return waiting

    def make_root(self) -> None:
        if not self.root.exists():
            self.make_folder(self.root)
        if self.receiver.pid is None:
            stretches.clear(self.root)

    def make_folder(self, folder: Path) -> None:
        folder.mkdir(mode=0o700)
        if self.owner.switched:
            os.chown(folder, self.owner.uid, self.owner.gid)

    def current(self, db: Database) -> Stretch | None:
        """The stretch that PostgreSQL can go on with; None where a new one has to begin."""
        newest = self.newest()
        system, flushed, timeline = facts.one(db, WHERE_IT_IS)
        if newest is None or newest.about.system_identifier != system:
            return None
        slot = db.execute(
            "SELECT wal_status FROM pg_replication_slots WHERE slot_name = %s", [SLOT]
        ).fetchone()
        is_kept = slot is not None and slot[0] in {"reserved", "extended", "unreserved"}
        if not is_kept or newest.has_gap:
            return None
        last = newest.segments[-1].name if newest.segments else None
        if last and (last[:8] != timeline or number_of(last) > flushed):
            return None  # the database is another one than it was, or an older state of it
        return newest

    def need_own(self, db: Database) -> None:
        """A new and empty database is no reason to go on beside the archive of another one."""
        newest, (system, _, _) = self.newest(), facts.one(db, WHERE_IT_IS)
        if newest and newest.about.system_identifier != system:
            raise ArchiveOfOther(
                f"The archive in {self.root} is of another database than the one that runs, and "
                "nobody uses this one yet. Bring that one back with `agentlab restore --at "
                "latest`; to begin anew, `agentlab user add EMAIL --name NAME --role "
                "administrator`."
            )

    def newest(self) -> Stretch | None:
        return next(reversed(stretches.stretches_in(self.root)), None)

    def begin(self, db: Database) -> Stretch:
        """A new stretch, from this moment on."""
        self.receiver.stop()
        drop_slot(db)
        (system, _, _), name = facts.one(db, WHERE_IT_IS), self.next_name()
        fresh = self.root / f"{UNFINISHED}{name}"
        shutil.rmtree(fresh, ignore_errors=True)
        for each in (fresh, fresh / WAL, fresh / BASES):
            self.make_folder(each)
        write_json(fresh / ABOUT, About(system_identifier=system, began_at=clock.now()))
        fresh.rename(self.root / name)
        sync_folder(self.root)
        # Last: without it a stretch is not gone on with, whatever was interrupted.
        db.execute("SELECT pg_create_physical_replication_slot(%s, true)", [SLOT])
        log.info("archive_begins", folder=name)
        return stretches.stretches_in(self.root)[-1]

    def next_name(self) -> str:
        """The moment, or one after the newest stretch's, whatever the clock says."""
        moment, newest = clock.now().strftime(NAMED), self.newest()
        if newest and moment <= newest.folder.name:
            began = datetime.strptime(newest.folder.name, NAMED).replace(tzinfo=UTC)
            return (began + timedelta(seconds=1)).strftime(NAMED)
        return moment

    def begin_anew(self) -> None:
        """The copies elsewhere have gone another way than this archive: it begins a new stretch."""
        self.receiver.stop()
        with suppress(AgentLabError, psycopg.Error), facts.connected(self.place.database_url) as db:
            drop_slot(db)

    def catch_up(self, db: Database, stretch: Stretch) -> int:
        """Note up to when everything is on the archive's disk; how many segments are not."""
        now, deadline = clock.now(), time.monotonic() + CATCHES_UP_WITHIN_S
        (wanted,) = facts.one(db, "SELECT pg_current_wal_flush_lsn()")
        while True:
            self.receive_into(db, stretch)
            found = db.execute(HAS_RECEIVED, [wanted, SLOT]).fetchone()
            behind = found[0] if found else None
            if behind is not None and behind <= 0:
                break
            if time.monotonic() > deadline:
                return math.ceil((behind or 1) / SEGMENT_BYTES)
            time.sleep(0.05)
        sync(stretch.partial)
        stretch.note_until(now)
        return 0

    def receive_into(self, db: Database, stretch: Stretch) -> None:
        try:
            self.receiver.receive_into(stretch.wal)
        except ReceiverFailed as error:
            if REMOVED in error.detail:
                drop_slot(db)  # the next round begins anew
            raise

    def end_well(self) -> None:
        """What was written last is received, too, before PostgreSQL is stopped."""
        newest = self.newest()
        if newest and self.receiver.pid and self.days:
            try:
                with facts.connected(self.place.database_url) as db:
                    self.catch_up(db, newest)
            except (AgentLabError, OSError, psycopg.Error) as error:
                log.warning("archive_failed", reason=sentence_of(error, self.root))

    # Room

    def make_room(self, db: Database, *, is_receiving: bool) -> None:
        """The archive gives way before its disk is full, and begins again when there is room.

        Raises:
            ArchiveNeedsRoom: nothing is received for now, and PostgreSQL keeps nothing for us.
        """
        needed = self.reserve_bytes
        if not is_receiving:
            needed += self.reserve_bytes // 2 + base_size(db)  # it should not give way at once
        while self.free_bytes() < needed and not self.is_read():
            if not stretches.give_up_oldest(self.root):
                break
            log.warning("archive_gave_way")
        if self.free_bytes() < needed:
            self.receiver.stop()
            drop_slot(db)
            raise ArchiveNeedsRoom(
                f"The archive pauses: {megabytes(self.free_bytes())} are free on the disk of "
                f"{self.root}, and it begins again with {megabytes(needed)}. Free some space; "
                "until then one cannot go back to what is done now, and AgentLab works as ever."
            )

    def is_read(self) -> bool:
        """Whether somebody restores, perhaps from it: all of it stays until that has ended."""
        entry = Journal(self.place.folder).read()
        is_running = entry is not None and entry.outcome is Outcome.RUNNING
        return is_running and Shelf(self.place.folder).running() is not None

    def free_bytes(self) -> int:
        return shutil.disk_usage(self.root).free

    # Base backups

    def is_base_due(self, stretch: Stretch) -> bool:
        now = clock.now()
        last = next(reversed(stretch.bases), None)
        if self.base_failed_at and now - PAUSE < self.base_failed_at <= now:
            return False
        return last is None or not now - BASE_EVERY < last.record.ended_at <= now

    def make_base(self, db: Database, stretch: Stretch) -> None:
        """Under another name until it was checked."""
        began = clock.now()
        fresh = stretch.folder / BASES / f"{UNFINISHED}{began.strftime(NAMED)}"
        shutil.rmtree(fresh, ignore_errors=True)
        self.make_folder(fresh)
        try:
            receiver.base_backup(self.place, self.owner, fresh, self.is_to_end)
            write_json(fresh / RECORD, record_of(fresh / MANIFEST, began))
        except BaseException:
            self.base_failed_at = clock.now()
            shutil.rmtree(fresh, ignore_errors=True)
            raise
        fresh.rename(stretch.folder / BASES / began.strftime(NAMED))
        sync_folder(stretch.folder / BASES)
        self.base_failed_at = None
        log.info("base_backup_made", name=began.strftime(NAMED))
        self.catch_up(db, stretch)  # it is good for something when its end was received


WHERE_IT_IS = """
SELECT (SELECT system_identifier::text FROM pg_control_system()),
  ('x' || substr(pg_walfile_name(pg_current_wal_flush_lsn()), 9, 8))::bit(32)::int::bigint * 256
    + ('x' || substr(pg_walfile_name(pg_current_wal_flush_lsn()), 17, 8))::bit(32)::int,
  substr(pg_walfile_name(pg_current_wal_flush_lsn()), 1, 8)
"""
"""The cluster, the number of the segment that it writes, and its timeline."""

HAS_RECEIVED = """
SELECT (%s::pg_lsn - write_lsn)::bigint FROM pg_stat_replication
JOIN pg_replication_slots ON active_pid = pid WHERE slot_name = %s
"""
"""How many bytes up to a place are not received yet; no row before it is connected."""


def drop_slot(db: Database) -> None:
    """Nothing is kept for us any more. Who still uses it is put out."""
    for _ in range(50):
        found = db.execute(
            "SELECT active_pid, pg_terminate_backend(active_pid) FROM pg_replication_slots"
            " WHERE slot_name = %s",
            [SLOT],
        ).fetchone()
        if found is None:
            return
        with suppress(psycopg.errors.ObjectInUse):
            db.execute("SELECT pg_drop_replication_slot(%s)", [SLOT])
            return
        time.sleep(0.1)


def base_size(db: Database) -> int:
    """About what a base backup takes, compressed."""
    (size,) = facts.one(db, "SELECT sum(pg_database_size(oid))::bigint FROM pg_database")
    return int(size) // 3


def record_of(manifest: Path, began: datetime) -> Record:
    found = json.loads(manifest.read_bytes())
    span = found["WAL-Ranges"][0]
    return Record(
        began_at=began,
        ended_at=clock.now(),
        first_wal=segment_of(span["Timeline"], span["Start-LSN"]),
        size_bytes=sum(each["Size"] for each in found["Files"]),
    )


def segment_of(timeline: int, position: str) -> str:
    """The name of the segment that a position such as 0/3000028 is in."""
    high, low = (int(part, 16) for part in position.split("/"))
    return f"{timeline:08X}{high:08X}{low // SEGMENT_BYTES:08X}"


def sentence_of(error: Exception, root: Path) -> str:
    if isinstance(error, AgentLabError):
        return error.detail
    if isinstance(error, OSError):
        free = megabytes(shutil.disk_usage(nearest_existing(root)).free)
        return (
            f"The archive in {root} could not be written: {error.strerror or error} ({free} are "
            "free there). What is in it stays good; free some space, and it goes on by itself."
        )
    return f"PostgreSQL does not go on: {str(error).strip().partition(chr(10))[0]}."


def sync(file: Path | None) -> None:
    """Wait until the disk has it; one that has its name for good was synced before."""
    if file is None:
        return
    with suppress(FileNotFoundError):
        descriptor = os.open(file, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def described(which: Which, root: Path, *, waiting: int = 0, failure: str | None = None) -> Archive:
    span = newest = None
    spans: tuple[tuple[datetime, datetime], ...] = ()
    with suppress(OSError):
        span, spans = stretches.span_of(root), stretches.spans_of(root)
        newest = next(reversed(stretches.stretches_in(root)), None)
    bases = newest.bases if newest else []
    return Archive(
        which,
        clock.now(),
        since=span[0] if span else None,
        until=span[1] if span else None,
        base_backup_at=bases[-1].record.ended_at if bases else None,
        waiting=waiting,
        has_gap=span is not None and not bases,
        failure=failure,
        stretches=spans,
    )
