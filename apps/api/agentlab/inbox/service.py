"""Putting items off, and taking that back."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.audit.trail import record
from agentlab.changes.schemas import Noun
from agentlab.changes.service import announce
from agentlab.errors import InvalidInput, NotFound
from agentlab.inbox import reading
from agentlab.inbox.models import ItemKind, Snooze
from agentlab.inbox.reading import Asking, Waiting
from agentlab.inbox.schemas import SnoozeIn
from agentlab.kit.clock import now

LONGEST = timedelta(days=366)
KEPT = timedelta(days=30)


class SnoozeMoment(InvalidInput):
    code = "snooze_until_invalid"


async def snooze(
    db: AsyncSession, caller: Asking, kind: ItemKind, item_id: UUID, wanted: SnoozeIn
) -> None:
    """Put an item off. One that is put off already gets the new moment and reason.

    Raises:
        NotFound: it does not wait for this person.
        SnoozeMoment: the moment is past, or too far away.
    """
    if not now() < wanted.until <= now() + LONGEST:
        raise SnoozeMoment("Choose a moment in the future, at most a year ahead.", field="until")
    item = await need(db, caller, kind, item_id)
    values = {
        "project_id": item.project_id,
        "until": wanted.until,
        "reason": wanted.reason,
        "snoozed_at": now(),
        "news_at": item.news_at,
    }
    await db.execute(
        insert(Snooze)
        .values(user_id=caller.id, kind=kind, item_id=item_id, **values)
        .on_conflict_do_update(index_elements=["user_id", "kind", "item_id"], set_=values)
    )
    await db.execute(delete(Snooze).where(Snooze.user_id == caller.id, Snooze.until < now() - KEPT))
    tell(
        db,
        caller,
        item,
        "inbox.snoozed",
        item_id,
        after={"kind": kind, "until": wanted.until},
        reason=wanted.reason,
    )


async def unsnooze(db: AsyncSession, caller: Asking, kind: ItemKind, item_id: UUID) -> None:
    """Have an item back at once; what is not put off stays as it is.

    Raises:
        NotFound: it does not wait for this person.
    """
    item = await need(db, caller, kind, item_id)
    snoozed = await db.get(Snooze, (caller.id, kind, item_id), with_for_update=True)
    if snoozed:
        await db.delete(snoozed)
        tell(db, caller, item, "inbox.unsnoozed", item_id, after={"kind": kind})


async def need(db: AsyncSession, caller: Asking, kind: ItemKind, item_id: UUID) -> Waiting:
    item = await reading.find(db, caller, kind, item_id)
    if item is None:
        raise NotFound("Nothing of that kind waits for you here. It may have been settled.")
    return item


def tell(
    db: AsyncSession,
    caller: Asking,
    item: Waiting,
    action: str,
    item_id: UUID,
    *,
    after: dict[str, object],
    reason: str = "",
) -> None:
    announce(db, Noun.INBOX, to=caller.id)
    record(
        db,
        action,
        subject=item_id,
        label=item.title,
        client_id=item.client_id,
        project_id=item.project_id,
        after=after,
        reason=reason,
    )
