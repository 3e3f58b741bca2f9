"""Runs of projects through templates: starting one, and the moves of its stages."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.changes.schemas import Noun
from agentlab.changes.service import announce
from agentlab.errors import Conflict, InvalidInput, NotFound
from agentlab.kit.clock import now, now_after
from agentlab.kit.ids import new_id
from agentlab.kit.jobs import enqueue
from agentlab.portfolio.records import record_of_project
from agentlab.workflows import definitions, paths, rounds
from agentlab.workflows.importers.definitions import StageDefinition, WorkflowDefinition
from agentlab.workflows.models import (
    ArtefactRole,
    ConditionAnswer,
    Gate,
    GateKind,
    RouteChoice,
    SkipCause,
    Stage,
    StageArtefact,
    StageState,
    StageTransition,
    Template,
    Workflow,
)

WRITE_FLOW_FILE = "write_flow_file"
"""The job that tells agents in the workspace what people said; see `gates.flow_file`."""


class UnknownGate(InvalidInput):
    code = "unknown_gate"


class StageNotCurrent(Conflict):
    code = "stage_not_current"


class StageNeedsDecision(Conflict):
    code = "stage_needs_decision"


class StageNotOptional(Conflict):
    code = "stage_not_optional"


class ReasonMissing(InvalidInput):
    code = "reason_missing"


class StageNotReopenable(Conflict):
    code = "stage_not_reopenable"


class QuestionOpen(Conflict):
    code = "question_open"


class RouteNotChosen(Conflict):
    code = "route_not_chosen"


class RoundsOpen(Conflict):
    code = "rounds_open"


async def start(
    db: AsyncSession,
    project_id: UUID,
    definition: WorkflowDefinition,
    *,
    method: str,
    generation: str,
    gates: Collection[str] | None,
    template_id: UUID | None = None,
) -> Workflow:
    """Start a project's run: its stages as rows, the first one current.

    Args:
        db: the transaction.
        project_id: a project without a workflow.
        definition: what an importer read.
        method: such as `bmad`.
        generation: such as `v4`.
        gates: keys of the stages that get a gate; None takes every proposed one.
        template_id: of the library, where it is kept already.

    Raises:
        UnknownGate: for a key that is no stage with a proposed gate.
    """
    confirmed = confirmed_gates(definition, gates)
    template_id = template_id or await keep_template(
        db, definition, method=method, generation=generation
    )
    workflow = Workflow(id=new_id(), project_id=project_id, template_id=template_id)
    db.add(workflow)
    await db.flush()
    stages = [stage_of(workflow.id, defined) for defined in definition.stages]
    db.add_all(stages)
    await db.flush()
    for stage, defined in zip(stages, definition.stages, strict=True):
        db.add_all(artefacts_of(stage.id, defined))
        if defined.gate and defined.key in confirmed:
            kind = GateKind(defined.gate.kind)
            db.add(Gate(stage_id=stage.id, kind=kind, reason=defined.gate.reason))
    await db.flush()
    return workflow


def confirmed_gates(
    definition: WorkflowDefinition, gates: Collection[str] | None
) -> Collection[str]:
    proposed = {stage.key for stage in definition.stages if stage.gate}
    if gates is None:
        return proposed
    unknown = sorted(set(gates) - proposed)
    if unknown:
        raise UnknownGate(
            f"No gate was proposed at {', '.join(unknown)}. Inspect the folder again.",
            field="gates",
        )
    return gates


async def keep_template(
    db: AsyncSession, definition: WorkflowDefinition, *, method: str, generation: str
) -> UUID:
    """The template of this workflow in this source; made when it is new."""
    identity = {
        "method": method,
        "generation": generation,
        "sha256": definition.sha256,
        "source_path": definition.source_path,
        "key": definition.key,
    }
    versions = select(func.max(Template.imported_at)).filter_by(method=method, key=definition.key)
    await db.execute(
        insert(Template)
        .values(
            id=new_id(),
            **identity,
            name=definition.name,
            description=definition.description or "",
            kind=definition.kind,
            project_types=list(definition.project_types),
            source=definition.source,
            flow_diagram=definition.flow_diagram,
            when_to_use=list(definition.when_to_use),
            handoff_prompts=dict(definition.handoff_prompts),
            extra=dict(definition.extra),
            definition=definitions.kept(definition),
            imported_at=now_after(await db.scalar(versions)),
        )
        .on_conflict_do_nothing()
    )
    return (await db.execute(select(Template.id).filter_by(**identity))).scalar_one()


def stage_of(workflow_id: UUID, defined: StageDefinition) -> Stage:
    return Stage(
        id=new_id(),
        workflow_id=workflow_id,
        position=defined.position,
        key=defined.key,
        title=defined.title,
        agent=defined.agent,
        action=defined.action,
        condition=defined.condition,
        optional=defined.optional,
        repeats=defined.repeats,
        notes=defined.notes,
        uses=defined.uses,
        optional_steps=list(defined.optional_steps),
        routes=dict(defined.routes) if defined.routes else None,
        extra=dict(defined.extra),
        together=defined.together,
        state=StageState.CURRENT if defined.position == 1 else StageState.UPCOMING,
    )


def artefacts_of(stage_id: UUID, defined: StageDefinition) -> Iterator[StageArtefact]:
    for position, artefact in enumerate(defined.artefacts, start=1):
        yield StageArtefact(
            stage_id=stage_id,
            position=position,
            role=ArtefactRole(artefact.role),
            label=artefact.label,
            optional=artefact.optional,
            every=artefact.every,
            patterns=list(artefact.patterns),
        )


async def lock_stage(db: AsyncSession, stage_id: UUID) -> Stage:
    """The stage, while no other transaction can move any stage of its workflow."""
    # Waiting holds a connection; after this long the request is answered with 503 instead.
    await db.execute(text("SET LOCAL lock_timeout = '5s'"))
    workflow = await db.scalar(
        select(Workflow)
        .join(Stage, Stage.workflow_id == Workflow.id)
        .where(Stage.id == stage_id)
        .with_for_update(of=Workflow)
    )
    if workflow is None:
        raise NotFound("There is no such stage.")
    return (
        await db.execute(
            select(Stage).filter_by(id=stage_id).execution_options(populate_existing=True)
        )
    ).scalar_one()


async def complete(
    db: AsyncSession, stage_id: UUID, *, by: UUID, despite_open: str | None = None
) -> None:
    """Close the current stage, when no gate is in the way.

    Args:
        db: the transaction.
        stage_id: the stage.
        by: who completes it.
        despite_open: why the work goes on although rounds of it are open; None where nobody said
            that it should.

    Raises:
        StageNeedsDecision: it has a gate.
        RoundsOpen: it ends rounds of which some are open.
        ReasonMissing: `despite_open` says nothing.
        StageNotCurrent, QuestionOpen, RouteNotChosen.
    """
    stage = await lock_stage(db, stage_id)
    need_current(stage)
    if await has_gate(db, stage):
        raise StageNeedsDecision(
            f"“{stage.title}” has a gate. Submit it for review; an approval completes it."
        )
    await need_path_known(db, stage)
    await close(db, stage, by=by, reason=despite_open)
    await record_move(db, stage, "stage.completed", despite_open or "")


async def need_rounds_closed(
    db: AsyncSession, stage: Stage, stages: Sequence[Stage], despite_open: str | None
) -> None:
    found = (await rounds.of_stages(db, stage.workflow_id, stages)).get(stage.id)
    if found is None or not found.ends_here or found.done == found.total:
        return
    if despite_open is None:
        raise RoundsOpen(
            f"By the files of the project, {found.total - found.done} of {found.total} rounds of "
            f"“{stage.title}” are open. Finish them, or confirm with a reason that the work goes "
            "on all the same."
        )
    if not despite_open:
        raise ReasonMissing("Say why the work goes on although rounds are open.", field="reason")


async def skip(db: AsyncSession, stage_id: UUID, *, by: UUID, reason: str) -> None:
    """Leave out a stage that is current or to come, when the template lets one leave it out."""
    stage = await lock_stage(db, stage_id)
    if stage.state is not StageState.UPCOMING:
        need_current(stage)
    if not (stage.optional or stage.condition):
        raise StageNotOptional(f"The template does not let “{stage.title}” be skipped.")
    if not reason:
        raise ReasonMissing("Say why the stage is skipped.", field="reason")
    await move(db, stage, StageState.SKIPPED, by=by, reason=reason, cause=SkipCause.REASON)
    await go_on(db, stage.workflow_id)
    await record_move(db, stage, "stage.skipped", reason)
    await tell_agents(db, stage.workflow_id)


async def reopen(db: AsyncSession, stage_id: UUID, *, by: UUID, reason: str) -> None:
    """Undo a completion or a skip, while nothing after it was done or submitted.

    A stage that was closed by an approval stays closed: a decision is not undone by a click.
    """
    stage = await lock_stage(db, stage_id)
    stages = await stages_in_order(db, stage.workflow_id)
    was_decided = stage.state is StageState.DONE and await has_gate(db, stage)
    if stage.state not in paths.CLOSED or was_decided or paths.is_built_upon(stage, stages):
        raise StageNotReopenable(
            f"“{stage.title}” cannot be reopened: only a stage that was completed or skipped can, "
            "while nothing after it is done or submitted, and an approval stays."
        )
    if stage.retired_at is not None:
        raise StageNotReopenable(
            f"The method of this project has no “{stage.title}” any more: it is kept for what "
            "happened there."
        )
    if stage.skip_cause in {SkipCause.ANSWER, SkipCause.ROUTE}:
        raise StageNotReopenable(
            f"“{stage.title}” is not on the path of this project. Change the answer or the choice "
            "that left it out."
        )
    for later in stages:
        is_ahead = later.position > stage.position and not paths.are_together(later, stage)
        if is_ahead and later.state is StageState.CURRENT:
            await move(db, later, StageState.UPCOMING, by=None, reason="")
    is_worked_on = any(each.state in paths.ACTIVE for each in stages)
    to = StageState.UPCOMING if is_worked_on else StageState.CURRENT
    await move(db, stage, to, by=by, reason=reason)
    await go_on(db, stage.workflow_id)
    await record_move(db, stage, "stage.reopened", reason)
    await tell_agents(db, stage.workflow_id)


async def close(db: AsyncSession, stage: Stage, *, by: UUID, reason: str | None) -> None:
    """Close a locked stage; what comes next becomes current.

    Args:
        db: the transaction, of which nothing is kept when this is refused.
        stage: which one.
        by: who completes or approves it.
        reason: why, also while rounds of it are open; None where nobody said anything.

    Raises:
        RoundsOpen: it ends rounds of which some are open, and nobody said why.
        ReasonMissing: `reason` says nothing then.
    """
    await move(db, stage, StageState.DONE, by=by, reason=reason or "")
    stages = await go_on(db, stage.workflow_id)
    await need_rounds_closed(db, stage, stages, reason)


async def go_on(db: AsyncSession, workflow_id: UUID) -> Sequence[Stage]:
    """Bring a locked workflow to where it should be by what people did, answered and chose.

    Returns:
        Its stages in their order.
    """
    stages = await stages_in_order(db, workflow_id)
    said = await said_of(db, workflow_id, stages)
    for step in list(paths.steps(stages, paths.path_of(stages, said.answers, said.choices))):
        if step.to is StageState.CURRENT:
            # Stages are taken back in the database before another one is active there.
            await db.flush()
        note_move(db, step.stage, step.to, by=None, reason=step.reason, cause=step.cause)
    await db.flush()
    await mark_completed(
        db, workflow_id, completed=all(stage.state in paths.CLOSED for stage in stages)
    )
    return stages


class Said(NamedTuple):
    """What people answered and chose; of each the last word."""

    answers: paths.Answers
    choices: paths.Choices


async def said_of(db: AsyncSession, workflow_id: UUID, stages: Sequence[Stage]) -> Said:
    answers: dict[str, bool] = {}
    choices: dict[UUID, str] = {}
    if any(stage.condition for stage in stages):
        for answer in await db.scalars(
            select(ConditionAnswer)
            .filter_by(workflow_id=workflow_id)
            .order_by(ConditionAnswer.answered_at, ConditionAnswer.id)
        ):
            answers[answer.condition] = answer.holds
    if forks := [stage.id for stage in stages if stage.routes]:
        for choice in await db.scalars(
            select(RouteChoice)
            .where(RouteChoice.stage_id.in_(forks))
            .order_by(RouteChoice.chosen_at, RouteChoice.id)
        ):
            choices[choice.stage_id] = choice.route
    return Said(answers, choices)


async def route_chosen_at(db: AsyncSession, stage: Stage) -> datetime | None:
    """When one of a stage's routes was chosen last."""
    if not stage.routes:
        return None
    return await db.scalar(select(func.max(RouteChoice.chosen_at)).filter_by(stage_id=stage.id))


