"""Stale approvals as people look at them."""

from uuid import UUID

from sqlalchemy import bindparam, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.auth.models import User
from agentlab.documents.models import Document
from agentlab.errors import NotFound
from agentlab.gates.models import Decision
from agentlab.gates.staleness import looking
from agentlab.gates.staleness.looking import Approval, Change
from agentlab.gates.staleness.models import Acceptance, Finding
from agentlab.gates.staleness.schemas import AcceptanceOut, ChangeOut, StalenessOut
from agentlab.kit.jobs import enqueue
from agentlab.portfolio.standings import STALE_GATES
from agentlab.workflows.models import Gate

OF_WORKFLOW = text(
    f"SELECT gate_id FROM ({STALE_GATES} AND w.id = :workflow_id) stale"  # noqa: S608 - ours
).bindparams(bindparam("workflow_id"))


async def stale_gates(db: AsyncSession, workflow_id: UUID) -> set[UUID]:
    """The gates of a workflow whose approval is stale."""
    return set(await db.scalars(OF_WORKFLOW, {"workflow_id": workflow_id}))


async def staleness_at(db: AsyncSession, gate_id: UUID) -> StalenessOut:
    """How an approval stands to the documents as they are; what no scan has kept, a job does."""
    if await db.get(Gate, gate_id) is None:
        raise NotFound("There is no such gate.")
    approvals = await looking.approvals_where(db, Gate.id == gate_id)
    if not approvals:
        return NOT_APPROVED
    approval = approvals[0]
    present, changes = await looking.present_and_changed(db, approval)
    finding = (await looking.newest_findings(db, [approval.decision_id])).get(approval.decision_id)
    digest = await looking.known_as(db, approval, changes, finding)
    is_kept = digest == (finding.digest if finding else "")
    if not is_kept:
        await enqueue(db, looking.LOOK, project_id=str(approval.project_id))
    acceptance = await acceptance_out(db, approval, digest)
    decision, approver = await decided(db, approval.decision_id)
    return StalenessOut(
        is_stale=bool(changes) and acceptance is None,
        decision_id=decision.id,
        approved_by=approver,
        approved_at=decision.decided_at,
        found_at=finding.found_at if finding and changes and is_kept else None,
        digest=digest,
        changes=await with_titles(db, changes),
        present=present,
        acceptance=acceptance,
    )


NOT_APPROVED = StalenessOut(
    is_stale=False,
    decision_id=None,
    approved_by=None,
    approved_at=None,
    found_at=None,
    digest="",
    changes=[],
    present=[],
    acceptance=None,
)


async def acceptance_out(db: AsyncSession, approval: Approval, digest: str) -> AcceptanceOut | None:
    row = (
        await db.execute(
            select(Acceptance, User.name)
            .join(Finding, Finding.id == Acceptance.finding_id)
            .join(User, User.id == Acceptance.accepted_by)
            .where(Finding.decision_id == approval.decision_id, Finding.digest == digest)
        )
    ).one_or_none()
    if row is None:
        return None
    acceptance, name = row
    return AcceptanceOut(
        accepted_by=name, accepted_at=acceptance.accepted_at, reason=acceptance.reason
    )


async def decided(db: AsyncSession, decision_id: UUID) -> tuple[Decision, str]:
    row = await db.execute(
        select(Decision, User.name)
        .join(User, User.id == Decision.decided_by)
        .where(Decision.id == decision_id)
    )
    decision, name = row.one()
    return decision, name


async def with_titles(db: AsyncSession, changes: list[Change]) -> list[ChangeOut]:
    rows = await db.execute(
        select(Document.id, Document.title).where(
            Document.id.in_([change.document_id for change in changes])
        )
    )
    titles = {row[0]: row[1] for row in rows}
    return [ChangeOut(title=titles[change.document_id], **vars(change)) for change in changes]
