"""A decision as a Markdown file in the workspace, where coding agents find it.

There is one for each submission that was settled, by the decision that did it; it names the
approvals that came before.

The row is the truth. The file is written by a job that was enqueued in the decision's own
transaction, so that a crash at any moment leaves both or leads to both. A scan has files that went
or are other than they should be written again.
"""

import asyncio
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from agentlab.auth.models import User
from agentlab.changes import service as changes
from agentlab.changes.schemas import Noun
from agentlab.context import Context
from agentlab.documents.scan import after_scan
from agentlab.errors import AgentLabError
from agentlab.gates.models import Decision, DecisionArtefact, DecisionFile, Submission, Verdict
from agentlab.gates.threads.models import DecidedThread
from agentlab.kit import logging
from agentlab.kit.clock import now
from agentlab.kit.db import grouped
from agentlab.kit.jobs import enqueue
from agentlab.workflows.models import Gate, RouteChoice, Stage, Workflow
from agentlab.workspaces.folder import resolve
from agentlab.workspaces.models import Workspace
from agentlab.workspaces.writing import holds, write_atomically

log = logging.get(__name__)

WRITE = "write_decision_file"
FOLDER = ".agentlab/decisions"

OVERDUE = timedelta(minutes=30)
"""After the last try of a job, so that whatever became of it, the file is asked for again."""

Reviewer = aliased(User)


@dataclass(frozen=True)
class Approval:
    """An approval that came before the decision that settled."""

    decided_by: str
    deputy_of: str | None
    decided_at: datetime
    reason: str


@dataclass(frozen=True)
class Record:
    """Everything that the file says, and where it goes."""

    decision: Decision
    decided_by: str
    deputy_of: str | None
    number: int
    stage: Stage
    workspace: str
    path: str
    artefacts: Sequence[DecisionArtefact]
    approvals: Sequence[Approval]
    threads: Sequence[DecidedThread]
    names: Mapping[str, str]
    """Of who wrote in the threads, by their id."""
    route: str | None
    """The way on that was chosen when it was decided."""


async def announce(db: AsyncSession, decision: Decision, stage: Stage, number: int) -> None:
    """Promise the file of a new decision; a job writes it after the commit."""
    path = path_of(stage, number, decision.verdict)
    if await is_promised(db, stage.workflow_id, path):
        path = f"{path.removesuffix('.md')}-{decision.id}.md"
    db.add(DecisionFile(decision_id=decision.id, path=path))
    await enqueue(db, WRITE, decision_id=str(decision.id))


async def is_promised(db: AsyncSession, workflow_id: UUID, path: str) -> bool:
    """Whether it is another decision's, as of a stage that was in this stage's place before."""
    query = (
        select(DecisionFile.decision_id)
        .join(Decision, Decision.id == DecisionFile.decision_id)
        .join(Submission, Submission.id == Decision.submission_id)
        .join(Gate, Gate.id == Submission.gate_id)
        .join(Stage, Stage.id == Gate.stage_id)
        .where(Stage.workflow_id == workflow_id, DecisionFile.path == path)
        .limit(1)
    )
    return await db.scalar(query) is not None


async def write(context: Context, decision_id: str) -> None:
    """Write the file, or write it again; the same decision always gives the same bytes."""
    key = UUID(decision_id)
    async with context.sessions() as db:
        [record] = await load(db, Decision.id == key)
    roots = context.settings.allowed_roots
    try:
        root = await asyncio.to_thread(resolve, record.workspace, roots)
        await asyncio.to_thread(write_atomically, root, record.path, render(record).encode())
    except AgentLabError as error:
        await note(context, key, problem=error.detail)
        raise
    await note(context, key, problem=None)


async def write_missing(context: Context) -> None:
    """Give every file that is not written another chance, as when a disk came back."""
    async with context.sessions.begin() as db:
        waiting = await db.scalars(
            select(DecisionFile.decision_id)
            .join(Decision, Decision.id == DecisionFile.decision_id)
            .where(
                DecisionFile.written_at.is_(None),
                or_(DecisionFile.problem.is_not(None), Decision.decided_at < now() - OVERDUE),
            )
        )
        for decision_id in waiting:
            await enqueue(db, WRITE, decision_id=str(decision_id))


