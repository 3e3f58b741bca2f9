"""An owner sees the project and may change it, or else is not its owner any more."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, bindparam, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.audit import actors
from agentlab.audit.trail import record
from agentlab.auth.models import User
from agentlab.changes.schemas import Noun
from agentlab.changes.service import announce
from agentlab.kit.clock import now
from agentlab.portfolio.edits import NamedPerson
from agentlab.portfolio.levels.schemas import ReleasedProject

MAY_OWN = """
    (u.deactivated_at IS NULL AND (
        u.role = 'administrator' OR u.role = 'product_owner' AND (u.sees_all_clients OR EXISTS (
            SELECT 1 FROM client_assignments a
            WHERE a.user_id = u.id AND a.client_id = {client}))))
"""
"""In SQL, that the person `u` may own a project of the client: `sight.works_for_client`."""
LOSING = f"""
    SELECT p.id, p.name, p.deleted_at IS NOT NULL, s.client_id, u.id, u.name
    FROM projects p
    JOIN services s ON s.id = p.service_id
    JOIN users u ON u.id = p.owner_id
    WHERE {{which}} AND NOT {MAY_OWN.format(client="s.client_id")}
    ORDER BY p.id
"""  # noqa: S608 - texts of our own
AMONG_PROJECTS = text(LOSING.format(which="p.id = ANY(:ids)")).bindparams(
    bindparam("ids", type_=ARRAY(Uuid))
)
OF_PERSON = text(LOSING.format(which="u.id = :user_id") + "FOR NO KEY UPDATE OF p")
RELEASE = text(
    """
    UPDATE projects SET owner_id = NULL, version = version + 1, updated_at = :at, updated_by = :by
    WHERE id = ANY(:ids)
    """
).bindparams(bindparam("ids", type_=ARRAY(Uuid)))


async def hold_owners(db: AsyncSession, *owner_ids: UUID | None) -> None:
    """Until this transaction ends, nobody changes what these people may own; None is nobody.

    Before their projects are locked, as everybody does who takes projects from somebody.
    """
    if any(owner_ids):
        held = (
            select(User.id).where(User.id.in_([one for one in owner_ids if one])).order_by(User.id)
        )
        await db.execute(held.with_for_update(read=True))


FIT_TO_OWN = text(
    f"""
    SELECT w.id FROM unnest(:ids, :owners) AS w(id, owner_id)
    JOIN projects p ON p.id = w.id
    JOIN services s ON s.id = p.service_id
    JOIN users u ON u.id = w.owner_id
    WHERE {MAY_OWN.format(client="s.client_id")}
    """  # noqa: S608 - texts of our own
).bindparams(bindparam("ids", type_=ARRAY(Uuid)), bindparam("owners", type_=ARRAY(Uuid)))


async def fit_to_own(db: AsyncSession, owners: Mapping[UUID, UUID]) -> set[UUID]:
    """The projects whose person may own them where they are now."""
    asked = {"ids": list(owners), "owners": list(owners.values())}
    return set(await db.scalars(FIT_TO_OWN, asked))


@dataclass(frozen=True)
class Losing:
    """A project whose owner may not own it any more."""

    id: UUID
    name: str
    is_binned: bool
    client_id: UUID
    owner_id: UUID
    owner: str


async def losing_their_owner(db: AsyncSession, project_ids: Collection[UUID]) -> list[Losing]:
    """Those of the projects whose owner may not own them any more."""
    await db.flush()
    rows = await db.execute(AMONG_PROJECTS, {"ids": list(project_ids)})
    return [Losing(*row) for row in rows]


async def release_from(db: AsyncSession, user_id: UUID) -> list[ReleasedProject]:
    """Take from a person the projects that they may not own any more."""
    await db.flush()
    rows = await db.execute(OF_PERSON, {"user_id": user_id})
    return await released(db, [Losing(*row) for row in rows])


async def released(db: AsyncSession, found: list[Losing]) -> list[ReleasedProject]:
    """Take these projects from their owners; the trail says so."""
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


def as_shown(found: list[Losing]) -> list[ReleasedProject]:
    """By name, without those in the bin."""
    by_name = sorted(found, key=lambda one: (one.name.casefold(), one.id))
    return [
        ReleasedProject(
            id=one.id, name=one.name, owner=NamedPerson(id=one.owner_id, name=one.owner)
        )
        for one in by_name
        if not one.is_binned
    ]
