"""Runs of projects through templates: starting one, and the moves of its stages."""

from collections.abc import Collection, Iterator
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.changes.schemas import Noun
from agentlab.changes.service import announce
from agentlab.errors import Conflict, InvalidInput, NotFound
from agentlab.kit.clock import now
from agentlab.kit.ids import new_id
from agentlab.portfolio.records import record_of_project
from agentlab.workflows.importers.definitions import StageDefinition, WorkflowDefinition
from agentlab.workflows.models import (
    ArtefactRole,
    Gate,
    GateKind,
    Stage,
    StageArtefact,
    StageState,
    StageTransition,
    Template,
    Workflow,
)

CLOSED = frozenset({StageState.DONE, StageState.SKIPPED})


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


async def start(
    db: AsyncSession,
    project_id: UUID,
    definition: WorkflowDefinition,
    *,
    method: str,
    generation: str,
    gates: Collection[str] | None,
) -> Workflow:
    """Start a project's run: its stages as rows, the first one current.

    Args:
        db: the transaction.
        project_id: a project without a workflow.
        definition: what an importer read.
        method: such as `bmad`.
        generation: such as `v4`.
        gates: keys of the stages that get a gate; None takes every proposed one.

    Raises:
        UnknownGate: for a key that is no stage with a proposed gate.
    """
    confirmed = confirmed_gates(definition, gates)
    template_id = await keep_template(db, definition, method=method, generation=generation)
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
            imported_at=now(),
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


async def complete(db: AsyncSession, stage_id: UUID, *, by: UUID) -> None:
    """Close the current stage, when no gate is in the way."""
    stage = await lock_stage(db, stage_id)
    need_current(stage)
    if await has_gate(db, stage):
        raise StageNeedsDecision(
            f"“{stage.title}” has a gate. Submit it for review; an approval completes it."
        )
    await close(db, stage, StageState.DONE, by=by)
    await record_move(db, stage, "stage.completed")


async def skip(db: AsyncSession, stage_id: UUID, *, by: UUID, reason: str) -> None:
    """Leave out the current stage. Only for those that the template lets one leave out."""
    stage = await lock_stage(db, stage_id)
    need_current(stage)
    if not (stage.optional or stage.condition):
        raise StageNotOptional(f"The template does not let “{stage.title}” be skipped.")
    if not reason:
        raise ReasonMissing("Say why the stage is skipped.", field="reason")
    await close(db, stage, StageState.SKIPPED, by=by, reason=reason)
    await record_move(db, stage, "stage.skipped", reason)


async def reopen(db: AsyncSession, stage_id: UUID, *, by: UUID, reason: str) -> None:
    """Undo the last completion or skip: the stage becomes current again.

    A stage that was closed by an approval stays closed: a decision is not undone by a click.
    """
    stage = await lock_stage(db, stage_id)
    following = await db.scalar(
        select(Stage).filter_by(workflow_id=stage.workflow_id, position=stage.position + 1)
    )
    was_last_move = stage.state in CLOSED and (
        following is None or following.state is StageState.CURRENT
    )
    was_decided = stage.state is StageState.DONE and await has_gate(db, stage)
    if not was_last_move or was_decided:
        raise StageNotReopenable(
            f"“{stage.title}” cannot be reopened: only the stage that was completed or skipped "
            "last can, and an approval stays."
        )
    if following:
        await move(db, following, StageState.UPCOMING, by=None, reason="")
    await move(db, stage, StageState.CURRENT, by=by, reason=reason)
    await mark_completed(db, stage.workflow_id, completed=False)
    await record_move(db, stage, "stage.reopened", reason)


async def close(
    db: AsyncSession, stage: Stage, state: StageState, *, by: UUID, reason: str = ""
) -> None:
    """Close a locked stage and make the next one current."""
    await move(db, stage, state, by=by, reason=reason)
    following = await db.scalar(
        select(Stage).filter_by(workflow_id=stage.workflow_id, position=stage.position + 1)
    )
    if following:
        await move(db, following, StageState.CURRENT, by=None, reason="")
    else:
        await mark_completed(db, stage.workflow_id, completed=True)


async def move(
    db: AsyncSession, stage: Stage, to: StageState, *, by: UUID | None, reason: str
) -> None:
    """Change the state and keep who did it, when and why."""
    db.add(
        StageTransition(
            stage_id=stage.id, from_state=stage.state, to_state=to, actor_id=by, reason=reason
        )
    )
    stage.state = to
    # Each move goes to the database by itself: at most one stage may be active at any moment.
    await db.flush()
    workflow = await db.get_one(Workflow, stage.workflow_id)
    announce(db, Noun.STAGE, of=stage.id, project_id=workflow.project_id)


async def record_move(db: AsyncSession, stage: Stage, action: str, reason: str = "") -> None:
    workflow = await db.get_one(Workflow, stage.workflow_id)
    await record_of_project(
        db, workflow.project_id, action, subject=stage.id, label=stage.title, reason=reason
    )


async def mark_completed(db: AsyncSession, workflow_id: UUID, *, completed: bool) -> None:
    workflow = await db.get_one(Workflow, workflow_id)
    workflow.completed_at = now() if completed else None


async def has_gate(db: AsyncSession, stage: Stage) -> bool:
    return await db.scalar(select(Gate.id).filter_by(stage_id=stage.id)) is not None


def need_current(stage: Stage) -> None:
    if stage.state is not StageState.CURRENT:
        raise StageNotCurrent(
            f"“{stage.title}” is {stage.state}, not current. Reload the page to see where the "
            "project stands."
        )
