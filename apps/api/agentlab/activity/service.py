"""The activity feed: the part of the audit trail that is about the portfolio, as each may see it.

What is in the bin is there for nobody: of it the feed says only that something was deleted.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    and_,
    case,
    exists,
    func,
    or_,
    select,
    text,
    true,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from agentlab.activity.schemas import (
    ActivityKind,
    ActivityOut,
    ActivityPage,
    ClientInActivity,
    ProjectInActivity,
    Wanted,
)
from agentlab.audit import verification
from agentlab.audit.models import AuditDetail, AuditEntry
from agentlab.audit.reading import before
from agentlab.audit.schemas import ActorOut
from agentlab.auth import sight
from agentlab.auth.callers import Caller
from agentlab.auth.erasure import name_now
from agentlab.auth.models import ApiToken, User
from agentlab.portfolio.levels.deletion import Deletable
from agentlab.portfolio.models import Application, Client, Contact, Project, Service

MOST_NEWS = 100
AS_FAR_BACK = 2_000
"""Among so many of the last entries news is counted; of what was before nothing is said."""
COUNTED = {
    "project.scanned": ("added", "changed", "missing", "returned"),
    "spreadsheet.imported": ("projects",),
}
DELETIONS = tuple(f"{kind}.deleted" for kind in Deletable)

Current = aliased(Client)
"""The client that the project belongs to now: it may have been moved."""

IS_OF_SERVICE = AuditEntry.action.startswith("service.")

SERVICE_ID = func.coalesce(
    Project.service_id, case((IS_OF_SERVICE, AuditEntry.subject_id), else_=None)
)

OF_CATALOGUE = ("contact", Contact), ("application", Application)

IN_BIN = or_(
    and_(AuditEntry.client_id.is_not(None), Client.id.is_(None)),
    Client.deleted_at.is_not(None),
    and_(AuditEntry.project_id.is_not(None), Project.id.is_(None)),
    Project.deleted_at.is_not(None),
    and_(IS_OF_SERVICE, Service.id.is_(None)),
    Service.deleted_at.is_not(None),
    Current.deleted_at.is_not(None),
    *(
        and_(
            AuditEntry.action.startswith(f"{noun}."),
            ~exists().where(model.id == AuditEntry.subject_id, model.deleted_at.is_(None)),
        )
        for noun, model in OF_CATALOGUE
    ),
)


def feed(caller: Caller) -> Select[*tuple[Any, ...]]:
    """Everything that this caller may see, without an order."""
    return (
        select(AuditEntry.sequence)
        .outerjoin(Client, Client.id == AuditEntry.client_id)
        .outerjoin(Project, Project.id == AuditEntry.project_id)
        .outerjoin(Service, Service.id == SERVICE_ID)
        .outerjoin(Current, Current.id == Service.client_id)
        .where(
            of_clients(caller),
            of_kinds(ActivityKind),
            sight.project_in_sight(caller, AuditEntry.project_id, AuditEntry.client_id),
            now_in_sight(caller),
            or_(~IN_BIN, AuditEntry.action.in_(DELETIONS)),
        )
    )


def of_clients(caller: Caller) -> ColumnElement[bool]:
    """What is about several clients is seen by those who see all."""
    of_one = AuditEntry.client_id.is_not(None)
    if not caller.sees_all or caller.project_id is not None:
        return of_one
    return or_(of_one, AuditEntry.action == "spreadsheet.imported")


def of_kinds(kinds: Iterable[ActivityKind]) -> ColumnElement[bool]:
    """As a pattern for each, because of those PostgreSQL knows how many rows they find."""
    return or_(*(AuditEntry.action.regexp_match(f"^{kind}[.]") for kind in kinds))


def now_in_sight(caller: Caller) -> ColumnElement[bool]:
    """What was moved to another client is seen by those who see both."""
    if caller.sees_all or caller.project_id is not None:
        return true()
    return or_(Current.id.is_(None), sight.client_in_sight(caller, Current.id))


def matching(asked: Wanted) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [
        getattr(AuditEntry, name) == value
        for name in ("client_id", "project_id", "actor_id")
        if (value := getattr(asked, name)) is not None
    ]
    if asked.kinds:
        conditions.append(of_kinds(asked.kinds))
    if asked.since is not None:
        conditions.append(AuditEntry.at >= asked.since)
    if asked.until is not None:
        conditions.append(AuditEntry.at < asked.until)
    if asked.newer_than is not None:
        conditions.append(AuditEntry.sequence > asked.newer_than)
    return conditions


async def page(
    db: AsyncSession, caller: Caller, asked: Wanted, *, limit: int, after: str | None
) -> ActivityPage:
    """Newest first, in four statements."""
    rows = await newest(db, caller, [*matching(asked), *before(after)], limit=limit + 1)
    items = [activity_out(row) for row in rows[:limit]]
    looked_at = await db.scalar(select(User.looked_at).where(User.id == caller.id))
    return ActivityPage(
        items=items,
        next=str(items[-1].sequence) if len(rows) > limit else None,
        looked_at=looked_at,
        news=await count_news(db, caller, looked_at) if looked_at else 0,
    )


async def newest(
    db: AsyncSession, caller: Caller, conditions: list[ColumnElement[bool]], *, limit: int
) -> Sequence[Row[*tuple[Any, ...]]]:
    # First which ones, then what is shown of them: PostgreSQL plans few tables at once better.
    found = (
        feed(caller)
        .add_columns(IN_BIN.label("in_bin"))
        .where(*conditions)
        .order_by(AuditEntry.sequence.desc())
        .limit(limit)
        .cte("found")
    )
    shown = (
        select(
            AuditEntry,
            AuditDetail.detail,
            name_now().label("actor"),
            ApiToken.name.label("token"),
            found.c.in_bin,
            Client.name.label("client"),
            Project.key.label("project_key"),
            Project.name.label("project"),
        )
        .join(found, found.c.sequence == AuditEntry.sequence)
        .outerjoin(AuditDetail, AuditDetail.sequence == AuditEntry.sequence)
        .outerjoin(User, User.id == AuditEntry.actor_id)
        .outerjoin(ApiToken, ApiToken.id == AuditEntry.token_id)
        .outerjoin(Client, Client.id == AuditEntry.client_id)
        .outerjoin(Project, Project.id == AuditEntry.project_id)
        .order_by(AuditEntry.sequence.desc())
    )
    return (await db.execute(shown)).all()


def activity_out(row: Row[*tuple[Any, ...]]) -> ActivityOut:
    entry, detail, actor, token, in_bin, client, key, project = row
    kept = detail or {}
    after = kept.get("after", {})
    in_project = entry.project_id is not None and not in_bin
    return ActivityOut(
        sequence=entry.sequence,
        at=entry.at,
        actor=ActorOut(
            kind=entry.actor_kind,
            id=entry.actor_id,
            name=actor,
            token_id=entry.token_id,
            token=token,
        ),
        kind=ActivityKind(entry.action.partition(".")[0]),
        action=entry.action,
        subject_id=entry.subject_id,
        label=None if in_bin else entry.label,
        client=ClientInActivity(id=entry.client_id, name=client)
        if entry.client_id is not None and not in_bin
        else None,
        project=ProjectInActivity(id=entry.project_id, key=key, name=project)
        if in_project
        else None,
        reason="" if in_bin else kept.get("reason", ""),
        **shown_of(entry.action, after),
    )


def shown_of(action: str, after: Mapping[str, Any]) -> dict[str, Any]:
    """Of the values only these: others may hold what is not for everybody, such as folders."""
    return {
        "fields": sorted(after) if action.endswith(".changed") else [],
        "counts": {
            name: after[name]
            for name in COUNTED.get(action, ())
            if isinstance(after.get(name), int)
        },
        "status": text_in(after, "status"),
        "gate_id": text_in(after, "gate_id"),
    }


def text_in(values: Mapping[str, Any], name: str) -> str | None:
    found = values.get(name)
    return found if isinstance(found, str) else None


async def count_news(db: AsyncSession, caller: Caller, looked_at: datetime) -> int | None:
    """What the others and agents did since then; None when it lies too far back to be counted."""
    last = await verification.size(db)
    earlier = (
        select(AuditEntry.at)
        .where(AuditEntry.sequence <= last - AS_FAR_BACK)
        .order_by(AuditEntry.sequence.desc())
        .limit(1)
    )
    news = (
        feed(caller)
        .where(
            AuditEntry.sequence > last - AS_FAR_BACK,
            AuditEntry.at > looked_at,
            or_(
                AuditEntry.actor_id.is_distinct_from(caller.id),
                AuditEntry.token_id.is_not(None),
            ),
        )
        .limit(MOST_NEWS)
    )
    counting = select(func.count(), earlier.scalar_subquery()).select_from(news.subquery())
    count, uncounted = (await db.execute(counting)).one()
    reaches_back = uncounted is None or uncounted <= looked_at
    return count if reaches_back or count == MOST_NEWS else None


# Text, because it leaves no trace: that somebody has looked changes nothing for anybody else.
LOOKED = text(
    """
    UPDATE users SET looked_at = greatest(looked_at, least(CAST(:at AS timestamptz), now()))
    WHERE id = :user_id
    """
)


async def keep_looked(db: AsyncSession, user_id: UUID, at: datetime) -> None:
    """Remember up to when somebody has seen the feed: never further than now, never backwards."""
    await db.execute(LOOKED, {"at": at, "user_id": user_id})
