"""What people do about a stale approval: approve the texts as they are, or accept the change."""

from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.auth.service import ReauthenticationNeeded
from agentlab.changes.schemas import Noun
from agentlab.changes.service import announce
from agentlab.documents.scan import scan
from agentlab.errors import Conflict, NotFound
from agentlab.gates import policies
from agentlab.gates import service as gates
from agentlab.gates.models import Decision, Submission, Verdict
from agentlab.gates.policies import Deciding
from agentlab.gates.schemas import DecisionIn
from agentlab.gates.staleness.looking import Approval, approvals_where, is_accepted, newest_findings
from agentlab.gates.staleness.models import Acceptance, Finding
from agentlab.gates.staleness.schemas import AcceptanceIn, RenewalIn
from agentlab.kit.ids import new_id
from agentlab.portfolio.records import record_of_project
from agentlab.workflows import service as workflows
from agentlab.workflows.models import Gate, Stage
from agentlab.workspaces import service as workspaces


class ApprovalNotStale(Conflict):
    code = "approval_not_stale"


class ChangedSinceShown(Conflict):
    code = "changed_since_shown"


class ChangeAccepted(Conflict):
    code = "change_already_accepted"


class SeveralHaveToApprove(Conflict):
    """Whoever accepts keeps an approval alone, whatever number of people it took."""

    code = "several_have_to_approve"


async def renew(
    db: AsyncSession,
    gate_id: UUID,
    choice: RenewalIn,
    *,
    by: Deciding,
    is_confirmed: bool,
    roots: Sequence[Path],
) -> None:
    """Approve the present texts in one step: a submission of them and its decision.

    The stage stays as it is: it was approved before, and it is. Where the gate's policy asks for
    more than one person's word, or for a checklist that is not answered here, the submission waits;
    whoever approves the same texts next decides on that one.

    Raises:
        ApprovalNotStale: there is no approval here, or its artefacts are the approved ones.
        ChangedSinceShown: the files have other texts than were shown.
        ChangeAccepted: the approval stands, so nobody would be asked for another one.
        NothingToReview: no artefact is left.
        What `gates.service.decide` raises.
    """
    gate, stage = await lock_gate(db, gate_id)
    approval, finding = await stale_approval(db, gate, stage, roots=roots)
    artefacts = await gates.artefacts_for_review(db, stage, approval.project_id)
    if {(a.id, a.sha256) for a in artefacts} != {
        (a.document_id, a.sha256) for a in choice.artefacts
    }:
        raise ChangedSinceShown(OTHER_TEXTS, field="artefacts")
    await need_not_accepted(db, approval, finding)
    waiting = await gates.waiting_submission(db, gate_id)
    if waiting and await gates.is_true(db, waiting.id, artefacts):
        submission, can_wait = waiting, False
    else:
        if waiting:
            await gates.take_back(db, waiting, stage, by=by.id)
        submission = await gates.keep_submission(
            db, gate, stage, artefacts, by=by.id, note=choice.reason
        )
        policy = await policies.policy_of(db, gate_id)
        is_answered = bool(policy.checklist) == bool(choice.checklist)
        can_wait = not (policy.submitter_decides and is_answered)
    if not can_wait:
        approved = DecisionIn(verdict=Verdict.APPROVED, **choice.model_dump())
        await gates.decide(
            db, submission.id, approved, by=by, is_confirmed=is_confirmed, roots=roots
        )


OTHER_TEXTS = (
    "The files have other texts than were shown. Scan the folder, read what changed since the "
    "approval and decide again."
)


