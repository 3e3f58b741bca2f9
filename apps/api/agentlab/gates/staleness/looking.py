"""Looking at approvals: whether their artefacts are still the approved texts.

Runs at the end of every scan. What is found is kept as rows, said in the trail and told to
everybody who watches; it goes away by itself when the files have the approved bytes again.
"""

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from sqlalchemy import ColumnElement, select, text
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.audit import actors, chain
from agentlab.changes.schemas import Noun
from agentlab.changes.service import announce
from agentlab.context import Context
from agentlab.documents import reading as documents
from agentlab.documents import scan as scans
from agentlab.documents.schemas import DocumentSummary
from agentlab.gates import service as gates
from agentlab.gates.models import Decision, DecisionArtefact, Submission, Verdict, Withdrawal
from agentlab.gates.schemas import ArtefactShown
from agentlab.gates.service import REVIEWED
from agentlab.gates.staleness.models import Acceptance, Difference, Finding
from agentlab.kit.ids import new_id
from agentlab.kit.jobs import enqueue
from agentlab.portfolio.records import record_of_project
from agentlab.workflows import evidence
from agentlab.workflows import reading as workflows
from agentlab.workflows import service as stages
from agentlab.workflows.models import Gate, Stage, StageArtefact, StageState, Workflow
from agentlab.workspaces import service as workspaces
from agentlab.workspaces.walk import LEDGERS, is_ledger

LOOK = "look_at_approvals"


@dataclass(frozen=True)
class Approval:
    """The decision by which a stage is done, with the gate that it was made at."""

    decision_id: UUID
    gate_id: UUID
    stage_id: UUID
    stage: str
    project_id: UUID


@dataclass(frozen=True)
class Change:
    """An artefact that is not as it was approved."""

    document_id: UUID
    path: str
    approved_version: int | None
    approved_sha256: str | None
    current_version: int | None
    current_sha256: str | None


@scans.after_scan
async def look_after_scan(db: AsyncSession, project_id: UUID, _root: Path) -> None:
    await look(db, project_id)


async def look(db: AsyncSession, project_id: UUID) -> None:
    """Compare every approval of a project with its documents, and keep what is news.

    The caller holds the lock on the project's workspace, so that nobody else looks meanwhile.
    """
    approvals = await approvals_where(db, Workflow.project_id == project_id)
    if not approvals:
        return
    changes = await changes_of(db, project_id, approvals)
    last = await newest_findings(db, [approval.decision_id for approval in approvals])
    stands = []
    for approval in approvals:
        found = changes[approval.decision_id]
        before = last.get(approval.decision_id)
        digest = await known_as(db, approval, found, before)
        is_news = digest != (before.digest if before else "")
        if is_news:
            await keep(db, approval, found, number=before.number + 1 if before else 1)
        if not found or (is_news and await is_accepted(db, approval, digest)):
            stands.append(approval)
    await end_renewals(db, stands)


async def approvals_where(db: AsyncSession, which: ColumnElement[bool]) -> Sequence[Approval]:
    """The newest approval at each gate of a stage that is done."""
    rows = await db.execute(
        select(Decision.id, Gate.id, Stage.id, Stage.title, Workflow.project_id)
        .join(Submission, Submission.id == Decision.submission_id)
        .join(Gate, Gate.id == Submission.gate_id)
        .join(Stage, Stage.id == Gate.stage_id)
        .join(Workflow, Workflow.id == Stage.workflow_id)
        .where(
            which,
            Decision.settles,
            Decision.verdict == Verdict.APPROVED,
            Stage.state == StageState.DONE,
        )
        .ext(distinct_on(Gate.id))
        .order_by(Gate.id, Submission.number.desc(), Decision.id.desc())
    )
    return [Approval(*row) for row in rows]


async def changes_of(
    db: AsyncSession, project_id: UUID, approvals: Sequence[Approval]
) -> dict[UUID, list[Change]]:
    """By decision, sorted by path; in three statements whatever the number of approvals."""
    named = await reviewed_by_stage(db, [approval.stage_id for approval in approvals])
    there = evidence.present(await documents.summaries(db, project_id))
    approved = await approved_artefacts(db, approvals, named)
    return {
        approval.decision_id: differences(
            approved[approval.decision_id], texts_for(named[approval.stage_id], there)
        )
        for approval in approvals
    }


