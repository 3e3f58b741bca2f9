"""A person's inbox as they look at it: one statement whose result PostgreSQL shapes."""

import base64
import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Annotated, Any, Protocol
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from fastapi import Depends, Query
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.auth.models import Role, User
from agentlab.auth.sight import Looking
from agentlab.documents.words import A_MINUTE
from agentlab.gates.policies import DECIDING
from agentlab.inbox import statement
from agentlab.inbox.models import ItemKind
from agentlab.kit.clock import now
from agentlab.kit.pages import InvalidCursor
from agentlab.kit.reads import planned_once
from agentlab.portfolio.dashboard.filters import MOST, sight_of

CURSOR_LASTS = timedelta(days=1)
MOST_POINTS = 2**62

parsed = lru_cache(maxsize=64)(text)


class Asking(Looking, Protocol):
    """Whose inbox it is: see `auth.callers.Caller`."""

    @property
    def role(self) -> Role: ...


@dataclass(frozen=True)
class Filters:
    """Each narrows the list; several values of one widen it again."""

    kind: Collection[ItemKind] = ()
    client_id: Collection[UUID] = ()
    snoozed: bool = False


async def filters_of(
    kind: Annotated[tuple[ItemKind, ...], Query(max_length=MOST)] = (),
    client_id: Annotated[tuple[UUID, ...], Query(max_length=MOST)] = (),
    *,
    snoozed: Annotated[bool, Query(description="What is put off, instead of the rest.")] = False,
) -> Filters:
    return Filters(kind, client_id, snoozed)


Narrowed = Annotated[Filters, Depends(filters_of)]


async def inbox(
    db: AsyncSession, caller: Asking, filters: Filters, *, limit: int, after: str | None
) -> bytes:
    """The reply, as `schemas.InboxOut` says.

    Raises:
        InvalidCursor.
    """
    at, as_of, beyond = None, now(), "true"
    if after is not None:
        as_of, *at = opened(after)
        beyond = "(w.points, w.id) < (:at_points, CAST(:at_id AS uuid))"
    sight, parameters = sight_of(caller)
    narrowed = ["w.is_snoozed = :snoozed", beyond]
    if filters.kind:
        narrowed.append("w.kind = ANY(CAST(:kinds AS text[]))")
        parameters["kinds"] = [str(kind) for kind in filters.kind]
    if filters.client_id:
        narrowed.append("w.client_id = ANY(CAST(:client_ids AS uuid[]))")
        parameters["client_ids"] = list(filters.client_id)
    if at:
        parameters |= {"at_points": at[0], "at_id": at[1]}
    query = f"""
        WITH {statement.waiting(sight)}, {statement.page(" AND ".join(narrowed))}
        SELECT {statement.PAGE}::text, {statement.NEXT}, {statement.TOTALS}::text,
            {statement.CLIENTS}::text, {statement.READ_THIS_WEEK}
    """
    zone, budget = await habits_of(db, caller.id)
    parameters |= asked_by(caller, as_of) | {
        "limit": limit,
        "snoozed": filters.snoozed,
        "week_began": week_began(as_of, zone),
    }
    async with planned_once(db):
        found = (await db.execute(parsed(query), parameters)).one()
    items, last, totals_, clients, this_week = found
    reading = {
        "words_a_minute": A_MINUTE,
        "this_week": this_week,
        "waiting": json.loads(totals_)["words"],
        "budget_minutes": budget,
    }
    # Put together from texts: to read so many items and write them again takes milliseconds.
    next_ = json.dumps(sealed(as_of, *last) if last else None)
    return (
        f'{{"page":{{"items":{items},"next":{next_}}},"totals":{totals_},"clients":{clients},'
        f'"reading":{json.dumps(reading)}}}'
    ).encode()


async def totals(db: AsyncSession, caller: Asking) -> bytes:
    """How much waits, as `schemas.InboxTotals` says."""
    sight, parameters = sight_of(caller)
    query = f"WITH {statement.waiting(sight)} SELECT {statement.TOTALS}::text"
    async with planned_once(db):
        return str(await db.scalar(parsed(query), parameters | asked_by(caller, now()))).encode()


@dataclass(frozen=True)
class Waiting:
    """An item, as far as somebody who puts it off needs it."""

    project_id: UUID
    client_id: UUID
    title: str
    news_at: datetime | None


async def find(db: AsyncSession, caller: Asking, kind: ItemKind, item_id: UUID) -> Waiting | None:
    """One of the items that wait for this person, put off or not."""
    sight, parameters = sight_of(caller)
    query = f"""
        WITH {statement.waiting(sight)}
        SELECT w.project_id, w.client_id, coalesce(g.title, p.name) AS title, w.news_at
        FROM waiting w
        JOIN projects p ON p.id = w.project_id
        LEFT JOIN stages g ON g.id = w.stage_id
        WHERE w.kind = :kind AND w.id = :item_id
    """  # noqa: S608 - texts of our own
    parameters |= asked_by(caller, now()) | {"kind": str(kind), "item_id": item_id}
    row = (await db.execute(parsed(query), parameters)).one_or_none()
    return Waiting(*row) if row else None


def asked_by(caller: Asking, as_of: datetime) -> dict[str, Any]:
    return {
        "user_id": caller.id,
        "role": str(caller.role),
        "decides": caller.role in DECIDING,
        "as_of": as_of,
        "today": as_of.astimezone(UTC).date(),
    }


async def habits_of(db: AsyncSession, user_id: UUID) -> tuple[ZoneInfo, int | None]:
    zone, budget = (
        await db.execute(select(User.time_zone, User.reading_minutes).where(User.id == user_id))
    ).one()
    return zone_named(zone), budget


def zone_named(name: str | None) -> ZoneInfo:
    """UTC for who chose none, and for one that this machine does not know any more."""
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def week_began(at: datetime, zone: ZoneInfo) -> datetime:
    """Monday at midnight."""
    there = at.astimezone(zone)
    monday = there.date() - timedelta(days=there.weekday())
    return datetime(monday.year, monday.month, monday.day, tzinfo=zone)


# Points grow with time, so a cursor holds the moment that the first page was of.
def sealed(as_of: datetime, points: int, id_: str) -> str:
    text_ = json.dumps([as_of.isoformat(), points, id_])
    return base64.urlsafe_b64encode(text_.encode()).decode().rstrip("=")


def opened(cursor: str) -> tuple[datetime, int, UUID]:
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        as_of, points, id_ = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        moment, at_id = datetime.fromisoformat(as_of), UUID(id_)
        is_ours = type(points) is int and abs(points) < MOST_POINTS
        is_recent = moment.tzinfo is not None and abs(now() - moment) <= CURSOR_LASTS
    except (ValueError, TypeError, AttributeError, OverflowError, RecursionError):
        is_ours = is_recent = False
    if not (is_ours and is_recent):
        raise InvalidCursor(
            "`after` is not from a page of the inbox of today. Start at the first page.",
            field="after",
        )
    return moment, points, at_id
