"""Which status a project can have next."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.portfolio.models import (
    PortfolioTransition,
    Project,
    ProjectStatus,
    TransitionKind,
)

NEXT = {
    ProjectStatus.DRAFT: [ProjectStatus.ACTIVE, ProjectStatus.ARCHIVED],
    ProjectStatus.ACTIVE: [
        ProjectStatus.BLOCKED,
        ProjectStatus.COMPLETED,
        ProjectStatus.ARCHIVED,
    ],
    ProjectStatus.BLOCKED: [ProjectStatus.ACTIVE, ProjectStatus.ARCHIVED],
    ProjectStatus.COMPLETED: [ProjectStatus.ACTIVE, ProjectStatus.ARCHIVED],
}


async def reachable_from(db: AsyncSession, project: Project) -> list[ProjectStatus]:
    """An archived project goes back to the status that it had before."""
    if project.status is not ProjectStatus.ARCHIVED:
        return NEXT[project.status]
    return [await before_the_archive(db, project.id)]


async def before_the_archive(db: AsyncSession, project_id: UUID) -> ProjectStatus:
    before = await db.scalar(
        select(PortfolioTransition.from_value)
        .filter_by(
            subject_id=project_id,
            kind=TransitionKind.STATUS,
            to_value=ProjectStatus.ARCHIVED.value,
        )
        .order_by(PortfolioTransition.at.desc(), PortfolioTransition.id.desc())
        .limit(1)
    )
    return ProjectStatus(before) if before else ProjectStatus.ACTIVE
