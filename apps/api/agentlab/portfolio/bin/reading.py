"""The bin as people look at it: what they could see before it was deleted."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Row, Select, Text, Uuid, column, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.auth.models import User
from agentlab.auth.sight import Looking, project_in_sight
from agentlab.errors import NotFound
from agentlab.kit.pages import Order, Orders, Page, read_page
from agentlab.kit.searching import occurs
from agentlab.portfolio.bin.schemas import BinnedOut
from agentlab.portfolio.edits import person_named

KEPT_FOR = timedelta(days=30)

BINNED = (
    text(
        """
        SELECT c.id, 'client' AS kind, c.name, c.id AS client_id, c.name AS client,
               NULL::uuid AS service_id, NULL AS service, c.deleted_at, c.deleted_by,
               NULL AS waits_for
        FROM clients c WHERE c.deleted_at IS NOT NULL
        UNION ALL
        SELECT s.id, 'service', s.name, c.id, c.name, s.id, s.name, s.deleted_at, s.deleted_by,
               CASE WHEN c.deleted_at IS NOT NULL THEN 'client' END
        FROM services s JOIN clients c ON c.id = s.client_id WHERE s.deleted_at IS NOT NULL
        UNION ALL
        SELECT p.id, 'project', p.name, c.id, c.name, s.id, s.name, p.deleted_at, p.deleted_by,
               CASE WHEN c.deleted_at IS NOT NULL THEN 'client'
                    WHEN s.deleted_at IS NOT NULL THEN 'service' END
        FROM projects p JOIN services s ON s.id = p.service_id
        JOIN clients c ON c.id = s.client_id WHERE p.deleted_at IS NOT NULL
        UNION ALL
        SELECT t.id, 'contact', t.name, c.id, c.name, NULL, NULL, t.deleted_at, t.deleted_by,
               CASE WHEN c.deleted_at IS NOT NULL THEN 'client' END
        FROM contacts t JOIN clients c ON c.id = t.client_id WHERE t.deleted_at IS NOT NULL
        UNION ALL
        SELECT a.id, 'application', a.name, c.id, c.name, NULL, NULL, a.deleted_at, a.deleted_by,
               CASE WHEN c.deleted_at IS NOT NULL THEN 'client' END
        FROM applications a JOIN clients c ON c.id = a.client_id WHERE a.deleted_at IS NOT NULL
        """
    )
    .columns(
        column("id", Uuid),
        column("kind", Text),
        column("name", Text),
        column("client_id", Uuid),
        column("client", Text),
        column("service_id", Uuid),
        column("service", Text),
        column("deleted_at", DateTime(timezone=True)),
        column("deleted_by", Uuid),
        column("waits_for", Text),
    )
    .subquery("binned")
)
ORDERS = Orders(BINNED.c.id, {"deleted_at": Order(BINNED.c.deleted_at, datetime, descending=True)})


def rows_for(caller: Looking) -> Select[*tuple[Any, ...]]:
    """A token that is bound to a project finds at most that one."""
    return (
        select(BINNED, User.name.label("deleted_by_name"))
        .outerjoin(User, User.id == BINNED.c.deleted_by)
        .where(project_in_sight(caller, BINNED.c.id, BINNED.c.client_id))
    )


def shown(row: Row[*tuple[Any, ...]]) -> BinnedOut:
    return BinnedOut(
        id=row.id,
        kind=row.kind,
        name=row.name,
        client=row.client,
        service=row.service,
        deleted_at=row.deleted_at,
        deleted_by=person_named(row.deleted_by, row.deleted_by_name),
        purged_after=row.deleted_at + KEPT_FOR,
        waits_for=row.waits_for,
    )


async def page(
    db: AsyncSession, caller: Looking, *, search: str, limit: int, after: str | None
) -> Page[BinnedOut]:
    """What was deleted last comes first."""
    query = rows_for(caller)
    if search:
        query = query.where(occurs(search, BINNED.c.name))
    rows, following = await read_page(db, query, ORDERS, sort=None, limit=limit, after=after)
    return Page(items=[shown(row) for row in rows], next=following)


def not_binned() -> NotFound:
    return NotFound("This is not in the bin. Look at the bin again: it may have been restored.")


async def find(db: AsyncSession, caller: Looking, id_: UUID) -> Row[*tuple[Any, ...]]:
    row = (await db.execute(rows_for(caller).where(BINNED.c.id == id_))).one_or_none()
    if row is None:
        raise not_binned()
    return row
