"""What a move to another client takes with it, and what it leaves behind."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import delete, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.errors import Conflict
from agentlab.portfolio.models import Application, ApplicationProject, Contact, ContactLink


class AlreadyThere(Conflict):
    code = "already_there"


class MovesToAnotherClient(Conflict):
    code = "moves_to_another_client"


async def unlink_from_client(
    db: AsyncSession,
    client_id: UUID,
    project_ids: Collection[UUID],
    *,
    service_id: UUID | None = None,
) -> int:
    """Take off the links to the client's contacts and applications; how many there were.

    Whoever sees the other client would otherwise read names of this one.
    """
    contacts = select(Contact.id).where(Contact.client_id == client_id)
    of_contacts = delete(ContactLink).where(
        ContactLink.contact_id.in_(contacts),
        or_(ContactLink.project_id.in_(project_ids), ContactLink.service_id == service_id),
    )
    applications = select(Application.id).where(Application.client_id == client_id)
    of_applications = delete(ApplicationProject).where(
        ApplicationProject.application_id.in_(applications),
        ApplicationProject.project_id.in_(project_ids),
    )
    contact_links = await db.scalars(of_contacts.returning(ContactLink.id))
    application_links = await db.scalars(of_applications.returning(ApplicationProject.project_id))
    return len(contact_links.all()) + len(application_links.all())
