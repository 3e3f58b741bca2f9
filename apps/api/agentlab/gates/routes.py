from uuid import UUID

from fastapi import APIRouter, status

from agentlab.auth.callers import Confirmed, ProductOwner, Reviewer, Viewer
from agentlab.auth.service import ReauthenticationNeeded
from agentlab.context import Ctx
from agentlab.documents.scan import UNSCANNABLE
from agentlab.errors import NotFound
from agentlab.gates import checklist, policies, reading, service
from agentlab.gates.schemas import DecisionIn, GateOut, SubmissionIn
from agentlab.kit.db import DB
from agentlab.kit.problems import documents
from agentlab.workflows.service import (
    QuestionOpen,
    ReasonMissing,
    RoundsOpen,
    RouteNotChosen,
    StageNotCurrent,
)
from agentlab.workspaces.folder import UNUSABLE

router = APIRouter(tags=["gates"])


@router.get("/gates/{gate_id}", responses=documents(NotFound))
async def get_gate(gate_id: UUID, viewer: Viewer, db: DB, confirmed: Confirmed) -> GateOut:
    """A gate with its stage, its policy, its submissions and the decisions on them."""
    return await reading.gate_page(db, gate_id, for_=viewer, is_confirmed=confirmed)


@router.post(
    "/gates/{gate_id}/submissions",
    status_code=status.HTTP_201_CREATED,
    responses=documents(
        NotFound,
        StageNotCurrent,
        QuestionOpen,
        RouteNotChosen,
        service.AlreadySubmitted,
        service.NothingToReview,
        *UNSCANNABLE,
    ),
)
async def submit_stage(
    gate_id: UUID,
    body: SubmissionIn,
    owner: ProductOwner,
    db: DB,
    context: Ctx,
    *,
    confirmed: Confirmed,
) -> GateOut:
    """Submit the stage for review. The workspace is scanned first, so the newest texts count."""
    await service.submit(
        db, gate_id, by=owner.id, note=body.note, roots=context.settings.allowed_roots
    )
    return await reading.gate_page(db, gate_id, for_=owner, is_confirmed=confirmed)


@router.post(
    "/submissions/{submission_id}/withdrawal",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=documents(NotFound, service.SubmissionDecided, service.SubmissionWithdrawn),
)
async def withdraw_submission(submission_id: UUID, owner: ProductOwner, db: DB) -> None:
    """Take a submission back before it is settled."""
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
        service.PolicyChanged,
        RoundsOpen,
        ReasonMissing,
        ReauthenticationNeeded,
        policies.NotAReviewer,
        policies.SubmitterMayNotDecide,
        policies.AlreadyDecidedByYou,
        policies.ReviewerDecided,
        checklist.ChecklistIncomplete,
        checklist.ChecklistItemUnknown,
        *UNUSABLE,
    ),
)
async def decide_submission(
    submission_id: UUID,
    body: DecisionIn,
    owner: Reviewer,
    db: DB,
    context: Ctx,
    *,
    confirmed: Confirmed,
) -> GateOut:
    """Approve or reject a submission, bound to the exact texts that were shown.

    Where the gate's policy asks for several approvals, the last of them moves the stage; one
    rejection is enough. An approval that ends a loop whose rounds are open needs a reason.
    """
    gate_id = await service.decide(
        db,
        submission_id,
        body,
        by=owner,
        is_confirmed=confirmed,
        roots=context.settings.allowed_roots,
    )
    return await reading.gate_page(db, gate_id, for_=owner, is_confirmed=confirmed)
