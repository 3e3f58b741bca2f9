"""The values that administrators offer, as clients, services and projects use them."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.errors import InvalidInput
from agentlab.portfolio.levels.schemas import ReferenceLabel
from agentlab.portfolio.models import ReferenceItem, ReferenceKind

NOUNS = {
    ReferenceKind.BUSINESS_DOMAIN: "business domain",
    ReferenceKind.SERVICE_CATEGORY: "category of services",
    ReferenceKind.IMPLEMENTATION_TYPE: "implementation type",
    ReferenceKind.USER_CATEGORY: "category of users",
}


class UnknownReference(InvalidInput):
    code = "unknown_reference"


class RetiredReference(InvalidInput):
    code = "retired_reference"


async def need_offered(
    db: AsyncSession,
    kind: ReferenceKind,
    ids: Collection[UUID],
    *,
    field: str,
    had: Collection[UUID] = (),
) -> None:
    """Refuse values that there are not, or that are no longer offered; what it had, it may keep.

    They cannot be deleted before the transaction ends.
    """
    wanted = set(ids)
    if not wanted:
        return
    rows = select(ReferenceItem.id, ReferenceItem.name, ReferenceItem.retired_at).where(
        ReferenceItem.kind == kind, ReferenceItem.id.in_(wanted)
    )
    found = (await db.execute(rows.with_for_update(read=True, key_share=True))).all()
    if len(found) < len(wanted):
        raise UnknownReference(
            f"There is no such {NOUNS[kind]}. Choose one of those that are offered.", field=field
        )
    for id_, name, retired_at in found:
        if retired_at and id_ not in had:
            raise RetiredReference(
                f"The {NOUNS[kind]} “{name}” is no longer offered. Choose another one.", field=field
            )


async def labels_of(db: AsyncSession, ids: Collection[UUID]) -> dict[UUID, ReferenceLabel]:
    """How values are shown, by their id."""
    rows = select(ReferenceItem.id, ReferenceItem.name, ReferenceItem.colour).where(
        ReferenceItem.id.in_(set(ids))
    )
    found = (await db.execute(rows)).all()
    return {id_: ReferenceLabel(id=id_, name=name, colour=colour) for id_, name, colour in found}
