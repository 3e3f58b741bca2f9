"""Submissions and decisions. Only a person in a session decides; see `auth.callers`."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.auth import sight
from agentlab.auth.service import ReauthenticationNeeded
from agentlab.changes.schemas import Noun
from agentlab.changes.service import announce
from agentlab.documents import reading as documents
from agentlab.documents import readings
from agentlab.documents.scan import scan
from agentlab.documents.schemas import DocumentSummary
from agentlab.errors import Conflict, NotFound
from agentlab.gates import checklist, files, policies
from agentlab.gates.models import (
    Decision,
    DecisionArtefact,
    DecisionAttention,
    Submission,
    SubmissionArtefact,
    Verdict,
    Withdrawal,
)
from agentlab.gates.schemas import ArtefactShown, DecisionIn
from agentlab.gates.threads import keeping as threads
from agentlab.kit.clock import now_after
from agentlab.kit.ids import new_id
from agentlab.portfolio.records import record_of_project
from agentlab.workflows import evidence
from agentlab.workflows import service as workflows
from agentlab.workflows.models import (
    ArtefactRole,
    Gate,
    Stage,
    StageArtefact,
    StageState,
    Workflow,
)
from agentlab.workspaces import service as workspaces
from agentlab.workspaces.models import Workspace

REVIEWED = frozenset({ArtefactRole.CREATES, ArtefactRole.UPDATES, ArtefactRole.VALIDATES})
"""What a stage produced or judged is shown for a decision; what it only needed is not."""


class NothingToReview(Conflict):
    code = "nothing_to_review"


class AlreadySubmitted(Conflict):
    code = "already_submitted"


class SubmissionDecided(Conflict):
    code = "submission_already_decided"


class SubmissionWithdrawn(Conflict):
    code = "submission_withdrawn"


class SubmissionStale(Conflict):
    code = "submission_stale"


class NotWhatWasSubmitted(Conflict):
    code = "not_what_was_submitted"


class PolicyChanged(Conflict):
    code = "policy_changed"


async def submit(
    db: AsyncSession, gate_id: UUID, *, by: UUID, note: str, roots: Sequence[Path]
) -> Submission:
    """Say that the stage is ready for review, with each artefact as its file is at this moment.

    A waiting submission whose artefacts changed is replaced; one that is still true is not.
    """
    gate = await db.get(Gate, gate_id)
    if gate is None:
        raise NotFound("There is no such gate.")
    stage = await workflows.lock_stage(db, gate.stage_id)
    workspace = await workspaces.find(db, await project_of(db, stage))
    await scan(db, workspace.project_id, await workspaces.folder(workspace, roots))
    waiting = await waiting_submission(db, gate_id)
    if waiting is None or stage.state is StageState.DONE:  # there an approval is renewed
        workflows.need_current(stage)
    await workflows.need_path_known(db, stage)
    artefacts = await artefacts_for_review(db, stage, workspace.project_id)
    if waiting and await is_true(db, waiting.id, artefacts):
        raise AlreadySubmitted(
            f"“{stage.title}” is submitted already and waits for a decision. Withdraw it first "
            "to submit again."
        )
    if waiting:
        await take_back(db, waiting, stage, by=by)
    return await add_submission(db, gate, stage, artefacts, by=by, note=note)


async def add_submission(
    db: AsyncSession,
    gate: Gate,
    stage: Stage,
    artefacts: Sequence[DocumentSummary],
    *,
    by: UUID,
    note: str,
) -> Submission:
    """A submission that waits for a decision."""
    await workflows.move(db, stage, StageState.SUBMITTED, by=by, reason=note)
    return await keep_submission(db, gate, stage, artefacts, by=by, note=note)


async def keep_submission(
    db: AsyncSession,
    gate: Gate,
    stage: Stage,
    artefacts: Sequence[DocumentSummary],
    *,
    by: UUID,
    note: str,
) -> Submission:
    """The rows of a submission, its trace and its announcement."""
    latest = await db.scalar(select(func.max(Submission.number)).filter_by(gate_id=gate.id))
    submission = Submission(
        id=new_id(), gate_id=gate.id, number=(latest or 0) + 1, note=note, submitted_by=by
    )
    db.add(submission)
    await db.flush()
    submitted = [
        SubmissionArtefact(
            submission_id=submission.id,
            document_id=artefact.id,
            version=artefact.version,
            path=artefact.path,
            sha256=artefact.sha256,
        )
        for artefact in artefacts
    ]
    db.add_all(submitted)
    await threads.carry_open(db, submission, submitted)
    project_id = await project_of(db, stage)
    announce(db, Noun.GATE, of=gate.id, project_id=project_id)
    await record_of_project(
        db,
        project_id,
        "submission.created",
        subject=submission.id,
        label=stage.title,
        after={"gate_id": gate.id, "number": submission.number, "artefacts": shown_in(artefacts)},
        reason=note,
    )
    return submission


def shown_in(artefacts: Iterable[DocumentSummary | SubmissionArtefact]) -> dict[str, str]:
    """The digests by path, as the audit trail keeps them."""
    return {artefact.path: artefact.sha256 for artefact in artefacts}


async def artefacts_for_review(
    db: AsyncSession, stage: Stage, project_id: UUID
) -> list[DocumentSummary]:
    """The documents that the stage produced or judges; refuse when its files are not there."""
    named = await reviewed_artefacts(db, stage.id)
    there = evidence.present(await documents.summaries(db, project_id))
    found = {d.path: d for artefact in named for d in evidence.find(artefact, there)}
    if named and not found:
        wanted = " or ".join(pattern for artefact in named for pattern in artefact.patterns[:1])
        raise NothingToReview(
            f"No document of “{stage.title}” is there yet: AgentLab looks for {wanted}. "
            "Submit again when the file is written."
        )
    return [found[path] for path in sorted(found)]


async def reviewed_artefacts(db: AsyncSession, stage_id: UUID) -> list[StageArtefact]:
    """What a decision on the stage is about, as far as files stand for it."""
    artefacts = await db.scalars(
        select(StageArtefact).filter_by(stage_id=stage_id).order_by(StageArtefact.position)
    )
    return reviewed(artefacts)


def reviewed(artefacts: Iterable[StageArtefact]) -> list[StageArtefact]:
    return [artefact for artefact in artefacts if artefact.role in REVIEWED and artefact.patterns]


async def project_of(db: AsyncSession, stage: Stage) -> UUID:
    return (
        await db.execute(select(Workflow.project_id).filter_by(id=stage.workflow_id))
    ).scalar_one()


async def waiting_submission(db: AsyncSession, gate_id: UUID) -> Submission | None:
    """The submission that no decision settled and nobody took back."""
    return await db.scalar(
        select(Submission)
        .outerjoin(Decision, (Decision.submission_id == Submission.id) & Decision.settles)
        .outerjoin(Withdrawal, Withdrawal.submission_id == Submission.id)
        .where(
            Submission.gate_id == gate_id, Decision.id.is_(None), Withdrawal.submission_id.is_(None)
        )
    )


async def withdraw(db: AsyncSession, submission_id: UUID, *, by: UUID) -> None:
    """Take a submission back before it is settled; the stage becomes current again.

    Approvals that it has stay where they are, and count for nothing else.
    """
    submission, stage, _ = await lock_submission(db, submission_id)
    await take_back(db, submission, stage, by=by)


async def take_back(db: AsyncSession, submission: Submission, stage: Stage, *, by: UUID) -> None:
    db.add(Withdrawal(submission_id=submission.id, withdrawn_by=by))
    if stage.state is StageState.SUBMITTED:
        await workflows.move(db, stage, StageState.CURRENT, by=by, reason="withdrawn")
    project_id = await project_of(db, stage)
    announce(db, Noun.GATE, of=submission.gate_id, project_id=project_id)
    await record_of_project(
        db,
        project_id,
        "submission.withdrawn",
        subject=submission.id,
        label=stage.title,
        after={"gate_id": submission.gate_id, "number": submission.number},
    )


async def lock_submission(
    db: AsyncSession, submission_id: UUID
) -> tuple[Submission, Stage, Sequence[Decision]]:
    """A submission that still waits, while no other transaction can decide or move anything.

    With its stage and the decisions on it, which settled nothing.
    """
    found = await db.execute(
        select(Submission, Gate.stage_id)
        .join(Gate, Gate.id == Submission.gate_id)
        .where(Submission.id == submission_id)
    )
    row = found.one_or_none()
    if row is None:
        raise NotFound("There is no such submission.")
    submission, stage_id = row
    stage = await workflows.lock_stage(db, stage_id)
    decisions = await decisions_on(db, submission_id)
    settling = next((decision for decision in decisions if decision.settles), None)
    if settling:
        raise SubmissionDecided(
            f"This submission was {settling.verdict} already. Reload the page to see the decision."
        )
    if await db.get(Withdrawal, submission_id):
        raise SubmissionWithdrawn("This submission was withdrawn. There is nothing to decide.")
    return submission, stage, decisions


async def decide(
    db: AsyncSession,
    submission_id: UUID,
    choice: DecisionIn,
    *,
    by: policies.Deciding,
    is_confirmed: bool,
    roots: Sequence[Path],
) -> UUID:
    """Approve or reject what was submitted, as it was shown.

    The decision counts only for the exact texts: those that were submitted, that the person was
    shown, and that are in the workspace at this moment. A rejection settles the submission; an
    approval does when it completes the number that the gate's policy asks for.

    Args:
        db: the transaction.
        submission_id: what is decided.
        choice: the verdict with all that goes with it.
        by: a person in a session, never an agent.
        is_confirmed: they showed within the last minutes that it is them.
        roots: folders below which workspaces may lie.

    Returns:
        The gate at which it was decided.

    Raises:
        NotWhatWasSubmitted: other texts were shown than were submitted.
        SubmissionStale: an artefact changed since the submission.
        SubmissionDecided, SubmissionWithdrawn: somebody was faster.
        RoundsOpen: it is approved without a reason, and ends rounds of which some are open.
        PolicyChanged, ReauthenticationNeeded, and what `policies.need_right` and
        `checklist.answered` raise.
    """
    await sight.need(db, by, "submission_id", submission_id)
    submission, stage, earlier = await lock_submission(db, submission_id)
    policy = await policies.policy_of(db, submission.gate_id)
    deputy_of = policies.need_right(policy, submission, earlier, by)
    need_policy_shown(policy, choice)
    if policy.reauthentication and not is_confirmed:
        raise ReauthenticationNeeded(
            "This gate asks who you are before you decide. Give your password, or sign in again, "
            "and decide within five minutes."
        )
    answers = checklist.answered(policy, choice.checklist, choice.verdict)
    artefacts = await artefacts_of(db, submission_id)
    need_same(artefacts, choice.artefacts)
    workflow, workspace = await run_of(db, stage)
    await need_fresh(db, workspace, stage, artefacts, roots=roots)
    approvals = sum(decision.verdict is Verdict.APPROVED for decision in earlier) + 1
    settles = choice.verdict is Verdict.REJECTED or approvals >= policy.approvals
    decision = Decision(
        id=new_id(),
        submission_id=submission_id,
        verdict=choice.verdict,
        reason=choice.reason,
        decided_by=by.id,
        decided_at=now_after(
            submission.submitted_at,
            *(decision.decided_at for decision in earlier),
            await workflows.route_chosen_at(db, stage),
        ),
        settles=settles,
        deputy_of=deputy_of,
        checklist=answers,
    )
    await add_decision(db, decision, choice, artefacts)
    if settles:
        await settle(db, submission, stage, decision)
    announce(db, Noun.GATE, of=submission.gate_id, project_id=workflow.project_id)
    await record_of_project(
        db,
        workflow.project_id,
        f"decision.{choice.verdict}",
        subject=decision.id,
        label=stage.title,
        after={
            "gate_id": submission.gate_id,
            "submission_id": submission.id,
            "artefacts": shown_in(artefacts),
            "settles": settles,
            "policy_version": policy.version,
            **({"approvals": approvals} if choice.verdict is Verdict.APPROVED else {}),
            "approvals_needed": policy.approvals,
            **({"deputy_of": deputy_of} if deputy_of else {}),
            **({"checklist": answers} if answers else {}),
        },
        reason=choice.reason,
    )
    return submission.gate_id


async def run_of(db: AsyncSession, stage: Stage) -> tuple[Workflow, Workspace]:
    """The workflow of a stage, and where its files are; whoever holds it spares reading it again.

    Raises:
        NotFound: the project has no workspace.
    """
    rows = await db.execute(
        select(Workflow, Workspace)
        .join(Workspace, Workspace.project_id == Workflow.project_id)
        .where(Workflow.id == stage.workflow_id)
    )
    row = rows.one_or_none()
    if row is None:
        raise NotFound("There is no such project.")
    workflow, workspace = row
    return workflow, workspace


async def decisions_on(db: AsyncSession, submission_id: UUID) -> Sequence[Decision]:
    """Every decision on a submission, oldest first."""
    rows = await db.scalars(
        select(Decision).filter_by(submission_id=submission_id).order_by(Decision.decided_at)
    )
    return rows.all()


def need_policy_shown(policy: policies.Policy, choice: DecisionIn) -> None:
    if choice.policy_version is not None and choice.policy_version != policy.version:
        raise PolicyChanged(
            "Who decides here, and how, was changed meanwhile. Reload the page, read the rules "
            "and decide again."
        )


async def settle(
    db: AsyncSession, submission: Submission, stage: Stage, decision: Decision
) -> None:
    """Close the submission by this decision: the stage moves, and a file is promised.

    Where an approval is renewed the stage is done already, and stays it.
    """
    await files.announce(db, decision, stage, submission.number)
    await threads.keep_for(db, decision, gate_id=submission.gate_id)
    if stage.state is not StageState.SUBMITTED:
        return
    by, reason = decision.decided_by, decision.reason
    if decision.verdict is Verdict.APPROVED:
        await workflows.close(db, stage, by=by, reason=reason or None)
    else:
        await workflows.move(db, stage, StageState.CURRENT, by=by, reason=reason)


async def artefacts_of(db: AsyncSession, submission_id: UUID) -> Sequence[SubmissionArtefact]:
    rows = await db.scalars(select(SubmissionArtefact).filter_by(submission_id=submission_id))
    return rows.all()


def need_same(submitted: Sequence[SubmissionArtefact], shown: Sequence[ArtefactShown]) -> None:
    if {(a.document_id, a.sha256) for a in submitted} != {(a.document_id, a.sha256) for a in shown}:
        raise NotWhatWasSubmitted(
            "The texts that were shown are not the ones that were submitted. Reload the page, "
            "read the submission and decide again.",
            field="artefacts",
        )


async def need_fresh(
    db: AsyncSession,
    workspace: Workspace,
    stage: Stage,
    artefacts: Sequence[SubmissionArtefact],
    *,
    roots: Sequence[Path],
) -> None:
    """Compare what was submitted with the files themselves."""
    root = await workspaces.folder(workspace, roots)
    there = await workspaces.paths(root)
    named = await reviewed_artefacts(db, stage.id)
    changed = await changed_since(named, artefacts, root=root, there=there)
    if changed:
        raise SubmissionStale(
            f"{', '.join(sorted(changed))} changed after the submission, so this decision would "
            "be about another text. Submit the stage again and read what is new."
        )


async def changed_since(
    named: Sequence[StageArtefact],
    artefacts: Sequence[SubmissionArtefact],
    *,
    root: Path,
    there: Iterable[str],
) -> set[str]:
    """The paths of texts that changed, came or went since a submission; any makes it stale.

    Args:
        named: what a decision on the stage is about; see `reviewed_artefacts`.
        artefacts: what was submitted.
        root: the workspace's folder.
        there: the documents in it. One that cannot be read stands for nothing.
    """
    found = {path: path for path in there}
    expected = {path for artefact in named for path in evidence.find(artefact, found)}
    submitted = {a.path: a.sha256 for a in artefacts if not evidence.was_once(a.path, named)}
    digests = await workspaces.digests(root, submitted.keys() | expected)
    changed = {path for path, digest in digests.items() if digest != submitted.get(path)}
    return changed | (submitted.keys() - expected)


async def is_true(
    db: AsyncSession, submission_id: UUID, artefacts: Sequence[DocumentSummary]
) -> bool:
    """Whether a submission is still about exactly these texts."""
    submitted = await artefacts_of(db, submission_id)
    return {(a.document_id, a.sha256) for a in submitted} == {(a.id, a.sha256) for a in artefacts}


async def add_decision(
    db: AsyncSession,
    decision: Decision,
    choice: DecisionIn,
    artefacts: Sequence[SubmissionArtefact],
) -> None:
    db.add(decision)
    await db.flush()
    db.add_all(
        DecisionArtefact(
            decision_id=decision.id,
            document_id=artefact.document_id,
            version=artefact.version,
            path=artefact.path,
            sha256=artefact.sha256,
        )
        for artefact in artefacts
    )
    if choice.attention:
        shown = {artefact.document_id for artefact in artefacts}
        db.add(
            DecisionAttention(
                decision_id=decision.id,
                user_id=decision.decided_by,
                seconds=choice.attention.seconds,
                texts=[
                    text.model_dump(mode="json")
                    for text in choice.attention.texts
                    if text.document_id in shown
                ],
            )
        )
        opened = {text.document_id for text in choice.attention.texts if text.opened}
        read = [(a.document_id, a.version) for a in artefacts if a.document_id in opened]
        await readings.keep(db, decision.decided_by, read)
