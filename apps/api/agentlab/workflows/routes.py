from uuid import UUID

from fastapi import APIRouter, Response, status
from sqlalchemy.orm import undefer

from agentlab.auth.callers import ProductOwner, Viewer
from agentlab.errors import NotFound
from agentlab.kit.db import DB
from agentlab.kit.downloads import as_download
from agentlab.kit.problems import documents
from agentlab.workflows import service
from agentlab.workflows.models import Template
from agentlab.workflows.schemas import ReasonIn

router = APIRouter(tags=["workflows"])


@router.post(
    "/stages/{stage_id}/completion",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=documents(NotFound, service.StageNotCurrent, service.StageNeedsDecision),
)
async def complete_stage(stage_id: UUID, owner: ProductOwner, db: DB) -> None:
    """Close the current stage, when it has no gate."""
    await service.complete(db, stage_id, by=owner.id)


@router.post(
    "/stages/{stage_id}/skip",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=documents(
        NotFound, service.StageNotCurrent, service.StageNotOptional, service.ReasonMissing
    ),
)
async def skip_stage(stage_id: UUID, body: ReasonIn, owner: ProductOwner, db: DB) -> None:
    """Leave out the current stage, when it is optional or has a condition."""
    await service.skip(db, stage_id, by=owner.id, reason=body.reason)


@router.post(
    "/stages/{stage_id}/reopening",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=documents(NotFound, service.StageNotReopenable),
)
async def reopen_stage(stage_id: UUID, body: ReasonIn, owner: ProductOwner, db: DB) -> None:
    """Undo the last completion or skip."""
    await service.reopen(db, stage_id, by=owner.id, reason=body.reason)


@router.get(
    "/templates/{template_id}/source", responses=documents(NotFound), response_class=Response
)
async def download_template(template_id: UUID, _: Viewer, db: DB) -> Response:
    """The template's source, byte for byte as it was in the project folder."""
    template = await db.get(Template, template_id, options=[undefer(Template.source)])
    if template is None:
        raise NotFound("There is no such template.")
    return as_download(template.source, template.source_path)
