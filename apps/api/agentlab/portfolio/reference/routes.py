from uuid import UUID

from fastapi import APIRouter, status
from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.auth.callers import Administrator, Viewer
from agentlab.auth.models import Role
from agentlab.errors import NotFound
from agentlab.kit.db import DB
from agentlab.kit.preconditions import (
    ChangedMeanwhile,
    IfMatch,
    IfMatchGiven,
    Tag,
    Tagging,
    VersionMissing,
)
from agentlab.kit.problems import documents
from agentlab.portfolio.models import ReferenceKind
from agentlab.portfolio.reference import reading, service
from agentlab.portfolio.reference.schemas import (
    ReferenceItemChanges,
    ReferenceItemIn,
    ReferenceItemOut,
    ReferenceItems,
)

router = APIRouter(tags=["reference"])


@router.get("/reference/{kind}")
async def list_reference_items(kind: ReferenceKind, viewer: Viewer, db: DB) -> ReferenceItems:
    """All values of a kind: domains of clients, categories, implementation types."""
    return await reading.items_of(db, kind, with_uses=viewer.role is Role.ADMINISTRATOR)


@router.post(
    "/reference/{kind}",
    status_code=status.HTTP_201_CREATED,
    responses=documents(service.CodeTaken),
)
async def create_reference_item(
    kind: ReferenceKind, body: ReferenceItemIn, _: Administrator, db: DB, tag: Tagging
) -> ReferenceItemOut:
    """Offer a new value."""
    return await shown(db, await service.create(db, kind, body), tag)


@router.patch(
    "/reference-items/{item_id}", responses=documents(NotFound, ChangedMeanwhile, VersionMissing)
)
async def change_reference_item(
    item_id: UUID,
    body: ReferenceItemChanges,
    *,
    administrator: Administrator,
    db: DB,
    version: IfMatch,
    tag: Tagging,
) -> ReferenceItemOut:
    """Give it another name or colour; everything that has it shows that."""
    await service.change(db, item_id, body, version=version, by=administrator.id)
    return await shown(db, item_id, tag)


@router.post("/reference-items/{item_id}/retirement", responses=documents(NotFound))
async def retire_reference_item(
    item_id: UUID, version: IfMatchGiven, administrator: Administrator, db: DB, tag: Tagging
) -> ReferenceItemOut:
    """No longer offer it. What has it, keeps it."""
    await service.retire(db, item_id, version=version, by=administrator.id)
    return await shown(db, item_id, tag)


@router.delete("/reference-items/{item_id}/retirement", responses=documents(NotFound))
async def unretire_reference_item(
    item_id: UUID, version: IfMatchGiven, administrator: Administrator, db: DB, tag: Tagging
) -> ReferenceItemOut:
    """Offer it again."""
    await service.unretire(db, item_id, version=version, by=administrator.id)
    return await shown(db, item_id, tag)


@router.delete(
    "/reference-items/{item_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=documents(NotFound, service.ItemInUse),
)
async def delete_reference_item(
    item_id: UUID, version: IfMatchGiven, _: Administrator, db: DB
) -> None:
    """Delete it, unless something has it: then retire it instead."""
    await service.delete(db, item_id, version=version)


async def shown(db: AsyncSession, item_id: UUID, tag: Tag) -> ReferenceItemOut:
    found = await reading.item(db, item_id)
    tag(found.version)
    return found
