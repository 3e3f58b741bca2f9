"""Everything that AgentLab knows about a person, as a ZIP with one JSON file and CSV tables.

Article 15(4) of the GDPR: a copy of one's data may not harm the rights of others. So

- who asks for their own gets, of things in clients that they do not see any more, only that they
  did something then: ids, times and kinds of action; and nothing of what others did there;
- an administrator and the host's command get all that is about the person: they answer the person,
  and see what to leave out;
- neither gets what is about somebody else: of accounts, contacts and tokens of others, only that
  the person touched them, and when. In all other things, others stand by their ids.
"""

import asyncio
import io
import json
import zipfile
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pydantic_core import to_jsonable_python
from redis.asyncio import Redis
from sqlalchemy import ColumnElement, Label, Table, and_, false, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.audit.forgetting import nameless
from agentlab.audit.models import AuditDetail, AuditEntry
from agentlab.audit.reading import csv_lines
from agentlab.audit.trail import record
from agentlab.auth import sessions
from agentlab.auth.models import User
from agentlab.auth.sight import Looking
from agentlab.errors import NotFound
from agentlab.kit.clock import now
from agentlab.portfolio.models import Contact
from agentlab.privacy.known import OF_CONTACTS, OF_USERS, SECRET, Fate, Place
from agentlab.privacy.mentions import (
    OF_PEOPLE,
    Known,
    by_or_about,
    contacts_with,
    known_contact,
    known_user,
    of_person,
)
from agentlab.privacy.walls import entry_in_sight, row_in_sight

Rows = list[dict[str, Any]]

README = """\
What this AgentLab knows about a person.

person.json holds all of it. The CSV files hold the same, one file for each kind of thing.
Passwords and tokens are not in here: AgentLab keeps only what recognises them.
Documents and the files of decisions lie in the projects' folders and are not part of this.
Of other people, and of clients that the person who asked may not see, only ids and times are here;
the rest of those rows is empty.
"""

SEEN = "is_seen"
OF_TOKENS = "api_token."
ABOUT_SOMEBODY = (*OF_PEOPLE, "session.", "identity.")
"""Actions whose subject is a person, or what they sign in with."""


@dataclass(frozen=True)
class Export:
    """A file for a person, or for who asked in their place."""

    name: str
    content: bytes


async def of_user(
    db: AsyncSession, redis: Redis, user_id: UUID, *, seen_by: Looking | None = None
) -> Export:
    """Their account, what they may see, their doors, what they did, and what the trail says.

    `seen_by` is the person when they ask for their own.
    """
    user = await db.get(User, user_id)
    if user is None:
        raise NotFound("There is no such user.")
    parts = {
        "account": await rows_of(db, User.metadata.tables["users"], User.id == user_id),
        "sessions": await sessions_of(redis, user_id),
    }
    parts |= await parts_of(db, OF_USERS, user_id, seen_by=seen_by)
    if seen_by is None:
        ids = await contacts_with(db, user.email)
        parts["contacts"] = await rows_of(
            db, Contact.metadata.tables["contacts"], Contact.id.in_(ids)
        )
    parts["audit_entries"] = await trail_of(db, user_id, known_user(user), seen_by=seen_by)
    return await kept_in_the_trail(db, user_id, parts)


async def sessions_of(redis: Redis, user_id: UUID) -> Rows:
    found = await sessions.of_person(redis, user_id)
    return [to_jsonable_python(session) for session in found]


async def of_contact(db: AsyncSession, contact_id: UUID) -> Export:
    """What they are, where they are needed, and what the trail says, also when they are deleted."""
    known = await known_contact(db, contact_id)
    if known is None:
        raise NotFound("There is no such contact, and nothing is known of a deleted one.")
    contact = await rows_of(db, Contact.metadata.tables["contacts"], Contact.id == contact_id)
    parts = {"contact": contact} | await parts_of(db, OF_CONTACTS, contact_id)
    parts["audit_entries"] = await trail_of(db, contact_id, known)
    return await kept_in_the_trail(db, contact_id, parts)


