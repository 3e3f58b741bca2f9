"""A moment of a desk's archive, as `operations/restore` brings it back.

PostgreSQL recovers it on a scratch folder, beside what lives. What the database held then goes into
the living server as a bundle would, so that all of a restore is the same: the restore point, the
comparison, the exchange, the way back.
"""

import hashlib
import os
import shutil
import tarfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from importlib.metadata import version
from itertools import count, takewhile
from pathlib import Path
from typing import BinaryIO, Self

import pyrage
from pyrage.x25519 import Identity

from agentlab.errors import NotFound
from agentlab.kit import clock
from agentlab.kit.folders import nearest_existing
from agentlab.kit.pipes import CHUNK, written_by
from agentlab.operations.backup import facts, keys, making, programs, scratch
from agentlab.operations.backup.archives import Which
from agentlab.operations.backup.bundle import FORMAT, KeyDoesNotFit, Manifest
from agentlab.operations.backup.place import Place
from agentlab.operations.backup.scratch import Ground, ScratchFailed
from agentlab.operations.embedded.postgres import DATABASE
from agentlab.operations.embedded.roles import OWNER
from agentlab.operations.point_in_time import stretches
from agentlab.operations.point_in_time.copying import content_of
from agentlab.operations.point_in_time.receiver import BaseBackupFailed, files_in
from agentlab.operations.point_in_time.recovery import (
    TOO_LATE,
    MomentNotArchived,
    RecoveryFailed,
)
from agentlab.operations.point_in_time.repository import number_of
from agentlab.operations.point_in_time.stretches import (
    AGE,
    ARCHIVE,
    PARTIAL,
    RESERVE_BYTES,
    SECOND,
    SEGMENT_BYTES,
    Base,
    Stretch,
    spelled,
)
from agentlab.operations.restore import comparing, compatibility, roles
from agentlab.operations.restore.compatibility import BundleEmpty, BundleTooNew, TooLittleRoom
from agentlab.operations.restore.source import OnBytes, loading_into
from agentlab.settings import Settings

LOCAL_ONLY = "local all all trust\n"
"""In a folder that nobody else may enter; the passwords of then are nobody's any more."""

RECOVERING = {
    "hot_standby": "off",  # it answers when it has come to the moment
    "restore_command": "false",  # what it needs is in its pg_wal already
    "recovery_target_timeline": "current",
    "recovery_target_action": "promote",
}


class NoSecondFolder(NotFound):
    code = "archive_no_second_folder"


