"""What becomes of a running workflow when its template changes. Nothing here touches a database.

Three rules. A stage keeps its state, and where something was decided, submitted or said, it stays,
as history when the template has it no more. What a stage works on is not changed where it is done
or waits for a decision. What is new comes after what is closed: it is upcoming, however early the
template has it.
"""

import hashlib
import json
from collections import deque
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any
from uuid import UUID

from agentlab.templates.comparison import FieldChange, changes_between, match, out_of_order
from agentlab.workflows import definitions
from agentlab.workflows.importers.definitions import StageDefinition, WorkflowDefinition
from agentlab.workflows.models import StageState
from agentlab.workflows.paths import ACTIVE, CLOSED

FIXED = frozenset({StageState.DONE, StageState.SUBMITTED})
"""States in which people decided on what the stage works on, or are about to."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A stage as it stands in a workflow."""

    id: UUID
    defined: StageDefinition
    state: StageState
    is_retired: bool
    is_touched: bool
    """Something happened there: it moved, or something was submitted, said or ruled at its gate."""
    is_left_out: bool = False
    """By an answer or a choice; it comes back where that is changed."""
    is_dropped: bool = False
    """Left out when the method had it no more: it is to come when the method has it again."""
    is_ruled: bool = False
    """A person made the policy of its gate, or something was submitted there."""


class Fate(StrEnum):
    KEPT = "kept"
    CHANGED = "changed"
    ADDED = "added"
    RETIRED = "retired"
    """The template has no such stage any more; it is kept as history."""
    REMOVED = "removed"
    """The template has no such stage any more, and nothing ever happened there."""