async def stages_in_order(db: AsyncSession, workflow_id: UUID) -> Sequence[Stage]:
    rows = await db.scalars(
        select(Stage)
        .filter_by(workflow_id=workflow_id)
        .order_by(Stage.position)
        .execution_options(populate_existing=True)
    )
    return rows.all()


async def need_path_known(db: AsyncSession, stage: Stage) -> None:
    """Refuse to go past a stage while nobody said whether it applies, or which way to go."""
    if not (stage.condition or stage.routes):
        return
    stages = await stages_in_order(db, stage.workflow_id)
    said = await said_of(db, stage.workflow_id, stages)
    asked = paths.path_of(stages, said.answers, said.choices).asked.get(stage.id)
    if asked is not None and asked not in said.answers:
        raise QuestionOpen(
            f"Nobody answered yet whether the condition “{asked}” of “{stage.title}” holds. A "
            "person has to, before the stage is closed or submitted."
        )
    if stage.routes and stage.id not in said.choices:
        raise RouteNotChosen(
            f"“{stage.title}” has several ways on: {', '.join(stage.routes)}. A person has to "
            "choose one before the stage is closed or submitted."
        )


async def move(
    db: AsyncSession,
    stage: Stage,
    to: StageState,
    *,
    by: UUID | None,
    reason: str,
    cause: SkipCause | None = None,
) -> None:
    """Change the state and keep who did it, when and why."""
    note_move(db, stage, to, by=by, reason=reason, cause=cause)
    await db.flush()
    workflow = await db.get_one(Workflow, stage.workflow_id)
    announce(db, Noun.STAGE, of=stage.id, project_id=workflow.project_id)


