"""Submissions that wait while their texts became others: found at every scan, for the inbox."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.changes.schemas import Noun
from agentlab.changes.service import announce
from agentlab.documents.scan import after_scan
from agentlab.gates import service
from agentlab.gates.models import (
    Decision,
    Submission,
    SubmissionArtefact,
    TornSubmission,
    Withdrawal,
)
from agentlab.kit.clock import now
from agentlab.kit.db import grouped
from agentlab.workflows.models import Gate, Stage, Workflow
from agentlab.workflows.reading import artefacts_by_stage
from agentlab.workspaces import service as workspaces


@after_scan
async def keep(db: AsyncSession, project_id: UUID, root: Path) -> None:
    """Ask of each what `gates.service` asks when somebody decides it."""
    waits = Decision.id.is_(None) & Withdrawal.submission_id.is_(None)
    rows = await db.execute(
        select(Submission, Gate.stage_id, TornSubmission, waits.label("waits"))
        .join(Gate, Gate.id == Submission.gate_id)
        .join(Stage, Stage.id == Gate.stage_id)
        .join(Workflow, Workflow.id == Stage.workflow_id)
        .outerjoin(Decision, (Decision.submission_id == Submission.id) & Decision.settles)
        .outerjoin(Withdrawal, Withdrawal.submission_id == Submission.id)
        .outerjoin(TornSubmission, TornSubmission.submission_id == Submission.id)
        .where(
            Workflow.project_id == project_id,
            or_(waits, TornSubmission.submission_id.is_not(None)),
        )
    )
    found = rows.all()
    if not found:
        return
    there = await workspaces.paths(root)
    submitted = await artefacts_of(db, [submission.id for submission, *_ in found])
    named = await artefacts_by_stage(db, [stage_id for _, stage_id, *_ in found])
    for submission, stage_id, torn, is_waiting in found:
        texts = 0
        if is_waiting:
            reviewed, artefacts = service.reviewed(named[stage_id]), submitted[submission.id]
            changed = await service.changed_since(reviewed, artefacts, root=root, there=there)
            texts = len(changed)
        if texts == (torn.texts if torn else 0):
            continue
        if torn is None:
            db.add(TornSubmission(submission_id=submission.id, texts=texts, since=now()))
        elif texts:
            torn.texts = texts
        else:
            await db.delete(torn)
        announce(db, Noun.GATE, of=submission.gate_id, project_id=project_id)


async def artefacts_of(
    db: AsyncSession, submission_ids: Sequence[UUID]
) -> Mapping[UUID, list[SubmissionArtefact]]:
    query = select(SubmissionArtefact).where(SubmissionArtefact.submission_id.in_(submission_ids))
    return await grouped(db, query, lambda artefact: artefact.submission_id)
