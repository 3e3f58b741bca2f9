"""Contacts: a person at a client is one contact, wherever they are needed."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.audit.trail import record
from agentlab.auth.sight import Looking, may_see
from agentlab.changes.schemas import Noun
from agentlab.changes.service import announce
from agentlab.errors import Conflict, NotFound
from agentlab.kit.preconditions import need_unchanged
from agentlab.portfolio.contacts.schemas import (
    ContactChanges,
    ContactIn,
    ProjectRole,
    ServiceRole,
)
from agentlab.portfolio.edits import edit
from agentlab.portfolio.levels.editing import touch
from agentlab.portfolio.levels.names import violated_by
from agentlab.portfolio.levels.places import hold_project, lock_project, open_client
from agentlab.portfolio.models import Contact, ContactLink, ContactRole, Service
from agentlab.portfolio.records import record_of_project


class ContactExists(Conflict):
    code = "contact_exists"


class ContactInactive(Conflict):
    code = "contact_inactive"


class ContactOfAnotherClient(Conflict):
    code = "contact_of_another_client"


async def create(db: AsyncSession, wanted: ContactIn, *, by: Looking) -> UUID:
    """Raises NotFound, PlaceArchived, ContactExists."""
    await open_client(db, wanted.client_id)
    contact = Contact(**wanted.model_dump())
    async with one_contact(db, wanted.client_id, wanted.email, by=by):
        db.add(contact)
    announce(db, Noun.PORTFOLIO, of=contact.id)
    record(
        db,
        "contact.created",
        subject=contact.id,
        client_id=contact.client_id,
        after=wanted.model_dump(exclude={"client_id"}),
    )
    return contact.id


@asynccontextmanager
async def one_contact(
    db: AsyncSession, client_id: UUID, email: str | None, *, by: Looking
) -> AsyncIterator[None]:
    """What is changed inside the block is written at its end, or is somebody who is there.

    Which contact that is learns only who may see it.
    """
    try:
        async with db.begin_nested():
            yield
    except IntegrityError as error:
        if violated_by(error) != "uq_contacts_client_id_email":
            raise
        existing = await db.scalar(
            select(Contact.id)
            .filter_by(client_id=client_id, deleted_at=None)
            .where(func.lower(Contact.email) == func.lower(email))
        )
        is_seen = existing and await may_see(db, by, "contact_id", existing)
        which = f" (contact {existing})" if is_seen else ""
        raise ContactExists(
            f"This client has a contact with the e-mail address {email} already{which}. One person "
            "is one contact: use that one.",
            field="email",
        ) from error


async def change(
    db: AsyncSession, contact_id: UUID, changes: ContactChanges, *, version: int | None, by: Looking
) -> None:
    contact = await locked_contact(db, contact_id)
    need_unchanged(contact.version, version)
    values = changes.model_dump(exclude_unset=True)
    client_id = contact.client_id
    async with one_contact(db, client_id, values.get("email"), by=by):
        before, after = edit(contact, values, by=by.id)
    if after:
        announce(db, Noun.PORTFOLIO, of=contact_id)
        record(
            db,
            "contact.changed",
            subject=contact_id,
            client_id=client_id,
            before=before,
            after=after,
        )


async def link_to_service(
    db: AsyncSession,
    service_id: UUID,
    contact_id: UUID,
    role: ServiceRole,
    *,
    version: int | None = None,
) -> int:
    """Make it the service's contact in this role; a new primary one takes over.

    Returns:
        The contact's version then.

    Raises:
        ChangedMeanwhile, ContactInactive, ContactOfAnotherClient.
    """
    service = await locked_service(db, service_id)  # two primary ones at once: one after the other
    contact = await need_linkable(db, contact_id, service.client_id, version)
    links = {
        link.contact_id: link
        for link in await db.scalars(select(ContactLink).filter_by(service_id=service_id))
    }
    known = links.get(contact_id)
    if known and known.role is ContactRole(role):
        return contact.version
    if role is ServiceRole.PRIMARY:
        for link in links.values():
            if link.role is ContactRole.PRIMARY:
                link.role = ContactRole.RELATIONSHIP
                former = await db.get_one(Contact, link.contact_id)
                touch(former)
                record_link(
                    db, "contact.relieved", service, former, before=["primary"], after=[link.role]
                )
    before = [known.role] if known else []
    touch(contact)
    if known:
        known.role = ContactRole(role)
    else:
        db.add(ContactLink(contact_id=contact_id, service_id=service_id, role=ContactRole(role)))
    announce(db, Noun.PORTFOLIO, of=service_id)
    record_link(db, "contact.linked", service, contact, before=before, after=[role])
    return contact.version


async def unlink_from_service(
    db: AsyncSession, service_id: UUID, contact_id: UUID, *, version: int | None = None
) -> int:
    """Take it from the service; the contact's version then."""
    service = await locked_service(db, service_id)
    contact, roles = await unlink(db, contact_id, version, service_id=service_id)
    if roles:
        announce(db, Noun.PORTFOLIO, of=service_id)
        record_link(db, "contact.unlinked", service, contact, before=roles, after=[])
    return contact.version


