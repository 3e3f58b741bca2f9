"""A portfolio in rows, without folders: what lists are about, and nothing else."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from agentlab.audit.trail import record
from agentlab.changes.schemas import Noun
from agentlab.changes.service import announce
from agentlab.context import Context
from agentlab.kit.clock import now
from agentlab.portfolio.models import Client, Project, ProjectStatus, Service, Standing


@dataclass
class Portfolio:
    """Adds projects below clients and services that it makes as they are named."""

    context: Context
    ids: dict[str, UUID] = field(default_factory=dict)
    """Of projects, by name."""

    async def add(
        self,
        name: str,
        *,
        client: str = "Maison Lumière",
        service: str = "Reading",
        status: ProjectStatus = ProjectStatus.ACTIVE,
        owner_id: str | None = None,
        stage: str | None = None,
        days: int | None = None,
        waiting_gate_id: UUID | None = None,
        stale_total: int = 0,
        changed: datetime | None = None,
        key: str | None = None,
    ) -> UUID:
        """A project that is at `stage` since some `days`."""
        async with self.context.sessions.begin() as db:
            below = await self._service(db, client, service)
            project = Project(
                name=name,
                service_id=below.id,
                status=status,
                owner_id=UUID(owner_id) if owner_id else None,
                **({"key": key} if key else {}),
            )
            db.add(project)
            await db.flush()
            announce(db, Noun.PORTFOLIO)
            record(db, "project.created", subject=project.id, project_id=project.id)
            db.add(
                Standing(
                    project_id=project.id,
                    stages_total=4 if stage else 0,
                    stages_closed=1 if stage else 0,
                    stage=stage,
                    stage_state="submitted" if waiting_gate_id else "current" if stage else None,
                    stage_since=now() - timedelta(days=days) if days is not None else None,
                    waiting_gate_id=waiting_gate_id,
                    stale_total=stale_total,
                    documents_total=0,
                    changed_at=changed or now(),
                )
            )
        self.ids[name] = project.id
        return project.id

    async def _service(self, db: Any, client: str, service: str) -> Service:
        of = await db.scalar(select(Client).where(Client.name == client)) or Client(name=client)
        db.add(of)
        await db.flush()
        found: Service = await db.scalar(
            select(Service).where(Service.client_id == of.id, Service.name == service)
        ) or Service(name=service, client_id=of.id)
        db.add(found)
        await db.flush()
        return found

    async def change(self, kind: Any, name: str, **facts: Any) -> None:
        """Set columns of the one with this name."""
        async with self.context.sessions.begin() as db:
            found = (await db.scalars(select(kind).where(kind.name == name))).one()
            for column, value in facts.items():
                setattr(found, column, value)
            announce(db, Noun.PORTFOLIO)
            record(db, "test.changed", subject=found.id)


def names(page: dict[str, Any]) -> list[str]:
    return [row["name"] for row in page["items"]]
