"""Gates as people look at them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from agentlab.auth.models import User
from agentlab.documents import reading as documents
from agentlab.documents.models import Document, Version
from agentlab.errors import NotFound
from agentlab.gates.models import (
    Decision,
    DecisionFile,
    Submission,
    SubmissionArtefact,
    Withdrawal,
)
from agentlab.gates.schemas import (
    DecisionFileOut,
    DecisionOut,
    GateOut,
    GatePlace,
    GateSummary,
    SubmissionOut,
    SubmittedArtefact,
)
from agentlab.gates.service import REVIEWED
from agentlab.portfolio.models import Client, Project, Service
from agentlab.workflows import reading as workflows
from agentlab.workflows.models import Gate, Stage, Workflow
from agentlab.workflows.schemas import StageOut

Submitter = aliased(User)
Decider = aliased(User)


async def gate_page(db: AsyncSession, gate_id: UUID) -> GateOut:
    """A gate with its stage, and everything that was ever submitted and decided at it."""
    row = (
        await db.execute(
            select(
                Gate,
                Stage.workflow_id,
                Project.id.label("project_id"),
                Project.name.label("project"),
                Service.id.label("service_id"),
                Service.name.label("service"),
                Client.id.label("client_id"),
                Client.name.label("client"),
            )
            .join(Stage, Stage.id == Gate.stage_id)
            .join(Workflow, Workflow.id == Stage.workflow_id)
            .join(Project, Project.id == Workflow.project_id)
            .join(Service, Service.id == Project.service_id)
            .join(Client, Client.id == Service.client_id)
            .where(Gate.id == gate_id)
        )
    ).one_or_none()
    if row is None:
        raise NotFound("There is no such gate.")
    gate: Gate = row[0]
    there = await documents.summaries(db, row.project_id)
    stages = await workflows.stages_of(db, row.workflow_id, there)
    stage = next(stage for stage in stages if stage.id == gate.stage_id)
    return GateOut(
        id=gate.id,
        kind=gate.kind,
        reason=gate.reason,
        place=GatePlace.model_validate(row, from_attributes=True),
        stage=stage,
        submissions=await submissions_of(db, gate.id, texts_of(stage)),
    )


def texts_of(stage: StageOut) -> dict[str, str]:
    """What a submission of the stage would be about now: digests by path."""
    return {
        document.path: document.sha256
        for artefact in stage.artefacts
        if artefact.role in REVIEWED
        for document in artefact.documents
    }


async def submissions_of(
    db: AsyncSession, gate_id: UUID, texts: Mapping[str, str]
) -> list[SubmissionOut]:
    """Newest first. `texts`: what a submission would be about now."""
    rows = (
        await db.execute(
            select(Submission, Submitter.name, Withdrawal, Decision, Decider.name, DecisionFile)
            .join(Submitter, Submitter.id == Submission.submitted_by)
            .outerjoin(Withdrawal, Withdrawal.submission_id == Submission.id)
            .outerjoin(Decision, Decision.submission_id == Submission.id)
            .outerjoin(Decider, Decider.id == Decision.decided_by)
            .outerjoin(DecisionFile, DecisionFile.decision_id == Decision.id)
            .where(Submission.gate_id == gate_id)
            .order_by(Submission.number.desc())
        )
    ).all()
    artefacts = await artefacts_by_submission(db, [row[0].id for row in rows])
    return [submission_out(row, artefacts[row[0].id], texts) for row in rows]


def submission_out(
    row: Row[Submission, str, Withdrawal, Decision, str, DecisionFile],
    artefacts: list[SubmittedArtefact],
    texts: Mapping[str, str],
) -> SubmissionOut:
    submission, submitter, withdrawal, decision, decider, file = row
    waits = withdrawal is None and decision is None
    return SubmissionOut(
        id=submission.id,
        number=submission.number,
        note=submission.note,
        submitted_by=submitter,
        submitted_at=submission.submitted_at,
        withdrawn_at=withdrawal.withdrawn_at if withdrawal else None,
        artefacts=artefacts,
        changed=changed_paths(artefacts, texts) if waits else [],
        decision=decision_out(decision, decider, file) if decision else None,
    )


def changed_paths(artefacts: list[SubmittedArtefact], texts: Mapping[str, str]) -> list[str]:
    submitted = {(artefact.path, artefact.sha256) for artefact in artefacts}
    return sorted({path for path, _ in submitted ^ set(texts.items())})


def decision_out(decision: Decision, decider: str, file: DecisionFile) -> DecisionOut:
    return DecisionOut(
        id=decision.id,
        verdict=decision.verdict,
        reason=decision.reason,
        decided_by=decider,
        decided_at=decision.decided_at,
        file=DecisionFileOut(path=file.path, written_at=file.written_at, problem=file.problem),
    )


async def artefacts_by_submission(
    db: AsyncSession, submission_ids: Sequence[UUID]
) -> dict[UUID, list[SubmittedArtefact]]:
    by_submission = defaultdict[UUID, list[SubmittedArtefact]](list)
    rows = await db.execute(
        select(SubmissionArtefact, Document.title, Version.size_bytes)
        .join(Document, Document.id == SubmissionArtefact.document_id)
        .join(
            Version,
            (Version.document_id == SubmissionArtefact.document_id)
            & (Version.number == SubmissionArtefact.version),
        )
        .where(SubmissionArtefact.submission_id.in_(submission_ids))
        .order_by(SubmissionArtefact.path)
    )
    for artefact, title, size in rows:
        by_submission[artefact.submission_id].append(
            SubmittedArtefact(
                document_id=artefact.document_id,
                path=artefact.path,
                title=title,
                version=artefact.version,
                sha256=artefact.sha256,
                size_bytes=size,
            )
        )
    return by_submission


async def summaries_of(db: AsyncSession, workflow_id: UUID) -> dict[UUID, GateSummary]:
    """The gates of a workflow by the id of their stage, each with where it stands."""
    rows = await db.execute(
        select(Gate, Submission.id, Withdrawal.submission_id, Decision.verdict, Decision.reason)
        .join(Stage, Stage.id == Gate.stage_id)
        .outerjoin(Submission, Submission.gate_id == Gate.id)
        .outerjoin(Withdrawal, Withdrawal.submission_id == Submission.id)
        .outerjoin(Decision, Decision.submission_id == Submission.id)
        .where(Stage.workflow_id == workflow_id)
        .order_by(Submission.number)
    )
    summaries: dict[UUID, GateSummary] = {}
    for gate, submission_id, withdrawn_id, verdict, reason in rows:
        before = summaries.get(gate.stage_id)
        waits = submission_id is not None and withdrawn_id is None and verdict is None
        summaries[gate.stage_id] = GateSummary(
            id=gate.id,
            kind=gate.kind,
            reason=gate.reason,
            submission_id=submission_id if waits else None,
            last_verdict=verdict or (before.last_verdict if before else None),
            last_reason=reason or "" if verdict or not before else before.last_reason,
        )
    return summaries
