"""Everything that AgentLab knows about a person, as a ZIP with one JSON file and CSV tables."""

import asyncio
import io
import json
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pydantic_core import to_jsonable_python
from redis.asyncio import Redis
from sqlalchemy import ColumnElement, Table, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.audit.forgetting import nameless
from agentlab.audit.models import AuditDetail, AuditEntry
from agentlab.audit.reading import csv_lines
from agentlab.audit.trail import record
from agentlab.auth import sessions
from agentlab.auth.models import User
from agentlab.errors import NotFound
from agentlab.kit.clock import now
from agentlab.portfolio.models import Contact
from agentlab.privacy.known import ABOUT_OTHERS, OF_CONTACTS, OF_USERS, SECRET, Place
from agentlab.privacy.mentions import known_contact

Rows = list[dict[str, Any]]

README = """\
What this AgentLab knows about a person.

person.json holds all of it. The CSV files hold the same, one file for each kind of thing.
Passwords and tokens are not in here: AgentLab keeps only what recognises them.
Documents and the files of decisions lie in the projects' folders and are not part of this.
"""


@dataclass(frozen=True)
class Export:
    """A file for a person, or for who asked in their place."""

    name: str
    content: bytes


async def of_user(db: AsyncSession, redis: Redis, user_id: UUID) -> Export:
    """Their account, what they may see, their doors, what they did, and what the trail says."""
    account = await rows_of(db, User.metadata.tables["users"], User.id == user_id)
    if not account:
        raise NotFound("There is no such user.")
    parts = {"account": account, "sessions": await sessions_of(redis, user_id)}
    parts |= await parts_of(db, OF_USERS, user_id)
    parts["audit_entries"] = await trail_of(db, user_id)
    return await kept_in_the_trail(db, user_id, parts)


async def sessions_of(redis: Redis, user_id: UUID) -> Rows:
    found = await sessions.of_person(redis, user_id)
    return [to_jsonable_python(session) for session in found]


async def of_contact(db: AsyncSession, contact_id: UUID) -> Export:
    """What they are, where they are needed, and what the trail says, also when they are deleted."""
    contact = await rows_of(db, Contact.metadata.tables["contacts"], Contact.id == contact_id)
    if not contact and await known_contact(db, contact_id) is None:
        raise NotFound("There is no such contact, and nothing is known of a deleted one.")
    parts = {"contact": contact} | await parts_of(db, OF_CONTACTS, contact_id)
    parts["audit_entries"] = await trail_of(db, contact_id)
    return await kept_in_the_trail(db, contact_id, parts)


async def kept_in_the_trail(db: AsyncSession, subject: UUID, parts: Mapping[str, Rows]) -> Export:
    """Make the file; that it was made is in the trail."""
    with nameless():
        record(db, "privacy.exported", subject=subject)
    content = await asyncio.to_thread(zipped, parts)
    return Export(f"agentlab-export-{subject}-{now():%Y-%m-%d}.zip", content)


async def parts_of(db: AsyncSession, places: Sequence[Place], id_: UUID) -> dict[str, Rows]:
    return {
        place.name: await rows_of(
            db, place.table, place.column == id_, only=ABOUT_OTHERS.get(place.name)
        )
        for place in places
    }


async def rows_of(
    db: AsyncSession,
    table: Table,
    condition: ColumnElement[bool],
    *,
    only: Sequence[str] | None = None,
) -> Rows:
    columns = [
        column
        for column in table.c
        if column.name not in SECRET and (only is None or column.name in only)
    ]
    rows = await db.execute(select(*columns).where(condition))
    return [dict(row) for row in rows.mappings()]


async def trail_of(db: AsyncSession, id_: UUID) -> Rows:
    """Entries by them and about them; who else acted, and from where, is not theirs to have."""
    entry = AuditEntry.metadata.tables["audit_entries"].c
    rows = await db.execute(
        select(
            entry.sequence,
            entry.at,
            entry.actor_id,
            entry.action,
            entry.subject_id,
            entry.label,
            entry.client_id,
            entry.project_id,
            AuditDetail.detail,
        )
        .outerjoin(AuditDetail, AuditDetail.sequence == entry.sequence)
        .where(or_(entry.actor_id == id_, entry.subject_id == id_))
        .order_by(entry.sequence)
    )
    return [as_theirs(dict(row), id_) for row in rows.mappings()]


def as_theirs(row: dict[str, Any], id_: UUID) -> dict[str, Any]:
    detail, actor_id = row.pop("detail") or {}, row.pop("actor_id")
    is_by_them = actor_id == id_
    return {
        **row,
        "by_them": is_by_them,
        "before": detail.get("before", {}),
        "after": detail.get("after", {}),
        "reason": detail.get("reason", ""),
        "address": detail.get("address", "") if is_by_them else "",
    }


def zipped(parts: Mapping[str, Rows]) -> bytes:
    plain: dict[str, Rows] = to_jsonable_python(dict(parts))
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("README.txt", README)
        archive.writestr("person.json", json.dumps(plain, ensure_ascii=False, indent=2))
        for name, rows in plain.items():
            if rows:
                archive.writestr(f"{name}.csv", csv_lines(table_of(rows)))
    return file.getvalue()


def table_of(rows: Rows) -> Iterable[list[object]]:
    """The rows below their headings; what is no plain value stands there as JSON."""
    yield list(rows[0])
    for row in rows:
        yield [cell(value) for value in row.values()]


def cell(value: object) -> object:
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False) if value else ""
    return value
