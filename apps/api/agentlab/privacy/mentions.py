"""Which details of the audit trail say who a person is: by values, never by names of fields."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, literal_column, not_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.audit.models import AuditDetail, AuditEntry
from agentlab.auth.models import User
from agentlab.portfolio.models import Contact

OF_CONTACTS = "contact."
OF_PEOPLE = ("user.", OF_CONTACTS)
"""Actions whose subject is a person: what they say by name is about that one alone."""

EVERY_TEXT: ColumnElement[str] = literal_column("'strict $.** ? (@.type() == \"string\")'")


@dataclass(frozen=True)
class Known:
    """What a person was called, and where they were written to."""

    emails: frozenset[str]
    names: frozenset[str]


def of_person(id_: UUID, known: Known) -> ColumnElement[bool]:
    """What they did, what was done to them, and what names them in an entry of something else."""
    return or_(by_or_about(id_), written_to(known.emails), named_beside(known.names))


def by_or_about(id_: UUID) -> ColumnElement[bool]:
    """What they did, and what was done to them."""
    return or_(
        AuditEntry.actor_id == id_,
        AuditEntry.subject_id == id_,
        AuditDetail.detail["before"]["user_id"].astext == str(id_),  # of a token of theirs
    )


def written_to(emails: Collection[str]) -> ColumnElement[bool]:
    """Whether one of these is a value anywhere, whole; letter case aside."""
    found = func.jsonb_path_query(AuditDetail.detail, EVERY_TEXT).column_valued("found")
    text = func.lower(found.op("#>>")(literal_column("'{}'")))
    return exists().where(text.in_([func.lower(email) for email in emails]))


def named_beside(names: Collection[str]) -> ColumnElement[bool]:
    """Whether one of these stands where names stand, unless another person is called the same."""
    wanted = [func.lower(name) for name in names]
    values = [
        func.lower(AuditDetail.detail[side]["name"].astext).in_(wanted)
        for side in ("before", "after")
    ]
    about_people = or_(*(AuditEntry.action.startswith(noun) for noun in OF_PEOPLE))
    return and_(not_(about_people), or_(*values))


def known_user(user: User) -> Known:
    return Known(frozenset({user.email}), frozenset({user.name}))


async def known_contact(db: AsyncSession, contact_id: UUID) -> Known | None:
    """What a contact is called, or what the trail says of one whose row is gone; None: nothing."""
    contact = await db.get(Contact, contact_id)
    if contact is None:
        return await known_by_trail(db, contact_id)
    return Known(frozenset(filter(None, [contact.email])), frozenset({contact.name}))


async def known_by_trail(db: AsyncSession, contact_id: UUID) -> Known | None:
    details = await db.scalars(
        select(AuditDetail.detail)
        .join(AuditEntry, AuditEntry.sequence == AuditDetail.sequence)
        .where(AuditEntry.subject_id == contact_id, AuditEntry.action.startswith(OF_CONTACTS))
    )
    sides = [detail.get(side, {}) for detail in details for side in ("before", "after")]
    emails = {side["email"] for side in sides if side.get("email")}
    names = {side[field] for side in sides for field in ("name", "contact") if side.get(field)}
    return Known(frozenset(emails), frozenset(names)) if names else None


async def contacts_with(db: AsyncSession, email: str) -> list[UUID]:
    """Every contact with this e-mail, at whatever client, also deleted ones."""
    wanted = func.lower(email.strip())
    there = await db.scalars(select(Contact.id).where(func.lower(Contact.email) == wanted))
    return [*there, *await deleted_contacts(db, email.strip())]


async def deleted_contacts(db: AsyncSession, email: str) -> list[UUID]:
    """Contacts that had this e-mail, and of which only the trail knows."""
    found = await db.scalars(
        select(AuditEntry.subject_id)
        .join(AuditDetail, AuditDetail.sequence == AuditEntry.sequence)
        .outerjoin(Contact, Contact.id == AuditEntry.subject_id)
        .where(
            AuditEntry.action.startswith(OF_CONTACTS),
            AuditEntry.subject_id.is_not(None),
            Contact.id.is_(None),
            written_to([email]),
        )
        .distinct()
    )
    return [contact_id for contact_id in found if contact_id]
