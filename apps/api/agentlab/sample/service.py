"""“Explore with sample data”: real folders, imported like any other, with a short history."""

import asyncio
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from ruamel.yaml import YAML
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.documents.scan import scan
from agentlab.errors import Conflict
from agentlab.gates import service as gates
from agentlab.gates.models import Submission, Verdict
from agentlab.gates.policies import Deciding
from agentlab.gates.schemas import ArtefactShown, DecisionIn
from agentlab.imports.schemas import ImportIn
from agentlab.imports.service import import_folder
from agentlab.settings import Settings
from agentlab.workflows import flow
from agentlab.workflows import service as workflows
from agentlab.workflows.models import Gate, Stage, Workflow
from agentlab.workflows.schemas import AnswerIn
from agentlab.workspaces.models import Workspace

HERE = Path(__file__).parent
ONE_AT_A_TIME = 5_204_771_913  # the number of a lock that nothing else takes


class SampleExists(Conflict):
    code = "sample_exists"


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Event(Part):
    """Something that happened at a stage; see the head of `portfolio.yaml`."""

    stage: str
    outcome: Literal[
        "approved", "rejected", "waiting", "completed", "skipped", "applies", "does_not_apply"
    ]
    note: str = ""
    reason: str = ""
    revised: tuple[str, ...] = ()


class SampleProject(Part):
    name: str
    description: str
    folder: str
    workflow: str
    history: tuple[Event, ...] = ()


class SampleService(Part):
    name: str
    projects: tuple[SampleProject, ...]


class SampleClient(Part):
    name: str
    business_domain: str
    services: tuple[SampleService, ...]


class Portfolio(Part):
    clients: tuple[SampleClient, ...]

    def places(self) -> Iterator[tuple[SampleClient, SampleService, SampleProject]]:
        for client in self.clients:
            for service in client.services:
                for project in service.projects:
                    yield client, service, project


@dataclass(frozen=True)
class Player:
    """Plays a project's history as one person did it."""

    db: AsyncSession
    settings: Settings
    person: Deciding
    project_id: UUID
    project: SampleProject
    folder: Path

    async def play(self) -> None:
        for event in self.project.history:
            stage = await self.stage(event.stage)
            await self.play_at(stage, event)
            await self.revise(event.revised)

    async def play_at(self, stage: Stage, event: Event) -> None:
        match event.outcome:
            case "completed":
                await workflows.complete(self.db, stage.id, by=self.person.id)
            case "skipped":
                await workflows.skip(self.db, stage.id, by=self.person.id, reason=event.reason)
            case "applies" | "does_not_apply":
                said = AnswerIn(holds=event.outcome == "applies", note=event.note)
                await flow.answer(self.db, stage.id, said, by=self.person.id)
            case "waiting":
                await self.submit(stage, event)
            case "approved" | "rejected":
                await self.decide(await self.submit(stage, event), event)

    async def submit(self, stage: Stage, event: Event) -> Submission:
        gate_id = (await self.db.execute(select(Gate.id).filter_by(stage_id=stage.id))).scalar_one()
        return await gates.submit(
            self.db,
            gate_id,
            by=self.person.id,
            note=event.note,
            roots=self.settings.allowed_roots,
        )

    async def decide(self, submission: Submission, event: Event) -> None:
        artefacts = await gates.artefacts_of(self.db, submission.id)
        shown = [ArtefactShown(document_id=a.document_id, sha256=a.sha256) for a in artefacts]
        choice = DecisionIn(verdict=Verdict(event.outcome), reason=event.reason, artefacts=shown)
        await gates.decide(
            self.db,
            submission.id,
            choice,
            by=self.person,
            is_confirmed=False,  # no imported gate asks for it
            roots=self.settings.allowed_roots,
        )

    async def stage(self, key: str) -> Stage:
        return (
            await self.db.execute(
                select(Stage)
                .join(Workflow, Workflow.id == Stage.workflow_id)
                .where(Workflow.project_id == self.project_id, Stage.key == key)
            )
        ).scalar_one()

    async def revise(self, paths: tuple[str, ...]) -> None:
        for path in paths:
            source = HERE / "folders" / self.project.folder / path
            await asyncio.to_thread(shutil.copyfile, source, self.folder / path)
        if paths:
            await scan(self.db, self.project_id, self.folder)


def read_portfolio() -> Portfolio:
    content: Any = YAML(typ="safe", pure=True).load(HERE / "portfolio.yaml")
    return Portfolio.model_validate(content)


async def create(db: AsyncSession, settings: Settings, *, by: Deciding) -> UUID:
    """Put the sample folders below the data directory and import them with their history.

    Returns:
        The first project, the one with a gate waiting.
    """
    await db.execute(select(func.pg_advisory_xact_lock(ONE_AT_A_TIME)))
    places = list(read_portfolio().places())
    folders = [settings.samples_dir / project.folder for _, _, project in places]
    imported = select(Workspace.project_id).where(Workspace.path.in_(map(real_path, folders)))
    if await db.scalar(imported.limit(1)):
        raise SampleExists("The sample data is there already. Look for it in the portfolio.")
    made = []
    for (client, service, project), folder in zip(places, folders, strict=True):
        await asyncio.to_thread(lay_out, project.folder, folder)
        choice = ImportIn(
            path=str(folder),
            client=client.name,
            service=service.name,
            project=project.name,
            workflow=project.workflow,
        )
        new = await import_folder(db, choice, by=by, roots=settings.allowed_roots)
        await Player(db, settings, by, new.project_id, project, folder).play()
        made.append(new.project_id)
    return made[0]


def real_path(folder: Path) -> str:
    return str(folder.resolve())


def lay_out(name: str, folder: Path) -> None:
    """The folder as it was when its history began."""
    if folder.exists():  # left by an attempt that did not commit
        shutil.rmtree(folder)
    shutil.copytree(HERE / "folders" / name, folder)
    earlier = HERE / "earlier" / name
    if earlier.is_dir():
        shutil.copytree(earlier, folder, dirs_exist_ok=True)