@dataclass
class Moment:
    """A source of a restore while its block lasts."""

    place: Place
    stretch: Stretch
    base: Base
    at: datetime | None
    """None for the last moment that was archived."""
    identities: Sequence[Identity] = ()
    bundle_id: str = ""
    _open: ExitStack = field(default_factory=ExitStack)
    _url: str = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    @property
    def name(self) -> str:
        return database_at(self.at)

    @property
    def total_bytes(self) -> int:
        return self.base.record.size_bytes

    def check(self, on_bytes: OnBytes) -> None:
        """Recover it beside what lives, and look whether it can live here.

        Raises:
            MomentNotArchived: the archive ends before it.
            TooLittleRoom, RecoveryFailed, KeyDoesNotFit: it cannot be recovered.
        """
        if self.has_gap and self.at is None:
            raise MomentNotArchived(
                f"Segments are missing in {self.stretch.wal}, so that its last moment cannot be "
                "reached. Name one before that, or use a bundle: `agentlab backup list` shows them."
            )
        self.need_room()
        here = self._open.enter_context(scratch.ground(self.place))
        fill(here, self, on_bytes)
        self._url = self._open.enter_context(recovered(self.place, here, self))
        self.need_usable()

    def need_usable(self) -> None:
        try:
            compatibility.check_manifest(self.manifest)
        except BundleEmpty as error:
            raise MomentNotArchived(f"{self.name} was empty: name a later moment.") from error
        except BundleTooNew as error:
            raise BundleTooNew(
                f"{self.name} was that of a newer AgentLab (schema {self.manifest.revision}). "
                "Install the newest one, then run the command again."
            ) from error

    def need_room(self) -> None:
        """For what is recovered, what is restored from it, and what is archived of that.

        The archive has to be kept meanwhile: it gives nothing up, and should not have to pause.
        """
        segments = len(self.segments) * SEGMENT_BYTES
        needed = int(3 * self.total_bytes * compatibility.ROOM) + segments + RESERVE_BYTES
        free = shutil.disk_usage(nearest_existing(self.place.scratch)).free
        if free < needed:
            raise TooLittleRoom(
                f"Going back needs {needed / 1e6:,.0f} MB on the disk of {self.place.scratch}, and "
                f"{free / 1e6:,.0f} MB are free. Free some space, then run the command again."
            )

    @cached_property
    def segments(self) -> list[Path]:
        """What is replayed from the base backup on, oldest first, up to a gap if there is one."""
        numbered = zip(count(number_of(self.base.record.first_wal)), self.wanted, strict=False)
        return [each for number, each in takewhile(is_next, numbered)]

    @cached_property
    def wanted(self) -> list[Path]:
        """What there is from the base backup on, at most up to the next one."""
        following = next(
            (
                each.record.first_wal
                for each in self.stretch.bases
                if each.place > self.base.place and self.at and each.record.began_at > self.at
            ),
            None,
        )
        partial = self.stretch.partial
        found = [*self.stretch.segments, *([partial] if partial else [])]
        return [
            each
            for each in found
            if each.name[:24] >= self.base.record.first_wal
            and (following is None or each.name[:24] <= following)
        ]

    @property
    def has_gap(self) -> bool:
        """As where the second folder was away for longer than the archive here goes back."""
        return len(self.segments) < len(self.wanted)

    @cached_property
    def manifest(self) -> Manifest:
        """What was recovered, counted as a bundle's is."""
        with facts.connected(self._url) as db:
            found = facts.read(db)
        return Manifest(
            format=FORMAT,
            bundle_id=self.bundle_id,
            created_at=self.at or clock.now(),
            agentlab=version("agentlab"),
            revision=found.revision,
            floor=found.floor,
            postgres=found.postgres,
            postgres_major=found.postgres_major,
            pgvector=found.pgvector,
            place="desk",
            database=found.database,
            documents=found.documents,
            audit=found.audit,
            parts={},
            recipients=[],
            reason="asked",
        )

    def load(self, url: str, on_bytes: OnBytes) -> None:
        """From the recovered database into the empty one at `url`, with the roles of then."""
        roles.add_missing(url, making.roles_of(self.place, self._url).decode())
        env = programs.environment(self._url)
        dump = [self.place.program("pg_dump"), "--format=custom", "--compress=0", "--no-password"]
        done = 0
        with (
            loading_into(url, self.place) as target,
            programs.running(dump, env=env, writes=True) as dumping,
        ):
            source = programs.stdout_of(dumping)
            while piece := source.read(CHUNK):
                target.write(piece)
                done += len(piece)
                on_bytes(done)

    def compare(self, url: str) -> None:
        comparing.need_same(url, self.manifest, self.name)

    def extract(self, part: str, folder: Path) -> None:
        """Files and secrets stay as they are: the archive is of the database."""


def database_at(moment: datetime | None) -> str:
    """As sentences begin with it; None for the last moment that was archived."""
    when = f"at {spelled(moment)}" if moment else "at its last archived moment"
    return f"The database {when}"


def is_next(numbered: tuple[int, Path]) -> bool:
    number, segment = numbered
    return number_of(segment.name) == number


def find(settings: Settings, at: datetime | None, which: Which) -> tuple[Stretch, Base]:
    """The base backup that leads there, from files alone.

    Raises:
        AgentLabError: nothing leads there.
    """
    return stretches.choose(root_of(settings, which), at)


def root_of(settings: Settings, which: Which) -> Path:
    if which is Which.LOCAL:
        return settings.data_dir.resolve() / ARCHIVE
    if settings.backup_second_folder is None:
        raise NoSecondFolder(
            "There is no archive elsewhere: BACKUP_SECOND_FOLDER is not set. Leave --elsewhere out "
            "for the one here."
        )
    return settings.backup_second_folder / SECOND


def moment_in(
    place: Place,
    found: tuple[Stretch, Base],
    at: datetime | None,
    identities: Sequence[Identity] | None = None,
) -> Moment:
    """`identities`: for the archive elsewhere; None for the key of the place."""
    stretch, base = found
    if base.files.suffix == AGE:
        return Moment(place, stretch, base, at, identities or keys.read(place.key))
    return Moment(place, stretch, base, at)


# Recovering


