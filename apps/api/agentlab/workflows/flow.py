"""What people say about the way through a workflow: which conditions hold, which route it takes.

Only a person in a session says so; see `auth.callers`. Everything that was said is kept, and the
last word counts.
"""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.changes.schemas import Noun
from agentlab.changes.service import announce
from agentlab.errors import Conflict, InvalidInput
from agentlab.kit.clock import now_after
from agentlab.kit.ids import new_id
from agentlab.portfolio.records import record_of_project
from agentlab.workflows import paths, service
from agentlab.workflows.models import (
    ConditionAnswer,
    RouteChoice,
    Stage,
    StageState,
    Workflow,
)
from agentlab.workflows.schemas import AnswerIn, RouteIn


class NoQuestion(Conflict):
    code = "no_question"


class SaidMeanwhile(Conflict):
    code = "said_meanwhile"


class AnswerInUse(Conflict):
    code = "answer_in_use"


class NoRoutes(Conflict):
    code = "no_routes"


class UnknownRoute(InvalidInput):
    code = "unknown_route"


class StageNotBeside(Conflict):
    code = "stage_not_beside"


async def answer(db: AsyncSession, stage_id: UUID, said: AnswerIn, *, by: UUID) -> None:
    """Say whether a stage's condition holds, for every stage of the workflow that has it.

    If not, those stages are left out. It can be said again until work depends on it.

    Raises:
        NoQuestion: it has no condition, or a chosen route answers it.
        SaidMeanwhile: somebody else answered since `said.replaces`.
        AnswerInUse: a stage that depends on it is done or submitted.
    """
    stage = await service.lock_stage(db, stage_id)
    stages = await service.stages_in_order(db, stage.workflow_id)
    known = await service.said_of(db, stage.workflow_id, stages)
    asked = paths.path_of(stages, known.answers, known.choices).asked
    condition = asked.get(stage_id)
    if condition is None:
        raise NoQuestion(f"“{stage.title}” has no condition that a person answers.")
    latest = await latest_answer(db, stage.workflow_id, condition)
    if latest and (latest.holds, latest.note, latest.answered_by) == (said.holds, said.note, by):
        return  # the same again, as when a reply was lost
    need_seen(latest.id if latest else None, said.replaces)
    concerned = [each for each in stages if asked.get(each.id) == condition]
    if paths.is_in_use(concerned, stages, holds=said.holds):
        raise AnswerInUse(
            f"The answer to “{condition}” stays: work that depends on it is done or submitted."
        )
    db.add(
        ConditionAnswer(
            id=new_id(),
            workflow_id=stage.workflow_id,
            condition=condition,
            holds=said.holds,
            note=said.note,
            answered_by=by,
            answered_at=now_after(latest.answered_at if latest else None),
        )
    )
    await db.flush()
    await service.go_on(db, stage.workflow_id)
    await keep_said(
        db,
        stage,
        "stage.answered",
        before={"condition": condition, "holds": latest.holds} if latest else None,
        after={"condition": condition, "holds": said.holds},
        note=said.note,
    )


async def latest_answer(
    db: AsyncSession, workflow_id: UUID, condition: str
) -> ConditionAnswer | None:
    return await db.scalar(
        select(ConditionAnswer)
        .filter_by(workflow_id=workflow_id, condition=condition)
        .order_by(ConditionAnswer.answered_at.desc(), ConditionAnswer.id.desc())
        .limit(1)
    )


async def choose(db: AsyncSession, stage_id: UUID, said: RouteIn, *, by: UUID) -> None:
    """Choose how the work goes on from the current stage; stages of other routes are left out.

    Raises:
        NoRoutes, StageNotCurrent.
        UnknownRoute: the stage has no such route.
        SaidMeanwhile: somebody else chose since `said.replaces`.
    """
    stage = await service.lock_stage(db, stage_id)
    if not stage.routes:
        raise NoRoutes(f"“{stage.title}” has no routes to choose from.")
    if said.route not in stage.routes:
        raise UnknownRoute(
            f"“{stage.title}” has no such route. It has: {', '.join(stage.routes)}.", field="route"
        )
    latest = await latest_choice(db, stage_id)
    if latest and (latest.route, latest.note, latest.chosen_by) == (said.route, said.note, by):
        return  # the same again, as when a reply was lost
    service.need_current(stage)
    need_seen(latest.id if latest else None, said.replaces)
    db.add(
        RouteChoice(
            id=new_id(),
            stage_id=stage_id,
            route=said.route,
            note=said.note,
            chosen_by=by,
            chosen_at=now_after(latest.chosen_at if latest else None),
        )
    )
    await db.flush()
    await service.go_on(db, stage.workflow_id)
    await keep_said(
        db,
        stage,
        "stage.route_chosen",
        before={"route": latest.route} if latest else None,
        after={"route": said.route},
        note=said.note,
    )


async def latest_choice(db: AsyncSession, stage_id: UUID) -> RouteChoice | None:
    return await db.scalar(
        select(RouteChoice)
        .filter_by(stage_id=stage_id)
        .order_by(RouteChoice.chosen_at.desc(), RouteChoice.id.desc())
        .limit(1)
    )


async def start(db: AsyncSession, stage_id: UUID, *, by: UUID) -> None:
    """Work on a stage beside the current one, where the template lets them go side by side."""
    stage = await service.lock_stage(db, stage_id)
    stages = await service.stages_in_order(db, stage.workflow_id)
    open_ = [each for each in stages if each.state not in paths.CLOSED]
    if stage.state is not StageState.UPCOMING or stage not in paths.front_of(open_):
        raise StageNotBeside(
            f"“{stage.title}” cannot be started now: it is not to come, or not beside the stage "
            "that is current."
        )
    await service.move(db, stage, StageState.CURRENT, by=by, reason="")
    await service.record_move(db, stage, "stage.started")


def need_seen(latest: UUID | None, replaces: UUID | None) -> None:
    """What is replaced must be what the person was shown."""
    if latest != replaces:
        raise SaidMeanwhile(
            "Somebody answered meanwhile. Reload the page to see what they said and when."
        )


async def keep_said(
    db: AsyncSession,
    stage: Stage,
    action: str,
    *,
    before: Mapping[str, object] | None,
    after: Mapping[str, object],
    note: str,
) -> None:
    """The trace of it, and the file by which agents learn of it."""
    workflow = await db.get_one(Workflow, stage.workflow_id)
    await record_of_project(
        db,
        workflow.project_id,
        action,
        subject=stage.id,
        label=stage.title,
        before=before,
        after=after,
        reason=note,
    )
    announce(db, Noun.STAGE, of=stage.id, project_id=workflow.project_id)
    await service.tell_agents(db, stage.workflow_id)
