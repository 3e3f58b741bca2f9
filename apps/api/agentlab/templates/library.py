"""Templates as the library keeps them: who sees them, what they say, what they did to projects."""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import ColumnElement, exists, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.util import AliasedClass

from agentlab.auth.sight import Looking, project_in_sight
from agentlab.portfolio.models import Client, Project, Service
from agentlab.templates.models import TemplateChange
from agentlab.templates.own import GENERATION, METHOD
from agentlab.templates.plan import Fate, Step
from agentlab.templates.schemas import FieldChanged, StageStep, TemplateNamed
from agentlab.workflows import definitions, reading
from agentlab.workflows.importers.definitions import StageDefinition, WorkflowDefinition
from agentlab.workflows.models import Gate, Stage, Template, Workflow

if TYPE_CHECKING:
    from agentlab.templates.migration import Found

__all__ = ["GENERATION", "METHOD"]


def is_own(template: Template) -> bool:
    """Uploaded in our own format; the others were found in folders of projects."""
    return template.method == METHOD


def in_sight(
    caller: Looking | None, of: type[Template] | AliasedClass[Template] = Template
) -> ColumnElement[bool]:
    """A condition on `Template`: own ones, and those of a project that the caller sees."""
    if caller is None:
        return true()
    use = (
        exists()
        .where(
            or_(
                Workflow.template_id == of.id,
                exists().where(
                    TemplateChange.workflow_id == Workflow.id,
                    TemplateChange.from_template_id == of.id,
                ),
            ),
            Project.id == Workflow.project_id,
            Service.id == Project.service_id,
            Client.id == Service.client_id,
            *there(),
            project_in_sight(caller, Project.id, Client.id),
        )
        .correlate(of)
    )
    return or_(of.method == METHOD, use) if caller.project_id is None else use


def there() -> list[ColumnElement[bool]]:
    """That nothing above a project is in the bin."""
    return [each.deleted_at.is_(None) for each in (Project, Service, Client)]


async def definition_of(db: AsyncSession, template: Template) -> WorkflowDefinition:
    """What the template says. It was loaded with its source and definition.

    Of one from before definitions were kept, the stages are read from the oldest workflow that
    runs through it.
    """
    found = definitions.restored(template, template.source)
    if found is not None:
        return found
    return WorkflowDefinition(
        key=template.key,
        name=template.name,
        description=template.description,
        kind=template.kind,
        project_types=tuple(template.project_types),
        stages=tuple(await stages_of_oldest(db, template.id)),
        flow_diagram=template.flow_diagram,
        when_to_use=tuple(template.when_to_use),
        handoff_prompts=template.handoff_prompts,
        source_path=template.source_path,
        source=template.source,
        sha256=template.sha256,
        extra=template.extra,
    )


async def stages_of_oldest(db: AsyncSession, template_id: UUID) -> list[StageDefinition]:
    oldest = select(Workflow.id).filter_by(template_id=template_id).order_by(Workflow.id).limit(1)
    query = select(Stage).where(
        Stage.workflow_id == oldest.scalar_subquery(), Stage.retired_at.is_(None)
    )
    stages = (await db.scalars(query.order_by(Stage.position))).all()
    ids = [stage.id for stage in stages]
    artefacts = await reading.artefacts_by_stage(db, ids)
    found = await db.scalars(select(Gate).where(Gate.stage_id.in_(ids)))
    gates = {gate.stage_id: gate for gate in found}
    return [
        definitions.stage_of_rows(stage, artefacts[stage.id], gates.get(stage.id))
        for stage in stages
    ]


def step_out(step: Step) -> StageStep:
    return StageStep(
        fate=step.fate,
        key=step.defined.key,
        title=step.defined.title,
        state_before=step.state_before,
        state=step.state,
        position_before=step.position_before,
        position=step.position,
        is_moved=step.is_moved,
        adds_gate=step.adds_gate,
        has_gate=step.defined.gate is not None,
        changes=[FieldChanged.model_validate(each) for each in step.changes],
    )


def named(template: Template) -> TemplateNamed:
    return TemplateNamed.model_validate(template, from_attributes=True)


def found_named(found: "Found", template_id: UUID | None = None) -> TemplateNamed:
    definition = found.definition
    return TemplateNamed(
        id=template_id or found.id,
        method=found.method,
        generation=found.generation,
        key=definition.key,
        name=definition.name,
        source_path=definition.source_path,
        sha256=definition.sha256,
    )


def summary_of(
    before: Template | None, after: "Found", template_id: UUID, steps: Sequence[Step]
) -> dict[str, Any]:
    """What a change did, as it is kept and shown afterwards."""
    told = [step for step in steps if is_news(step)]
    return {
        "before": named(before).model_dump(mode="json") if before else None,
        "after": found_named(after, template_id).model_dump(mode="json"),
        "steps": [step_out(step).model_dump(mode="json") for step in told],
        "kept_total": len(steps) - len(told),
    }


def is_news(step: Step) -> bool:
    return (
        step.fate is not Fate.KEPT
        or step.is_moved
        or step.adds_gate
        or step.state is not step.state_before
    )


def counts_of(steps: Sequence[Step]) -> dict[str, int]:
    """How many stages had which fate."""
    return dict(Counter(step.fate.value for step in steps))


async def newest_version(db: AsyncSession, template: Template) -> UUID:
    """Of an own template; those in the archive are not offered."""
    query = (
        select(Template.id)
        .filter_by(method=METHOD, key=template.key, archived_at=None)
        .order_by(Template.imported_at.desc(), Template.id.desc())
        .limit(1)
    )
    found: UUID | None = await db.scalar(query)
    return found or template.id
