"""Reminders of what is due: one for each due date, a day before it."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from agentlab.changes.schemas import Noun
from agentlab.changes.service import announce
from agentlab.context import Context
from agentlab.gates import policies
from agentlab.gates.models import Decision, GatePolicy, GateReminder, Submission, Withdrawal
from agentlab.gates.service import project_of, waiting_submission
from agentlab.kit.clock import now
from agentlab.portfolio.models import Client, Project, Service
from agentlab.portfolio.records import record_of_project
from agentlab.workflows import service as workflows
from agentlab.workflows.models import Gate, Stage, StageState, Workflow

AHEAD = timedelta(days=1)


async def remind(context: Context) -> None:
    """A sweep: remind people of what is due within a day, or late, and was not said yet."""
    async with context.sessions() as db:
        gates = await gates_that_are_due(db, now() + AHEAD)
    for gate_id in gates:
        async with context.sessions.begin() as db:
            await remind_at(db, gate_id)


async def gates_that_are_due(db: AsyncSession, before: datetime) -> list[UUID]:
    """Gates where something waits that is due before then and of which nobody was reminded.

    Also where an approval is renewed: the stage is done there.

    Of what is in the bin nobody is reminded.
    """
    latest, reminder = aliased(Submission), aliased(GateReminder)
    due = latest.submitted_at + func.make_interval(0, 0, 0, 0, 24 * GatePolicy.due_days)
    settled = select(Decision.id).where(Decision.submission_id == latest.id, Decision.settles)
    taken_back = select(Withdrawal.submission_id).where(Withdrawal.submission_id == latest.id)
    reminded = select(reminder.due_at).where(
        reminder.submission_id == latest.id, reminder.due_at == due
    )
    rows = await db.scalars(
        select(Gate.id)
        .join(GatePolicy, GatePolicy.gate_id == Gate.id)
        .join(latest, latest.gate_id == Gate.id)
        .join(Stage, Stage.id == Gate.stage_id)
        .join(Workflow, Workflow.id == Stage.workflow_id)
        .join(Project, Project.id == Workflow.project_id)
        .join(Service, Service.id == Project.service_id)
        .join(Client, Client.id == Service.client_id)
        .where(
            Stage.state.in_((StageState.SUBMITTED, StageState.DONE)),
            GatePolicy.due_days.is_not(None),
            due <= before,
            ~settled.correlate(latest).exists(),
            ~taken_back.correlate(latest).exists(),
            ~reminded.correlate(latest, GatePolicy).exists(),
            Project.deleted_at.is_(None),
            Service.deleted_at.is_(None),
            Client.deleted_at.is_(None),
        )
    )
    return list(rows)


async def remind_at(db: AsyncSession, gate_id: UUID) -> None:
    """Keep and tell that people are reminded, if the question is still open and it is news."""
    gate = await db.get(Gate, gate_id)
    if gate is None:
        return
    stage = await workflows.lock_stage(db, gate.stage_id)
    waiting = await waiting_submission(db, gate_id)
    due_at = (
        (await policies.policy_of(db, gate_id)).due_at(waiting.submitted_at) if waiting else None
    )
    if waiting is None or due_at is None or due_at > now() + AHEAD:
        return
    if await db.get(GateReminder, (waiting.id, due_at)):
        return
    db.add(GateReminder(submission_id=waiting.id, due_at=due_at))
    project_id = await project_of(db, stage)
    announce(db, Noun.GATE, of=gate_id, project_id=project_id)
    await record_of_project(
        db,
        project_id,
        "gate.reminded",
        subject=gate_id,
        label=stage.title,
        after={"gate_id": gate_id, "submission_id": waiting.id, "due_at": due_at},
    )
