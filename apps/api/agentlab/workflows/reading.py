"""A workflow as people look at it: its stages with their artefacts and the documents found."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.documents.schemas import DocumentSummary
from agentlab.workflows import evidence
from agentlab.workflows.models import Stage, StageArtefact, StageTransition, Template, Workflow
from agentlab.workflows.schemas import ArtefactOut, StageOut, TemplateSummary, WorkflowOut


async def workflow_of(db: AsyncSession, project_id: UUID) -> WorkflowOut | None:
    row = (
        await db.execute(
            select(Workflow, Template)
            .join(Template, Template.id == Workflow.template_id)
            .where(Workflow.project_id == project_id)
        )
    ).one_or_none()
    if row is None:
        return None
    workflow, template = row
    return WorkflowOut(
        id=workflow.id,
        template=TemplateSummary.model_validate(template, from_attributes=True),
        started_at=workflow.started_at,
        completed_at=workflow.completed_at,
    )


async def stages_of(
    db: AsyncSession, workflow_id: UUID, documents: Sequence[DocumentSummary]
) -> list[StageOut]:
    """All stages in their order, in three statements whatever their number."""
    stages = (
        await db.scalars(select(Stage).filter_by(workflow_id=workflow_id).order_by(Stage.position))
    ).all()
    there = evidence.present(documents)
    artefacts = await artefacts_by_stage(db, [stage.id for stage in stages])
    entered = await entered_by_stage(db, [stage.id for stage in stages])
    return [stage_out(stage, artefacts[stage.id], entered.get(stage.id), there) for stage in stages]


async def artefacts_by_stage(
    db: AsyncSession, stage_ids: Sequence[UUID]
) -> dict[UUID, list[StageArtefact]]:
    by_stage = defaultdict[UUID, list[StageArtefact]](list)
    for artefact in await db.scalars(
        select(StageArtefact)
        .where(StageArtefact.stage_id.in_(stage_ids))
        .order_by(StageArtefact.position)
    ):
        by_stage[artefact.stage_id].append(artefact)
    return by_stage


async def entered_by_stage(db: AsyncSession, stage_ids: Sequence[UUID]) -> dict[UUID, datetime]:
    rows = await db.execute(
        select(StageTransition.stage_id, func.max(StageTransition.at))
        .where(StageTransition.stage_id.in_(stage_ids))
        .group_by(StageTransition.stage_id)
    )
    return {row[0]: row[1] for row in rows}


def stage_out(
    stage: Stage,
    artefacts: Sequence[StageArtefact],
    entered_at: datetime | None,
    there: Mapping[str, DocumentSummary],
) -> StageOut:
    own = {name: getattr(stage, name) for name in OWN_FIELDS}
    return StageOut(
        **own,
        entered_at=entered_at,
        artefacts=[
            ArtefactOut(
                role=artefact.role,
                label=artefact.label,
                optional=artefact.optional,
                is_file=bool(artefact.patterns),
                documents=evidence.find(artefact, there),
            )
            for artefact in artefacts
        ],
    )


OWN_FIELDS = StageOut.model_fields.keys() - {"artefacts", "entered_at"}
