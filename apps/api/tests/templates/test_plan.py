"""Whatever a template becomes, and wherever a workflow stands, nothing that happened is lost."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from agentlab.kit.ids import new_id
from agentlab.templates.comparison import Kind, compare
from agentlab.templates.plan import FIXED, Fate, Plan, Standing, plan
from agentlab.workflows.importers.definitions import (
    ArtefactDefinition,
    GateProposal,
    GateRules,
    StageDefinition,
    WorkflowDefinition,
)
from agentlab.workflows.models import StageState
from agentlab.workflows.paths import ACTIVE, CLOSED

NAMES = "abcdefgh"


def defined(position: int, key: str, variant: int) -> StageDefinition:
    gate = GateProposal("approval", "So it is") if variant % 3 == 0 else None
    return StageDefinition(
        position=position,
        key=key,
        title=f"Stage {key}",
        notes=f"Variant {variant}" if variant else None,
        artefacts=(ArtefactDefinition("creates", f"{key}{variant}.md", "", patterns=(key,)),),
        gate=gate,
        rules=GateRules(approvals=2) if gate and variant else None,
    )


def workflow(*stages: StageDefinition) -> WorkflowDefinition:
    return WorkflowDefinition(
        key="w", name="W", stages=stages, source_path="w.yaml", source=b"", sha256=""
    )


@st.composite
def definitions(draw: st.DrawFn, least: int = 0) -> WorkflowDefinition:
    keys = draw(st.lists(st.sampled_from(NAMES), unique=True, min_size=least))
    return workflow(
        *(defined(at, key, draw(st.integers(0, 3))) for at, key in enumerate(keys, start=1))
    )


@st.composite
def standing_at(draw: st.DrawFn) -> list[Standing]:
    """A workflow after any lawful history: what is closed, what is worked on, what comes."""
    stages = draw(definitions()).stages
    closed = draw(st.integers(0, len(stages)))
    found = []
    for at, stage in enumerate(stages):
        state = draw(st.sampled_from([StageState.UPCOMING, StageState.SKIPPED]))  # by an answer
        if at < closed:
            state = draw(st.sampled_from([StageState.DONE, StageState.SKIPPED]))
        elif at == closed:
            state = draw(st.sampled_from([StageState.CURRENT, StageState.SUBMITTED]))
        is_left_out = state is StageState.SKIPPED and (at > closed or draw(st.booleans()))
        is_retired = state in CLOSED and not is_left_out and draw(st.booleans())
        touched = state in CLOSED or state is StageState.SUBMITTED or draw(st.booleans())
        ruled = state is StageState.SUBMITTED or draw(st.booleans())
        standing = Standing(new_id(), stage, state, is_retired, touched, is_left_out)
        found.append(replace(standing, is_ruled=ruled))
    return found


@settings(max_examples=200)
@given(standing_at(), definitions(least=1), st.booleans())
def test_nothing_that_happened_is_lost(
    stages: list[Standing],
    template: WorkflowDefinition,
    knows: bool,  # noqa: FBT001 - hypothesis gives it by name
) -> None:
    planned = plan(stages, template, proposed_before=frozenset() if knows else None)
    by_id = {step.stage_id: step for step in planned.steps if step.stage_id}
    assert by_id.keys() == {stage.id for stage in stages}
    for stage in stages:
        step = by_id[stage.id]
        if stage.is_touched:
            assert step.fate is not Fate.REMOVED
        if stage.state in CLOSED or stage.state is StageState.SUBMITTED:
            assert step.state is stage.state
        if stage.state in FIXED:
            assert step.defined.artefacts == stage.defined.artefacts
            assert not step.adds_gate
        if stage.defined.gate:
            assert step.defined.gate == stage.defined.gate
        if stage.is_ruled and stage.defined.gate:
            assert step.defined.rules == stage.defined.rules
        if step.defined.rules:
            assert step.defined.gate
    need_lawful(planned, template)


def test_a_stage_that_comes_back_gets_the_gate_that_is_newly_proposed() -> None:
    stage = StageDefinition(1, "a", "Stage a")
    kept = Standing(
        new_id(), stage, StageState.SKIPPED, is_retired=True, is_touched=True, is_dropped=True
    )
    template = workflow(defined(1, "a", 0))
    (step,) = plan([kept], template, proposed_before=frozenset()).steps
    assert (step.state, step.adds_gate) == (StageState.CURRENT, True)
    (declined,) = plan([kept], template, proposed_before={"a"}).steps
    assert not declined.adds_gate


def need_lawful(planned: Plan, template: WorkflowDefinition) -> None:
    there = [step for step in planned.steps if step.position]
    assert [step.position for step in there] == list(range(1, len(there) + 1))
    keys = [step.defined.key for step in there]
    assert len(set(keys)) == len(keys)
    assert {stage.key for stage in template.stages} <= set(keys)
    on_the_path = [step for step in there if not step.is_left_out]
    ranks = [0 if s.state in CLOSED else 1 if s.state in ACTIVE else 2 for s in on_the_path]
    assert ranks == sorted(ranks)  # what comes is reached from what is worked on
    assert sum(rank == 1 for rank in ranks) == any(rank for rank in ranks)


def restanding(planned: Plan, retired: set[str], ruled: set[UUID]) -> list[Standing]:
    """The workflow after the plan was carried out."""
    found = []
    for step in planned.steps:
        if step.position:
            place: dict[str, Any] = {"position": step.position}
            stage = StageDefinition(
                **{n: getattr(step.defined, n) for n in step.defined.__slots__} | place
            )
            gone = step.fate is Fate.RETIRED or stage.key in retired
            id_ = step.stage_id or new_id()
            found.append(
                Standing(
                    id_,
                    stage,
                    step.state,
                    gone,
                    is_touched=True,
                    is_left_out=step.is_left_out,
                    is_ruled=id_ in ruled,
                )
            )
    return found


@settings(max_examples=100)
@given(standing_at(), definitions(least=1))
def test_the_same_template_again_changes_nothing(
    stages: list[Standing], template: WorkflowDefinition
) -> None:
    once = plan(stages, template, proposed_before=None)
    known = {stage.key for stage in template.stages}
    retired = {each.defined.key for each in stages if each.is_retired} - known
    ruled = {each.id for each in stages if each.is_ruled}
    again = plan(restanding(once, retired, ruled), template, proposed_before=None)
    assert not again.does_something


@settings(max_examples=200)
@given(standing_at())
def test_a_template_that_nobody_changed_does_nothing(stages: list[Standing]) -> None:
    followed = [replace(each, is_retired=False) for each in stages]
    template = workflow(*(each.defined for each in followed))
    planned = plan(followed, template, proposed_before={s.key for s in template.stages})
    assert not planned.does_something


@settings(max_examples=100)
@given(definitions(), definitions())
def test_a_comparison_tells_of_every_stage_of_both(
    old: WorkflowDefinition, new: WorkflowDefinition
) -> None:
    compared = compare(old, new)
    after = [c.position_after for c in compared if c.position_after is not None]
    assert after == [stage.position for stage in new.stages]
    assert len(compared) == len({s.key for s in old.stages} | {s.key for s in new.stages})
    removed = {c.key for c in compared if c.kind is Kind.REMOVED}
    assert removed == {s.key for s in old.stages} - {s.key for s in new.stages}
    assert all(c.kind is Kind.SAME for c in compare(old, old))


def test_keys_that_changed_because_something_came_before_are_the_same_stage() -> None:
    old = workflow(*(defined(n, k, 0) for n, k in ((1, "review"), (2, "build"))),
                   StageDefinition(3, "review-3", "Stage review"))  # fmt: skip
    new = workflow(defined(1, "brief", 0), defined(2, "review", 0), defined(3, "build", 0),
                   StageDefinition(4, "review-4", "Stage review"))  # fmt: skip
    kinds = {each.key: each.kind for each in compare(old, new)}
    assert kinds == {"brief": "added", "review": "same", "build": "same", "review-4": "changed"}
