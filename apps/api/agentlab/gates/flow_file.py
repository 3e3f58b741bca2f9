"""`.agentlab/workflow.md`: what people said about the way through the workflow, for agents.

The rows are the truth. The whole file is written anew by a job after each answer, choice, skip and
reopening, so that whichever job comes last leaves what is true. A scan has it written again where
it went or says anything else.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.context import Context
from agentlab.documents.scan import after_scan
from agentlab.gates.files import quotation, quoted, stamped
from agentlab.kit import logging
from agentlab.workflows import reading, service
from agentlab.workflows.models import Stage, StageState, Workflow
from agentlab.workflows.schemas import AnswerOut, ChoiceOut
from agentlab.workspaces.folder import resolve
from agentlab.workspaces.models import Workspace
from agentlab.workspaces.writing import holds, write_atomically

log = logging.get(__name__)

WRITE = service.WRITE_FLOW_FILE
PATH = ".agentlab/workflow.md"
TRIES = 5


@dataclass(frozen=True)
class LeftOut:
    """A stage that is skipped, with why."""

    stage: str
    cause: str
    reason: str


@dataclass(frozen=True)
class Flow:
    """Everything that the file says."""

    answers: Sequence[tuple[str, AnswerOut]]
    choices: Sequence[tuple[str, ChoiceOut]]
    left_out: Sequence[LeftOut]

    def __bool__(self) -> bool:
        return bool(self.answers or self.choices or self.left_out)


async def write(context: Context, workflow_id: str) -> None:
    """Write the file, and again when what it says changed meanwhile."""
    key = UUID(workflow_id)
    written = None
    for _ in range(TRIES):
        async with context.sessions() as db:
            folder, flow = await load(db, key)
        text = render(flow)
        if folder is None or text == written:
            return
        root = await asyncio.to_thread(resolve, folder, context.settings.allowed_roots)
        await asyncio.to_thread(write_atomically, root, PATH, text.encode())
        written = text


@after_scan
async def have_put_right(db: AsyncSession, project_id: UUID, root: Path) -> None:
    """Have it written again where it is not what it should be.

    Where people said nothing yet the file is left alone: it may be another installation's.
    """
    workflow_id = await db.scalar(select(Workflow.id).filter_by(project_id=project_id))
    if workflow_id is None:
        return
    _, flow = await load(db, workflow_id)
    if flow and not await asyncio.to_thread(holds, root, PATH, render(flow).encode()):
        log.info("flow_file_outdated", project_id=str(project_id), file=PATH)
        await service.tell_agents(db, workflow_id)


async def load(db: AsyncSession, workflow_id: UUID) -> tuple[str | None, Flow]:
    """The project's folder, if it still has one, and what the file says."""
    folder = await db.scalar(
        select(Workspace.path)
        .join(Workflow, Workflow.project_id == Workspace.project_id)
        .where(Workflow.id == workflow_id)
    )
    rows = await db.scalars(
        select(Stage).filter_by(workflow_id=workflow_id).order_by(Stage.position)
    )
    stages = rows.all()
    answers = await reading.answers_by_condition(db, workflow_id)
    choices = await reading.choices_by_stage(db, [stage.id for stage in stages])
    moves = await reading.last_moves(db, [stage.id for stage in stages])
    return folder, Flow(
        [(condition, said[0]) for condition, said in sorted(answers.items())],
        [(stage.key, choices[stage.id][0]) for stage in stages if choices[stage.id]],
        [
            LeftOut(stage.key, stage.skip_cause or "reason", moves[stage.id]["reason"])
            for stage in stages
            if stage.state is StageState.SKIPPED and stage.id in moves
        ],
    )


def render(flow: Flow) -> str:
    """Front matter for programs, then the same for people."""
    return "\n".join(
        [
            "---",
            "answers:" if flow.answers else "answers: []",
            *(line for each in flow.answers for line in answer_lines(*each)),
            "routes:" if flow.choices else "routes: []",
            *(line for each in flow.choices for line in choice_lines(*each)),
            "left_out:" if flow.left_out else "left_out: []",
            *(line for each in flow.left_out for line in left_out_lines(each)),
            "---",
            "",
            "# What was decided about the workflow",
            "",
            "People answered these questions in AgentLab. Ask them there to change an answer.",
            "",
            *(line for each in flow.answers for line in answer_text(*each)),
            *(line for each in flow.choices for line in choice_text(*each)),
            *(f"- Left out: {quoted(each.stage)} ({each.cause})." for each in flow.left_out),
            "",
        ]
    )


def answer_lines(condition: str, said: AnswerOut) -> list[str]:
    return [
        # JSON is YAML: quoted like this, no text can break out of its line.
        f"  - condition: {quoted(condition)}",
        f"    holds: {'true' if said.holds else 'false'}",
        f"    note: {quoted(said.note)}",
        f"    answered_by: {quoted(said.answered_by)}",
        f"    answered_at: {stamped(said.answered_at)}",
    ]


def choice_lines(stage: str, made: ChoiceOut) -> list[str]:
    return [
        f"  - stage: {quoted(stage)}",
        f"    route: {quoted(made.route)}",
        f"    note: {quoted(made.note)}",
        f"    chosen_by: {quoted(made.chosen_by)}",
        f"    chosen_at: {stamped(made.chosen_at)}",
    ]


def left_out_lines(each: LeftOut) -> list[str]:
    return [
        f"  - stage: {quoted(each.stage)}",
        f"    cause: {each.cause}",
        f"    reason: {quoted(each.reason)}",
    ]


def answer_text(condition: str, said: AnswerOut) -> list[str]:
    word = "yes" if said.holds else "no"
    return [f"- {quoted(condition)}: **{word}** ({said.answered_by}).", *noted(said.note)]


def choice_text(stage: str, made: ChoiceOut) -> list[str]:
    line = f"- {quoted(stage)} goes on along {quoted(made.route)} ({made.chosen_by})."
    return [line, *noted(made.note)]


def noted(note: str) -> list[str]:
    return ["", *(f"  {line}" for line in quotation(note)), ""] if note else []
