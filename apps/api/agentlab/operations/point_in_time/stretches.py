"""The archive of a desk, as it lies in a folder: what PostgreSQL wrote, and what to begin from.

20261129T101500Z/          a stretch: write-ahead log without a gap, of one cluster
  stretch.json             of which cluster, and up to when everything is in it
  wal/                     segments; the last one with `.partial`
  bases/20261129T101502Z/  a base backup: base.tar.gz, backup_manifest, base.json

A gap begins a new stretch, with a base backup of its own. In the second folder lies the same, and
what is not JSON is encrypted: `.age`, segments compressed before.
"""

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pydantic import BaseModel

from agentlab.errors import InvalidInput
from agentlab.kit import clock
from agentlab.kit.folders import sync_folder
from agentlab.operations.backup.shelf import read_json, write_json
from agentlab.operations.point_in_time.recovery import MomentNotArchived
from agentlab.operations.point_in_time.repository import number_of

ARCHIVE = "archive"
"""In the data folder."""
SECOND = "point-in-time"
"""In the second folder."""

ABOUT = "stretch.json"
WAL = "wal"
BASES = "bases"
RECORD = "base.json"
FILES = "base.tar.gz"
MANIFEST = "backup_manifest"
PARTIAL = ".partial"
AGE = ".age"
SEGMENT_BYTES = 16 << 20
UNFINISHED = ".new-"
GONE = ".gone-"
NAMED = "%Y%m%dT%H%M%SZ"
PAUSE = timedelta(minutes=10)
"""After a base backup that failed, before the next attempt."""
RESERVE_BYTES = 256 << 20
"""So much of its disk the archive leaves to others, the database above all."""


class MomentAhead(InvalidInput):
    code = "moment_ahead"


class About(BaseModel):
    """`stretch.json`."""

    system_identifier: str
    began_at: datetime
    until: datetime | None = None
    """Everything that was written before is in it."""


class Record(BaseModel):
    """`base.json`."""

    began_at: datetime
    ended_at: datetime
    first_wal: str
    size_bytes: int
    """Of the files when they are unpacked."""


@dataclass(frozen=True)
class Base:
    folder: Path
    record: Record

    @property
    def place(self) -> tuple[str, str]:
        """Where it comes among others: its dates are of clocks, which may have been wrong."""
        return self.folder.parents[1].name, self.record.first_wal

    @property
    def files(self) -> Path:
        return plain_or_not(self.folder / FILES)

    @property
    def manifest(self) -> Path:
        return plain_or_not(self.folder / MANIFEST)


@dataclass(frozen=True)
class Stretch:
    folder: Path
    about: About

    @property
    def wal(self) -> Path:
        return self.folder / WAL

    @property
    def bases(self) -> list[Base]:
        """The good ones, oldest first."""
        found = [
            Base(each, record)
            for each in entries(self.folder / BASES)
            if (record := read_json(each / RECORD, Record))
        ]
        return sorted(found, key=lambda base: base.place)

    @property
    def segments(self) -> list[Path]:
        """The whole ones, oldest first."""
        return [
            each
            for each in entries(self.wal)
            if number_of(plain_name(each)) >= 0 and (PARTIAL not in each.name)
        ]

    @property
    def partial(self) -> Path | None:
        return next((each for each in reversed(entries(self.wal)) if PARTIAL in each.name), None)

    @property
    def has_gap(self) -> bool:
        numbers = [number_of(each.name) for each in self.segments]
        return bool(numbers) and numbers[-1] - numbers[0] + 1 != len(numbers)

    def note_until(self, moment: datetime) -> "Stretch":
        about = self.about.model_copy(update={"until": moment})
        write_json(self.folder / ABOUT, about)
        return Stretch(self.folder, about)


def stretches_in(root: Path) -> list[Stretch]:
    """Oldest first."""
    return [
        Stretch(each, about) for each in entries(root) if (about := read_json(each / ABOUT, About))
    ]


def entries(folder: Path) -> list[Path]:
    """What has its name for good, in the order of names; nothing where there is no folder."""
    try:
        return sorted(each for each in folder.iterdir() if not each.name.startswith("."))
    except FileNotFoundError:
        return []


def plain_or_not(path: Path) -> Path:
    """As it is here or, encrypted, in the second folder."""
    return path if path.exists() else with_age(path)


def with_age(path: Path) -> Path:
    return path.with_name(path.name + AGE)


def plain_name(path: Path) -> str:
    return path.name.removesuffix(AGE)


# To which moment one can go back


def span_of(root: Path) -> tuple[datetime, datetime] | None:
    """The earliest moment, and up to when everything is there for certain."""
    found = leading_in(root)
    if not found:
        return None
    newest, base = found[-1]
    since = min(base.record.ended_at for _, base in found)
    return since, newest.about.until or base.record.ended_at


