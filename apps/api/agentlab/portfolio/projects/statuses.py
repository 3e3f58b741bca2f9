"""Which status a project can have next."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, bindparam, text
from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.portfolio.models import Project, ProjectStatus

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
    former = await former_of(db, project)
    return [former.status] if former else NEXT[project.status]


async def former_of(db: AsyncSession, project: Project) -> "Former | None":
    """What an archived project goes back to; None for the others."""
    if project.status is not ProjectStatus.ARCHIVED:
        return None
    return (await before_the_archive(db, [project.id]))[project.id]


@dataclass(frozen=True)
class Former:
    """What an archived project goes back to."""

    status: ProjectStatus
    reason: str
    """Why it had that status."""


BEFORE_THE_ARCHIVE = text(
    """
    SELECT w.id, coalesce(last.from_value, 'active'), coalesce(
        (SELECT t.reason FROM portfolio_transitions t
         WHERE t.subject_id = w.id AND t.kind = 'status'
           AND t.to_value = coalesce(last.from_value, 'active')
         ORDER BY t.at DESC, t.id DESC LIMIT 1), '')
    FROM unnest(:ids) AS w(id)
    LEFT JOIN LATERAL (
        SELECT t.from_value FROM portfolio_transitions t
        WHERE t.subject_id = w.id AND t.kind = 'status' AND t.to_value = 'archived'
        ORDER BY t.at DESC, t.id DESC LIMIT 1
    ) last ON true
    """
).bindparams(bindparam("ids", type_=ARRAY(Uuid)))


async def before_the_archive(db: AsyncSession, ids: Collection[UUID]) -> dict[UUID, Former]:
    """By id. One that was made in the archive was active."""
    rows = await db.execute(BEFORE_THE_ARCHIVE, {"ids": list(ids)})
    return {id_: Former(ProjectStatus(status), reason) for id_, status, reason in rows}
