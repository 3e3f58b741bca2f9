"""From statements to items of work: which statements are about one thing, and where it stands."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from agentlab.ledgers.statements import Found, Kind, Statement
from agentlab.ledgers.statuses import JUDGING, RANKS, Ledger, Status
from agentlab.workspaces.notices import Clause

SPOKEN_FIRST = (
    Ledger.SPRINT_STATUS,
    Ledger.STORY_FILE,
    Ledger.TASK_FILE,
    Ledger.TASK_LIST,
    Ledger.SPEC,
    Ledger.WORKFLOW_STATUS,
    Ledger.READINESS,
    Ledger.RETROSPECTIVE,
)
"""Whose word counts where several ledgers speak of one item; the page shows all of them."""

TITLED_FIRST = (
    Ledger.EPICS,
    Ledger.STORY_FILE,
    Ledger.STORIES_LIST,
    Ledger.SPEC,
    Ledger.SPRINT_STATUS,
    Ledger.QA_GATE,
)

NUMBER = re.compile(r"(\d+)(?:\.(\d+)([a-z]?))?")
LAST = 10**9

Identity = tuple[Kind, str]


@dataclass(slots=True)
class Item:
    """An epic, a story, … and everything that ledgers say of it.

    Args:
        kind: what it is.
        key: its name, as the first ledger that speaks of it spells it.
        number: see `Statement`.
        title: empty when no ledger has one.
        parent: the key of the item that it belongs to.
        status: where it stands, by the first ledger that says so, or by its parts.
    """

    kind: Kind
    key: str
    number: str | None
    title: str
    parent: str | None
    statements: list[Statement] = field(default_factory=list)
    status: Status = Status.UNKNOWN

    def of(self, ledger: Ledger) -> Statement | None:
        """What this ledger says, if it says a status."""
        return next((s for s in self.statements if s.ledger is ledger and s.raw), None)

    def place(self) -> tuple[int, int, int, str, str]:
        """Epics by number, each with its stories and its retrospective; then all that has none."""
        epic, story, letter = LAST, 0, ""
        numbers = NUMBER.fullmatch(self.number or "") or NUMBER.fullmatch(
            (self.parent or "").removeprefix("epic-")
        )
        if numbers:
            epic, story, letter = int(numbers[1]), int(numbers[2] or 0), numbers[3] or ""
        return (epic, ORDER[self.kind], story, letter, f"{self.parent or ''}/{self.key}")


ORDER = {
    Kind.EPIC: 0,
    Kind.STORY: 1,
    Kind.RETROSPECTIVE: 2,
    Kind.ACTION: 3,
    Kind.SPEC: 4,
    Kind.DOCUMENT: 5,
    Kind.TASK: 6,
}


def items_of(found: Found) -> list[Item]:
    """Every item in its order. Notes what is said twice, and what hangs in the air."""
    told = by_identity(found)
    items = [item_of(kind, statements) for (kind, _), statements in told.items()]
    name_epics_as_spelled(items)
    items += wholes_without_a_word(items)
    note_dangling(found, items)
    parts = defaultdict[str, list[Item]](list)
    for item in items:
        if item.parent and item.kind is Kind.STORY:
            parts[item.parent].append(item)
    for item in sorted(items, key=lambda each: each.kind in {Kind.EPIC, Kind.SPEC}):
        item.status = status_of(item, parts[item.key])
    return with_keys_of_their_own(in_order(items))


def by_identity(found: Found) -> dict[Identity, list[Statement]]:
    """One story has one number, however each ledger spells its key.

    Where a ledger gives a number to two keys, the number says nothing: then each key is its own.
    """
    shared = ambiguous(found)
    told = defaultdict[Identity, list[Statement]](list)
    for each in found.statements:
        is_by_number = each.number is not None and (each.kind, each.number) not in shared
        told[each.kind, each.number if is_by_number and each.number else each.key].append(each)
    return told


def ambiguous(found: Found) -> set[Identity]:
    keys = defaultdict[tuple[Ledger, Kind, str], dict[str, Statement]](dict)
    for each in found.statements:
        if each.number is not None and each.ledger is not Ledger.EPICS:
            keys[each.ledger, each.kind, each.number].setdefault(each.key, each)
    shared: set[Identity] = set()
    for (_, kind, number), named in keys.items():
        if len(named) > 1:
            last = list(named.values())[-1]
            names = ", ".join(sorted(named)[:5])
            english = f"{names} have one number, {number}"
            what = Clause("number_taken", english, {"names": names, "number": number})
            found.odd(last.path, last.line, "number_taken", what)
            shared.add((kind, number))
    return shared


def item_of(kind: Kind, statements: Sequence[Statement]) -> Item:
    by_ledger = sorted(statements, key=lambda each: rank_in(SPOKEN_FIRST, each.ledger))
    first = by_ledger[0]
    titles = sorted(statements, key=lambda each: rank_in(TITLED_FIRST, each.ledger))
    number = first.number
    parent = first.parent
    if number and kind in {Kind.STORY, Kind.RETROSPECTIVE}:
        parent = f"epic-{number.split('.')[0]}"
    return Item(
        kind=kind,
        key=first.key,
        number=number,
        title=next((each.title for each in titles if each.title), ""),
        parent=parent,
        statements=list(by_ledger),
    )


def name_epics_as_spelled(items: Sequence[Item]) -> None:
    """What belongs to epic 1 belongs to `epic-01` where a ledger calls it so."""
    keys: dict[str, str] = {}
    there = {item.key for item in items}
    for item in items:
        if item.kind is Kind.EPIC and item.number:
            keys.setdefault(f"epic-{item.number}", item.key)
    for item in items:
        if item.parent and item.parent not in there:
            item.parent = keys.get(item.parent, item.parent)


def rank_in(order: Sequence[Ledger], ledger: Ledger) -> int:
    return order.index(ledger) if ledger in order else len(order)


def wholes_without_a_word(items: Iterable[Item]) -> list[Item]:
    """Epics and specs that only their parts tell of."""
    items = list(items)
    there = {item.key for item in items}
    wanted = dict.fromkeys(item.parent for item in items if item.parent)
    return [
        Item(Kind.EPIC, key, key.removeprefix("epic-"), "", None)
        if key.startswith("epic-")
        else Item(Kind.SPEC, key, None, "", None)
        for key in wanted
        if key and key not in there
    ]


def note_dangling(found: Found, items: Sequence[Item]) -> None:
    """Items that one ledger knows and the one that should list them does not."""
    listing = {
        ledger: next((s.path for s in found.statements if s.ledger is ledger), None)
        for ledger in (Ledger.SPRINT_STATUS, Ledger.EPICS)
    }
    numbered = [item for item in items if item.number and item.kind in {Kind.STORY, Kind.EPIC}]
    for item in numbered:
        there = {each.ledger for each in item.statements}
        missing = [
            path for ledger, path in listing.items() if path is not None and ledger not in there
        ]
        if there and missing:
            first = item.statements[0]
            english = f"{item.key} is not in {' nor in '.join(missing)}"
            files = ", ".join(missing)
            what = Clause("item_not_in", english, {"key": item.key, "files": files})
            found.odd(first.path, first.line, "dangling", what)


def status_of(item: Item, parts: Sequence[Item]) -> Status:
    """By the first ledger that says one; of an epic that none speaks of, by its stories."""
    if item.kind is Kind.DOCUMENT:
        # How many steps were done says less than that the document is there.
        said = (each.status for each in item.statements if each.raw)
        return next((status for status in said if status is not Status.UNKNOWN), Status.UNKNOWN)
    for each in item.statements:
        if each.raw and each.ledger not in JUDGING:
            return each.status
    if item.kind is Kind.RETROSPECTIVE and item.statements:
        return Status.DONE
    if item.kind in {Kind.EPIC, Kind.SPEC} and parts:
        return status_of_parts([part.status for part in parts])
    return Status.BACKLOG if item.kind in {Kind.STORY, Kind.EPIC, Kind.TASK} else Status.UNKNOWN


def status_of_parts(parts: Sequence[Status]) -> Status:
    if all(part is Status.DONE for part in parts):
        return Status.DONE
    is_started = any(RANKS.get(part, 0) >= RANKS[Status.IN_PROGRESS] for part in parts)
    return Status.IN_PROGRESS if is_started else Status.BACKLOG


def in_order(items: Sequence[Item]) -> list[Item]:
    """Parts come right after what they are parts of."""
    specs = {item.key: item for item in items if item.kind is Kind.SPEC}

    def place(at: int) -> tuple[int, int, int, str, str, int, int]:
        whole = specs.get(items[at].parent or "")
        if whole is None:
            return (*items[at].place(), 0, 0)
        return (*whole.place(), 1, at)  # as the spec lists them

    return [items[at] for at in sorted(range(len(items)), key=place)]


def with_keys_of_their_own(items: list[Item]) -> list[Item]:
    """No two items of one kind have one key, whatever the ledgers say."""
    taken = Counter[Identity]()
    for item in items:
        taken[item.kind, item.key] += 1
        if taken[item.kind, item.key] > 1:
            item.key = f"{item.key} ({taken[item.kind, item.key]})"
    return items