def fill(here: Ground, moment: Moment, on_bytes: OnBytes) -> None:
    """The folder of a database as PostgreSQL recovers it."""
    here.data.mkdir(mode=0o700)
    try:
        unpack(moment, here.data, on_bytes)
        check_unpacked(moment, here.data)
    except (tarfile.TarError, EOFError, zlib.error, BaseBackupFailed) as error:
        raise damaged(moment.base) from error
    wal = here.data / "pg_wal"
    wal.mkdir(mode=0o700, exist_ok=True)
    for segment in moment.segments:
        copy_segment(segment, wal, moment.identities)
    (here.data / "recovery.signal").touch()
    (here.data / "pg_hba.conf").write_text(LOCAL_ONLY, encoding="utf-8")
    give_to_owner(here)


def unpack(moment: Moment, folder: Path, on_bytes: OnBytes) -> None:
    done = 0
    with (
        read_stored(moment.base.files, moment.identities) as stream,
        tarfile.open(fileobj=stream, mode="r|gz") as archive,
    ):
        for member in archive:
            archive.extract(member, folder, filter="data")
            on_bytes(done := done + member.size)


def check_unpacked(moment: Moment, folder: Path) -> None:
    """A tar that ends early looks whole: what should be there is in the manifest."""
    with read_stored(moment.base.manifest, moment.identities) as stream:
        expected = files_in(stream.read())
    for name, digest in expected.items():
        try:
            with (folder / name).open("rb") as stream:
                is_same = hashlib.file_digest(stream, "sha256").hexdigest() == digest
        except FileNotFoundError:
            is_same = False
        if not is_same:
            raise BaseBackupFailed(f"{name} in the base backup is not what was read.")


def copy_segment(segment: Path, wal: Path, identities: Sequence[Identity]) -> None:
    """One that is received just now may have become whole meanwhile."""
    is_partial = PARTIAL in segment.name
    try:
        content = content_of(segment, identities)
    except FileNotFoundError:
        if not is_partial:
            raise
        content = content_of(segment.with_name(segment.name.replace(PARTIAL, "", 1)), identities)
    (wal / segment.name[:24]).write_bytes(content)


@contextmanager
def read_stored(file: Path, identities: Sequence[Identity]) -> Iterator[BinaryIO]:
    """A file of a base backup, decrypted where it has to be."""
    with file.open("rb") as stored:
        if file.suffix != AGE:
            yield stored
            return

        def decrypt(pipe: BinaryIO) -> None:
            with open(pipe.fileno(), "wb", closefd=False) as target:
                pyrage.decrypt_io(stored, target, list(identities))

        try:
            with written_by(decrypt) as pipe:
                yield pipe
        except pyrage.DecryptError as error:
            if "matching keys" in str(error):
                raise KeyDoesNotFit(
                    f"This key does not open {file}. Name the key that fits with --key."
                ) from error
            raise BaseBackupFailed(f"{file} cannot be decrypted.") from error


def damaged(base: Base) -> RecoveryFailed:
    return RecoveryFailed(
        f"The base backup {base.folder} is damaged. Name a moment that another one leads to, or "
        "use a bundle: `agentlab backup list` shows them."
    )


def give_to_owner(here: Ground) -> None:
    if here.owner.switched:
        for parent, folders, files in os.walk(here.data):
            for name in (*folders, *files):
                os.chown(Path(parent) / name, here.owner.uid, here.owner.gid)
        os.chown(here.data, here.owner.uid, here.owner.gid)


@contextmanager
def recovered(place: Place, here: Ground, moment: Moment) -> Iterator[str]:
    """The database as it was at the moment, on a server of its own.

    Where nothing was written between the moment and the end of the archive, PostgreSQL does not
    find it; up to what was noted as complete, its end is the moment then.
    """
    target = {"recovery_target_time": f"{moment.at:%Y-%m-%d %H:%M:%S.%f%z}"} if moment.at else {}
    with ExitStack() as server:
        try:
            url = start(server, place, here, target)
        except RecoveryFailed as error:
            if TOO_LATE not in error.detail:
                raise
            until = None if moment.has_gap else moment.stretch.about.until
            if until is None or moment.at is None or moment.at > until:
                last = f": it has all up to {spelled(until)}" if until else ""
                raise MomentNotArchived(
                    f"The archive ends before the moment that was asked for{last}. Name an earlier "
                    "one, or `latest` for all that there is."
                ) from error
            url = start(server, place, here, {})
        yield url.format(DATABASE)


def start(server: ExitStack, place: Place, here: Ground, target: dict[str, str]) -> str:
    try:
        return server.enter_context(scratch.started(place, here, OWNER, {**RECOVERING, **target}))
    except ScratchFailed as error:
        raise RecoveryFailed(f"PostgreSQL did not recover what was archived. {error.detail}") from (
            error
        )
