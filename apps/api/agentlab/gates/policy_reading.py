"""Policies as people look at them."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.auth.models import User
from agentlab.gates.policies import Policy, rules_of
from agentlab.gates.policy_schemas import DeputyOut, PersonAtGate, PolicyOut, ReviewerOut
from agentlab.kit.clock import now


async def policy_out(db: AsyncSession, policy: Policy) -> PolicyOut:
    """With the names of people, in one statement."""
    ids = {*policy.reviewers, *(deputy.deputy_id for deputy in policy.deputies)}
    people = await named(db, ids | ({policy.updated_by} if policy.updated_by else set()))
    today = now().date()
    is_proposed = policy.updated_by is None
    return PolicyOut(
        roles=list(policy.roles),
        reviewers=[
            ReviewerOut(
                user=people[reviewer],
                deputies=[
                    DeputyOut(
                        user=people[deputy.deputy_id],
                        starts_on=deputy.starts_on,
                        ends_on=deputy.ends_on,
                        is_now=deputy.stands_in(today),
                    )
                    for deputy in policy.deputies
                    if deputy.reviewer_id == reviewer
                ],
            )
            for reviewer in policy.reviewers
        ],
        approvals=policy.approvals,
        submitter_decides=policy.submitter_decides,
        checklist=list(policy.checklist),
        reauthentication=policy.reauthentication,
        due_days=policy.due_days,
        is_proposed=is_proposed,
        is_from_template=is_proposed and rules_of(policy) != rules_of(Policy()),
        version=policy.version,
        updated_at=policy.updated_at,
        updated_by=people.get(policy.updated_by) if policy.updated_by else None,
    )


async def named(db: AsyncSession, ids: set[UUID]) -> dict[UUID, PersonAtGate]:
    if not ids:
        return {}
    rows = await db.execute(select(User.id, User.name).where(User.id.in_(ids)))
    return {row[0]: PersonAtGate(id=row[0], name=row[1]) for row in rows}
