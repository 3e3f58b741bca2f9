"""Reference data: the values that administrators offer for fields of the portfolio."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.audit.trail import record
from agentlab.changes.schemas import Noun
from agentlab.changes.service import announce
from agentlab.errors import Conflict, InvalidInput, NotFound
from agentlab.kit.clock import now
from agentlab.kit.ids import new_id
from agentlab.kit.preconditions import need_unchanged
from agentlab.portfolio.edits import edit
from agentlab.portfolio.models import ReferenceItem, ReferenceKind
from agentlab.portfolio.reference.reading import uses_of
from agentlab.portfolio.reference.schemas import ReferenceItemChanges, ReferenceItemIn


class CodeTaken(Conflict):
    code = "reference_code_taken"


class ItemInUse(Conflict):
    code = "in_use"


class UnknownItem(InvalidInput):
    code = "unknown_reference"


class ItemRetired(InvalidInput):
    code = "reference_retired"


async def need_items(
    db: AsyncSession,
    kind: ReferenceKind,
    ids: Collection[UUID],
    *,
    field: str,
    already: Collection[UUID] = (),
) -> None:
    """Raise unless these may be chosen; until this transaction ends, nobody deletes them.

    Args:
        db: the transaction.
        kind: what the field takes.
        ids: what was chosen.
        field: its name in the request.
        already: what it had before; that may be kept although it is retired.

    Raises:
        UnknownItem, ItemRetired.
    """
    if not ids:
        return
    chosen = select(ReferenceItem).filter_by(kind=kind).where(ReferenceItem.id.in_(set(ids)))
    locked = chosen.order_by(ReferenceItem.id).with_for_update(read=True, key_share=True)
    found = list(await db.scalars(locked))
    if len(found) < len(set(ids)):
        raise UnknownItem(
            f"There is no such {spoken(kind)}. Choose one of those that are offered.", field=field
        )
    for item in found:
        if item.retired_at and item.id not in already:
            raise ItemRetired(
                f"“{item.name}” is retired and no longer offered. Choose another {spoken(kind)}.",
                field=field,
            )


def spoken(kind: ReferenceKind) -> str:
    return kind.replace("_", " ")


async def create(db: AsyncSession, kind: ReferenceKind, wanted: ReferenceItemIn) -> UUID:
    values = wanted.model_dump()
    made: UUID | None = await db.scalar(
        insert(ReferenceItem)
        .values(id=new_id(), kind=kind, created_at=now(), **values)
        .on_conflict_do_nothing()
        .returning(ReferenceItem.id)
    )
    if made is None:
        raise CodeTaken(
            f"There is a {spoken(kind)} with the code “{wanted.code}” already, perhaps a retired "
            "one. Use that, or choose another code.",
            field="code",
        )
    announce(db, Noun.PORTFOLIO, of=made)
    record(
        db,
        "reference_item.created",
        subject=made,
        label=wanted.name,
        after={"kind": kind, **values},
    )
    return made


async def change(
    db: AsyncSession, item_id: UUID, changes: ReferenceItemChanges, *, version: int | None, by: UUID
) -> None:
    item = await locked_item(db, item_id)
    need_unchanged(item.version, version)
    values = changes.model_dump(exclude_unset=True)
    before, after = edit(item, values, by=by)
    if after:
        announce(db, Noun.PORTFOLIO, of=item_id)
        record(
            db,
            "reference_item.changed",
            subject=item_id,
            label=item.name,
            before=before,
            after=after,
        )


async def retire(db: AsyncSession, item_id: UUID, *, version: int | None, by: UUID) -> None:
    """No longer offer it; what has it, keeps it."""
    item = await locked_item(db, item_id)
    need_unchanged(item.version, version)
    if item.retired_at is None:
        edit(item, {"retired_at": now()}, by=by)
        announce(db, Noun.PORTFOLIO, of=item_id)
        record(db, "reference_item.retired", subject=item_id, label=item.name)


async def unretire(db: AsyncSession, item_id: UUID, *, version: int | None, by: UUID) -> None:
    """Offer it again."""
    item = await locked_item(db, item_id)
    need_unchanged(item.version, version)
    if item.retired_at is not None:
        edit(item, {"retired_at": None}, by=by)
        announce(db, Noun.PORTFOLIO, of=item_id)
        record(db, "reference_item.unretired", subject=item_id, label=item.name)


async def delete(db: AsyncSession, item_id: UUID, *, version: int | None) -> None:
    item = await locked_item(db, item_id)  # nobody can choose it from here on
    need_unchanged(item.version, version)
    uses = await uses_of(db, item_id)
    if uses.total:
        raise ItemInUse(
            f"“{item.name}” is in use by {uses.clients} clients, {uses.services} services and "
            f"{uses.projects} projects, so it cannot be deleted. Retire it: then it is no longer "
            "offered, and what has it, keeps it."
        )
    await db.delete(item)
    announce(db, Noun.PORTFOLIO, of=item_id)
    record(
        db,
        "reference_item.deleted",
        subject=item_id,
        label=item.name,
        before={"kind": item.kind, "code": item.code, "name": item.name, "colour": item.colour},
    )


async def locked_item(db: AsyncSession, item_id: UUID) -> ReferenceItem:
    item = await db.get(ReferenceItem, item_id, with_for_update=True)
    if item is None:
        raise NotFound("There is no such value; perhaps it was just deleted.")
    return item
