"""Which backups may go. The clock of today decides nothing: a wrong one must not cost any."""

from collections.abc import Callable, Collection, Iterator, Sequence

from agentlab.kit import logging
from agentlab.operations.backup import bundle
from agentlab.operations.backup.bundle import BundleDamaged
from agentlab.operations.backup.place import Retention
from agentlab.operations.backup.shelf import KeptBundle, Report, Shelf, Step

log = logging.get(__name__)

MOST_REFUTED = 3
"""So many of those whose proof failed stay, to look into why, and for what can be had of them."""


def confirm(shelf: Shelf, keep: Retention, report: Report, refuted: Collection[str] = ()) -> None:
    """Read again, where something would go, those that are never to be fewer.

    What is damaged by now counts no longer, as its record then says. For who holds the shelf's
    lock, and before anything is removed.
    """
    if not outdated(shelf.bundles(), keep, refuted):
        return
    whole = 0
    for each in good_of(shelf.bundles(), refuted):
        if whole == keep.minimum:
            return
        whole += is_whole(shelf, each, report)


def is_whole(shelf: Shelf, kept: KeptBundle, report: Report) -> bool:
    """Whether every byte is as it was verified; the record says why not."""
    report.begin(Step.VERIFYING, kept.size)
    try:
        digest = bundle.check(bundle.read(kept.file), report.add)
        if kept.record and not kept.record.is_of(digest):
            raise bundle.damaged(kept.file, "it is not what was verified")
    except BundleDamaged as error:
        failure = error.detail
        log.warning("backup_damaged", name=kept.name, why=failure)
        shelf.change(kept.file, lambda record: record.model_copy(update={"failure": failure}))
        return False
    return True


def prune(shelf: Shelf, keep: Retention, refuted: Collection[str] = ()) -> list[KeptBundle]:
    """Remove what need not be kept. Only for who holds the shelf's lock, and after a success."""
    gone = outdated(shelf.bundles(), keep, refuted)
    for each in gone:
        shelf.remove(each)
    return gone


def outdated(
    bundles: Sequence[KeptBundle], keep: Retention, refuted: Collection[str] = ()
) -> list[KeptBundle]:
    """Those that no rule keeps, of bundles in the shelf's order.

    `refuted` names those that are known elsewhere not to be good.

    A day, a week or a month counts only where it has a good backup, so neither a long pause nor a
    clock that jumps makes anything old. What is damaged, not verified or dated in the future is
    left for a person to look at, and keeps nothing else from being kept.
    """
    good = good_of(bundles, refuted)
    kept = {each.name for each in good[: keep.minimum]} | set(kept_by_age(good, keep))
    return [each for each in good if each.name not in kept]


def good_of(bundles: Sequence[KeptBundle], refuted: Collection[str]) -> list[KeptBundle]:
    return [
        each
        for each in bundles
        if each.is_good and not each.is_from_the_future and each.name not in refuted
    ]


def surplus(bundles: Sequence[KeptBundle], refuted: Collection[str]) -> list[KeptBundle]:
    """Of bundles in the shelf's order those that were refuted and need not be kept.

    A database of which no proof succeeds would otherwise fill the disk.
    """
    return [each for each in bundles if each.name in refuted][MOST_REFUTED:]


def kept_by_age(good: Sequence[KeptBundle], keep: Retention) -> Iterator[str]:
    generations = keep.generations
    if generations is None:
        days = list(dict.fromkeys(map(day, good)))[: keep.days]
        yield from (each.name for each in good if day(each) in days)
        return
    rules: tuple[tuple[Callable[[KeptBundle], object], int], ...] = (
        (day, generations.daily),
        (week, generations.weekly),
        (month, generations.monthly),
    )
    for period, count in rules:
        newest: dict[object, str] = {}
        for each in good:
            newest.setdefault(period(each), each.name)
        yield from list(newest.values())[:count]


def day(kept: KeptBundle) -> object:
    return kept.created_at.date()


def week(kept: KeptBundle) -> object:
    return kept.created_at.isocalendar()[:2]


def month(kept: KeptBundle) -> object:
    return kept.created_at.year, kept.created_at.month
