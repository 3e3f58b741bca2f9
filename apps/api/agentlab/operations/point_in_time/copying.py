"""The archive of a desk once more in the second folder, encrypted to the backups' key."""

import os
import shutil
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pyrage
from pyrage.x25519 import Identity, Recipient

from agentlab.errors import Conflict, Unavailable
from agentlab.kit import clock, logging
from agentlab.kit.folders import sync_folder
from agentlab.operations.backup import bundle, keys
from agentlab.operations.backup.bundle import KeyDoesNotFit
from agentlab.operations.backup.making import megabytes
from agentlab.operations.backup.place import Place
from agentlab.operations.backup.shelf import read_json, write_json
from agentlab.operations.embedded.folder import NO_ROOM
from agentlab.operations.point_in_time import stretches
from agentlab.operations.point_in_time.repository import number_of
from agentlab.operations.point_in_time.stretches import (
    ABOUT,
    AGE,
    BASES,
    FILES,
    MANIFEST,
    PARTIAL,
    PAUSE,
    RECORD,
    SECOND,
    UNFINISHED,
    WAL,
    About,
    Base,
    Stretch,
    with_age,
)

log = logging.get(__name__)


class SecondFolderMissing(Unavailable):
    code = "archive_second_folder_missing"


class SecondFolderFull(Unavailable):
    code = "archive_second_folder_full"


class CopyStopped(Unavailable):
    code = "archive_copy_stopped"


class CopyDiffers(Conflict):
    code = "archive_copy_differs"


class SegmentUnusable(Unavailable):
    code = "archive_segment_unusable"


