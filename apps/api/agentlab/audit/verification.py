"""Walking the chain from its first entry to its last: nothing edited, removed or reordered."""

import asyncio
import bisect
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from typing_extensions import override

from agentlab.audit import chain
from agentlab.audit.models import AuditDetail, AuditEntry

ERASED = "privacy.erased"
RETAINED = "retention.applied"
FORGETTING = (ERASED, RETAINED)
"""Entries whose `after` names the sequences of the details that were deleted on purpose."""

BATCH = 2_000
MOST_TROUBLES = 100
FIRST = -(2**63)
"""Before what anybody could have put before the first entry."""

OnProgress = Callable[[int], Awaitable[None]]


class TroubleKind(StrEnum):
    """What was done to the trail."""

    ENTRIES_MISSING = "entries_missing"
    ENTRY_CHANGED = "entry_changed"
    LINK_BROKEN = "link_broken"
    """The entry is whole, but does not follow the one before it."""
    DETAILS_CHANGED = "details_changed"
    DETAILS_MISSING = "details_missing"
    """And no entry says that they were erased on purpose."""
    HEAD_MISSING = "head_missing"
    """The trail once went further, or had another entry at this place."""


@dataclass(frozen=True)
class Trouble:
    kind: TroubleKind
    sequence: int
    """Where; for missing entries, the first of them."""
    until: int | None = None
    """The last of the missing entries."""


@dataclass(frozen=True)
class Head:
    """The last entry of a trail. Kept elsewhere, it proves later that nothing was cut off."""

    sequence: int
    hash: str

    @override
    def __str__(self) -> str:
        return f"{self.sequence}:{self.hash}"


@dataclass
class Verification:
    """What a walk over the whole trail found."""

    checked: int = 0
    erased: int = 0
    """Entries whose details were deleted on purpose, as another entry says."""
    head: Head = Head(0, chain.GENESIS)
    troubles: list[Trouble] = field(default_factory=list)
    """The first of them, in their order."""
    troubles_total: int = 0

    @property
    def is_whole(self) -> bool:
        return self.troubles_total == 0

    def add(self, kind: TroubleKind, sequence: int, until: int | None = None) -> None:
        self.troubles_total += 1
        if len(self.troubles) < MOST_TROUBLES:
            self.troubles.append(Trouble(kind, sequence, until))


async def nobody(_checked: int) -> None:
    """Progress that nobody asked for."""


async def verify(
    db: AsyncSession, *, known: Iterable[Head] = (), on_progress: OnProgress = nobody
) -> Verification:
    """Walk the whole trail, in batches and as it was at one moment.

    Args:
        db: a transaction in which nothing was asked yet.
        known: heads of earlier; the trail has to have them still.
        on_progress: told how many entries were checked.
    """
    await db.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
    forgotten = Forgotten(await forgetting(db))
    walk = Walk(forgotten, {head.sequence: head.hash for head in known})
    beyond = FIRST
    while batch := await read_batch(db, beyond):
        beyond = batch[-1].sequence
        await asyncio.to_thread(walk.take, batch)
        await on_progress(walk.result.checked)
    walk.end()
    return walk.result


async def size(db: AsyncSession) -> int:
    """About how many entries there are: as many as the last one's sequence says."""
    return await db.scalar(select(func.max(AuditEntry.sequence))) or 0


async def forgetting(db: AsyncSession) -> list[tuple[int, list[list[int]]]]:
    """For each entry that erased details: its sequence, and the ranges that it names."""
    rows = await db.execute(
        select(AuditEntry.sequence, AuditDetail.detail)
        .join(AuditDetail, AuditDetail.sequence == AuditEntry.sequence)
        .where(AuditEntry.action.in_(FORGETTING))
        .order_by(AuditEntry.sequence)
    )
    return [(sequence, ranges_in(detail)) for sequence, detail in rows]


def ranges_in(detail: Any) -> list[list[int]]:  # noqa: ANN401 - whatever somebody has put there
    """The ranges that an entry names, as far as it does."""
    after = detail.get("after") if isinstance(detail, dict) else None
    named = after.get("sequences") if isinstance(after, dict) else None
    return [span for span in named if is_range(span)] if isinstance(named, list) else []


