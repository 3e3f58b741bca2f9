from uuid import UUID

from fastapi import APIRouter, Response, status
from sqlalchemy.orm import undefer

from agentlab.auth.callers import ProductOwner, Reviewer, Viewer
from agentlab.errors import Forbidden, NotFound
from agentlab.kit.db import DB
from agentlab.kit.downloads import as_download
from agentlab.kit.problems import documents
from agentlab.workflows import flow, service
from agentlab.workflows.models import Template
from agentlab.workflows.schemas import AnswerIn, CompletionIn, ReasonIn, RouteIn

router = APIRouter(tags=["workflows"])


@router.post(
    "/stages/{stage_id}/completion",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=documents(
        NotFound,
        service.StageNotCurrent,
        service.StageNeedsDecision,
        service.QuestionOpen,
        service.RouteNotChosen,
        service.RoundsOpen,
        service.ReasonMissing,
    ),
)
async def complete_stage(
    stage_id: UUID, owner: ProductOwner, db: DB, body: CompletionIn | None = None
) -> None:
    """Close the current stage, when it has no gate. Open rounds take a person, and a reason."""
    despite_open = body.despite_open if body else None
    if despite_open is not None and owner.is_agent:
        raise Forbidden("Only a person may say that the work goes on although rounds are open.")
    await service.complete(db, stage_id, by=owner.id, despite_open=despite_open)


@router.post(
    "/stages/{stage_id}/skip",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=documents(
        NotFound, service.StageNotCurrent, service.StageNotOptional, service.ReasonMissing
    ),
)
async def skip_stage(stage_id: UUID, body: ReasonIn, owner: Reviewer, db: DB) -> None:
    """Leave out a stage that is current or to come, when it is optional or has a condition."""
    await service.skip(db, stage_id, by=owner.id, reason=body.reason)


@router.post(
    "/stages/{stage_id}/reopening",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=documents(NotFound, service.StageNotReopenable),
)
async def reopen_stage(stage_id: UUID, body: ReasonIn, owner: Reviewer, db: DB) -> None:
    """Undo a completion or a skip, while nothing after it is done or submitted."""
    await service.reopen(db, stage_id, by=owner.id, reason=body.reason)


@router.put(
    "/stages/{stage_id}/answer",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=documents(NotFound, flow.NoQuestion, flow.SaidMeanwhile, flow.AnswerInUse),
)
async def answer_condition(stage_id: UUID, body: AnswerIn, owner: Reviewer, db: DB) -> None:
    """Say whether a stage's condition holds; if not, all stages that have it are left out."""
    await flow.answer(db, stage_id, body, by=owner.id)


@router.put(
    "/stages/{stage_id}/route",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=documents(
        NotFound, service.StageNotCurrent, flow.NoRoutes, flow.UnknownRoute, flow.SaidMeanwhile
    ),
)
async def choose_route(stage_id: UUID, body: RouteIn, owner: Reviewer, db: DB) -> None:
    """Choose how the work goes on from the current stage; other routes' stages are left out."""
    await flow.choose(db, stage_id, body, by=owner.id)


@router.post(
    "/stages/{stage_id}/start",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=documents(NotFound, flow.StageNotBeside),
)
async def start_stage(stage_id: UUID, owner: ProductOwner, db: DB) -> None:
    """Work on a stage beside the current one, where the template lets them go side by side."""
    await flow.start(db, stage_id, by=owner.id)


@router.get(
    "/templates/{template_id}/source", responses=documents(NotFound), response_class=Response
)
async def download_template(template_id: UUID, _: Viewer, db: DB) -> Response:
    """The template's source, byte for byte as it was in the project folder."""
    template = await db.get(Template, template_id, options=[undefer(Template.source)])
    if template is None:
        raise NotFound("There is no such template.")
    return as_download(template.source, template.source_path)