@dataclass
class Copies:
    place: Place
    source: Path
    days: int
    reserve_bytes: int
    """So much of the second folder's disk is left to the bundles."""
    is_stopped: Callable[[], bool] = lambda: False
    is_read: Callable[[], bool] = lambda: False
    """Whether somebody restores from it, so that all of it has to stay."""
    key: Sequence[Recipient] = ()
    """What the following is about."""
    compared: set[str] = field(default_factory=set)
    """Stretches of which what is there was found to be the same."""
    differing: dict[str, str] = field(default_factory=dict)
    """Stretches that nothing more is written into there, and why."""
    copied_partials: dict[str, tuple[str, int]] = field(default_factory=dict)
    """Of each stretch, which one, and when it had been changed."""
    base_failed_at: datetime | None = None

    @property
    def root(self) -> Path:
        return (self.place.second_folder or self.source) / SECOND

    def copy(self) -> None:
        """Bring there what is missing. What has its name there is never written again.

        Raises:
            SecondFolderMissing: its disk is not mounted, for example.
            SecondFolderFull: so much as it has to is not free there.
            CopyDiffers: it is not possible to go on there with the stretch that is written now.
        """
        folder = self.root.parent
        if not folder.is_dir():
            self.forget()  # it may be another disk that comes back
            raise SecondFolderMissing(
                f"The second folder {folder} is not there. Is its disk mounted?"
            )
        keys.ensure(self.place.key)
        identities = keys.read(self.place.key)
        recipients = keys.recipients(identities, self.place.recipients)
        self.need_key(recipients)
        self.root.mkdir(mode=0o700, exist_ok=True)
        stretches.clear(self.root)
        self.make_room()
        found = stretches.stretches_in(self.source)
        for stretch in found:
            self.compare(stretch, identities)
        going_on = [each for each in found if each.folder.name not in self.differing]
        bases = missing_bases(going_on, self.root)
        try:
            for stretch in going_on:
                try:
                    self.copy_stretch(stretch, bases, recipients, is_newest=stretch is found[-1])
                except FileNotFoundError:
                    if (self.root / stretch.folder.name).exists():
                        raise  # otherwise it gave way to what comes now
        except OSError as error:
            stretches.clear(self.root)
            if error.errno in NO_ROOM and not self.is_read():
                stretches.give_up_oldest(self.root)
            raise
        if not self.is_read():
            stretches.expire(self.root, self.days)
        if found and found[-1].folder.name in self.differing:
            raise CopyDiffers(self.differing[found[-1].folder.name])

    def need_key(self, key: Sequence[Recipient]) -> None:
        """Of another key nothing is known yet."""
        if list(map(str, key)) != list(map(str, self.key)):
            self.forget()
            self.key = key

    def forget(self) -> None:
        self.compared.clear()
        self.differing.clear()
        self.copied_partials.clear()

    def make_room(self, size_bytes: int = 0) -> None:
        """For so much, and for what is left to the bundles."""
        needed = self.reserve_bytes + size_bytes
        while self.free_bytes() < needed and not self.is_read():
            if not stretches.give_up_oldest(self.root):
                break
        if self.free_bytes() < needed:
            raise SecondFolderFull(
                f"The archive elsewhere pauses: {megabytes(self.free_bytes())} are free on the "
                f"disk of {self.root}, and it needs {megabytes(needed)}, most of which stay free "
                "for backups. Free some space there, and it goes on by itself."
            )

    def free_bytes(self) -> int:
        return shutil.disk_usage(self.root).free

    def copy_stretch(
        self,
        stretch: Stretch,
        missing: Sequence[Base],
        recipients: Sequence[Recipient],
        *,
        is_newest: bool,
    ) -> None:
        there = self.root / stretch.folder.name
        bases = [base for base in missing if base.folder.is_relative_to(stretch.folder)]
        if not is_newest and not bases and not Stretch(there, stretch.about).bases:
            return  # it gave way
        for folder in (there, there / WAL, there / BASES):
            folder.mkdir(mode=0o700, exist_ok=True)
        if not (there / ABOUT).exists():
            write_json(there / ABOUT, stretch.about.model_copy(update={"until": None}))
        self.copy_wal(stretch, there, bases, recipients)
        for base in bases:
            self.copy_base(base, there / BASES, recipients)
        if read_json(there / ABOUT, About) != stretch.about:
            write_json(there / ABOUT, stretch.about)  # last: what it promises is there

    def compare(self, stretch: Stretch, identities: Sequence[Identity]) -> None:
        """Once, what is there with what is here: it may be of another history, or of another key.

        It is enough to look at the newest: what goes another way does not come together again.
        """
        name = stretch.folder.name
        if name in self.compared or name in self.differing:
            return
        try:
            need_same(stretch, Stretch(self.root / name, stretch.about), identities)
            self.compared.add(name)
        except (CopyDiffers, KeyDoesNotFit, SegmentUnusable) as error:
            self.differing[name] = (
                f"{error.detail} What is there is kept; the archive begins anew beside it."
            )
            log.warning("archive_copy_differs", reason=error.detail)

    def go_on(self, _done: int = 0) -> None:
        if self.is_stopped():
            raise CopyStopped("AgentLab was told to stop.")

    def copy_wal(
        self, stretch: Stretch, there: Path, bases: list[Base], recipients: Sequence[Recipient]
    ) -> None:
        """Whole segments, and the one that is being written, as far as it is."""
        copied = Stretch(there, stretch.about)
        first = min((each.record.first_wal for each in (*copied.bases, *bases)), default="")
        partial = stretch.partial
        for segment in stretch.segments:
            copy = with_age(copied.wal / segment.name)
            if segment.name >= first and not copy.exists():
                self.go_on()
                self.make_room()
                write_sealed(copy, segment.read_bytes(), recipients)
        if partial is not None:
            try:
                state = (partial.name, partial.stat().st_mtime_ns)
                if state != self.copied_partials.get(stretch.folder.name):
                    content = partial.read_bytes()
                    write_sealed(with_age(copied.wal / partial.name), content, recipients)
                    self.copied_partials[stretch.folder.name] = state
            except FileNotFoundError:  # it has become whole in this moment
                self.copy_wal(stretch, there, bases, recipients)
                return
        for old in copied.wal.glob(f"*{PARTIAL}{AGE}"):
            if partial is None or old.name != f"{partial.name}{AGE}":
                old.unlink()

    def copy_base(self, base: Base, bases: Path, recipients: Sequence[Recipient]) -> None:
        now = clock.now()
        if self.base_failed_at and now - PAUSE < self.base_failed_at <= now:
            raise SecondFolderFull(
                f"The disk of {self.root} was full while a base backup was copied. Free some space "
                "there; the next attempt comes within ten minutes."
            )
        self.make_room((base.folder / FILES).stat().st_size)
        try:
            copy_base(base, bases, recipients, self.go_on)
        except OSError as error:
            self.base_failed_at = now if error.errno in NO_ROOM else None
            raise
        self.base_failed_at = None


