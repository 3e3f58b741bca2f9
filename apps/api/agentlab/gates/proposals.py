"""What templates propose for who decides at their gates, and how: a policy that nobody made.

It becomes a row like any other, so that whoever asks about a gate need not know its template. It
follows the template until a person makes a policy there, or something is submitted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.auth.models import Role
from agentlab.gates.models import GatePolicy, Submission
from agentlab.gates.policies import Policy, keep, policy_of, tell
from agentlab.gates.policy_schemas import ChecklistItem
from agentlab.kit.ids import new_id
from agentlab.workflows.importers.definitions import (
    USUAL_RULES,
    GateRules,
    ProposedItem,
    WorkflowDefinition,
)
from agentlab.workflows.models import Gate, Stage, Workflow


@dataclass(frozen=True)
class AtGate:
    """A gate with its rules, people aside, and whether it keeps them."""

    gate: Gate | None = None
    rules: GateRules | None = None
    is_ruled: bool = False
    """A person made its policy, or something was submitted: no template changes it any more."""


async def at_gates(db: AsyncSession, stage_ids: Sequence[UUID]) -> Mapping[UUID, AtGate]:
    """The gates of these stages, by stage; in one statement."""
    submitted = select(Submission.id).where(Submission.gate_id == Gate.id).exists()
    rows = await db.execute(
        select(Gate, GatePolicy, submitted)
        .outerjoin(GatePolicy, GatePolicy.gate_id == Gate.id)
        .where(Gate.stage_id.in_(stage_ids))
        .execution_options(populate_existing=True)
    )
    return {
        gate.stage_id: AtGate(
            gate,
            rules_from(row) if row else None,
            is_ruled=is_submitted or (row is not None and row.updated_by is not None),
        )
        for gate, row, is_submitted in rows
    }


def rules_from(row: GatePolicy) -> GateRules | None:
    """None where they are the usual ones."""
    rules = GateRules(
        roles=tuple(Role(role) for role in row.roles),
        approvals=row.approvals,
        submitter_decides=row.submitter_decides,
        checklist=tuple(ProposedItem(item["text"], item["required"]) for item in row.checklist),
        reauthentication=row.reauthentication,
        due_days=row.due_days,
    )
    return None if rules == USUAL_RULES else rules


def policy_from(rules: GateRules) -> Policy:
    return Policy(
        roles=rules.roles,
        approvals=rules.approvals,
        submitter_decides=rules.submitter_decides,
        checklist=tuple(
            ChecklistItem(id=new_id(), text=item.text, required=item.required)
            for item in rules.checklist
        ),
        reauthentication=rules.reauthentication,
        due_days=rules.due_days,
    )


async def begin(db: AsyncSession, workflow: Workflow, definition: WorkflowDefinition) -> None:
    """Give the gates of a workflow that was just started what its template proposes."""
    rules = {stage.key: stage.rules for stage in definition.stages if stage.rules}
    if not rules:
        return
    stages = await db.scalars(
        select(Stage)
        .join(Gate, Gate.stage_id == Stage.id)
        .where(Stage.workflow_id == workflow.id, Stage.key.in_(rules))
        .order_by(Stage.position)
    )
    for stage in stages:
        await take_up(db, workflow, stage, rules[stage.key])


async def take_up(
    db: AsyncSession, workflow: Workflow, stage: Stage, rules: GateRules | None
) -> None:
    """Give the gate of a stage what its template proposes now; the usual policy for None."""
    gate_id = (await db.execute(select(Gate.id).filter_by(stage_id=stage.id))).scalar_one()
    before, after = await policy_of(db, gate_id), policy_from(rules or USUAL_RULES)
    await keep(db, gate_id, after, by=None)
    await tell(
        db,
        workflow.project_id,
        "gate.policy_proposed",
        gate_id=gate_id,
        label=stage.title,
        before=before,
        after=after,
    )


async def forget(db: AsyncSession, stage_ids: Sequence[UUID]) -> None:
    """Take the proposed policies of stages away that go with their gates."""
    gates = select(Gate.id).where(Gate.stage_id.in_(stage_ids))
    await db.execute(
        delete(GatePolicy).where(GatePolicy.gate_id.in_(gates), GatePolicy.updated_by.is_(None))
    )