def spans_of(root: Path) -> tuple[tuple[datetime, datetime], ...]:
    """The same of each stretch that has a base backup."""
    return tuple(
        (bases[0].record.ended_at, each.about.until or bases[-1].record.ended_at)
        for each in stretches_in(root)
        if (bases := each.bases)
    )


def leading_in(root: Path) -> list[tuple[Stretch, Base]]:
    """The base backups, oldest first."""
    return [(each, base) for each in stretches_in(root) for base in each.bases]


def choose(root: Path, at: datetime | None) -> tuple[Stretch, Base]:
    """The base backup that leads to a moment, or to the last one.

    Raises:
        MomentAhead: it has not come yet.
        MomentNotArchived: nothing leads there, or nobody can tell which last one is meant.
    """
    if at and at > clock.now():
        raise MomentAhead(
            f"{spelled(at)} has not come yet. Name a moment that is past, or `latest`."
        )
    found = leading_in(root)
    if not found:
        raise MomentNotArchived(
            f"There is no archive with a base backup in {root}. `agentlab backup list` shows the "
            "bundles that there are."
        )
    if at is None:
        need_one_end(root, found)
    fitting = [n for n, (_, base) in enumerate(found) if at is None or base.record.ended_at <= at]
    if not fitting:
        first = spelled(min(base.record.ended_at for _, base in found))
        raise MomentNotArchived(
            f"Nothing so early is archived: one can go back to {first} and later. "
            "`agentlab backup list` shows the bundles, which go back further."
        )
    stretch, base = found[fitting[-1]]
    following = next(iter(found[fitting[-1] + 1 :]), None)
    if at and following and following[0].folder != stretch.folder:
        need_before_the_gap(at, stretch, following[1])
    return stretch, base


def need_one_end(root: Path, found: Sequence[tuple[Stretch, Base]]) -> None:
    """As where a new database has begun beside the archive of one that was lost."""
    ends = {
        each.about.system_identifier: each.about.until or base.record.ended_at
        for each, base in found
    }
    if len(ends) > 1:
        named = ", or ".join(
            f"`agentlab restore --at {end.astimezone(UTC).isoformat().replace('+00:00', 'Z')}`"
            for end in ends.values()
        )
        raise MomentNotArchived(
            f"In {root} is the archive of more than one database, as where a new one was begun "
            f"after another had been lost, and each has a last moment. Name the one you mean: "
            f"{named}; with --elsewhere where you asked for that."
        )


def need_before_the_gap(at: datetime, stretch: Stretch, following: Base) -> None:
    until = stretch.about.until
    if until is None or at > until:
        raise MomentNotArchived(
            f"Nothing is archived of {spelled(at)}: name a moment before "
            f"{spelled(until or stretch.about.began_at)}, or after "
            f"{spelled(following.record.ended_at)}."
        )


def spelled(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"


# What may go


def expire(root: Path, days: int) -> None:
    """Remove what leads only to moments before the last `days` days that have a base backup.

    As with bundles, no clock makes anything old: days without a base backup do not count. The
    newest base backup stays whatever is said.
    """
    found = stretches_in(root)
    bases = newest_first(found)
    kept = list(dict.fromkeys(base.record.ended_at.date() for base in bases))[: days + 1]
    for base in bases[1:]:
        if base.record.ended_at.date() not in kept:
            discard(base.folder)
    for each in found:
        trim(each, is_newest=each is found[-1])


def give_up_oldest(root: Path) -> bool:
    """Make room: the oldest base backup goes, and what only that one needed. Never the newest."""
    found = stretches_in(root)
    bases = newest_first(found)
    if len(bases) < 2:  # noqa: PLR2004 - the newest stays
        return False
    discard(bases[-1].folder)
    for each in found:
        trim(each, is_newest=each is found[-1])
    return True


def newest_first(found: Sequence[Stretch]) -> list[Base]:
    return [base for each in reversed(found) for base in reversed(each.bases)]


def trim(stretch: Stretch, *, is_newest: bool) -> None:
    """Segments that no base backup of it needs. The newest may be waiting for its first one."""
    bases = stretch.bases
    if not bases:
        if not is_newest:
            discard(stretch.folder)
        return
    first = min(number_of(base.record.first_wal) for base in bases)
    for segment in stretch.segments:
        if number_of(segment.name) < first:
            segment.unlink()


def discard(folder: Path) -> None:
    """At once by its name; what a crash leaves of it is cleared by the next start."""
    gone = folder.with_name(f"{GONE}{folder.name}")
    folder.rename(gone)
    sync_folder(folder.parent)
    shutil.rmtree(gone)


def clear(root: Path) -> None:
    """Remove what was being made or removed when a keeper was killed."""
    for left in unfinished_in(root):
        if left.is_dir():
            shutil.rmtree(left)
        else:
            left.unlink(missing_ok=True)


def unfinished_in(root: Path) -> Iterator[Path]:
    for prefix in (UNFINISHED, GONE):
        for level in ("", "*/", f"*/{WAL}/", f"*/{BASES}/"):
            yield from root.glob(f"{level}{prefix}*")
