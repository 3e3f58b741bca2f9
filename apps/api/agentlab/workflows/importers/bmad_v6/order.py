"""The order of a BMAD v6 module's steps: by phase, then as the file has them, then by its edges."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from agentlab.workflows.importers.bmad_v6.catalogue import Entry
from agentlab.workflows.importers.precedence import after_all_before
from agentlab.workspaces.notices import Clause

SHIP_LAST = {"plan": 0, "ship": 1}


@dataclass(frozen=True, slots=True)
class Oddity:
    """What is wrong with the edges of the entry in `line`."""

    line: int
    code: str
    clause: Clause


def in_order(
    steps: Sequence[Entry], others: Sequence[Entry]
) -> tuple[tuple[Entry, ...], tuple[Oddity, ...]]:
    """`steps`, each after what it names as preceding it, and what had to be ignored for that.

    Edges to `others`, which have no place in the sequence, say nothing about it.
    """
    by_phase = sorted(steps, key=_place(steps))
    edges, oddities = _edges(by_phase, others)
    order = list(after_all_before(len(by_phase), edges))
    if len(order) < len(by_phase):
        # What is left is a cycle, and what comes after it: those keep the order of the file.
        left = [at for at in range(len(by_phase)) if at not in set(order)]
        names = ", ".join(by_phase[at].reference for at in left[:5])
        english = f"what precedes what goes round in a circle ({names}); the file's order counts"
        clause = Clause("steps_in_circle", english, {"names": names})
        oddities.append(Oddity(by_phase[left[0]].line, "cycle", clause))
        order = list(range(len(by_phase)))
    return tuple(by_phase[at] for at in order), tuple(oddities)


def _place(steps: Sequence[Entry]) -> Callable[[Entry], tuple[int, int, int]]:
    """Phases have numbers up to 6.10, and steps too up to 6.2.1; else the file's order counts."""
    unnumbered = {entry.phase.group for entry in steps if entry.phase.number is None}

    def place(entry: Entry) -> tuple[int, int, int]:
        number = 0 if entry.phase.group in unnumbered else entry.phase.number or 0
        return SHIP_LAST.get(entry.phase.group, 0), number, entry.sequence or 0

    return place


def _edges(
    steps: Sequence[Entry], others: Sequence[Entry]
) -> tuple[dict[int, set[int]], list[Oddity]]:
    """What follows each step, by its place in `steps`."""
    places = _places(steps)
    known = {name for entry in others for name in (entry.skill, entry.reference)}
    after = defaultdict[int, set[int]](set)
    oddities: list[Oddity] = []
    for at, entry in enumerate(steps):
        named = [(name, True) for name in entry.preceded_by]
        named += [(name, False) for name in entry.followed_by]
        for name, is_before in named:
            if name == entry.reference:
                english = f"`{name}` precedes or follows itself; that is ignored"
                clause = Clause("step_follows_itself", english, {"name": name})
                oddities.append(Oddity(entry.line, "cycle", clause))
            elif name in places:
                first, second = (places[name], at) if is_before else (at, places[name])
                if first != second:
                    after[first].add(second)
            elif name not in known:
                step = entry.reference
                english = f"`{step}` names `{name}`, which is not there; it is ignored"
                clause = Clause("step_names_unknown", english, {"step": step, "name": name})
                oddities.append(Oddity(entry.line, "dangling_reference", clause))
    return after, oddities


def _places(steps: Sequence[Entry]) -> dict[str, int]:
    places: dict[str, int] = {}
    for at, entry in enumerate(steps):
        places.setdefault(entry.reference, at)
    for at, entry in enumerate(steps):
        places.setdefault(entry.skill, at)
    return places