@after_scan
async def have_put_right(db: AsyncSession, project_id: UUID, root: Path) -> None:
    """Have written again what was written and is gone, or is not what it should be."""
    records = await load(
        db, and_(Workflow.project_id == project_id, DecisionFile.written_at.is_not(None))
    )
    # Earlier releases could promise one path to two decisions; it is the later one's.
    by_path = {record.path: record for record in records}
    for record in await asyncio.to_thread(not_as_written, root, by_path.values()):
        log.warning("decision_file_lost", project_id=str(project_id), file=record.path)
        await enqueue(db, WRITE, decision_id=str(record.decision.id))


def not_as_written(root: Path, records: Iterable[Record]) -> list[Record]:
    return [each for each in records if not holds(root, each.path, render(each).encode())]


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


async def load(db: AsyncSession, which: ColumnElement[bool]) -> list[Record]:
    """The records of decisions, the oldest first, in six statements however many there are."""
    rows = (
        await db.execute(
            select(
                Decision,
                User.name,
                Reviewer.name,
                Submission.number,
                Stage,
                Workspace.path,
                DecisionFile.path,
            )
            .join(DecisionFile, DecisionFile.decision_id == Decision.id)
            .join(User, User.id == Decision.decided_by)
            .outerjoin(Reviewer, Reviewer.id == Decision.deputy_of)
            .join(Submission, Submission.id == Decision.submission_id)
            .join(Gate, Gate.id == Submission.gate_id)
            .join(Stage, Stage.id == Gate.stage_id)
            .join(Workflow, Workflow.id == Stage.workflow_id)
            .join(Workspace, Workspace.project_id == Workflow.project_id)
            .where(which)
            .order_by(Decision.decided_at, Decision.id)
        )
    ).all()
    if not rows:
        return []
    decisions = [row[0] for row in rows]
    artefacts = await artefacts_of(db, decisions)
    approvals = await approvals_before(db, decisions)
    threads = await threads_of(db, decisions)
    names = await names_of(db, threads.values())
    choices = await choices_at(db, [row[4] for row in rows])
    return [
        Record(
            *row,
            artefacts=artefacts[row[0].id],
            approvals=approvals[row[0].submission_id],
            threads=threads[row[0].id],
            names=names,
            route=route_at(choices[row[4].id], row[0].decided_at),
        )
        for row in rows
    ]


async def artefacts_of(
    db: AsyncSession, decisions: Sequence[Decision]
) -> Mapping[UUID, list[DecisionArtefact]]:
    query = (
        select(DecisionArtefact)
        .where(DecisionArtefact.decision_id.in_([decision.id for decision in decisions]))
        .order_by(DecisionArtefact.path)
    )
    return await grouped(db, query, lambda artefact: artefact.decision_id)


async def approvals_before(
    db: AsyncSession, decisions: Sequence[Decision]
) -> Mapping[UUID, list[Approval]]:
    """Those that did not settle, by the submission that they were of."""
    found = defaultdict[UUID, list[Approval]](list)
    submissions = [decision.submission_id for decision in decisions]
    for submission_id, by, deputy_of, at, reason in await db.execute(
        select(
            Decision.submission_id, User.name, Reviewer.name, Decision.decided_at, Decision.reason
        )
        .join(User, User.id == Decision.decided_by)
        .outerjoin(Reviewer, Reviewer.id == Decision.deputy_of)
        .where(Decision.submission_id.in_(submissions), ~Decision.settles)
        .order_by(Decision.decided_at, Decision.id)
    ):
        found[submission_id].append(Approval(by, deputy_of, at, reason))
    return found


async def threads_of(
    db: AsyncSession, decisions: Sequence[Decision]
) -> Mapping[UUID, list[DecidedThread]]:
    query = (
        select(DecidedThread)
        .where(DecidedThread.decision_id.in_([decision.id for decision in decisions]))
        .order_by(DecidedThread.path, DecidedThread.first_line, DecidedThread.thread_id)
    )
    return await grouped(db, query, lambda thread: thread.decision_id)


async def names_of(db: AsyncSession, threads: Iterable[Sequence[DecidedThread]]) -> dict[str, str]:
    authors = {
        UUID(comment["by"]) for each in threads for thread in each for comment in thread.comments
    }
    rows = await db.execute(select(User.id, User.name).where(User.id.in_(authors)))
    return {str(id_): name for id_, name in rows}


async def choices_at(db: AsyncSession, stages: Sequence[Stage]) -> Mapping[UUID, list[RouteChoice]]:
    """What was chosen at each stage that has ways on, the first choice first."""
    query = (
        select(RouteChoice)
        .where(RouteChoice.stage_id.in_({stage.id for stage in stages if stage.routes}))
        .order_by(RouteChoice.chosen_at, RouteChoice.id)
    )
    return await grouped(db, query, lambda choice: choice.stage_id)


