"""An owner sees the project: whoever does not see it any more is not its owner any more."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, bindparam, text
from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.audit import actors
from agentlab.audit.trail import record
from agentlab.changes.schemas import Noun
from agentlab.changes.service import announce
from agentlab.kit.clock import now
from agentlab.portfolio.edits import NamedPerson
from agentlab.portfolio.levels.schemas import ReleasedProject

BLIND = """
    SELECT p.id, p.name, p.deleted_at IS NOT NULL, s.client_id, u.id, u.name
    FROM projects p
    JOIN services s ON s.id = p.service_id
    JOIN users u ON u.id = p.owner_id
    WHERE {which} AND u.role <> 'administrator' AND NOT u.sees_all_clients
      AND NOT EXISTS (SELECT 1 FROM client_assignments a
                      WHERE a.user_id = u.id AND a.client_id = s.client_id)
    ORDER BY lower(p.name), p.id
"""
BLIND_OF_PROJECTS = text(BLIND.format(which="p.id = ANY(:ids)")).bindparams(
    bindparam("ids", type_=ARRAY(Uuid))
)
BLIND_PERSON = text(BLIND.format(which="u.id = :user_id") + "FOR NO KEY UPDATE OF p")
RELEASE = text(
    """
    UPDATE projects SET owner_id = NULL, version = version + 1, updated_at = :at, updated_by = :by
    WHERE id = ANY(:ids)
    """
).bindparams(bindparam("ids", type_=ARRAY(Uuid)))


@dataclass(frozen=True)
class Blind:
    """A project whose owner does not see it."""

    id: UUID
    name: str
    is_binned: bool
    client_id: UUID
    owner_id: UUID
    owner: str


async def owned_blindly(db: AsyncSession, project_ids: Collection[UUID]) -> list[Blind]:
    """Those of the projects whose owner does not see them."""
    await db.flush()
    rows = await db.execute(BLIND_OF_PROJECTS, {"ids": list(project_ids)})
    return [Blind(*row) for row in rows]


async def release(db: AsyncSession, project_ids: Collection[UUID]) -> list[ReleasedProject]:
    """Take these projects from owners who do not see them any more, and say so in the trail."""
    return await released(db, await owned_blindly(db, project_ids))


async def release_from(db: AsyncSession, user_id: UUID) -> list[ReleasedProject]:
    """Take from a person the projects that they do not see any more."""
    await db.flush()
    rows = await db.execute(BLIND_PERSON, {"user_id": user_id})
    return await released(db, [Blind(*row) for row in rows])


async def released(db: AsyncSession, found: list[Blind]) -> list[ReleasedProject]:
    if found:
        values = {"ids": [one.id for one in found], "at": now(), "by": actors.current().id}
        await db.execute(RELEASE, values)
    for one in found:
        announce(db, Noun.PROJECT, of=one.id, project_id=one.id)
        record(
            db,
            "project.changed",
            subject=one.id,
            label=one.name,
            client_id=one.client_id,
            project_id=one.id,
            before={"owner_id": one.owner_id},
            after={"owner_id": None},
        )
    return as_shown(found)


def as_shown(found: list[Blind]) -> list[ReleasedProject]:
    """Without those in the bin."""
    return [
        ReleasedProject(
            id=one.id, name=one.name, owner=NamedPerson(id=one.owner_id, name=one.owner)
        )
        for one in found
        if not one.is_binned
    ]
