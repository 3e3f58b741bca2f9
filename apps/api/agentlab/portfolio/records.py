"""Saying in the audit trail what happened to a project, with the place that it has."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.audit.trail import record
from agentlab.portfolio import standings  # noqa: F401 - listens wherever projects are changed
from agentlab.portfolio.models import Project, Service


async def record_of_project(
    db: AsyncSession,
    project_id: UUID,
    action: str,
    *,
    subject: UUID | None = None,
    label: str | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str = "",
) -> None:
    """Record `action`; its subject is the project itself unless another one is named."""
    client_id, name = (
        await db.execute(
            select(Service.client_id, Project.name)
            .join(Project, Project.service_id == Service.id)
            .where(Project.id == project_id)
        )
    ).one()
    record(
        db,
        action,
        subject=subject or project_id,
        label=label or name,
        client_id=client_id,
        project_id=project_id,
        before=before,
        after=after,
        reason=reason,
    )
