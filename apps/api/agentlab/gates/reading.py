"""Gates as people look at them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Row, and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from agentlab.auth.models import User
from agentlab.documents import reading as documents
from agentlab.documents.models import Document, Version
from agentlab.errors import AgentLabError, NotFound
from agentlab.gates import policies
from agentlab.gates.models import (
    Decision,
    DecisionAttention,
    DecisionFile,
    GatePolicy,
    GateReminder,
    Submission,
    SubmissionArtefact,
    Verdict,
    Withdrawal,
)
from agentlab.gates.policies import Deciding, Policy
from agentlab.gates.policy_reading import policy_out
from agentlab.gates.schemas import (
    AnsweredItem,
    AttentionOut,
    DecisionFileOut,
    DecisionOut,
    GateOut,
    GatePlace,
    GateSummary,
    SubmissionOut,
    SubmittedArtefact,
    YourPart,
)
from agentlab.gates.service import REVIEWED, reviewed_artefacts
from agentlab.gates.staleness import reading as staleness
from agentlab.portfolio.models import Client, Project, Service
from agentlab.workflows import evidence
from agentlab.workflows import reading as workflows
from agentlab.workflows.models import Gate, Stage, StageArtefact, StageState, Workflow
from agentlab.workflows.schemas import StageOut

Submitter = aliased(User)
Decider = aliased(User)
Reviewer = aliased(User)

SETTLING = and_(Decision.submission_id == Submission.id, Decision.settles)
"""The decision that closed a submission; approvals before it left it open."""


async def gate_page(
    db: AsyncSession, gate_id: UUID, *, for_: Deciding, is_confirmed: bool
) -> GateOut:
    """A gate with its stage, and everything that was ever submitted and decided at it.

    Args:
        db: the transaction.
        gate_id: the gate.
        for_: who looks; how long they looked before their decisions is shown to them alone.
        is_confirmed: they showed within the last minutes that it is them.
    """
    row = (
        await db.execute(
            select(
                Gate,
                Stage.workflow_id,
                Project.id.label("project_id"),
                Project.name.label("project"),
                Project.owner_id,
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
    policy = await policies.policy_of(db, gate_id)
    shown = await policy_out(db, policy)
    submissions = await submission_rows(db, gate_id)
    decisions = await decision_rows(db, [row[0].id for row in submissions], reader=for_.id)
    why_not, seat = right_of(submissions, decisions, policy, for_)
    you = YourPart(
        may_decide=why_not is None,
        why_not=why_not,
        in_place_of=next((each.user for each in shown.reviewers if each.user.id == seat), None),
        may_change_policy=policies.may_change(for_, row.owner_id),
        is_confirmed=is_confirmed,
    )
    return GateOut(
        id=gate.id,
        kind=gate.kind,
        reason=gate.reason,
        place=GatePlace.model_validate(row, from_attributes=True),
        stage=stage,
        policy=shown,
        you=you,
        submissions=await submissions_of(db, submissions, decisions, stage=stage, policy=policy),
    )


SubmissionRow = Row[Submission, str, datetime | None]
DecisionRow = Row[Decision, str, str | None, DecisionFile | None, DecisionAttention | None]


async def submission_rows(db: AsyncSession, gate_id: UUID) -> Sequence[SubmissionRow]:
    """Newest first: the submission, who made it, and when it was taken back."""
    rows = await db.execute(
        select(Submission, Submitter.name, Withdrawal.withdrawn_at)
        .join(Submitter, Submitter.id == Submission.submitted_by)
        .outerjoin(Withdrawal, Withdrawal.submission_id == Submission.id)
        .where(Submission.gate_id == gate_id)
        .order_by(Submission.number.desc())
    )
    return rows.all()


async def decision_rows(
    db: AsyncSession, submission_ids: Sequence[UUID], *, reader: UUID
) -> Sequence[DecisionRow]:
    """Oldest first; with the reader's own attention and nobody else's."""
    attention = and_(
        DecisionAttention.decision_id == Decision.id, DecisionAttention.user_id == reader
    )
    rows = await db.execute(
        select(Decision, Decider.name, Reviewer.name, DecisionFile, DecisionAttention)
        .join(Decider, Decider.id == Decision.decided_by)
        .outerjoin(Reviewer, Reviewer.id == Decision.deputy_of)
        .outerjoin(DecisionFile, DecisionFile.decision_id == Decision.id)
        .outerjoin(DecisionAttention, attention)
        .where(Decision.submission_id.in_(submission_ids))
        .order_by(Decision.decided_at, Decision.id)
    )
    return rows.all()


def right_of(
    submissions: Sequence[SubmissionRow],
    decisions: Sequence[DecisionRow],
    policy: Policy,
    caller: Deciding,
) -> tuple[str | None, UUID | None]:
    """Why somebody may not decide on what waits, and the reviewer in whose place they would."""
    settled = {row[0].submission_id for row in decisions if row[0].settles}
    waiting = [row[0] for row in submissions if row[2] is None and row[0].id not in settled]
    if not waiting:
        return "nothing_waits", None
    made = [row[0] for row in decisions if row[0].submission_id == waiting[0].id]
    try:
        seat = policies.need_right(policy, waiting[0], made, caller)
    except AgentLabError as refusal:
        return refusal.code, None
    return None, seat


def texts_of(stage: StageOut) -> dict[str, str]:
    """What a submission of the stage would be about now: digests by path."""
    return {
        document.path: document.sha256
        for artefact in stage.artefacts
        if artefact.role in REVIEWED
        for document in artefact.documents
    }


async def submissions_of(
    db: AsyncSession,
    rows: Sequence[SubmissionRow],
    decided: Sequence[DecisionRow],
    *,
    stage: StageOut,
    policy: Policy,
) -> list[SubmissionOut]:
    """Newest first."""
    ids = [row[0].id for row in rows]
    texts = texts_of(stage)
    artefacts = await artefacts_by_submission(db, ids)
    settled = {row[0].submission_id for row in decided if row[0].settles}
    waiting = [row[0].id for row in rows if row[2] is None and row[0].id not in settled]
    named = await reviewed_artefacts(db, stage.id) if waiting else []
    reminders = await reminders_by_submission(db, waiting) if waiting else {}
    decisions = defaultdict[UUID, list[DecisionOut]](list)
    for row in decided:
        decisions[row[0].submission_id].append(decision_out(row))
    found = []
    for submission, submitter, withdrawn_at in rows:
        made = decisions[submission.id]
        settling = next((decision for decision in made if decision.settles), None)
        waits = withdrawn_at is None and settling is None
        due_at = policy.due_at(submission.submitted_at) if waits else None
        bound = artefacts[submission.id]
        found.append(
            SubmissionOut(
                id=submission.id,
                number=submission.number,
                note=submission.note,
                submitted_by=submitter,
                submitted_at=submission.submitted_at,
                withdrawn_at=withdrawn_at,
                artefacts=bound,
                changed=changed_paths(bound, texts, named) if waits else [],
                decision=settling,
                decisions=made,
                due_at=due_at,
                reminded_at=reminders.get((submission.id, due_at)) if due_at else None,
            )
        )
    return found


def changed_paths(
    artefacts: list[SubmittedArtefact], texts: Mapping[str, str], named: Sequence[StageArtefact]
) -> list[str]:
    submitted = {(a.path, a.sha256) for a in artefacts if not evidence.was_once(a.path, named)}
    return sorted({path for path, _ in submitted ^ set(texts.items())})


def decision_out(row: DecisionRow) -> DecisionOut:
    decision, decider, reviewer, file, attention = row
    return DecisionOut(
        id=decision.id,
        verdict=decision.verdict,
        reason=decision.reason,
        decided_by=decider,
        decided_at=decision.decided_at,
        settles=decision.settles,
        deputy_of=reviewer,
        checklist=[AnsweredItem.model_validate(item) for item in decision.checklist],
        attention=AttentionOut.model_validate(attention, from_attributes=True)
        if attention
        else None,
        file=DecisionFileOut(path=file.path, written_at=file.written_at, problem=file.problem)
        if file
        else None,
    )


async def reminders_by_submission(
    db: AsyncSession, submission_ids: Sequence[UUID]
) -> dict[tuple[UUID, datetime], datetime]:
    rows = await db.scalars(
        select(GateReminder).where(GateReminder.submission_id.in_(submission_ids))
    )
    return {(row.submission_id, row.due_at): row.reminded_at for row in rows}


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
        select(
            Gate,
            Stage.state,
            Submission.id,
            Submission.submitted_at,
            Withdrawal.submission_id,
            Decision.verdict,
            Decision.reason,
            GatePolicy.approvals,
            GatePolicy.due_days,
            approvals_of_submission(),
        )
        .join(Stage, Stage.id == Gate.stage_id)
        .outerjoin(GatePolicy, GatePolicy.gate_id == Gate.id)
        .outerjoin(Submission, Submission.gate_id == Gate.id)
        .outerjoin(Withdrawal, Withdrawal.submission_id == Submission.id)
        .outerjoin(Decision, SETTLING)
        .where(Stage.workflow_id == workflow_id)
        .order_by(Submission.number)
    )
    stale = await staleness.stale_gates(db, workflow_id)
    summaries: dict[UUID, GateSummary] = {}
    for gate, state, submission_id, at, withdrawn_id, verdict, reason, needed, days, given in rows:
        before = summaries.get(gate.stage_id)
        waits = submission_id is not None and withdrawn_id is None and verdict is None
        # A renewal that was rejected leaves the approval as what stands.
        stands = verdict if verdict is Verdict.APPROVED or state is not StageState.DONE else None
        summaries[gate.stage_id] = GateSummary(
            id=gate.id,
            kind=gate.kind,
            reason=gate.reason,
            submission_id=submission_id if waits else None,
            last_verdict=stands or (before.last_verdict if before else None),
            last_reason=reason or "" if stands or not before else before.last_reason,
            approvals_given=given if waits else 0,
            approvals_needed=needed or Policy().approvals,
            due_at=policies.due_at(at, days) if waits else None,
            is_stale=gate.id in stale,
        )
    return summaries


def approvals_of_submission() -> ColumnElement[int]:
    approval = aliased(Decision)
    return (
        select(func.count())
        .select_from(approval)
        .where(approval.submission_id == Submission.id, approval.verdict == Verdict.APPROVED)
        .correlate(Submission)
        .scalar_subquery()
    )