async def kept_in_the_trail(db: AsyncSession, subject: UUID, parts: Mapping[str, Rows]) -> Export:
    """Make the file; that it was made is in the trail."""
    with nameless():
        record(db, "privacy.exported", subject=subject)
    content = await asyncio.to_thread(zipped, parts)
    return Export(f"agentlab-export-{subject}-{now():%Y-%m-%d}.zip", content)


async def parts_of(
    db: AsyncSession, places: Sequence[Place], id_: UUID, *, seen_by: Looking | None = None
) -> dict[str, Rows]:
    return {place.name: await rows_at(db, place, id_, seen_by=seen_by) for place in places}


async def rows_at(
    db: AsyncSession, place: Place, id_: UUID, *, seen_by: Looking | None = None
) -> Rows:
    """The rows of a place; of one that is not for the reader, the deed and nothing else."""
    seen: ColumnElement[bool] = true()
    if place.is_of_another:
        seen = false()
    elif seen_by is not None and place.fate is Fate.KEPT:
        seen = row_in_sight(seen_by, place.table)
    rows = await rows_of(db, place.table, place.column == id_, seen.label(SEEN))
    return [row if row.pop(SEEN) else deed_alone(row, place.deed) for row in rows]


def deed_alone(row: dict[str, Any], deed: Collection[str]) -> dict[str, Any]:
    return {name: value if name in deed else None for name, value in row.items()}


async def rows_of(
    db: AsyncSession, table: Table, condition: ColumnElement[bool], *more: Label[bool]
) -> Rows:
    columns = [column for column in table.c if column.name not in SECRET]
    rows = await db.execute(select(*columns, *more).where(condition))
    return [dict(row) for row in rows.mappings()]


async def trail_of(
    db: AsyncSession, id_: UUID, known: Known, *, seen_by: Looking | None = None
) -> Rows:
    """Entries by them, about them, and naming them: the same that an erasure finds.

    Who else acted, and from where, is not theirs to have.
    """
    entry = AuditEntry.metadata.tables["audit_entries"].c
    mine = by_or_about(id_)
    seen = true() if seen_by is None else entry_in_sight(seen_by)
    shown = of_person(id_, known)
    if seen_by is not None:
        shown &= or_(mine, and_(entry.client_id.is_not(None), seen))
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
            or_(entry.client_id.is_(None), seen).label(SEEN),
        )
        .outerjoin(AuditDetail, AuditDetail.sequence == entry.sequence)
        .where(shown)
        .order_by(entry.sequence)
    )
    return [as_theirs(dict(row), id_, known) for row in rows.mappings()]


def as_theirs(row: dict[str, Any], id_: UUID, known: Known) -> dict[str, Any]:
    detail, actor_id = row.pop("detail") or {}, row.pop("actor_id")
    is_by_them = actor_id == id_
    is_seen = row.pop(SEEN)
    sides = {side: detail.get(side, {}) for side in ("before", "after")}
    if is_of_another(row, sides["before"], id_, actor_id):
        sides = {side: values if is_about(values, known) else {} for side, values in sides.items()}
        is_seen = is_seen and any(sides.values())
    return {
        **row,
        "label": row["label"] if is_seen else None,
        "by_them": is_by_them,
        "before": sides["before"] if is_seen else {},
        "after": sides["after"] if is_seen else {},
        "reason": detail.get("reason", "") if is_seen else "",
        "address": detail.get("address", "") if is_by_them else "",
    }


def is_of_another(
    row: Mapping[str, Any], before: Mapping[str, Any], id_: UUID, actor_id: UUID | None
) -> bool:
    """Whether the entry is about another person, or about the token of one."""
    action: str = row["action"]
    if action.startswith(OF_TOKENS):
        return str(before.get("user_id", actor_id)) != str(id_)
    return action.startswith(ABOUT_SOMEBODY) and bool(row["subject_id"] != id_)


def is_about(values: Mapping[str, Any], known: Known) -> bool:
    """Whether what is said of somebody is of this person after all, by their e-mail."""
    email = str(values.get("email", "")).lower()
    return any(email == known_email.lower() for known_email in known.emails)


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
