"""The values that administrators offer, as clients, services and projects show them."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.portfolio.levels.schemas import ReferenceLabel
from agentlab.portfolio.models import ReferenceItem


async def labels_of(db: AsyncSession, ids: Collection[UUID]) -> dict[UUID, ReferenceLabel]:
    """How values are shown, by their id."""
    rows = select(ReferenceItem.id, ReferenceItem.name, ReferenceItem.colour).where(
        ReferenceItem.id.in_(set(ids))
    )
    found = (await db.execute(rows)).all()
    return {id_: ReferenceLabel(id=id_, name=name, colour=colour) for id_, name, colour in found}