async def accept(
    db: AsyncSession,
    gate_id: UUID,
    choice: AcceptanceIn,
    *,
    by: Deciding,
    is_confirmed: bool,
    roots: Sequence[Path],
) -> Acceptance:
    """Keep an approval although artefacts changed, with the reason why that does not matter.

    It counts for exactly these changes: after another one the approval is stale again. The gate's
    policy holds here too: else one person could let stand what it takes several to approve. A
    submission that waits to renew the approval is taken back.

    Raises:
        ApprovalNotStale: there is no approval here, or its artefacts are the approved ones.
        ChangedSinceShown: the files have other texts than were shown.
        ChangeAccepted: somebody was faster.
        SeveralHaveToApprove, ReauthenticationNeeded, and what `policies.need_right` raises.
    """
    gate, stage = await lock_gate(db, gate_id)
    approval, finding = await stale_approval(db, gate, stage, roots=roots)
    approved = await db.get_one(Decision, approval.decision_id)
    submission = await db.get_one(Submission, approved.submission_id)
    policy = await policies.policy_of(db, gate_id)
    policies.need_right(policy, submission, [], by)
    need_policy_met(policy, is_confirmed=is_confirmed)
    if finding.digest != choice.digest:
        raise ChangedSinceShown(OTHER_TEXTS, field="digest")
    await need_not_accepted(db, approval, finding)
    acceptance = Acceptance(
        id=new_id(), finding_id=finding.id, accepted_by=by.id, reason=choice.reason
    )
    db.add(acceptance)
    waiting = await gates.waiting_submission(db, gate_id)
    if waiting:
        await gates.take_back(db, waiting, stage, by=by.id)
    announce(db, Noun.GATE, of=gate.id, project_id=approval.project_id)
    await record_of_project(
        db,
        approval.project_id,
        "decision.change_accepted",
        subject=approval.decision_id,
        label=stage.title,
        after={"gate_id": gate.id, "changes": finding.digest},
        reason=choice.reason,
    )
    return acceptance


def need_policy_met(policy: policies.Policy, *, is_confirmed: bool) -> None:
    """What the policy asks of whoever accepts, beside the right to decide."""
    if policy.approvals > 1:
        raise SeveralHaveToApprove(
            f"This gate asks for {policy.approvals} approvals, so nobody accepts a change alone. "
            "Approve the texts again instead; where none is left, put the files back, or let one "
            "approval be enough."
        )
    if policy.reauthentication and not is_confirmed:
        raise ReauthenticationNeeded(
            "This gate asks who you are before you accept a change. Give your password, or sign in "
            "again, and accept it within five minutes."
        )


async def lock_gate(db: AsyncSession, gate_id: UUID) -> tuple[Gate, Stage]:
    """A gate and its stage, while nobody else can decide or move anything in its workflow."""
    gate = await db.get(Gate, gate_id)
    if gate is None:
        raise NotFound("There is no such gate.")
    return gate, await workflows.lock_stage(db, gate.stage_id)


async def stale_approval(
    db: AsyncSession, gate: Gate, stage: Stage, *, roots: Sequence[Path]
) -> tuple[Approval, Finding]:
    """The approval at a gate with what a scan at this moment finds to differ from it."""
    approval = await approval_at(db, gate.id)
    if approval is None:
        raise ApprovalNotStale(
            f"“{stage.title}” is not approved, so nothing can be stale. Reload the page."
        )
    workspace = await workspaces.find(db, approval.project_id)
    await scan(db, approval.project_id, await workspaces.folder(workspace, roots))
    finding = (await newest_findings(db, [approval.decision_id])).get(approval.decision_id)
    if finding is None or not finding.digest:
        raise ApprovalNotStale(
            f"The artefacts of “{stage.title}” are the texts that were approved. There is "
            "nothing to do."
        )
    return approval, finding


async def approval_at(db: AsyncSession, gate_id: UUID) -> Approval | None:
    found = await approvals_where(db, Gate.id == gate_id)
    return found[0] if found else None


async def need_not_accepted(db: AsyncSession, approval: Approval, finding: Finding) -> None:
    """Nobody accepted the same changes to the same approval, whenever they were found."""
    if await is_accepted(db, approval, finding.digest):
        raise ChangeAccepted("This change was accepted already. Reload the page to see by whom.")
