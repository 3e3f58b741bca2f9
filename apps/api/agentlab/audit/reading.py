"""The audit trail as administrators look at it."""

import csv
import io
import json
from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.audit import jobs
from agentlab.audit.models import AuditDetail, AuditEntry
from agentlab.audit.schemas import (
    ActorOut,
    AuditEntryOut,
    Filters,
    NamedOut,
    TroubleOut,
    VerificationOut,
)
from agentlab.auth.erasure import name_now
from agentlab.auth.models import ApiToken, User
from agentlab.kit.db import Sessions
from agentlab.kit.pages import InvalidCursor, Page
from agentlab.kit.searching import occurs
from agentlab.portfolio.models import Client, Project

EXPORT_BATCH = 1_000


def entries() -> Select[*tuple[Any, ...]]:
    """Every entry with its details and the names of what it is about."""
    return (
        select(
            AuditEntry,
            AuditDetail.detail,
            name_now().label("actor"),
            ApiToken.name.label("token"),
            Client.name.label("client"),
            Project.name.label("project"),
        )
        .outerjoin(AuditDetail, AuditDetail.sequence == AuditEntry.sequence)
        .outerjoin(User, User.id == AuditEntry.actor_id)
        .outerjoin(ApiToken, ApiToken.id == AuditEntry.token_id)
        .outerjoin(Client, Client.id == AuditEntry.client_id)
        .outerjoin(Project, Project.id == AuditEntry.project_id)
    )


def matching(asked: Filters) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [
        getattr(AuditEntry, name) == value
        for name in (
            "actor_id",
            "actor_kind",
            "subject_id",
            "client_id",
            "project_id",
            "request_id",
        )
        if (value := getattr(asked, name)) is not None
    ]
    if asked.action is not None:
        conditions.append(of_action(asked.action))
    if asked.since is not None:
        conditions.append(AuditEntry.at >= asked.since)
    if asked.until is not None:
        conditions.append(AuditEntry.at < asked.until)
    if asked.search:
        conditions.append(occurs(asked.search, AuditEntry.label))
    return conditions


def of_action(action: str) -> ColumnElement[bool]:
    if action.endswith("."):
        return AuditEntry.action.startswith(action, autoescape=True)
    return AuditEntry.action == action


def before(cursor: str | None) -> list[ColumnElement[bool]]:
    """The condition for the page after the one that ended with `cursor`."""
    if cursor is None:
        return []
    if not cursor.isascii() or not cursor.isdecimal() or len(cursor) > 18:  # noqa: PLR2004 - fits in 64 bits
        raise InvalidCursor(
            "`after` is not from a page of this list. Start at the first page.", field="after"
        )
    return [AuditEntry.sequence < int(cursor)]


async def page(
    db: AsyncSession, asked: Filters, *, limit: int, after: str | None
) -> Page[AuditEntryOut]:
    """Newest first."""
    rows = await newest(db, [*matching(asked), *before(after)], limit=limit + 1)
    items = [entry_out(row) for row in rows[:limit]]
    return Page(items=items, next=str(items[-1].sequence) if len(rows) > limit else None)


async def newest(
    db: AsyncSession, conditions: Iterable[ColumnElement[bool]], *, limit: int
) -> Sequence[Row[*tuple[Any, ...]]]:
    found = entries().where(*conditions).order_by(AuditEntry.sequence.desc()).limit(limit)
    return (await db.execute(found)).all()


def entry_out(row: Row[*tuple[Any, ...]]) -> AuditEntryOut:
    entry, detail, actor, token, client, project = row
    kept = detail or {}
    return AuditEntryOut(
        sequence=entry.sequence,
        at=entry.at,
        actor=ActorOut(
            kind=entry.actor_kind,
            id=entry.actor_id,
            name=actor,
            token_id=entry.token_id,
            token=token,
        ),
        action=entry.action,
        subject_id=entry.subject_id,
        label=entry.label,
        client=NamedOut(id=entry.client_id, name=client) if entry.client_id else None,
        project=NamedOut(id=entry.project_id, name=project) if entry.project_id else None,
        before=kept.get("before", {}),
        after=kept.get("after", {}),
        reason=kept.get("reason", ""),
        address=kept.get("address", ""),
        request_id=entry.request_id,
        hash=entry.hash,
        details_erased=detail is None,
    )


async def every(sessions: Sessions, asked: Filters) -> AsyncIterator[list[AuditEntryOut]]:
    """All matching entries, newest first, in batches: as many as there are, in little memory."""
    cursor: str | None = None
    async with sessions() as db:
        while True:
            found = await page(db, asked, limit=EXPORT_BATCH, after=cursor)
            await db.rollback()  # a slow reader holds no transaction open
            db.expunge_all()
            if found.items:
                yield found.items
            if found.next is None:
                return
            cursor = found.next


async def as_json_lines(batches: AsyncIterator[list[AuditEntryOut]]) -> AsyncIterator[bytes]:
    """One JSON object on each line."""
    async for batch in batches:
        yield b"".join(entry.model_dump_json().encode() + b"\n" for entry in batch)


COLUMNS = (
    "sequence",
    "at",
    "actor_kind",
    "actor_id",
    "actor",
    "token_id",
    "token",
    "action",
    "subject_id",
    "label",
    "client_id",
    "client",
    "project_id",
    "project",
    "reason",
    "before",
    "after",
    "address",
    "request_id",
    "hash",
    "details_erased",
)


async def as_csv(batches: AsyncIterator[list[AuditEntryOut]]) -> AsyncIterator[bytes]:
    """RFC 4180, with a line of headings."""
    yield csv_lines([COLUMNS])
    async for batch in batches:
        yield csv_lines(cells(entry) for entry in batch)


def cells(entry: AuditEntryOut) -> list[object]:
    actor, client, project = entry.actor, entry.client, entry.project
    return [
        entry.sequence,
        entry.at.isoformat(),
        actor.kind,
        actor.id,
        actor.name,
        actor.token_id,
        actor.token,
        entry.action,
        entry.subject_id,
        entry.label,
        client and client.id,
        client and client.name,
        project and project.id,
        project and project.name,
        entry.reason,
        as_json(entry.before),
        as_json(entry.after),
        entry.address,
        entry.request_id,
        entry.hash,
        "true" if entry.details_erased else "false",
    ]


def as_json(values: dict[str, Any]) -> str:
    return json.dumps(values, ensure_ascii=False) if values else ""


def csv_lines(rows: Iterable[Iterable[object]]) -> bytes:
    """Lines of a CSV file. A cell that a spreadsheet would run begins with `'`."""
    lines = io.StringIO()
    csv.writer(lines).writerows([inert(cell) for cell in row] for row in rows)
    return lines.getvalue().encode()


def inert(cell: object) -> str:
    text = "" if cell is None else str(cell)
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


async def last_verification(db: AsyncSession) -> VerificationOut | None:
    found = await jobs.last(db)
    if found is None:
        return None
    by = found.requested_by
    name = await db.scalar(select(name_now()).where(User.id == by)) if by else None
    return VerificationOut(
        id=found.id,
        requested_by=NamedOut(id=by, name=name) if by else None,
        started_at=found.started_at,
        ended_at=found.ended_at,
        total=found.total,
        checked=found.checked,
        erased=found.erased,
        head_sequence=found.head_sequence,
        head_hash=found.head_hash,
        troubles_total=found.troubles_total,
        troubles=[TroubleOut.model_validate(trouble) for trouble in found.troubles],
    )
