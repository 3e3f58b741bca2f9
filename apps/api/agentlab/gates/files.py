"""A decision as a Markdown file in the workspace, where coding agents find it.

The row is the truth. The file is written by a job that was enqueued in the decision's own
transaction, so that a crash at any moment leaves both or leads to both.
"""

import asyncio
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.auth.models import User
from agentlab.changes import service as changes
from agentlab.changes.schemas import Noun
from agentlab.context import Context
from agentlab.errors import AgentLabError
from agentlab.gates.models import Decision, DecisionArtefact, DecisionFile, Submission, Verdict
from agentlab.kit.clock import now
from agentlab.kit.jobs import enqueue
from agentlab.workflows.models import Gate, Stage, Workflow
from agentlab.workspaces.folder import resolve
from agentlab.workspaces.models import Workspace
from agentlab.workspaces.writing import write_atomically

WRITE = "write_decision_file"
FOLDER = ".agentlab/decisions"


@dataclass(frozen=True)
class Record:
    """Everything that the file says, and where it goes."""

    decision: Decision
    decided_by: str
    number: int
    stage: Stage
    workspace: str
    artefacts: Sequence[DecisionArtefact]


async def announce(db: AsyncSession, decision: Decision) -> None:
    """Promise the file of a new decision; a job writes it after the commit."""
    path = path_of(await load(db, decision.id))
    db.add(DecisionFile(decision_id=decision.id, path=path))
    await enqueue(db, WRITE, decision_id=str(decision.id))


async def write(context: Context, decision_id: str) -> None:
    """Write the file, or write it again; the same decision always gives the same bytes."""
    key = UUID(decision_id)
    async with context.sessions() as db:
        record = await load(db, key)
    roots = context.settings.allowed_roots
    try:
        root = await asyncio.to_thread(resolve, record.workspace, roots)
        await asyncio.to_thread(write_atomically, root, path_of(record), render(record).encode())
    except AgentLabError as error:
        await note(context, key, problem=error.detail)
        raise
    await note(context, key, problem=None)


async def write_missing(context: Context) -> None:
    """Give every file that could not be written another chance, as when a disk came back."""
    async with context.sessions.begin() as db:
        waiting = await db.scalars(
            select(DecisionFile.decision_id).where(
                DecisionFile.written_at.is_(None), DecisionFile.problem.is_not(None)
            )
        )
        for decision_id in waiting:
            await enqueue(db, WRITE, decision_id=str(decision_id))


async def note(context: Context, decision_id: UUID, *, problem: str | None) -> None:
    async with context.sessions.begin() as db:
        file = await db.get_one(DecisionFile, decision_id)
        file.problem = problem
        file.written_at = None if problem else now()
        gate_id, project_id = await place_of(db, decision_id)
        changes.announce(db, Noun.GATE, of=gate_id, project_id=project_id)


async def place_of(db: AsyncSession, decision_id: UUID) -> tuple[UUID, UUID]:
    """The ids of the gate and of its project."""
    row = await db.execute(
        select(Submission.gate_id, Workflow.project_id)
        .join(Decision, Decision.submission_id == Submission.id)
        .join(Gate, Gate.id == Submission.gate_id)
        .join(Stage, Stage.id == Gate.stage_id)
        .join(Workflow, Workflow.id == Stage.workflow_id)
        .where(Decision.id == decision_id)
    )
    gate_id, project_id = row.one()
    return gate_id, project_id


async def load(db: AsyncSession, decision_id: UUID) -> Record:
    row = (
        await db.execute(
            select(Decision, User.name, Submission.number, Stage, Workspace.path)
            .join(User, User.id == Decision.decided_by)
            .join(Submission, Submission.id == Decision.submission_id)
            .join(Gate, Gate.id == Submission.gate_id)
            .join(Stage, Stage.id == Gate.stage_id)
            .join(Workflow, Workflow.id == Stage.workflow_id)
            .join(Workspace, Workspace.project_id == Workflow.project_id)
            .where(Decision.id == decision_id)
        )
    ).one()
    artefacts = await db.scalars(
        select(DecisionArtefact).filter_by(decision_id=decision_id).order_by(DecisionArtefact.path)
    )
    return Record(row[0], row[1], row[2], row[3], row[4], artefacts.all())


def path_of(record: Record) -> str:
    """`.agentlab/decisions/02-prd-md-1-approved.md`: stage, submission, verdict."""
    slug = re.sub(r"[^a-z0-9]+", "-", record.stage.key.lower()).strip("-")[:60] or "stage"
    name = f"{record.stage.position:02d}-{slug}-{record.number}-{record.decision.verdict}.md"
    return f"{FOLDER}/{name}"


def render(record: Record) -> str:
    """The file's text: front matter for programs, then the same for people."""
    decision = record.decision
    at = decision.decided_at.astimezone(UTC).isoformat(timespec="seconds")
    verb = "Approved" if decision.verdict is Verdict.APPROVED else "Rejected"
    lines = [
        "---",
        # JSON is YAML: quoted like this, no name or title can break out of its line.
        f"decision: {decision.id}",
        f"verdict: {decision.verdict}",
        f"stage: {quoted(record.stage.key)}",
        f"submission: {record.number}",
        f"decided_by: {quoted(record.decided_by)}",
        f"decided_at: {at}",
        "artefacts:" if record.artefacts else "artefacts: []",
        *artefact_lines(record.artefacts),
        "---",
        "",
        f"# {verb}: {record.stage.title}",
        "",
        f"{verb} by {record.decided_by} on {at}.",
        "",
        *reason_lines(decision.reason),
    ]
    return "\n".join(lines)


def artefact_lines(artefacts: Sequence[DecisionArtefact]) -> list[str]:
    return [
        line
        for artefact in artefacts
        for line in (
            f"  - path: {quoted(artefact.path)}",
            f"    version: {artefact.version}",
            f"    sha256: {artefact.sha256}",
        )
    ]


def reason_lines(reason: str) -> list[str]:
    """The reason as a quotation, so that it stays one whatever Markdown it holds."""
    if not reason:
        return []
    return ["## Reason", "", *(f"> {line}".rstrip() for line in reason.splitlines()), ""]


def quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
