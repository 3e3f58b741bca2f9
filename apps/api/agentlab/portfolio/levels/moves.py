"""What a move to another client takes with it, and what it leaves behind."""

from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, bindparam, text
from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.errors import Conflict


class AlreadyThere(Conflict):
    code = "already_there"


class MovesToAnotherClient(Conflict):
    code = "moves_to_another_client"


@dataclass(frozen=True)
class LinkedContact:
    """Nothing but ids: the trail keeps it, and a contact may be erased."""

    contact_id: UUID
    role: str


@dataclass(frozen=True)
class LinkedApplication:
    application_id: UUID
    relation: str


@dataclass
class Links:
    """To contacts and applications of a client."""

    contacts: list[LinkedContact] = field(default_factory=list)
    applications: list[LinkedApplication] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.contacts) + len(self.applications)

    def as_values(self) -> dict[str, Any]:
        """For the trail of the client whose they are."""
        return {name: links for name, links in asdict(self).items() if links}


def links_in(values: dict[str, Any]) -> Links:
    """What `as_values` made, as the trail gives it back."""
    return Links(
        [LinkedContact(UUID(one["contact_id"]), one["role"]) for one in values.get("contacts", [])],
        [
            LinkedApplication(UUID(one["application_id"]), one["relation"])
            for one in values.get("applications", [])
        ],
    )


CONTACTS_LEFT = text(
    """
    DELETE FROM contact_links l USING contacts c
    WHERE c.id = l.contact_id AND (
        l.project_id = ANY(:projects) AND c.client_id <> (
            SELECT s.client_id FROM projects p JOIN services s ON s.id = p.service_id
            WHERE p.id = l.project_id)
     OR l.service_id = :service AND c.client_id <> (
            SELECT s.client_id FROM services s WHERE s.id = l.service_id))
    RETURNING coalesce(l.project_id, l.service_id), l.contact_id, l.role
    """
).bindparams(bindparam("projects", type_=ARRAY(Uuid)), bindparam("service", type_=Uuid))
APPLICATIONS_LEFT = text(
    """
    DELETE FROM application_projects l USING applications a
    WHERE a.id = l.application_id AND l.project_id = ANY(:projects) AND a.client_id <> (
        SELECT s.client_id FROM projects p JOIN services s ON s.id = p.service_id
        WHERE p.id = l.project_id)
    RETURNING l.project_id, l.application_id, l.relation
    """
).bindparams(bindparam("projects", type_=ARRAY(Uuid)))


async def unlink_from_other_clients(
    db: AsyncSession, project_ids: Collection[UUID], *, service_id: UUID | None = None
) -> dict[UUID, Links]:
    """Take off the links to contacts and applications of a client that they are not of any more.

    Whoever sees the client that they are of now would otherwise read names of the other one.
    Returns what was taken off, by the project or service.
    """
    await db.flush()
    left: dict[UUID, Links] = {}
    asked = {"projects": list(project_ids), "service": service_id}
    for id_, contact_id, role in await db.execute(CONTACTS_LEFT, asked):
        left.setdefault(id_, Links()).contacts.append(LinkedContact(contact_id, role))
    del asked["service"]
    for id_, application_id, relation in await db.execute(APPLICATIONS_LEFT, asked):
        links = left.setdefault(id_, Links())
        links.applications.append(LinkedApplication(application_id, relation))
    return left


CONTACTS_BACK = text(
    """
    INSERT INTO contact_links (id, contact_id, project_id, service_id, role)
    SELECT gen_random_uuid(), l.contact_id, p.id, CASE WHEN p.id IS NULL THEN s.id END, l.role
    FROM unnest(CAST(:links AS uuid[]), CAST(:places AS uuid[]), CAST(:kinds AS text[]))
        AS l(contact_id, place_id, role)
    JOIN contacts c ON c.id = l.contact_id
    LEFT JOIN projects p ON p.id = l.place_id
    JOIN services s ON s.id = coalesce(p.service_id, l.place_id) AND s.client_id = c.client_id
    ON CONFLICT DO NOTHING
    """
)
APPLICATIONS_BACK = text(
    """
    INSERT INTO application_projects (application_id, project_id, relation)
    SELECT l.application_id, l.project_id, l.relation
    FROM unnest(CAST(:links AS uuid[]), CAST(:places AS uuid[]), CAST(:kinds AS text[]))
        AS l(application_id, project_id, relation)
    JOIN applications a ON a.id = l.application_id
    JOIN projects p ON p.id = l.project_id
    JOIN services s ON s.id = p.service_id AND s.client_id = a.client_id
    ON CONFLICT DO NOTHING
    """
)


async def link_again(db: AsyncSession, left: dict[UUID, Links]) -> None:
    """Put back what `unlink_from_other_clients` took off, unless it is deleted."""
    contacts = [
        (one.contact_id, id_, one.role) for id_, links in left.items() for one in links.contacts
    ]
    applications = [
        (one.application_id, id_, one.relation)
        for id_, links in left.items()
        for one in links.applications
    ]
    if contacts:
        await db.execute(CONTACTS_BACK, in_columns(contacts))
    if applications:
        await db.execute(APPLICATIONS_BACK, in_columns(applications))


def in_columns(links: Iterable[tuple[UUID, UUID, str]]) -> dict[str, list[Any]]:
    ids, places, kinds = zip(*links, strict=True)
    return {"links": list(ids), "places": list(places), "kinds": list(kinds)}
