"""What differs between two definitions of a workflow."""

import json
from bisect import bisect_left
from collections import defaultdict, deque
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from agentlab.workflows.importers.definitions import (
    USUAL_RULES,
    ArtefactDefinition,
    GateRules,
    StageDefinition,
    WorkflowDefinition,
)

LONGEST_SHOWN = 2_000
"""Characters of a value; the whole texts are compared beside them."""

WORDS = ("title", "agent", "action", "condition", "repeats", "notes", "uses", "together")


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A value as it was and as it is, in words for a person; null where there was none."""

    field: str
    before: str | None
    after: str | None


class Kind(StrEnum):
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    SAME = "same"


@dataclass(frozen=True, slots=True)
class StageComparison:
    kind: Kind
    key: str
    title: str
    position_before: int | None
    position_after: int | None
    is_moved: bool
    """It comes before or after others than it did, not merely later because something was added."""
    changes: tuple[FieldChange, ...]


def compare(old: WorkflowDefinition, new: WorkflowDefinition) -> list[StageComparison]:
    """Each stage of both, in the order of the new one; what was removed comes where it stood."""
    pairs = match(old.stages, new.stages)
    moved = out_of_order(pairs)
    compared = [
        _compared(old.stages[pairs[at]] if at in pairs else None, stage, is_moved=at in moved)
        for at, stage in enumerate(new.stages)
    ]
    kept = set(pairs.values())
    for at, stage in enumerate(old.stages):
        if at not in kept:
            gone = StageComparison(
                Kind.REMOVED, stage.key, stage.title, stage.position, None, is_moved=False,
                changes=(),
            )  # fmt: skip
            compared.insert(_place_of_removed(compared, stage.position), gone)
    return compared


def _compared(
    old: StageDefinition | None, new: StageDefinition, *, is_moved: bool
) -> StageComparison:
    if old is None:
        return StageComparison(
            Kind.ADDED, new.key, new.title, None, new.position, is_moved=False, changes=()
        )
    changes = tuple(changes_between(old, new))
    kind = Kind.CHANGED if changes or is_moved else Kind.SAME
    return StageComparison(
        kind, new.key, new.title, old.position, new.position, is_moved=is_moved, changes=changes
    )


def _place_of_removed(compared: Sequence[StageComparison], position: int) -> int:
    """After the last stage that stood before it."""
    before = [
        at
        for at, each in enumerate(compared)
        if each.position_before is not None and each.position_before < position
    ]
    return before[-1] + 1 if before else 0


def match(old: Sequence[StageDefinition], new: Sequence[StageDefinition]) -> dict[int, int]:
    """Places in `new` with the place in `old` of the same stage.

    By key; and of those left, by title and agent in their order: keys that are taken get the
    position after them, so they change when something is put in before.
    """
    by_key = {stage.key: at for at, stage in enumerate(old)}
    pairs = {at: by_key[stage.key] for at, stage in enumerate(new) if stage.key in by_key}
    taken = set(pairs.values())
    left = defaultdict[tuple[str, str | None], deque[int]](deque)
    for at, stage in enumerate(old):
        if at not in taken:
            left[stage.title, stage.agent].append(at)
    for at, stage in enumerate(new):
        if at not in pairs and left[stage.title, stage.agent]:
            pairs[at] = left[stage.title, stage.agent].popleft()
    return pairs


def out_of_order(pairs: Mapping[int, int]) -> Collection[int]:
    """Places in the new order, of places in the old, that are not in the longest run in order."""
    places = sorted(pairs)
    ends: list[int] = []
    lengths: list[int] = []
    for at in places:
        length = bisect_left(ends, pairs[at])
        ends[length : length + 1] = [pairs[at]]
        lengths.append(length)
    stayed: set[int] = set()
    wanted = len(ends) - 1
    for at, length in zip(reversed(places), reversed(lengths), strict=True):
        if length == wanted:
            stayed.add(at)
            wanted -= 1
    return [at for at in places if at not in stayed]


def changes_between(old: StageDefinition, new: StageDefinition) -> list[FieldChange]:
    """What differs between two definitions of one stage, its position aside."""
    before, after = in_words(old), in_words(new)
    return [
        FieldChange(name, shortened(before[name]), shortened(after[name]))
        for name in before
        if before[name] != after[name]
    ]


def in_words(stage: StageDefinition) -> dict[str, str | None]:
    """The parts of a stage, each as a text."""
    return {
        "key": stage.key,
        **{name: getattr(stage, name) or None for name in WORDS},
        "optional": "optional" if stage.optional else None,
        "optional_steps": "\n".join(stage.optional_steps) or None,
        "routes": as_json(stage.routes),
        "artefacts": "\n".join(artefact_in_words(each) for each in stage.artefacts) or None,
        "gate": f"{stage.gate.kind}: {stage.gate.reason}" if stage.gate else None,
        "rules": rules_in_words(stage.rules) if stage.rules else None,
        "extra": as_json(stage.extra),
    }


def artefact_in_words(artefact: ArtefactDefinition) -> str:
    words = f"{artefact.role} {artefact.label}"
    if artefact.patterns:
        joined = " + " if artefact.every else " | "
        words += f" ({joined.join(artefact.patterns)})"
    return f"{words} (optional)" if artefact.optional else words


def rules_in_words(rules: GateRules) -> str:
    """What differs from the usual rules, a line each."""
    words = {
        "roles": ", ".join(rules.roles),
        "approvals": str(rules.approvals),
        "submitter_decides": str(rules.submitter_decides).lower(),
        "reauthentication": str(rules.reauthentication).lower(),
        "due_days": str(rules.due_days),
    }
    differing = (n for n in words if getattr(rules, n) != getattr(USUAL_RULES, n))
    items = (f"- {item.text}{'' if item.required else ' (optional)'}" for item in rules.checklist)
    return "\n".join([*(f"{name}: {words[name]}" for name in differing), *items])


def as_json(value: object) -> str | None:
    if not value:
        return None
    return json.dumps(value, ensure_ascii=False, sort_keys=True, default=dict, indent=1)


def shortened(text: str | None) -> str | None:
    return text if text is None or len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"
