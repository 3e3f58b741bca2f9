from uuid import UUID

from fastapi import APIRouter, status

from agentlab.auth.callers import ProductOwner, Reviewer, Viewer
from agentlab.context import Ctx
from agentlab.errors import NotFound
from agentlab.gates import reading, service
from agentlab.gates.schemas import DecisionIn, GateOut, SubmissionIn
from agentlab.kit.db import DB
from agentlab.kit.problems import documents
from agentlab.workflows.service import StageNotCurrent

router = APIRouter(tags=["gates"])


@router.get("/gates/{gate_id}", responses=documents(NotFound))
async def get_gate(gate_id: UUID, _: Viewer, db: DB) -> GateOut:
    """A gate with its stage, its submissions and the decisions on them."""
    return await reading.gate_page(db, gate_id)


@router.post(
    "/gates/{gate_id}/submissions",
    status_code=status.HTTP_201_CREATED,
    responses=documents(
        NotFound, StageNotCurrent, service.AlreadySubmitted, service.NothingToReview
    ),
)
async def submit_stage(
    gate_id: UUID, body: SubmissionIn, owner: ProductOwner, db: DB, context: Ctx
) -> GateOut:
    """Submit the stage for review. The workspace is scanned first, so the newest texts count."""
    await service.submit(
        db, gate_id, by=owner.id, note=body.note, roots=context.settings.allowed_roots
    )
    return await reading.gate_page(db, gate_id)


@router.post(
    "/submissions/{submission_id}/withdrawal",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=documents(NotFound, service.SubmissionDecided, service.SubmissionWithdrawn),
)
async def withdraw_submission(submission_id: UUID, owner: ProductOwner, db: DB) -> None:
    """Take a submission back before anybody decided it."""
    await service.withdraw(db, submission_id, by=owner.id)


@router.post(
    "/submissions/{submission_id}/decision",
    status_code=status.HTTP_201_CREATED,
    responses=documents(
        NotFound,
        service.SubmissionDecided,
        service.SubmissionWithdrawn,
        service.SubmissionStale,
        service.NotWhatWasSubmitted,
    ),
)
async def decide_submission(
    submission_id: UUID, body: DecisionIn, owner: Reviewer, db: DB, context: Ctx
) -> GateOut:
    """Approve or reject a submission, bound to the exact texts that were shown."""
    decision = await service.decide(
        db, submission_id, body, by=owner.id, roots=context.settings.allowed_roots
    )
    return await reading.gate_page(db, await service.gate_of(db, decision.submission_id))