def note_move(
    db: AsyncSession,
    stage: Stage,
    to: StageState,
    *,
    by: UUID | None,
    reason: str,
    cause: SkipCause | None,
) -> None:
    db.add(
        StageTransition(
            stage_id=stage.id, from_state=stage.state, to_state=to, actor_id=by, reason=reason
        )
    )
    stage.state = to
    stage.skip_cause = cause


async def record_move(db: AsyncSession, stage: Stage, action: str, reason: str = "") -> None:
    workflow = await db.get_one(Workflow, stage.workflow_id)
    await record_of_project(
        db, workflow.project_id, action, subject=stage.id, label=stage.title, reason=reason
    )


async def tell_agents(db: AsyncSession, workflow_id: UUID) -> None:
    """Have the workspace's file on answers, choices and skips written again after the commit."""
    await enqueue(db, WRITE_FLOW_FILE, workflow_id=str(workflow_id))


async def mark_completed(db: AsyncSession, workflow_id: UUID, *, completed: bool) -> None:
    workflow = await db.get_one(Workflow, workflow_id)
    if completed != (workflow.completed_at is not None):
        workflow.completed_at = now() if completed else None


async def has_gate(db: AsyncSession, stage: Stage) -> bool:
    return await db.scalar(select(Gate.id).filter_by(stage_id=stage.id)) is not None


def need_current(stage: Stage) -> None:
    if stage.state is not StageState.CURRENT:
        raise StageNotCurrent(
            f"“{stage.title}” is {stage.state}, not current. Reload the page to see where the "
            "project stands."
        )