async def present_and_changed(
    db: AsyncSession, approval: Approval
) -> tuple[list[ArtefactShown], list[Change]]:
    """What a submission would be about now, and how that differs from what was approved."""
    named = await reviewed_by_stage(db, [approval.stage_id])
    there = evidence.present(await documents.summaries(db, approval.project_id))
    texts = texts_for(named[approval.stage_id], there)
    approved = await approved_artefacts(db, [approval], named)
    shown = [ArtefactShown(document_id=t.id, sha256=t.sha256) for _, t in sorted(texts.items())]
    return shown, differences(approved[approval.decision_id], texts)


async def reviewed_by_stage(
    db: AsyncSession, stage_ids: Sequence[UUID]
) -> dict[UUID, list[StageArtefact]]:
    """What decisions on these stages are about."""
    named = await workflows.artefacts_by_stage(db, stage_ids)
    return {id_: [each for each in named[id_] if each.role in REVIEWED] for id_ in stage_ids}


async def approved_artefacts(
    db: AsyncSession, approvals: Sequence[Approval], named: Mapping[UUID, Sequence[StageArtefact]]
) -> dict[UUID, dict[str, DecisionArtefact]]:
    """The approved texts by decision and path, as far as their changes are of account."""
    stages = {approval.decision_id: approval.stage_id for approval in approvals}
    by_decision = defaultdict[UUID, dict[str, DecisionArtefact]](dict)
    for artefact in await db.scalars(
        select(DecisionArtefact).where(DecisionArtefact.decision_id.in_(stages))
    ):
        if not evidence.was_once(artefact.path, named[stages[artefact.decision_id]]):
            by_decision[artefact.decision_id][artefact.path] = artefact
    return by_decision


def texts_for(
    artefacts: Sequence[StageArtefact], there: Mapping[str, DocumentSummary]
) -> dict[str, DocumentSummary]:
    """What a submission of the stage would be about now, by path."""
    return {
        document.path: document
        for artefact in artefacts
        for document in evidence.find(artefact, there)
    }


def differences(
    approved: Mapping[str, DecisionArtefact], current: Mapping[str, DocumentSummary]
) -> list[Change]:
    """What is not as it was approved. That the entries of a ledger move on is what it is for."""
    found = []
    for path in sorted(approved.keys() | current.keys()):
        old, new = approved.get(path), current.get(path)
        if old and new and (old.sha256 == new.sha256 or is_ledger(path)):
            continue
        found.append(
            Change(
                document_id=old.document_id if old else current[path].id,
                path=path,
                approved_version=old.version if old else None,
                approved_sha256=old.sha256 if old else None,
                current_version=new.version if new else None,
                current_sha256=new.sha256 if new else None,
            )
        )
    return found


def digest_of(changes: Sequence[Change]) -> str:
    """One digest for all of them; empty for none."""
    if not changes:
        return ""
    spelled = [[c.path, c.approved_sha256, c.current_sha256] for c in changes]
    return hashlib.sha256(chain.canonical(spelled)).hexdigest()


async def known_as(
    db: AsyncSession, approval: Approval, changes: Sequence[Change], last: Finding | None
) -> str:
    """The digest by which people know these changes.

    Somebody may have accepted them along with changes to files that are of no account any more:
    then it is the one that was accepted.
    """
    digest = digest_of(changes)
    if last is None or not changes or last.digest in {"", digest}:
        return digest
    if not await is_accepted(db, approval, last.digest):
        return digest
    named = (await reviewed_by_stage(db, [approval.stage_id]))[approval.stage_id]
    kept = await db.scalars(select(Difference).filter_by(finding_id=last.id))
    rest = {
        (each.path, each.approved_sha256, each.current_sha256)
        for each in kept
        if not evidence.was_once(each.path, named)
    }
    found = {(each.path, each.approved_sha256, each.current_sha256) for each in changes}
    return last.digest if found == rest else digest


async def is_accepted(db: AsyncSession, approval: Approval, digest: str) -> bool:
    accepted = (
        select(Acceptance.id)
        .join(Finding, Finding.id == Acceptance.finding_id)
        .where(Finding.decision_id == approval.decision_id, Finding.digest == digest)
    )
    return await db.scalar(accepted) is not None


