"""The archive of a desk once more in the second folder, encrypted to the backups' key."""

import os
import shutil
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyrage
from pyrage.x25519 import Identity, Recipient

from agentlab.errors import Conflict, Unavailable
from agentlab.kit.folders import sync_folder
from agentlab.operations.backup import bundle, keys
from agentlab.operations.backup.bundle import KeyDoesNotFit
from agentlab.operations.backup.making import megabytes
from agentlab.operations.backup.place import Place
from agentlab.operations.backup.shelf import read_json, write_json
from agentlab.operations.embedded.folder import NO_ROOM
from agentlab.operations.point_in_time import stretches
from agentlab.operations.point_in_time.stretches import (
    ABOUT,
    AGE,
    BASES,
    FILES,
    MANIFEST,
    PARTIAL,
    RECORD,
    SECOND,
    UNFINISHED,
    WAL,
    About,
    Base,
    Stretch,
    with_age,
)


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
    compared: set[str] = field(default_factory=set)
    """Stretches whose newest common segment was found to be the same."""
    copied_partial: tuple[str, int] | None = None
    """Which one, and when it had been changed."""

    @property
    def root(self) -> Path:
        return (self.place.second_folder or self.source) / SECOND

    def copy(self) -> None:
        """Bring there what is missing. What has its name there is never written again.

        Raises:
            SecondFolderMissing: its disk is not mounted, for example.
            CopyDiffers: it has another segment of the same name.
        """
        folder = self.root.parent
        if not folder.is_dir():
            raise SecondFolderMissing(
                f"The second folder {folder} is not there. Is its disk mounted?"
            )
        keys.ensure(self.place.key)
        identities = keys.read(self.place.key)
        recipients = keys.recipients(identities, self.place.recipients)
        self.root.mkdir(mode=0o700, exist_ok=True)
        stretches.clear(self.root)
        self.make_room()
        try:
            for stretch in stretches.stretches_in(self.source):
                self.copy_stretch(stretch, identities, recipients)
        except OSError as error:
            stretches.clear(self.root)
            if error.errno in NO_ROOM:
                stretches.give_up_oldest(self.root)
            raise
        stretches.expire(self.root, self.days)

    def make_room(self) -> None:
        while self.free_bytes() < self.reserve_bytes and stretches.give_up_oldest(self.root):
            pass
        if self.free_bytes() < self.reserve_bytes:
            raise SecondFolderFull(
                f"The archive elsewhere pauses: {megabytes(self.free_bytes())} are free on the "
                f"disk of {self.root}, and {megabytes(self.reserve_bytes)} stay free for backups. "
                "Free some space there, and it goes on by itself."
            )

    def free_bytes(self) -> int:
        return shutil.disk_usage(self.root).free

    def copy_stretch(
        self, stretch: Stretch, identities: Sequence[Identity], recipients: Sequence[Recipient]
    ) -> None:
        there = self.root / stretch.folder.name
        for folder in (there, there / WAL, there / BASES):
            folder.mkdir(mode=0o700, exist_ok=True)
        if not (there / ABOUT).exists():
            write_json(there / ABOUT, stretch.about.model_copy(update={"until": None}))
        self.compare(stretch, there, identities)
        bases = missing_bases(stretch, Stretch(there, stretch.about))
        self.copy_wal(stretch, there, bases, recipients)
        for base in bases:
            copy_base(base, there / BASES, recipients, self.go_on)
        if read_json(there / ABOUT, About) != stretch.about:
            write_json(there / ABOUT, stretch.about)  # last: what it promises is there

    def compare(self, stretch: Stretch, there: Path, identities: Sequence[Identity]) -> None:
        if stretch.folder.name in self.compared:
            return
        for segment in reversed(stretch.segments):
            copy = with_age(there / WAL / segment.name)
            if copy.exists():
                if content_of(copy, identities) != segment.read_bytes():
                    raise CopyDiffers(
                        f"{copy} is not what the archive here has under that name, as after an old "
                        "copy of the data folder was put back. Both are kept; the archive begins "
                        "anew beside them."
                    )
                break
        self.compared.add(stretch.folder.name)

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
                write_sealed(copy, segment.read_bytes(), recipients)
        if partial is not None:
            try:
                state = (partial.name, partial.stat().st_mtime_ns)
                if state != self.copied_partial:
                    content = partial.read_bytes()
                    write_sealed(with_age(copied.wal / partial.name), content, recipients)
                    self.copied_partial = state
            except FileNotFoundError:  # it has become whole in this moment
                self.copy_wal(stretch, there, bases, recipients)
                return
        for old in copied.wal.glob(f"*{PARTIAL}{AGE}"):
            if partial is None or old.name != f"{partial.name}{AGE}":
                old.unlink()


def missing_bases(stretch: Stretch, copied: Stretch) -> list[Base]:
    """Newer ones than it has; where it has none, the newest. What gave way stays away."""
    if not copied.bases:
        return stretch.bases[-1:]
    newest = copied.bases[-1].record.ended_at
    return [base for base in stretch.bases if base.record.ended_at > newest]


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