def route_at(choices: Sequence[RouteChoice], decided_at: datetime) -> str | None:
    """What was chosen then: after a rejection somebody may choose again, and this file stays."""
    before = [choice.route for choice in choices if choice.chosen_at <= decided_at]
    return before[-1] if before else None


def path_of(stage: Stage, number: int, verdict: Verdict) -> str:
    """`.agentlab/decisions/02-prd-md-1-approved.md`: stage, submission, verdict."""
    slug = re.sub(r"[^a-z0-9]+", "-", stage.key.lower()).strip("-")[:60] or "stage"
    return f"{FOLDER}/{stage.position:02d}-{slug}-{number}-{verdict}.md"


def render(record: Record) -> str:
    """The file's text: front matter for programs, then the same for people."""
    decision = record.decision
    at = stamped(decision.decided_at)
    verb = "Approved" if decision.verdict is Verdict.APPROVED else "Rejected"
    lines = [
        "---",
        # JSON is YAML: quoted like this, no name or title can break out of its line.
        f"decision: {decision.id}",
        f"verdict: {decision.verdict}",
        f"stage: {quoted(record.stage.key)}",
        *([f"route: {quoted(record.route)}"] if record.route else []),
        f"submission: {record.number}",
        f"decided_by: {quoted(record.decided_by)}",
        *([f"deputy_of: {quoted(record.deputy_of)}"] if record.deputy_of else []),
        f"decided_at: {at}",
        *approval_lines(record.approvals),
        *checklist_lines(decision),
        "artefacts:" if record.artefacts else "artefacts: []",
        *artefact_lines(record.artefacts),
        "---",
        "",
        f"# {verb}: {record.stage.title}",
        "",
        f"{verb} by {person(record.decided_by, record.deputy_of)} on {at}.",
        "",
        *([f"The way on: {quoted(record.route)}.", ""] if record.route else []),
        *reason_lines(decision.reason),
        *earlier_lines(record.approvals),
        *thread_lines(record),
    ]
    return "\n".join(lines)


def approval_lines(approvals: Sequence[Approval]) -> list[str]:
    """Those that came before; nothing where one approval is enough."""
    if not approvals:
        return []
    lines = ["approvals_before:"]
    for approval in approvals:
        lines.append(f"  - decided_by: {quoted(approval.decided_by)}")
        if approval.deputy_of:
            lines.append(f"    deputy_of: {quoted(approval.deputy_of)}")
        lines.append(f"    decided_at: {stamped(approval.decided_at)}")
    return lines


def checklist_lines(decision: Decision) -> list[str]:
    if not decision.checklist:
        return []
    words = {True: '"yes"', False: '"no"', None: "null"}
    return [
        "checklist:",
        *(
            line
            for item in decision.checklist
            for line in (
                f"  - item: {quoted(item['text'])}",
                f"    answer: {words[item['answer']]}",
            )
        ),
    ]


def earlier_lines(approvals: Sequence[Approval]) -> list[str]:
    if not approvals:
        return []
    lines = ["## Approved before", ""]
    for approval in approvals:
        name = person(approval.decided_by, approval.deputy_of)
        lines += [f"{name} on {stamped(approval.decided_at)}.", ""]
        if approval.reason:
            lines += [*quotation(approval.reason), ""]
    return lines


def person(name: str, deputy_of: str | None) -> str:
    return f"{name}, deputy of {deputy_of}," if deputy_of else name


def stamped(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds")


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
    return ["## Reason", "", *quotation(reason), ""]


def quotation(text: str) -> list[str]:
    return [f"> {line}".rstrip() for line in text.splitlines()]


def thread_lines(record: Record) -> list[str]:
    """The open threads, so that agents find what has to change and where."""
    if not record.threads:
        return []
    lines = ["## Open threads", ""]
    for thread in record.threads:
        where = f"lines {thread.first_line} to {thread.last_line}"
        gone = "the lines are gone"
        lines += [
            f"### {quoted(thread.path)}, {where if thread.first_line else gone}",
            "",
            f"thread: {thread.thread_id}",
            "",
            *(f"    {line}".rstrip() for line in thread.quote.splitlines()),
            "",
        ]
        for comment in thread.comments:
            agent = "an agent of " if comment["is_agents"] else ""
            said = quotation(comment["text"])
            lines += [f"{agent}{record.names[comment['by']]}:", "", *said, ""]
    return lines


def quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
