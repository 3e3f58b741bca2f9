"""Who may decide at a gate and how: what is proposed, what people make of it, and the rules of it.

A policy only ever narrows: whoever decides is a person in a session, is no viewer and sees the
client, whatever it says.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import delete, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.auth import sight
from agentlab.auth.models import Role, User
from agentlab.auth.sight import works_for_client
from agentlab.changes.schemas import Noun
from agentlab.changes.service import announce
from agentlab.errors import Conflict, Forbidden, InvalidInput, NotFound
from agentlab.gates.models import (
    Decision,
    GateDeputy,
    GatePolicy,
    GateReviewer,
    Submission,
    Verdict,
    Withdrawal,
)
from agentlab.gates.policy_schemas import ChecklistItem, PersonAtGate, PolicyIn
from agentlab.kit.clock import now
from agentlab.kit.ids import new_id
from agentlab.kit.preconditions import need_unchanged
from agentlab.kit.searching import occurs
from agentlab.portfolio.edits import touch
from agentlab.portfolio.models import Project, Service
from agentlab.portfolio.records import record_of_project
from agentlab.workflows import service as workflows
from agentlab.workflows.models import Gate, Stage, Workflow

DECIDING = (Role.ADMINISTRATOR, Role.PRODUCT_OWNER)
MOST_CANDIDATES = 200


class Deciding(sight.Looking, Protocol):
    """Who wants to decide: see `auth.callers.Caller`."""

    @property
    def role(self) -> Role: ...
    @property
    def is_agent(self) -> bool: ...


class NotTheOwner(Forbidden):
    code = "not_the_owner"


class NobodyDecides(InvalidInput):
    code = "nobody_decides"


class ReviewerUnknown(InvalidInput):
    code = "reviewer_unknown"


class DeputyIsReviewer(InvalidInput):
    code = "deputy_is_reviewer"


class TooFewReviewers(InvalidInput):
    code = "too_few_reviewers"


class ApprovalsAlreadyGiven(Conflict):
    code = "approvals_already_given"


class OnlyPeopleDecide(Forbidden):
    code = "only_people_decide"


class NotAReviewer(Forbidden):
    code = "not_a_reviewer"


class SubmitterMayNotDecide(Forbidden):
    code = "submitter_may_not_decide"


class AlreadyDecidedByYou(Conflict):
    code = "already_decided_by_you"


class ReviewerDecided(Conflict):
    """One seat, one decision: a reviewer and their deputy do not count twice."""

    code = "reviewer_already_decided"


@dataclass(frozen=True)
class Deputy:
    reviewer_id: UUID
    deputy_id: UUID
    starts_on: date
    ends_on: date

    def stands_in(self, today: date) -> bool:
        return self.starts_on <= today <= self.ends_on


@dataclass(frozen=True)
class Policy:
    """The rules of one gate. As it stands here it is that of a gate whose template has no rules."""

    roles: tuple[Role, ...] = DECIDING
    reviewers: tuple[UUID, ...] = ()
    deputies: tuple[Deputy, ...] = ()
    approvals: int = 1
    submitter_decides: bool = True
    checklist: tuple[ChecklistItem, ...] = ()
    reauthentication: bool = False
    due_days: int | None = None
    version: int = 0
    updated_at: datetime | None = field(default=None, compare=False)
    updated_by: UUID | None = field(default=None, compare=False)

    def due_at(self, submitted_at: datetime) -> datetime | None:
        return due_at(submitted_at, self.due_days)


def due_at(submitted_at: datetime, due_days: int | None) -> datetime | None:
    return submitted_at + timedelta(days=due_days) if due_days is not None else None


async def policy_of(db: AsyncSession, gate_id: UUID) -> Policy:
    """The policy of a gate, in at most three statements."""
    row = await db.get(GatePolicy, gate_id, populate_existing=True)
    if row is None:
        return Policy()
    reviewers = await db.scalars(
        select(GateReviewer.user_id)
        .join(User, User.id == GateReviewer.user_id)
        .where(GateReviewer.gate_id == gate_id)
        .order_by(User.name, User.id)
    )
    deputies = await db.scalars(
        select(GateDeputy).filter_by(gate_id=gate_id).order_by(GateDeputy.starts_on, GateDeputy.id)
    )
    return Policy(
        roles=tuple(Role(role) for role in row.roles),
        reviewers=tuple(reviewers),
        deputies=tuple(
            Deputy(each.reviewer_id, each.deputy_id, each.starts_on, each.ends_on)
            for each in deputies
        ),
        approvals=row.approvals,
        submitter_decides=row.submitter_decides,
        checklist=tuple(ChecklistItem.model_validate(item) for item in row.checklist),
        reauthentication=row.reauthentication,
        due_days=row.due_days,
        version=row.version,
        updated_at=row.updated_at,
        updated_by=row.updated_by,
    )


@dataclass(frozen=True)
class Place:
    """Where a gate is."""

    project_id: UUID
    client_id: UUID
    owner_id: UUID | None


async def place_of(db: AsyncSession, gate_id: UUID) -> Place:
    row = (
        await db.execute(
            select(Project.id, Service.client_id, Project.owner_id)
            .join(Service, Service.id == Project.service_id)
            .join(Workflow, Workflow.project_id == Project.id)
            .join(Stage, Stage.workflow_id == Workflow.id)
            .join(Gate, Gate.stage_id == Stage.id)
            .where(Gate.id == gate_id)
        )
    ).one_or_none()
    if row is None:
        raise NotFound("There is no such gate.")
    return Place(*row)


def may_change(by: Deciding, owner_id: UUID | None) -> bool:
    is_owner = owner_id is not None and by.id == owner_id and by.role in DECIDING
    return not by.is_agent and (by.role is Role.ADMINISTRATOR or is_owner)


async def change(
    db: AsyncSession, gate_id: UUID, wanted: PolicyIn, *, by: Deciding, version: int | None
) -> None:
    """Make this the policy of the gate; what waits there is decided by it from now on.

    Decisions that were made stay and count. No change of a policy settles anything.

    Raises:
        NotTheOwner, ChangedMeanwhile, NobodyDecides, ReviewerUnknown, DeputyIsReviewer,
        TooFewReviewers, ApprovalsAlreadyGiven.
    """
    gate = await db.get(Gate, gate_id)
    if gate is None:
        raise NotFound("There is no such gate.")
    stage = await workflows.lock_stage(db, gate.stage_id)
    place = await place_of(db, gate_id)
    if not may_change(by, place.owner_id):
        raise NotTheOwner(
            "Only an administrator or the owner of the project changes who decides. Ask one of "
            "them."
        )
    before = await policy_of(db, gate_id)
    need_unchanged(before.version, version)
    after = policy_from(wanted, before)
    if rules_of(before) == rules_of(after):
        return
    await need_possible(db, after, place.client_id)
    await need_open_question(db, gate_id, after)
    await keep(db, gate_id, after, by=by.id)
    await tell(
        db,
        place.project_id,
        "gate.policy_changed",
        gate_id=gate_id,
        label=stage.title,
        before=before,
        after=after,
    )


async def tell(
    db: AsyncSession,
    project_id: UUID,
    action: str,
    *,
    gate_id: UUID,
    label: str,
    before: Policy,
    after: Policy,
) -> None:
    """Say on pages and in the trail what of a policy is different now."""
    announce(db, Noun.GATE, of=gate_id, project_id=project_id)
    was, is_ = rules_of(before), rules_of(after)
    changed = [name for name in is_ if was[name] != is_[name]]
    await record_of_project(
        db,
        project_id,
        action,
        subject=gate_id,
        label=label,
        before={name: was[name] for name in changed},
        after={name: is_[name] for name in changed} | {"gate_id": gate_id},
    )


def policy_from(wanted: PolicyIn, before: Policy) -> Policy:
    known = {item.id for item in before.checklist}
    return Policy(
        roles=tuple(role for role in DECIDING if role in wanted.roles),
        reviewers=tuple(reviewer.user_id for reviewer in wanted.reviewers),
        deputies=tuple(
            Deputy(reviewer.user_id, deputy.user_id, deputy.starts_on, deputy.ends_on)
            for reviewer in wanted.reviewers
            for deputy in reviewer.deputies
        ),
        approvals=wanted.approvals,
        submitter_decides=wanted.submitter_decides,
        checklist=tuple(
            ChecklistItem(
                id=item.id if item.id in known and item.id else new_id(),
                text=item.text,
                required=item.required,
            )
            for item in wanted.checklist
        ),
        reauthentication=wanted.reauthentication,
        due_days=wanted.due_days,
    )


def rules_of(policy: Policy) -> dict[str, Any]:
    """What people can change, in a form that can be compared and kept in the trail."""
    return {
        "roles": list(policy.roles),
        "reviewers": sorted(map(str, policy.reviewers)),
        "deputies": sorted(
            (str(each.reviewer_id), str(each.deputy_id), str(each.starts_on), str(each.ends_on))
            for each in policy.deputies
        ),
        "approvals": policy.approvals,
        "submitter_decides": policy.submitter_decides,
        "checklist": [item.model_dump(mode="json") for item in policy.checklist],
        "reauthentication": policy.reauthentication,
        "due_days": policy.due_days,
    }


async def need_possible(db: AsyncSession, policy: Policy, client_id: UUID) -> None:
    """Refuse a policy by which nobody, or not enough people, could ever decide."""
    if not policy.roles and not policy.reviewers:
        raise NobodyDecides(
            "Nobody could decide. Choose a role, or name somebody.", field="reviewers"
        )
    for deputy in policy.deputies:
        if deputy.deputy_id == deputy.reviewer_id:
            raise DeputyIsReviewer(
                "Nobody stands in for themselves. Choose somebody else as deputy.",
                field="reviewers",
            )
    named = {*policy.reviewers, *(deputy.deputy_id for deputy in policy.deputies)}
    found = set(
        await db.scalars(select(User.id).where(works_for_client(client_id), User.id.in_(named)))
    )
    if named - found:
        raise ReviewerUnknown(
            "Somebody who is named cannot decide here: they see the client, have a role that "
            "decides and can sign in, or they are taken off. Choose from the list of candidates.",
            field="reviewers",
        )
    people = await db.scalar(
        select(func.count())
        .select_from(User)
        .where(
            works_for_client(client_id),
            or_(User.role.in_(policy.roles), User.id.in_(policy.reviewers)),
        )
    )
    if (people or 0) < policy.approvals:
        raise TooFewReviewers(
            f"{policy.approvals} approvals are asked for, and {people or 0} people may decide. "
            "Ask for fewer, or name more people.",
            field="approvals",
        )


async def need_open_question(db: AsyncSession, gate_id: UUID, policy: Policy) -> None:
    """What waits has to go on waiting: only a decision settles, never a change of the rules."""
    given = await db.scalar(
        select(func.count())
        .select_from(Decision)
        .join(Submission, Submission.id == Decision.submission_id)
        .where(
            Submission.gate_id == gate_id,
            Decision.verdict == Verdict.APPROVED,
            ~select(Withdrawal).where(Withdrawal.submission_id == Submission.id).exists(),
            Submission.id.not_in(select(Decision.submission_id).where(Decision.settles)),
        )
    )
    if given and policy.approvals <= given:
        raise ApprovalsAlreadyGiven(
            f"What waits here has {given} of the approvals already, and a change of the rules "
            f"approves nothing. Ask for {given + 1} or more, or withdraw the submission first.",
            field="approvals",
        )


async def keep(db: AsyncSession, gate_id: UUID, policy: Policy, *, by: UUID | None) -> None:
    """Make this the row of the gate. A policy that nobody made is what a template proposes."""
    row = await db.get(GatePolicy, gate_id)
    values = {
        "roles": list(policy.roles),
        "approvals": policy.approvals,
        "submitter_decides": policy.submitter_decides,
        "checklist": [item.model_dump(mode="json") for item in policy.checklist],
        "reauthentication": policy.reauthentication,
        "due_days": policy.due_days,
    }
    if row is None:
        row = GatePolicy(gate_id=gate_id, version=0, **values)
        db.add(row)
    else:
        for name, value in values.items():
            setattr(row, name, value)
    touch(row, by=by)
    await db.flush()
    await db.execute(delete(GateReviewer).where(GateReviewer.gate_id == gate_id))
    await db.execute(delete(GateDeputy).where(GateDeputy.gate_id == gate_id))
    db.add_all(GateReviewer(gate_id=gate_id, user_id=id_) for id_ in policy.reviewers)
    db.add_all(
        GateDeputy(
            gate_id=gate_id,
            reviewer_id=each.reviewer_id,
            deputy_id=each.deputy_id,
            starts_on=each.starts_on,
            ends_on=each.ends_on,
        )
        for each in policy.deputies
    )
    await db.flush()


async def candidates(db: AsyncSession, gate_id: UUID, *, search: str) -> list[PersonAtGate]:
    """Who could be named at the gate, by name."""
    place = await place_of(db, gate_id)
    query = select(User.id, User.name).where(works_for_client(place.client_id))
    if search:
        query = query.where(occurs(search, User.name))
    rows = await db.execute(query.order_by(func.folded(User.name), User.id).limit(MOST_CANDIDATES))
    return [PersonAtGate(id=row[0], name=row[1]) for row in rows]


def need_right(
    policy: Policy, submission: Submission, decisions: Sequence[Decision], by: Deciding
) -> UUID | None:
    """Whether this person may decide this submission now.

    Returns:
        The reviewer in whose place they decide; None for somebody with a right of their own.

    Raises:
        OnlyPeopleDecide, AlreadyDecidedByYou, SubmitterMayNotDecide, NotAReviewer, ReviewerDecided.
    """
    if by.is_agent or by.role not in DECIDING:
        raise OnlyPeopleDecide(
            "Only a person who is signed in decides, and no viewer. Ask somebody who may."
        )
    if any(decision.decided_by == by.id for decision in decisions):
        raise AlreadyDecidedByYou(
            "You decided on this submission already. It now waits for somebody else."
        )
    if submission.submitted_by == by.id and not policy.submitter_decides:
        raise SubmitterMayNotDecide(
            "You submitted this yourself, and here somebody else has to decide. Ask a reviewer."
        )
    gone = taken(decisions)
    if by.role in policy.roles and by.id not in gone:
        return None
    seats = seats_of(policy, by.id)
    if not seats and by.role not in policy.roles:
        raise NotAReviewer(
            "This gate's policy does not let you decide. Ask one of its reviewers, or the owner "
            "of the project to name you."
        )
    free = [seat for seat in seats if seat not in gone]
    if not free:
        raise ReviewerDecided(
            "A reviewer and their deputy decide once between them, and one of them did already."
        )
    return None if free[0] == by.id else free[0]


def seats_of(policy: Policy, person: UUID) -> list[UUID]:
    """The reviewers for whom somebody decides: themselves first."""
    today = now().date()
    own = [person] if person in policy.reviewers else []
    return own + [
        deputy.reviewer_id
        for deputy in policy.deputies
        if deputy.deputy_id == person and deputy.stands_in(today)
    ]


def taken(decisions: Collection[Decision]) -> set[UUID]:
    """Those who decided, or for whom somebody did."""
    return {decision.deputy_of or decision.decided_by for decision in decisions}
