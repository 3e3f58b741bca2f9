"""Erasing a person: what is theirs goes, what is the work's stays under a name that is nobody's.

The chain of the audit trail stays whole: entries hold no names, and their details are deleted
by an entry that names them.
"""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.audit.forgetting import details_of, forget
from agentlab.audit.verification import ERASED as ACTION
from agentlab.auth import once, sessions
from agentlab.auth.erasure import ERASED, erased_email
from agentlab.auth.models import Digest
from agentlab.changes.schemas import Noun
from agentlab.changes.service import announce
from agentlab.context import Context
from agentlab.errors import InvalidInput, NotFound
from agentlab.kit.clock import now
from agentlab.people.service import locked_user, need_another_administrator
from agentlab.portfolio.levels.ownership import release_from
from agentlab.portfolio.models import Contact
from agentlab.privacy.known import OF_CONTACTS, OF_USERS, Fate, Place
from agentlab.privacy.mentions import Known, known_contact, known_user, of_person


class NotConfirmed(InvalidInput):
    code = "not_confirmed"


class Erased(NamedTuple):
    """How many entries of the trail lost their details, and how many projects their owner."""

    audit_entries: int
    projects_released: int


async def erase_user(
    db: AsyncSession,
    context: Context,
    user_id: UUID,
    *,
    confirmation: str,
    contact_ids: Sequence[UUID] = (),
    by: UUID | None,
) -> Erased:
    """Make nobody of a person, and of the contacts that they are.

    Raises:
        NotConfirmed: the e-mail that was typed is not theirs.
        LastAdministrator: nobody would be left to administer AgentLab.
    """
    await need_another_administrator(db, context.settings, user_id)
    user = await locked_user(db, user_id)
    known = known_user(user)
    need_confirmed(confirmation, known)
    user.name, user.email, user.password_hash = ERASED, erased_email(user.id), "!"
    user.language = user.time_zone = user.looked_at = user.reading_minutes = None
    user.digest = Digest.NEVER
    user.sees_all_clients = False
    user.deactivated_at = user.deactivated_at or now()
    user.version, user.updated_at, user.updated_by = user.version + 1, now(), by
    released = await release_from(db, user_id)
    await hold_contacts(db, contact_ids)
    await remove(db, OF_USERS, user_id)
    await once.forget_about(db, user_id, known.emails | known.names)
    gone = await details_of(db, of_person(user_id, known))
    await forget(db, ACTION, gone, subject=user_id)
    announce(db, Noun.PEOPLE, of=user_id)
    await sessions.end_all(context.redis, user_id)
    forgotten = len(gone) + await erase_contacts(db, contact_ids, by=by)
    return Erased(forgotten, len(released))


async def hold_contacts(db: AsyncSession, contact_ids: Sequence[UUID]) -> None:
    """All at once, and before anything is forgotten: that holds the chain of the trail."""
    held = select(Contact.id).where(Contact.id.in_(contact_ids)).order_by(Contact.id)
    await db.execute(held.with_for_update())


async def erase_contact(
    db: AsyncSession, contact_id: UUID, *, confirmation: str, by: UUID | None
) -> int:
    """Make nobody of a contact. Returns how many entries of the trail lost their details.

    Of one that was deleted, what is left stands in the trail only.
    """
    known = await known_contact(db, contact_id)
    if known is None:
        raise NotFound("There is no such contact, and nothing is known of a deleted one.")
    need_confirmed(confirmation, known)
    return await forget_contact(db, contact_id, known, by=by)


async def erase_contacts(db: AsyncSession, contact_ids: Sequence[UUID], *, by: UUID | None) -> int:
    """Make nobody of contacts that are one person.

    What is known of each is read first: the erasure of one forgets what the trail says of others.
    """
    await hold_contacts(db, contact_ids)
    known = {contact_id: await known_contact(db, contact_id) for contact_id in contact_ids}
    forgotten = 0
    for contact_id, each in known.items():
        if each is not None:
            forgotten += await forget_contact(db, contact_id, each, by=by)
    return forgotten


async def forget_contact(
    db: AsyncSession, contact_id: UUID, known: Known, *, by: UUID | None
) -> int:
    contact = await db.get(Contact, contact_id, with_for_update=True)
    if contact is not None:
        make_nobody(contact, by=by)
    await db.flush()
    await remove(db, OF_CONTACTS, contact_id)
    await once.forget_about(db, contact_id, known.emails | known.names)
    gone = await details_of(db, of_person(contact_id, known))
    await forget(db, ACTION, gone, subject=contact_id)
    announce(db, Noun.PORTFOLIO, of=contact_id)
    return len(gone)


def make_nobody(contact: Contact, *, by: UUID | None) -> None:
    contact.name, contact.email, contact.role, contact.phone = ERASED, None, "", ""
    contact.active = False
    contact.version, contact.updated_at, contact.updated_by = contact.version + 1, now(), by


def need_confirmed(typed: str, known: Known) -> None:
    expected = {word.lower() for word in known.emails or known.names}
    if typed.strip().lower() not in expected:
        raise NotConfirmed(
            "What was typed is not the e-mail of this person, or the name of one without an "
            "e-mail. Nothing was erased; type it again.",
            field="confirmation",
        )


async def remove(db: AsyncSession, places: Sequence[Place], id_: UUID) -> None:
    for place in places:
        if place.fate is Fate.REMOVED:
            await db.execute(delete(place.table).where(place.column == id_))
