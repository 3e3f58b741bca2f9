"""A workflow as people look at it: its stages with their artefacts and the documents found."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.auth.models import User
from agentlab.documents.schemas import DocumentSummary
from agentlab.kit.db import grouped
from agentlab.workflows import evidence, paths, rounds
from agentlab.workflows.models import (
    ConditionAnswer,
    RouteChoice,
    Stage,
    StageArtefact,
    StageState,
    StageTransition,
    Template,
    Workflow,
)
from agentlab.workflows.schemas import (
    AnswerOut,
    ArtefactOut,
    ChoiceOut,
    QuestionOut,
    StageOut,
    TemplateSummary,
    WorkflowOut,
)


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
    """All stages in their order, in a number of statements that does not grow with them."""
    stages = (
        await db.scalars(select(Stage).filter_by(workflow_id=workflow_id).order_by(Stage.position))
    ).all()
    ids = [stage.id for stage in stages]
    there = evidence.present(documents)
    artefacts = await artefacts_by_stage(db, ids)
    moves = await last_moves(db, ids)
    flow = await flow_of(db, workflow_id, stages)
    repeated = await rounds.of_stages(db, workflow_id, stages)
    return [
        stage_out(
            stage,
            artefacts[stage.id],
            there,
            {
                **moves.get(stage.id, NEVER_MOVED),
                **flow[stage.id],
                "rounds": repeated.get(stage.id),
            },
        )
        for stage in stages
    ]


async def artefacts_by_stage(
    db: AsyncSession, stage_ids: Sequence[UUID]
) -> Mapping[UUID, list[StageArtefact]]:
    query = (
        select(StageArtefact)
        .where(StageArtefact.stage_id.in_(stage_ids))
        .order_by(StageArtefact.position)
    )
    return await grouped(db, query, lambda artefact: artefact.stage_id)


NEVER_MOVED = {"entered_at": None, "moved_by": None, "reason": ""}


async def last_moves(db: AsyncSession, stage_ids: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
    """When each stage came into its state, by whom and why."""
    rows = await db.execute(
        select(StageTransition.stage_id, StageTransition.at, User.name, StageTransition.reason)
        .ext(distinct_on(StageTransition.stage_id))
        .join(Stage, Stage.id == StageTransition.stage_id)
        .outerjoin(User, User.id == StageTransition.actor_id)
        # Also where a clock that went backwards has another move look newer.
        .where(Stage.id.in_(stage_ids), StageTransition.to_state == Stage.state)
        .order_by(StageTransition.stage_id, StageTransition.at.desc(), StageTransition.id.desc())
    )
    return {
        stage_id: {"entered_at": at, "moved_by": name, "reason": reason}
        for stage_id, at, name, reason in rows
    }


async def flow_of(
    db: AsyncSession, workflow_id: UUID, stages: Sequence[Stage]
) -> dict[UUID, dict[str, Any]]:
    """What people answered and chose at each stage, and what they may start beside others."""
    # Most workflows ask nothing and have one way: then there is nothing to read.
    asks = any(stage.condition for stage in stages)
    answers = await answers_by_condition(db, workflow_id) if asks else defaultdict(list)
    forks = [stage.id for stage in stages if stage.routes]
    choices = await choices_by_stage(db, forks) if forks else defaultdict(list)
    path = paths.path_of(
        stages,
        {condition: said[0].holds for condition, said in answers.items()},
        {stage_id: made[0].route for stage_id, made in choices.items()},
    )
    front = paths.front_of([stage for stage in stages if stage.state not in paths.CLOSED])
    concerned = defaultdict[str, list[Stage]](list)
    for stage in stages:
        if stage.id in path.asked:
            concerned[path.asked[stage.id]].append(stage)
    questions = {
        condition: QuestionOut(
            condition=condition,
            answers=answers[condition],
            is_fixed=paths.is_in_use(
                each, stages, holds=not (answers[condition] and answers[condition][0].holds)
            ),
        )
        for condition, each in concerned.items()
    }
    return {
        stage.id: {
            "question": questions.get(path.asked.get(stage.id, "")),
            "choices": choices[stage.id],
            "can_start": stage.state is StageState.UPCOMING and stage in front,
        }
        for stage in stages
    }


async def answers_by_condition(
    db: AsyncSession, workflow_id: UUID
) -> defaultdict[str, list[AnswerOut]]:
    """The newest first."""
    found = defaultdict[str, list[AnswerOut]](list)
    rows = await db.execute(
        select(ConditionAnswer, User.name)
        .join(User, User.id == ConditionAnswer.answered_by)
        .where(ConditionAnswer.workflow_id == workflow_id)
        .order_by(ConditionAnswer.answered_at.desc(), ConditionAnswer.id.desc())
    )
    for answer, name in rows:
        found[answer.condition].append(
            AnswerOut(
                id=answer.id,
                holds=answer.holds,
                note=answer.note,
                answered_by=name,
                answered_at=answer.answered_at,
            )
        )
    return found


async def choices_by_stage(
    db: AsyncSession, stage_ids: Sequence[UUID]
) -> defaultdict[UUID, list[ChoiceOut]]:
    """The newest first."""
    found = defaultdict[UUID, list[ChoiceOut]](list)
    rows = await db.execute(
        select(RouteChoice, User.name)
        .join(User, User.id == RouteChoice.chosen_by)
        .where(RouteChoice.stage_id.in_(stage_ids))
        .order_by(RouteChoice.chosen_at.desc(), RouteChoice.id.desc())
    )
    for choice, name in rows:
        found[choice.stage_id].append(
            ChoiceOut(
                id=choice.id,
                route=choice.route,
                note=choice.note,
                chosen_by=name,
                chosen_at=choice.chosen_at,
            )
        )
    return found


def stage_out(
    stage: Stage,
    artefacts: Sequence[StageArtefact],
    there: Mapping[str, DocumentSummary],
    more: Mapping[str, Any],
) -> StageOut:
    own = {name: getattr(stage, name) for name in OWN_FIELDS}
    return StageOut.model_validate(
        {
            **own,
            **more,
            "artefacts": [
                ArtefactOut(
                    role=artefact.role,
                    label=artefact.label,
                    optional=artefact.optional,
                    is_file=bool(artefact.patterns),
                    documents=evidence.find(artefact, there),
                )
                for artefact in artefacts
            ],
        },
        from_attributes=True,
    )


OWN_FIELDS = StageOut.model_fields.keys() - {
    *("artefacts", "entered_at", "moved_by", "reason"),
    *("question", "choices", "rounds", "can_start"),
}
