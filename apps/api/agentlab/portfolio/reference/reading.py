from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Row, Select, func, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.auth.models import User
from agentlab.errors import NotFound
from agentlab.portfolio.edits import person_named
from agentlab.portfolio.models import Client, Project, ReferenceItem, ReferenceKind, ServiceCategory
from agentlab.portfolio.reference.schemas import ReferenceItemOut, ReferenceItems


@dataclass(frozen=True)
class Uses:
    """How many have a value, also in the bin: they may come back."""

    clients: int
    services: int
    projects: int

    @property
    def total(self) -> int:
        return self.clients + self.services + self.projects


async def uses_of(db: AsyncSession, item_id: UUID) -> Uses:
    of_projects = (Project.implementation_type_id == item_id) | (
        Project.user_category_ids.contains([item_id])
    )
    counted = select(
        select(func.count()).where(Client.domain_id == item_id).scalar_subquery(),
        select(func.count()).where(ServiceCategory.item_id == item_id).scalar_subquery(),
        select(func.count()).where(of_projects).scalar_subquery(),
    )
    return Uses(*(await db.execute(counted)).one())


async def items_of(db: AsyncSession, kind: ReferenceKind, *, with_uses: bool) -> ReferenceItems:
    """All of a kind, in two statements; `with_uses` for who sees every client."""
    by_name = ITEMS.filter_by(kind=kind).order_by(
        ReferenceItem.retired_at.is_not(None), func.folded(ReferenceItem.name), ReferenceItem.id
    )
    rows = (await db.execute(by_name)).all()
    uses = await count_uses(db) if with_uses else None
    return ReferenceItems(items=[item_out(row, uses) for row in rows])


async def item(db: AsyncSession, item_id: UUID) -> ReferenceItemOut:
    """One of them, for an administrator."""
    row = (await db.execute(ITEMS.where(ReferenceItem.id == item_id))).one_or_none()
    if row is None:
        raise NotFound("There is no such value; perhaps it was just deleted.")
    return item_out(row, {item_id: (await uses_of(db, item_id)).total})


async def count_uses(db: AsyncSession) -> dict[UUID, int]:
    used = union_all(
        select(Client.domain_id.label("item_id")),
        select(ServiceCategory.item_id),
        select(Project.implementation_type_id),
        select(func.unnest(Project.user_category_ids)),
    ).subquery()
    counted = select(used.c.item_id, func.count()).group_by(used.c.item_id)
    return {item_id: count for item_id, count in await db.execute(counted) if item_id}


ITEMS: Select[ReferenceItem, str] = select(ReferenceItem, User.name).outerjoin(
    User, User.id == ReferenceItem.updated_by
)


def item_out(row: Row[ReferenceItem, str], uses: dict[UUID, int] | None) -> ReferenceItemOut:
    found, editor = row
    return ReferenceItemOut(
        id=found.id,
        kind=found.kind,
        code=found.code,
        name=found.name,
        colour=found.colour,
        retired_at=found.retired_at,
        uses=None if uses is None else uses.get(found.id, 0),
        version=found.version,
        updated_at=found.updated_at,
        updated_by=person_named(found.updated_by, editor),
    )