def is_range(value: object) -> bool:
    return (
        isinstance(value, list)
        and len(value) == 2  # noqa: PLR2004 - the first and the last
        and all(isinstance(part, int) for part in value)
    )


async def read_batch(db: AsyncSession, beyond: int) -> Sequence[Row[*tuple[Any, ...]]]:
    entry = AuditEntry.__table__.c
    rows = await db.execute(
        select(*entry, AuditDetail.salt, AuditDetail.detail)
        .outerjoin(AuditDetail, AuditDetail.sequence == entry.sequence)
        .where(entry.sequence > beyond)
        .order_by(entry.sequence)
        .limit(BATCH)
    )
    return rows.all()


class Forgotten:
    """The details that were deleted on purpose, by the ranges that later entries name."""

    def __init__(self, named: Iterable[tuple[int, list[list[int]]]]) -> None:
        spans = sorted((first, min(last, by - 1)) for by, ranges in named for first, last in ranges)
        self.spans: list[list[int]] = []
        for first, last in spans:
            if self.spans and first <= self.spans[-1][1] + 1:
                self.spans[-1][1] = max(self.spans[-1][1], last)
            elif first <= last:
                self.spans.append([first, last])

    def __contains__(self, sequence: int) -> bool:
        at = bisect.bisect(self.spans, [sequence, 2**63])
        return at > 0 and self.spans[at - 1][1] >= sequence


class Walk:
    """Looks at one entry after the other; knows only the one before."""

    def __init__(self, forgotten: Forgotten, known: Mapping[int, str]) -> None:
        self.forgotten = forgotten
        self.known = dict(known)
        self.result = Verification()

    def take(self, batch: Sequence[Row[*tuple[Any, ...]]]) -> None:
        for row in batch:
            self.look_at(row._asdict())

    def look_at(self, entry: dict[str, Any]) -> None:
        before, sequence, found = self.result.head, entry["sequence"], self.result
        if sequence > before.sequence + 1:
            found.add(TroubleKind.ENTRIES_MISSING, before.sequence + 1, sequence - 1)
        elif sequence <= before.sequence or entry["previous_hash"] != before.hash:
            found.add(TroubleKind.LINK_BROKEN, sequence)
        if entry["hash"] != chain.hash_of(entry, entry["previous_hash"]):
            found.add(TroubleKind.ENTRY_CHANGED, sequence)
        self.look_at_details(entry)
        if self.known.pop(sequence, entry["hash"]) != entry["hash"]:
            found.add(TroubleKind.HEAD_MISSING, sequence)
        if sequence > before.sequence:
            found.head = Head(sequence, entry["hash"])
        found.checked += 1

    def look_at_details(self, entry: dict[str, Any]) -> None:
        sequence, salt = entry["sequence"], entry["salt"]
        if salt is None:
            if sequence in self.forgotten:
                self.result.erased += 1
            else:
                self.result.add(TroubleKind.DETAILS_MISSING, sequence)
        elif entry["detail_digest"] != chain.digest_of(salt, entry["detail"]):
            self.result.add(TroubleKind.DETAILS_CHANGED, sequence)

    def end(self) -> None:
        """What is known and was not met is gone, or was never there."""
        for sequence, hash_ in sorted(self.known.items()):
            if (sequence, hash_) != (0, chain.GENESIS):
                self.result.add(TroubleKind.HEAD_MISSING, sequence)


def as_ranges(sequences: Iterable[int]) -> list[list[int]]:
    """`[1, 2, 3, 7]` as `[[1, 3], [7, 7]]`."""
    return list(grouped(sequences))


def grouped(sequences: Iterable[int]) -> Iterator[list[int]]:
    span: list[int] = []
    for sequence in sorted(sequences):
        if span and sequence == span[1] + 1:
            span[1] = sequence
            continue
        if span:
            yield span
        span = [sequence, sequence]
    if span:
        yield span