@dataclass(frozen=True, slots=True)
class Step:
    """What becomes of one stage."""

    fate: Fate
    stage_id: UUID | None
    defined: StageDefinition
    """As it is afterwards."""
    state_before: StageState | None
    state: StageState
    position_before: int | None
    position: int | None
    """Its place afterwards; null for what is removed."""
    is_left_out: bool = False
    is_moved: bool = False
    adds_gate: bool = False
    changes: tuple[FieldChange, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    steps: tuple[Step, ...]
    """In the order afterwards; what is removed comes last."""
    digest: str
    """Of all that it was made from: another digest means that the plan is out of date."""

    @property
    def outcome(self) -> str:
        """A digest of what becomes of the stages."""
        made = [(step.fate, step.stage_id, step.position, step.defined) for step in self.steps]
        text = json.dumps(made, default=_as_json, ensure_ascii=False)
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()

    @property
    def does_something(self) -> bool:
        return any(
            step.fate is not Fate.KEPT
            or step.is_moved
            or step.adds_gate
            or step.state is not step.state_before
            for step in self.steps
        )


def plan(
    stages: Sequence[Standing],
    template: WorkflowDefinition,
    *,
    proposed_before: Collection[str] | None,
    basis: str = "",
) -> Plan:
    """What becomes of these stages under this template.

    Args:
        stages: in their order.
        template: what the workflow goes over to.
        proposed_before: keys of stages where the template until now proposed a gate: a gate that
            a person declined is not proposed again. None when it is not known.
        basis: what else the plan depends on, for its digest.
    """
    pairs = match([each.defined for each in stages], template.stages)
    are_beside = sum(each.state in ACTIVE for each in stages) > 1
    kept = [
        _kept(stages[pairs[at]], defined, proposed_before, are_beside=are_beside)
        if at in pairs
        else _added(defined)
        for at, defined in enumerate(template.stages)
    ]
    gone = [_gone(each) for at, each in enumerate(stages) if at not in set(pairs.values())]
    steps = tuple(_with_moves(list(_in_place([*kept, *gone]))))
    return Plan(steps, _digest_of(stages, template, proposed_before, basis))


def _kept(
    stage: Standing,
    defined: StageDefinition,
    proposed_before: Collection[str] | None,
    *,
    are_beside: bool,
) -> Step:
    before = stage.defined
    state = StageState.UPCOMING if stage.is_dropped else stage.state
    adds_gate = (
        state not in FIXED
        and state is not StageState.SKIPPED
        and before.gate is None
        and defined.gate is not None
        and proposed_before is not None
        and before.key not in proposed_before
    )
    # A gate that is there stays as it is, whatever the template proposes, and its policy does once
    # it is a person's or was gone by; and what is worked on side by side goes on so.
    follows = adds_gate or bool(before.gate and defined.gate and not stage.is_ruled)
    is_beside = are_beside and stage.state in ACTIVE
    after = replace(
        defined,
        together=before.together if is_beside else defined.together,
        gate=defined.gate if adds_gate else before.gate,
        rules=defined.rules if follows else before.rules,
        artefacts=before.artefacts if stage.state in FIXED else defined.artefacts,
    )
    changes = tuple(changes_between(before, after))
    returns = stage.is_retired
    return Step(
        Fate.CHANGED if changes or returns else Fate.KEPT,
        stage.id,
        after,
        stage.state,
        state,
        before.position,
        None,
        is_left_out=stage.is_left_out and not returns,
        adds_gate=adds_gate,
        changes=changes,
    )


def _added(defined: StageDefinition) -> Step:
    upcoming = StageState.UPCOMING
    return Step(
        Fate.ADDED, None, defined, None, upcoming, None, None, adds_gate=defined.gate is not None
    )


def _gone(stage: Standing) -> Step:
    def step(fate: Fate, state: StageState) -> Step:
        position = stage.defined.position
        return Step(fate, stage.id, stage.defined, stage.state, state, position, None)

    if stage.is_retired:
        return step(Fate.KEPT, stage.state)
    if stage.state in CLOSED or stage.state is StageState.SUBMITTED:
        return step(Fate.RETIRED, stage.state)
    if stage.is_touched:
        return step(Fate.RETIRED, StageState.SKIPPED)
    return step(Fate.REMOVED, stage.state)


def _in_place(steps: Sequence[Step]) -> Iterable[Step]:
    """What is closed in the order that it had, then what is worked on, then what comes.

    What an answer or a choice leaves out stays before what came after it. Where nothing did yet it
    may come, so it is where the template has it.
    """
    there = [step for step in steps if step.fate is not Fate.REMOVED]
    closed = sorted((s for s in there if _was_closed(s)), key=_before)
    closed += [s for s in there if s.state in CLOSED and not _was_closed(s) and not s.is_left_out]
    active = [step for step in there if step.state in ACTIVE]
    begun = [*closed, *active]
    reached = max(map(_before, begun), default=0)
    passed = [s for s in there if s.state in CLOSED and s.is_left_out and _before(s) < reached]
    to_come = [
        s
        for s in there
        if s.state is StageState.UPCOMING or (s.is_left_out and _before(s) >= reached)
    ]
    if not active and (at := _first_upcoming(to_come)) is not None:
        to_come[at] = replace(to_come[at], state=StageState.CURRENT)
    for position, step in enumerate([*_merged(passed, begun), *to_come], start=1):
        yield replace(step, position=position)
    yield from (step for step in steps if step.fate is Fate.REMOVED)


def _merged(passed: Iterable[Step], begun: Iterable[Step]) -> Iterable[Step]:
    """Each that was passed comes right before the first of the others that was after it."""
    waiting = deque(sorted(passed, key=_before))
    for step in begun:
        while waiting and _before(waiting[0]) < _before(step):
            yield waiting.popleft()
        yield step


def _before(step: Step) -> int:
    return step.position_before or 0


def _first_upcoming(steps: Sequence[Step]) -> int | None:
    return next((at for at, s in enumerate(steps) if s.state is StageState.UPCOMING), None)


def _with_moves(steps: Sequence[Step]) -> Iterable[Step]:
    """Which of them come before or after others than they did."""
    places = {s.position: s.position_before for s in steps if s.position and s.position_before}
    moved = out_of_order(places)
    return (replace(step, is_moved=step.position in moved) for step in steps)


def _was_closed(step: Step) -> bool:
    return step.state in CLOSED and step.state_before in CLOSED and not step.is_left_out


def _as_json(value: object) -> Any:  # noqa: ANN401
    return asdict(value) if isinstance(value, StageDefinition) else str(value)


def _digest_of(
    stages: Sequence[Standing],
    template: WorkflowDefinition,
    proposed_before: Collection[str] | None,
    basis: str,
) -> str:
    made_from: list[Any] = [
        basis,
        [asdict(each) for each in stages],
        sorted(proposed_before) if proposed_before is not None else None,
        [template.key, template.name, template.source_path, template.sha256],
        definitions.kept(template),
    ]
    text = json.dumps(made_from, sort_keys=True, default=str, ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
