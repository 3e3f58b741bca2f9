"""Which backups may go. The clock of today decides nothing: a wrong one must not cost any."""

from collections.abc import Callable, Collection, Iterator, Sequence

from agentlab.operations.backup.place import Retention
from agentlab.operations.backup.shelf import KeptBundle, Shelf


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
    good = [
        each
        for each in bundles
        if each.is_good and not each.is_from_the_future and each.name not in refuted
    ]
    kept = {each.name for each in good[: keep.minimum]} | set(kept_by_age(good, keep))
    return [each for each in good if each.name not in kept]


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
