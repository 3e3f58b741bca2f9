from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from agentlab.auth.callers import Reviewer, Viewer
from agentlab.errors import NotFound
from agentlab.gates import policies
from agentlab.gates.policy_reading import policy_out
from agentlab.gates.policy_schemas import CandidatesOut, PolicyIn, PolicyOut
from agentlab.kit.db import DB
from agentlab.kit.preconditions import ChangedMeanwhile, IfMatch, Tagging, VersionMissing
from agentlab.kit.problems import documents
from agentlab.kit.text import Word

router = APIRouter(tags=["gates"])


@router.get("/gates/{gate_id}/policy", responses=documents(NotFound))
async def get_gate_policy(gate_id: UUID, _: Viewer, db: DB, tag: Tagging) -> PolicyOut:
    """Who decides at a gate, and how."""
    policy = await policies.policy_of(db, gate_id)
    tag(policy.version)
    return await policy_out(db, policy)


@router.put(
    "/gates/{gate_id}/policy",
    responses=documents(
        NotFound,
        policies.NotTheOwner,
        policies.NobodyDecides,
        policies.ReviewerUnknown,
        policies.DeputyIsReviewer,
        policies.TooFewReviewers,
        policies.ApprovalsAlreadyGiven,
        ChangedMeanwhile,
        VersionMissing,
    ),
)
async def set_gate_policy(
    gate_id: UUID,
    body: PolicyIn,
    *,
    version: IfMatch,
    owner: Reviewer,
    db: DB,
    tag: Tagging,
) -> PolicyOut:
    """Say who decides at a gate, and how. For administrators and the owner of the project."""
    await policies.change(db, gate_id, body, by=owner, version=version)
    policy = await policies.policy_of(db, gate_id)
    tag(policy.version)
    return await policy_out(db, policy)


@router.get("/gates/{gate_id}/candidates", responses=documents(NotFound))
async def list_gate_candidates(
    gate_id: UUID, _: Viewer, db: DB, search: Annotated[Word, Query()] = ""
) -> CandidatesOut:
    """Who could be named as a reviewer or deputy: people who see the client and may decide."""
    return CandidatesOut(items=await policies.candidates(db, gate_id, search=search))
