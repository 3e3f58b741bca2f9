"""Runs of projects through a template as rows, with moments that a test says."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, update

from agentlab.context import Context
from agentlab.gates.models import Decision, Submission, Withdrawal
from agentlab.kit.ids import new_id
from agentlab.workflows.models import (
    Gate,
    Stage,
    StageTransition,
    Template,
    Workflow,
)
from tests.support.portfolio import Place, portfolio_of

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
"""When every workflow begins, unless it is said."""

PLANNED = ("brief.md", "prd.md", "create_story", "implement_story")
"""The stages of a run: two to plan, then two to build. `prd.md` has a gate."""


def after(hours: float) -> datetime:
    return MONDAY + timedelta(hours=hours)


@dataclass
class Run:
    """A project on its way, with ids to act on."""

    context: Context
    place: Place
    stages: dict[str, UUID] = field(default_factory=dict)
    gate_id: UUID = field(default_factory=new_id)
    submissions: list[UUID] = field(default_factory=list)

    async def move(self, key: str, *states: tuple[str, str, float]) -> None:
        """From a state to another, so many hours after the beginning."""
        await self.add(
            StageTransition,
            [
                {"stage_id": self.stages[key], "from_state": old, "to_state": new, "at": after(at)}
                for old, new, at in states
            ],
        )
        if states:
            await self.change(Stage, Stage.id == self.stages[key], state=states[-1][1])

    async def submit(self, at: float, *, by: str, withdrawn: float | None = None) -> UUID:
        id_ = new_id()
        number = len(self.submissions) + 1
        row = {"gate_id": self.gate_id, "number": number, "note": "", "submitted_by": UUID(by)}
        await self.add(Submission, [{"id": id_, **row, "submitted_at": after(at)}])
        if withdrawn is not None:
            gone = {"withdrawn_by": UUID(by), "withdrawn_at": after(withdrawn)}
            await self.add(Withdrawal, [{"submission_id": id_, **gone}], has_id=False)
        self.submissions.append(id_)
        return id_

    async def decide(
        self, verdict: str, at: float, *, by: str, submission: UUID | None = None, **facts: Any
    ) -> None:
        of = submission or self.submissions[-1]
        row = {"submission_id": of, "verdict": verdict, "reason": "", "decided_by": UUID(by)}
        await self.add(Decision, [{**row, "decided_at": after(at), **facts}])

    async def add(self, table: Any, rows: Sequence[dict[str, Any]], *, has_id: bool = True) -> None:
        async with self.context.engine.begin() as connection:
            for row in rows:
                values = {"id": new_id(), **row} if has_id else row
                await connection.execute(insert(table).values(**values))

    async def change(self, table: Any, which: Any, **facts: Any) -> None:
        async with self.context.engine.begin() as connection:
            await connection.execute(update(table).where(which).values(**facts))


async def run_of(
    context: Context,
    client: str = "Maison Lumière",
    *,
    project: str = "Reader",
    method: str = "bmad",
    generation: str = "v4",
    place: Place | None = None,
    started_at: datetime = MONDAY,
) -> Run:
    """A project whose first stage is current."""
    run = Run(context, place or await portfolio_of(context, client, project))
    workflow_id = new_id()
    async with context.engine.begin() as connection:
        known = select(Template.id).filter_by(method=method, generation=generation)
        template_id = await connection.scalar(known)
        if template_id is None:
            template_id = new_id()
            await connection.execute(
                insert(Template).values(
                    id=template_id,
                    method=method,
                    generation=generation,
                    key="short",
                    name="Short",
                    description="",
                    project_types=[],
                    source_path="short.yaml",
                    source=b"",
                    sha256="0",
                    when_to_use=[],
                    handoff_prompts={},
                    extra={},
                )
            )
        await connection.execute(
            insert(Workflow).values(
                id=workflow_id,
                project_id=run.place.project_id,
                template_id=template_id,
                started_at=started_at,
            )
        )
        for position, key in enumerate(PLANNED, start=1):
            run.stages[key] = new_id()
            await connection.execute(
                insert(Stage).values(
                    id=run.stages[key],
                    workflow_id=workflow_id,
                    position=position,
                    key=key,
                    title=key,
                    agent="sm" if position > 2 else "pm",
                    optional=False,
                    optional_steps=[],
                    extra={"phase": {"group": "ship" if position > 2 else "plan"}},
                    state="current" if position == 1 else "upcoming",
                )
            )
        await connection.execute(
            insert(Gate).values(
                id=run.gate_id, stage_id=run.stages["prd.md"], kind="approval", reason=""
            )
        )
    return run