async def newest_findings(db: AsyncSession, decision_ids: Sequence[UUID]) -> dict[UUID, Finding]:
    rows = await db.scalars(
        select(Finding)
        .where(Finding.decision_id.in_(decision_ids))
        .ext(distinct_on(Finding.decision_id))
        .order_by(Finding.decision_id, Finding.number.desc())
    )
    return {finding.decision_id: finding for finding in rows}


async def keep(
    db: AsyncSession, approval: Approval, changes: Sequence[Change], *, number: int
) -> None:
    """A new finding. That an approval is stale is nobody's deed, so the system says it."""
    finding = Finding(
        id=new_id(),
        decision_id=approval.decision_id,
        number=number,
        found_by=actors.current().id,
        digest=digest_of(changes),
    )
    db.add(finding)
    await db.flush()
    db.add_all(Difference(finding_id=finding.id, **vars(change)) for change in changes)
    announce(db, Noun.GATE, of=approval.gate_id, project_id=approval.project_id)
    with actors.acting(actors.SYSTEM):
        await record_of_project(
            db,
            approval.project_id,
            "decision.turned_stale" if changes else "decision.turned_true",
            subject=approval.decision_id,
            label=approval.stage,
            before={c.path: c.approved_sha256 for c in changes},
            after={c.path: c.current_sha256 for c in changes},
        )


async def end_renewals(db: AsyncSession, stands: Sequence[Approval]) -> None:
    """Take back what waits to renew an approval that stands: no inbox would show it any more.

    That is nobody's deed either. As whose it is kept is whoever submitted it.
    """
    by_gate = {approval.gate_id: approval for approval in stands}
    waiting = (
        select(Submission.gate_id)
        .outerjoin(Decision, (Decision.submission_id == Submission.id) & Decision.settles)
        .outerjoin(Withdrawal, Withdrawal.submission_id == Submission.id)
        .where(
            Submission.gate_id.in_(by_gate),
            Decision.id.is_(None),
            Withdrawal.submission_id.is_(None),
        )
    )
    for gate_id in (await db.scalars(waiting)).all() if by_gate else ():
        stage = await stages.lock_stage(db, by_gate[gate_id].stage_id)
        submission = await gates.waiting_submission(db, gate_id)
        if submission and stage.state is StageState.DONE:  # nobody was faster
            with actors.acting(actors.SYSTEM):
                await gates.take_back(db, submission, stage, by=submission.submitted_by)


async def look_again(context: Context, project_id: str) -> None:
    """A job: look at the approvals of one project without reading its folder."""
    async with context.sessions.begin() as db:
        key = UUID(project_id)
        await workspaces.hold(db, key)
        await look(db, key)


# Approvals from before there were findings, and those that committed while a scan ran. A hidden
# file is of account only where a pattern spells its dot; the next scan tells.
OVERLOOKED = text(
    """
    SELECT DISTINCT c.project_id
    FROM decisions d
    JOIN submissions b ON b.id = d.submission_id
    JOIN decision_artefacts a ON a.decision_id = d.id
    JOIN documents c ON c.id = a.document_id
    JOIN projects p ON p.id = c.project_id AND p.deleted_at IS NULL
    WHERE d.settles AND d.verdict = 'approved'
      AND (c.sha256 <> a.sha256 AND split_part(c.path, '/', -1) <> ALL(:ledgers)
           OR c.missing_since IS NOT NULL)
      AND NOT starts_with(split_part(c.path, '/', -1), '.')
      AND NOT EXISTS (SELECT 1 FROM staleness_findings f WHERE f.decision_id = d.id)
      AND NOT EXISTS (
          SELECT 1 FROM submissions later JOIN decisions e ON e.submission_id = later.id
          WHERE later.gate_id = b.gate_id AND later.number > b.number
            AND e.settles AND e.verdict = 'approved')
    LIMIT 1000
    """
)


async def find_overlooked(context: Context) -> None:
    """A sweep: have looked at what no scan has."""
    async with context.sessions.begin() as db:
        for project_id in await db.scalars(OVERLOOKED, {"ledgers": sorted(LEDGERS)}):
            await enqueue(db, LOOK, project_id=str(project_id))
