"""A project goes over to another template: previewed, then done in one transaction."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from sqlalchemy import delete, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import undefer

from agentlab.auth import sight
from agentlab.auth.sight import Looking
from agentlab.changes.schemas import Noun
from agentlab.changes.service import announce
from agentlab.errors import Conflict, InvalidInput, NotFound
from agentlab.gates import proposals
from agentlab.gates.models import GatePolicy, Submission
from agentlab.gates.threads.models import Thread
from agentlab.imports.service import fitting
from agentlab.kit.clock import now
from agentlab.kit.ids import new_id
from agentlab.portfolio.levels.places import PlaceArchived, lock_project, open_service
from agentlab.portfolio.models import Project
from agentlab.portfolio.records import record_of_project
from agentlab.templates import library
from agentlab.templates.models import MethodNews, TemplateChange
from agentlab.templates.plan import Fate, Plan, Standing, Step, plan
from agentlab.workflows import definitions, reading
from agentlab.workflows import service as workflows
from agentlab.workflows.importers.definitions import WorkflowDefinition
from agentlab.workflows.importers.detection import candidates
from agentlab.workflows.models import (
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
from agentlab.workspaces import service as workspaces
from agentlab.workspaces.models import Workspace

__all__ = ["PlaceArchived", "Wanted", "apply", "propose"]

FIELDS = (
    *("title", "agent", "action", "condition", "optional"),
    *("repeats", "notes", "uses", "together"),
)

NO_LONGER = "The method does not have this stage any more."


class WorkflowNotInFolder(InvalidInput):
    code = "workflow_not_in_folder"


class TemplateWithoutStages(Conflict):
    code = "template_without_stages"


class ProposalOutdated(Conflict):
    code = "proposal_outdated"


class NothingToChange(Conflict):
    code = "nothing_to_change"


class TemplateArchived(Conflict):
    code = "template_archived"


@dataclass(frozen=True)
class Wanted:
    """Which template a project goes over to: one of the library, else what its folder holds.

    `method`, `generation` and `workflow` choose in the folder; without them it is the workflow
    that the project runs through.
    """

    template_id: UUID | None = None
    method: str | None = None
    generation: str | None = None
    workflow: str | None = None


@dataclass(frozen=True)
class Found:
    """A template that a project may go over to."""

    method: str
    generation: str
    definition: WorkflowDefinition
    id: UUID | None
    method_version: str | None = None


@dataclass(frozen=True)
class Change:
    """What a change would do, with what it was made from."""

    project_id: UUID
    workflow: Workflow | None
    before: Template | None
    source_before: bytes | None
    after: Found
    plan: Plan


async def propose(
    db: AsyncSession, project_id: UUID, wanted: Wanted, *, by: Looking | None, roots: Sequence[Path]
) -> Change:
    """What the change would do. Changes nothing.

    Raises:
        NotFound, ProjectWithoutFolder, WorkflowNotInFolder, TemplateWithoutStages,
        TemplateArchived, and what looking into the folder raises.
    """
    workspace = await workspaces.find(db, project_id)
    workflow, before = await followed_by(db, project_id)
    if before and library.is_own(before) and wanted == Wanted():
        wanted = Wanted(await library.newest_version(db, before))
    if wanted.template_id:
        if by:
            await sight.need(db, by, "template_id", wanted.template_id, field="template_id")
        after = await in_library(db, wanted.template_id)
    else:
        root = await workspaces.folder(workspace, roots)
        after = await in_folder(root, wanted, before)
    return await planned(db, project_id, workflow, before, after)


async def of_folder(db: AsyncSession, project_id: UUID, root: Path) -> Change:
    """What the workflow would become by what its folder holds now. Raises what `propose` does."""
    workflow, before = await followed_by(db, project_id)
    after = await in_folder(root, Wanted(), before)
    return await planned(db, project_id, workflow, before, after)


async def followed_by(
    db: AsyncSession, project_id: UUID
) -> tuple[Workflow | None, Template | None]:
    workflow = await db.scalar(select(Workflow).filter_by(project_id=project_id))
    return workflow, await template_with_source(db, workflow.template_id) if workflow else None


async def planned(
    db: AsyncSession,
    project_id: UUID,
    workflow: Workflow | None,
    before: Template | None,
    after: Found,
) -> Change:
    if not after.definition.stages:
        raise TemplateWithoutStages(
            f"“{after.definition.name}” has no stages, so no project can run through it. Nothing "
            "was changed."
        )
    stages = await standings(db, workflow.id) if workflow else []
    planned = plan(
        stages,
        after.definition,
        proposed_before=proposed_gates(before),
        basis=f"{before.id if before else None} {after.method} {after.generation}",
    )
    source = before.source if before else None
    return Change(project_id, workflow, before, source, after, planned)


async def template_with_source(db: AsyncSession, template_id: UUID) -> Template:
    found = await db.get(
        Template,
        template_id,
        options=[undefer(Template.source), undefer(Template.definition)],
        populate_existing=True,
    )
    if found is None:
        raise NotFound("There is no such template.", field="template_id")
    return found


def proposed_gates(template: Template | None) -> frozenset[str] | None:
    if template is None or template.definition is None:
        return None
    return frozenset(stage["key"] for stage in template.definition["stages"] if stage["gate"])


async def in_library(db: AsyncSession, template_id: UUID) -> Found:
    template = await template_with_source(db, template_id)
    if template.archived_at:
        raise TemplateArchived(
            f"“{template.name}” is archived and no project takes it up any more. Bring it back "
            "from the archive, or choose another version.",
            field="template_id",
        )
    definition = await library.definition_of(db, template)
    return Found(template.method, template.generation, definition, template.id)


async def in_folder(root: Path, wanted: Wanted, before: Template | None) -> Found:
    method = wanted.method or (before.method if before and not library.is_own(before) else None)
    generation = wanted.generation
    if generation is None and before and method == before.method and wanted.method is None:
        generation = before.generation
    detection = fitting(await asyncio.to_thread(candidates, root), method, generation)[0]
    key = wanted.workflow or (before.key if before else None)
    there = {workflow.key: workflow for workflow in detection.workflows}
    if key not in there or detection.method is None or detection.generation is None:
        names = ", ".join(there) or "none"
        raise WorkflowNotInFolder(
            f"The folder has no workflow “{key}”. It has: {names}. Choose one of these."
            if key
            else f"Say which of the folder's workflows the project follows: {names}.",
            field="workflow",
        )
    return Found(detection.method, detection.generation, there[key], None, detection.version)


async def standings(db: AsyncSession, workflow_id: UUID) -> list[Standing]:
    """The stages of a workflow as they stand, in their order; in four statements."""
    query = select(Stage).filter_by(workflow_id=workflow_id).order_by(Stage.position)
    stages = (await db.scalars(query.execution_options(populate_existing=True))).all()
    ids = [stage.id for stage in stages]
    artefacts = await reading.artefacts_by_stage(db, ids)
    gates = await proposals.at_gates(db, ids)
    touched = await touched_stages(db, workflow_id)
    return [
        Standing(
            id=stage.id,
            defined=definitions.stage_of_rows(
                stage,
                artefacts[stage.id],
                at_gate.gate,
                at_gate.rules,
            ),
            state=stage.state,
            is_retired=stage.retired_at is not None,
            is_touched=stage.id in touched,
            is_left_out=stage.skip_cause in {SkipCause.ANSWER, SkipCause.ROUTE},
            is_dropped=stage.dropped_at is not None,
            is_ruled=at_gate.is_ruled,
        )
        for stage in stages
        for at_gate in [gates.get(stage.id, proposals.AtGate())]
    ]


async def touched_stages(db: AsyncSession, workflow_id: UUID) -> set[UUID]:
    """Those where something happened that must not be lost."""
    moved = select(StageTransition.stage_id).join(Stage, Stage.id == StageTransition.stage_id)
    at_gate = [
        select(Gate.stage_id)
        .join(model, model.gate_id == Gate.id)
        .join(Stage, Stage.id == Gate.stage_id)
        for model in (Submission, Thread, GatePolicy)
    ]
    chosen = select(RouteChoice.stage_id).join(Stage, Stage.id == RouteChoice.stage_id)
    at_gate[-1] = at_gate[-1].where(GatePolicy.updated_by.is_not(None))  # a person's
    parts = [part.where(Stage.workflow_id == workflow_id) for part in (moved, chosen, *at_gate)]
    return set(await db.scalars(parts[0].union(*parts[1:])))


async def apply(
    db: AsyncSession,
    project_id: UUID,
    wanted: Wanted,
    *,
    digest: str,
    by: Looking | None,
    roots: Sequence[Path],
) -> TemplateChange | None:
    """Make the change that was previewed, while nobody decides or moves a stage.

    Returns:
        What was done; None for a project that had no workflow and runs through one now.

    Raises:
        ProposalOutdated: the folder, the template or a stage is not as it was previewed.
        NothingToChange, BeingScanned, PlaceArchived, and what `propose` raises.
    """
    await db.execute(text("SET LOCAL lock_timeout = '5s'"))
    await need_open_place(db, project_id)
    if wanted.template_id:
        await hold_template(db, wanted.template_id)
    held = select(Workflow).filter_by(project_id=project_id).with_for_update()
    if await db.scalar(held) is None:
        await lock_project(db, project_id)  # two that begin at once begin one after the other
    await workspaces.hold(db, project_id)
    change = await propose(db, project_id, wanted, by=by, roots=roots)
    if change.plan.digest != digest:
        raise ProposalOutdated(
            "Something changed since this was previewed: the folder, the template or the project. "
            "Nothing was done. Look at the changes again."
        )
    if change.workflow is None:
        await begin(db, change)
        return None
    return await migrate(db, change, change.workflow, by=by)


async def need_open_place(db: AsyncSession, project_id: UUID) -> None:
    service_id = await db.scalar(select(Project.service_id).filter_by(id=project_id))
    if service_id is None:
        raise NotFound("There is no such project.")
    await open_service(db, service_id)


async def hold_template(db: AsyncSession, template_id: UUID) -> None:
    """Nobody archives or deletes it until we commit."""
    query = select(Template.id).filter_by(id=template_id).with_for_update(read=True)
    if await db.scalar(query) is None:
        raise NotFound("There is no such template.", field="template_id")


async def begin(db: AsyncSession, change: Change) -> None:
    """The first workflow of a project that has a folder and none."""
    after = change.after
    workflow = await workflows.start(
        db,
        change.project_id,
        after.definition,
        method=after.method,
        generation=after.generation,
        gates=None,
        template_id=after.id,
    )
    await proposals.begin(db, workflow, after.definition)
    await keep_method(db, change)
    announce(db, Noun.PROJECT, of=change.project_id, project_id=change.project_id)
    await record_of_project(
        db,
        change.project_id,
        "project.template_assigned",
        after={
            "template": after.definition.key,
            "sha256": after.definition.sha256,
            "workflow_id": workflow.id,
        },
    )


async def migrate(
    db: AsyncSession, change: Change, workflow: Workflow, *, by: Looking | None
) -> TemplateChange:
    after = change.after
    template_id = after.id or await workflows.keep_template(
        db, after.definition, method=after.method, generation=after.generation
    )
    if template_id == workflow.template_id and not change.plan.does_something:
        raise NothingToChange("The project runs through exactly this already. Nothing was done.")
    person = by.id if by else None
    await take_steps(db, workflow, change.plan.steps, by=person)
    before_id, workflow.template_id = workflow.template_id, template_id
    # What people answered and chose before counts for what is new, too.
    await workflows.go_on(db, workflow.id)
    await workflows.tell_agents(db, workflow.id)
    made = TemplateChange(
        id=new_id(),
        workflow_id=workflow.id,
        from_template_id=before_id,
        to_template_id=template_id,
        changed_by=person,
        changed_at=now(),
        summary=library.summary_of(change.before, after, template_id, change.plan.steps),
    )
    db.add(made)
    await db.execute(delete(MethodNews).filter_by(project_id=change.project_id))
    await keep_method(db, change)
    await db.flush()
    await say_changed(db, change)
    return made


async def say_changed(db: AsyncSession, change: Change) -> None:
    project_id = change.project_id
    announce(db, Noun.PROJECT, of=project_id, project_id=project_id)
    announce(db, Noun.STAGE, project_id=project_id)
    announce(db, Noun.GATE, project_id=project_id)
    before, after = change.before, change.after.definition
    await record_of_project(
        db,
        project_id,
        "project.template_changed",
        before={"template": before.key, "sha256": before.sha256} if before else None,
        after={
            "template": after.key,
            "sha256": after.sha256,
            "stages": library.counts_of(change.plan.steps),
        },
    )


async def keep_method(db: AsyncSession, change: Change) -> None:
    """What the workspace says of its method, where the template came from the folder."""
    if change.after.id is not None:
        return
    workspace = await db.get_one(Workspace, change.project_id)
    workspace.method = change.after.method
    workspace.generation = change.after.generation
    workspace.method_version = change.after.method_version


async def take_steps(
    db: AsyncSession, workflow: Workflow, steps: Sequence[Step], *, by: UUID | None
) -> None:
    await make_room(db, workflow.id, steps)
    query = select(Stage).filter_by(workflow_id=workflow.id)
    rows = await db.scalars(query.execution_options(populate_existing=True))
    there = {stage.id: stage for stage in rows}
    made: dict[int, Stage] = {}
    for step in steps:
        if step.position is None:
            continue
        stage = (
            there[step.stage_id] if step.stage_id else workflows.stage_of(workflow.id, step.defined)
        )
        made[step.position] = stage
        if step.stage_id is None:
            stage.state = StageState.UPCOMING
            stage.position = step.position
            db.add(stage)
        else:
            describe(stage, step)
    await db.flush()
    for step in steps:
        if step.position is not None:
            await keep_parts(db, workflow, made[step.position], step)
    await move_stages(db, steps, made, by=by)


async def make_room(db: AsyncSession, workflow_id: UUID, steps: Sequence[Step]) -> None:
    """Take away what is removed, and free the positions and keys that others get."""
    gone = [step.stage_id for step in steps if step.stage_id and step.fate is Fate.REMOVED]
    await db.execute(delete(StageArtefact).where(StageArtefact.stage_id.in_(gone)))
    await proposals.forget(db, gone)
    await db.execute(delete(Gate).where(Gate.stage_id.in_(gone)))
    await db.execute(delete(Stage).where(Stage.id.in_(gone)))
    # One row after the other is checked, so all go out of the way first.
    await db.execute(
        text("UPDATE stages SET position = -position, key = id::text WHERE workflow_id = :id"),
        {"id": workflow_id},
    )


def describe(stage: Stage, step: Step) -> None:
    defined = step.defined
    stage.position = step.position or 0
    stage.key = defined.key
    if step.fate is Fate.RETIRED:
        stage.retired_at = now()
    if step.fate is not Fate.CHANGED:
        return
    stage.retired_at = None
    for name in FIELDS:
        setattr(stage, name, getattr(defined, name))
    stage.optional_steps = list(defined.optional_steps)
    stage.routes = dict(defined.routes) if defined.routes else None
    stage.extra = dict(defined.extra)


async def keep_parts(db: AsyncSession, workflow: Workflow, stage: Stage, step: Step) -> None:
    """The artefacts and the gate of a stage, as far as they change."""
    changed = {change.field for change in step.changes}
    if step.fate is Fate.ADDED or "artefacts" in changed:
        await db.execute(delete(StageArtefact).where(StageArtefact.stage_id == stage.id))
        db.add_all(workflows.artefacts_of(stage.id, step.defined))
    if step.adds_gate and step.defined.gate:
        gate = step.defined.gate
        db.add(Gate(stage_id=stage.id, kind=GateKind(gate.kind), reason=gate.reason))
    await db.flush()
    if "rules" in changed or (step.adds_gate and step.defined.rules):
        await proposals.take_up(db, workflow, stage, step.defined.rules)


async def move_stages(
    db: AsyncSession, steps: Sequence[Step], made: Mapping[int, Stage], *, by: UUID | None
) -> None:
    """What leaves the active state does so before another comes into it."""
    moving = [
        s for s in steps if s.position and s.state is not (s.state_before or s.state.UPCOMING)
    ]
    moving.sort(key=lambda step: step.state is StageState.CURRENT)
    for step in moving:
        is_left_out = step.state is StageState.SKIPPED
        stage = made[step.position or 0]
        stage.dropped_at = now() if is_left_out else None
        await workflows.move(
            db,
            stage,
            step.state,
            by=by if is_left_out else None,
            reason=NO_LONGER if is_left_out else "",
        )
