from uuid import UUID

from fastapi import APIRouter, status

from agentlab.auth.callers import Confirmed, Reviewer, Viewer
from agentlab.auth.service import ReauthenticationNeeded
from agentlab.context import Ctx
from agentlab.documents.scan import UNSCANNABLE
from agentlab.errors import NotFound
from agentlab.gates import checklist, policies
from agentlab.gates.service import (
    NothingToReview,
    PolicyChanged,
    SubmissionStale,
)
from agentlab.gates.staleness import reading, service
from agentlab.gates.staleness.schemas import AcceptanceIn, RenewalIn, StalenessOut
from agentlab.kit.db import DB
from agentlab.kit.problems import documents

router = APIRouter(tags=["gates"])


@router.get("/gates/{gate_id}/staleness", responses=documents(NotFound))
async def get_staleness(gate_id: UUID, _: Viewer, db: DB) -> StalenessOut:
    """Whether the artefacts of an approved gate changed after the approval, and which."""
    return await reading.staleness_at(db, gate_id)


@router.post(
    "/gates/{gate_id}/approval",
    status_code=status.HTTP_201_CREATED,
    responses=documents(
        NotFound,
        service.ApprovalNotStale,
        service.ChangedSinceShown,
        service.ChangeAccepted,
        NothingToReview,
        SubmissionStale,
        PolicyChanged,
        ReauthenticationNeeded,
        policies.NotAReviewer,
        policies.AlreadyDecidedByYou,
        policies.ReviewerDecided,
        policies.SubmitterMayNotDecide,
        checklist.ChecklistIncomplete,
        checklist.ChecklistItemUnknown,
        *UNSCANNABLE,
    ),
)
async def renew_approval(
    gate_id: UUID,
    body: RenewalIn,
    reviewer: Reviewer,
    db: DB,
    context: Ctx,
    *,
    confirmed: Confirmed,
) -> StalenessOut:
    """Approve the present texts of a stale gate in one step, bound to what was shown.

    They become a submission with its decision; the stage stays done. Where the gate's policy asks
    for several approvals, for somebody else's, or for a checklist, the submission waits for them.
    """
    await service.renew(
        db,
        gate_id,
        body,
        by=reviewer,
        is_confirmed=confirmed,
        roots=context.settings.allowed_roots,
    )
    return await reading.staleness_at(db, gate_id)


@router.post(
    "/gates/{gate_id}/acceptances",
    status_code=status.HTTP_201_CREATED,
    responses=documents(
        NotFound,
        service.ApprovalNotStale,
        service.ChangedSinceShown,
        service.ChangeAccepted,
        service.SeveralHaveToApprove,
        ReauthenticationNeeded,
        policies.NotAReviewer,
        policies.SubmitterMayNotDecide,
        *UNSCANNABLE,
    ),
)
async def accept_change(
    gate_id: UUID,
    body: AcceptanceIn,
    reviewer: Reviewer,
    db: DB,
    context: Ctx,
    *,
    confirmed: Confirmed,
) -> StalenessOut:
    """Keep an approval although artefacts changed, with the reason why that does not matter.

    Where the gate's policy asks for several approvals it is refused: approve the texts again.
    """
    await service.accept(
        db,
        gate_id,
        body,
        by=reviewer,
        is_confirmed=confirmed,
        roots=context.settings.allowed_roots,
    )
    return await reading.staleness_at(db, gate_id)