def record_link(
    db: AsyncSession,
    action: str,
    service: Service,
    contact: Contact,
    *,
    before: list[Any],
    after: list[Any],
) -> None:
    record(
        db,
        action,
        subject=contact.id,
        label=service.name,
        client_id=service.client_id,
        before={"contact": contact.name, "roles": before},
        after={"contact": contact.name, "roles": after},
    )


async def link_to_project(
    db: AsyncSession,
    project_id: UUID,
    contact_id: UUID,
    roles: set[ProjectRole],
    *,
    version: int | None = None,
) -> int:
    """Make these all that the contact is for the project.

    Returns:
        The contact's version then.

    Raises:
        ChangedMeanwhile, ContactInactive, ContactOfAnotherClient.
    """
    _, client_id = await hold_project(db, project_id)
    contact = await need_linkable(db, contact_id, client_id, version)
    here = {"contact_id": contact_id, "project_id": project_id}
    before = set(await db.scalars(select(ContactLink.role).filter_by(**here)))
    after = {ContactRole(role) for role in roles}
    if before == after:
        return contact.version
    touch(contact)
    gone = before - after
    if gone:
        await db.execute(delete(ContactLink).filter_by(**here).where(ContactLink.role.in_(gone)))
    db.add_all(ContactLink(role=role, **here) for role in sorted(after - before))
    announce(db, Noun.PROJECT, of=project_id, project_id=project_id)
    await record_of_project(
        db,
        project_id,
        "contact.linked",
        subject=contact_id,
        before={"contact": contact.name, "roles": sorted(before)},
        after={"contact": contact.name, "roles": sorted(after)},
    )
    return contact.version


async def unlink_from_project(
    db: AsyncSession, project_id: UUID, contact_id: UUID, *, version: int | None = None
) -> int:
    """Take it from the project; the contact's version then."""
    await lock_project(db, project_id)
    contact, roles = await unlink(db, contact_id, version, project_id=project_id)
    if roles:
        announce(db, Noun.PROJECT, of=project_id, project_id=project_id)
        await record_of_project(
            db,
            project_id,
            "contact.unlinked",
            subject=contact_id,
            before={"contact": contact.name, "roles": roles},
            after={"contact": contact.name, "roles": []},
        )
    return contact.version


async def unlink(
    db: AsyncSession, contact_id: UUID, version: int | None, **place: UUID
) -> tuple[Contact, list[ContactRole]]:
    """The contact, with what it was there; where it was nothing, nothing is changed."""
    contact = await locked_contact(db, contact_id)
    need_unchanged(contact.version, version)
    found = list(await db.scalars(select(ContactLink).filter_by(contact_id=contact_id, **place)))
    for link in found:
        await db.delete(link)
    if found:
        touch(contact)
    return contact, sorted(link.role for link in found)


async def need_linkable(
    db: AsyncSession, contact_id: UUID, client_id: UUID, version: int | None
) -> Contact:
    contact = await locked_contact(db, contact_id)
    need_unchanged(contact.version, version)
    if contact.client_id != client_id:
        raise ContactOfAnotherClient(
            "This contact is of another client. Choose one of this client's, or make a new one.",
            field="contact_id",
        )
    if not contact.active:
        raise ContactInactive(
            "This contact is inactive. Set it active first, or choose another.", field="contact_id"
        )
    return contact


async def locked_contact(db: AsyncSession, contact_id: UUID) -> Contact:
    found = select(Contact).filter_by(id=contact_id, deleted_at=None)
    contact = await db.scalar(found.with_for_update())
    if contact is None:
        raise NotFound("There is no such contact; perhaps it was just deleted.")
    return contact


async def locked_service(db: AsyncSession, service_id: UUID) -> Service:
    service = await db.get(Service, service_id, with_for_update={"key_share": True})
    if service is None:
        raise NotFound("There is no such service; perhaps it was just deleted.")
    return service
