"""Erasing a person: what is theirs goes, what is the work's stays under a name that is nobody's.

The chain of the audit trail stays whole: entries hold no names, and their details are deleted
by an entry that names them.
"""

import json
from collections.abc import Sequence
from uuid import UUID

from redis.asyncio import Redis
from sqlalchemy import ColumnElement, Text, cast, delete, func, or_
from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.audit.forgetting import forget, record_forgotten
from agentlab.audit.models import AuditDetail, AuditEntry
from agentlab.audit.verification import ERASED as ACTION
from agentlab.auth import sessions
from agentlab.auth.erasure import ERASED, erased_email
from agentlab.auth.models import User
from agentlab.changes.schemas import Noun
from agentlab.changes.service import announce
from agentlab.errors import InvalidInput, NotFound
from agentlab.kit.clock import now
from agentlab.people.service import need_another_administrator
from agentlab.portfolio.models import Contact
from agentlab.privacy.known import OF_CONTACTS, OF_USERS, Fate, Place


class NotConfirmed(InvalidInput):
    code = "not_confirmed"


async def erase_user(
    db: AsyncSession, redis: Redis, user_id: UUID, *, confirmation: str, by: UUID | None
) -> int:
    """Make nobody of a person. Returns how many entries of the trail lost their details.

    Raises:
        NotConfirmed: the e-mail that was typed is not theirs.
        LastAdministrator: nobody would be left to administer AgentLab.
    """
    user = await db.get(User, user_id, with_for_update=True)
    if user is None:
        raise NotFound("There is no such user.")
    need_confirmed(confirmation, user.email)
    await need_another_administrator(db, user_id)
    named = [user.email, user.name]
    user.name, user.email, user.password_hash = ERASED, erased_email(user.id), "!"
    user.language = user.time_zone = user.looked_at = None
    user.sees_all_clients = False
    user.deactivated_at = user.deactivated_at or now()
    user.version, user.updated_at, user.updated_by = user.version + 1, now(), by
    await db.flush()
    await remove(db, OF_USERS, user_id)
    gone = await forget_person(db, user_id, named)
    record_forgotten(db, ACTION, gone, subject=user_id)
    announce(db, Noun.PEOPLE, of=user_id)
    await sessions.end_all(redis, user_id)
    return len(gone)


async def erase_contact(
    db: AsyncSession, contact_id: UUID, *, confirmation: str, by: UUID | None
) -> int:
    """Make nobody of a contact. Returns how many entries of the trail lost their details."""
    contact = await db.get(Contact, contact_id, with_for_update=True)
    if contact is None:
        raise NotFound("There is no such contact.")
    need_confirmed(confirmation, contact.email or contact.name)
    named = [contact.email, contact.name]
    contact.name, contact.email, contact.role, contact.phone = ERASED, None, "", ""
    contact.active = False
    contact.version, contact.updated_at, contact.updated_by = contact.version + 1, now(), by
    await db.flush()
    await remove(db, OF_CONTACTS, contact_id)
    gone = await forget_person(db, contact_id, named)
    record_forgotten(db, ACTION, gone, subject=contact_id)
    announce(db, Noun.PORTFOLIO, of=contact_id)
    return len(gone)


def need_confirmed(typed: str, expected: str) -> None:
    if typed.strip().lower() != expected.lower():
        raise NotConfirmed(
            "What was typed is not the e-mail of this person, or the name of one without an "
            "e-mail. Nothing was erased; type it again.",
            field="confirmation",
        )


async def remove(db: AsyncSession, places: Sequence[Place], id_: UUID) -> None:
    for place in places:
        if place.fate is Fate.REMOVED:
            await db.execute(delete(place.table).where(place.column == id_))


async def forget_person(db: AsyncSession, id_: UUID, named: Sequence[str | None]) -> Sequence[int]:
    """Delete the details of what they did, of what was done to them, and of what names them."""
    spelled = cast(AuditDetail.detail, Text)
    mentions = [spelled_in(spelled, name) for name in named if name]
    return await forget(
        db, or_(AuditEntry.actor_id == id_, AuditEntry.subject_id == id_, *mentions)
    )


def spelled_in(spelled: ColumnElement[str], name: str) -> ColumnElement[bool]:
    """Whether the name is one of the values, whole; letter case aside."""
    value = json.dumps(name, ensure_ascii=False).lower()
    return func.lower(spelled).contains(value, autoescape=True)
