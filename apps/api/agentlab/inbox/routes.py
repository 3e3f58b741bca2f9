from uuid import UUID

from fastapi import APIRouter, Response, status

from agentlab.auth.callers import Person, Viewer
from agentlab.context import Ctx
from agentlab.errors import NotFound
from agentlab.inbox import digest, reading, service
from agentlab.inbox.models import ItemKind
from agentlab.inbox.reading import Narrowed
from agentlab.inbox.schemas import DigestOut, InboxOut, InboxTotals, SnoozeIn
from agentlab.kit.db import DB
from agentlab.kit.mail import MailNotSent
from agentlab.kit.pages import PAGE, After, InvalidCursor, Limit
from agentlab.kit.problems import documents

router = APIRouter(prefix="/inbox", tags=["inbox"])


@router.get("", response_model=InboxOut, responses=documents(InvalidCursor))
async def get_inbox(
    viewer: Viewer, db: DB, filters: Narrowed, limit: Limit = PAGE, after: After = None
) -> Response:
    """What waits for the caller over all clients, the most costly delay first.

    An item's points are the client's cost of delay times the days that it has waited, to which a
    due date adds two for each day from a week before it on.
    """
    body = await reading.inbox(db, viewer, filters, limit=limit, after=after)
    return Response(body, media_type="application/json")


@router.get("/totals", response_model=InboxTotals)
async def get_inbox_totals(viewer: Viewer, db: DB) -> Response:
    """How much waits for the caller, by kind: for a badge."""
    return Response(await reading.totals(db, viewer), media_type="application/json")


@router.get("/digest")
async def get_digest(person: Person, db: DB, context: Ctx) -> DigestOut:
    """Whether digests can be sent at all, and what became of one's last one."""
    return await digest.last(db, context, person.id)


@router.post(
    "/digest/test",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=documents(digest.NoMailServer, MailNotSent, digest.TestedJustNow),
)
async def send_test_digest(person: Person, db: DB, context: Ctx) -> None:
    """Send oneself the digest of this moment, whatever one chose."""
    await digest.send_test(db, context, person)


@router.put(
    "/{kind}/{item_id}/snooze",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=documents(NotFound, service.SnoozeMoment),
)
async def snooze(kind: ItemKind, item_id: UUID, body: SnoozeIn, person: Person, db: DB) -> None:
    """Put an item of one's own inbox off until a moment, with a reason."""
    await service.snooze(db, person, kind, item_id, body)


@router.delete(
    "/{kind}/{item_id}/snooze",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=documents(NotFound),
)
async def unsnooze(kind: ItemKind, item_id: UUID, person: Person, db: DB) -> None:
    """Have an item back that was put off."""
    await service.unsnooze(db, person, kind, item_id)