def need_same(stretch: Stretch, copied: Stretch, identities: Sequence[Identity]) -> None:
    """Raise unless the copy is of the same history, and not further in it.

    Raises:
        CopyDiffers: it is not.
        KeyDoesNotFit, SegmentUnusable: nobody can tell.
    """
    here = {each.name[:24]: each for each in (stretch.partial, *stretch.segments) if each}
    theirs = [each for each in stretches.entries(copied.wal) if number_of(each.name) >= 0]
    newest = max(here, default="")
    for copy in reversed(theirs):
        segment = here.get(copy.name[:24])
        if segment is None and copy.name[:24] < newest:
            continue  # nothing needs it here any more
        content = content_of(copy, identities)
        if PARTIAL in copy.name:
            content = content.rstrip(b"\0")  # as far as it was then
        if segment is None or not read_received(segment).startswith(content):
            raise CopyDiffers(
                f"{copy} is not what the archive here has under that name, as after an old copy of "
                "the data folder was put back."
            )
        if PARTIAL not in copy.name:
            return


def read_received(segment: Path) -> bytes:
    """One that is received just now may have become whole meanwhile."""
    try:
        return segment.read_bytes()
    except FileNotFoundError:
        return segment.with_name(segment.name[:24]).read_bytes()


def missing_bases(here: Sequence[Stretch], root: Path) -> list[Base]:
    """Newer ones than it has; where it has none, the newest. What gave way stays away."""
    bases = [base for each in here for base in each.bases]
    theirs = [base for each in here for base in Stretch(root / each.folder.name, each.about).bases]
    return [base for base in bases if base.place > theirs[-1].place] if theirs else bases[-1:]


def copy_base(
    base: Base, bases: Path, recipients: Sequence[Recipient], watch: bundle.Watch
) -> None:
    """Whole or not at all."""
    fresh = bases / f"{UNFINISHED}{base.folder.name}"
    fresh.mkdir(mode=0o700)
    with (base.folder / FILES).open("rb") as stream:
        bundle.seal(stream, with_age(fresh / FILES), recipients, watch)
    with (base.folder / MANIFEST).open("rb") as stream:
        bundle.seal(stream, with_age(fresh / MANIFEST), recipients, watch)
    write_json(fresh / RECORD, base.record)
    fresh.rename(bases / base.folder.name)
    sync_folder(bases)


def write_sealed(file: Path, content: bytes, recipients: Sequence[Recipient]) -> None:
    """Compressed and encrypted; under its name only when the disk has all of it."""
    fresh = file.with_name(f"{UNFINISHED}{file.name}")
    try:
        with bundle.created(fresh) as stream:
            stream.write(pyrage.encrypt(zlib.compress(content, 1), list(recipients)))
            stream.flush()
            os.fsync(stream.fileno())
        fresh.replace(file)
    finally:
        fresh.unlink(missing_ok=True)
    sync_folder(file.parent)


def content_of(file: Path, identities: Sequence[Identity]) -> bytes:
    """A segment's plain bytes, of either folder.

    Raises:
        KeyDoesNotFit, SegmentUnusable: nobody can read it.
    """
    content = file.read_bytes()
    if file.suffix != AGE:
        return content
    try:
        return zlib.decompress(pyrage.decrypt(content, list(identities)))
    except pyrage.DecryptError as error:
        if "matching keys" in str(error):
            raise KeyDoesNotFit(
                f"This key does not open {file}. Name the key that fits with --key."
            ) from error
        raise SegmentUnusable(f"{file} is damaged: {error}.") from error
    except zlib.error as error:
        raise SegmentUnusable(f"{file} is damaged: {error}.") from error
