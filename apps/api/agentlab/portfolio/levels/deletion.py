"""What goes with something when it is deleted: counts, and the rows."""

from enum import StrEnum
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.auth.sight import Looking
from agentlab.portfolio.levels.schemas import Deletion


class Deletable(StrEnum):
    """What is deleted through the bin."""

    CLIENT = "client"
    SERVICE = "service"
    PROJECT = "project"
    CONTACT = "contact"
    APPLICATION = "application"


BELOW = {
    "clients": {Deletable.CLIENT: "SELECT id FROM clients WHERE id = :id"},
    "services": {
        Deletable.CLIENT: "SELECT id FROM services WHERE client_id = :id",
        Deletable.SERVICE: "SELECT id FROM services WHERE id = :id",
    },
    "projects": {
        Deletable.CLIENT: """
            SELECT p.id FROM projects p JOIN services s ON s.id = p.service_id
            WHERE s.client_id = :id
        """,
        Deletable.SERVICE: "SELECT id FROM projects WHERE service_id = :id",
        Deletable.PROJECT: "SELECT id FROM projects WHERE id = :id",
    },
    "contacts": {
        Deletable.CLIENT: "SELECT id FROM contacts WHERE client_id = :id",
        Deletable.CONTACT: "SELECT id FROM contacts WHERE id = :id",
    },
    "applications": {
        Deletable.CLIENT: "SELECT id FROM applications WHERE client_id = :id",
        Deletable.APPLICATION: "SELECT id FROM applications WHERE id = :id",
    },
}
"""Which rows of each table are it, or are in it."""
NONE = "SELECT NULL::uuid AS id WHERE false"
LINKS = {
    Deletable.CONTACT: """
        SELECT count(DISTINCT coalesce(project_id, service_id)) FROM contact_links
        WHERE contact_id = :id AND (CAST(:bound_to AS uuid) IS NULL OR project_id = :bound_to)
    """,
    Deletable.APPLICATION: """
        SELECT count(*) FROM application_projects
        WHERE application_id = :id AND (CAST(:bound_to AS uuid) IS NULL OR project_id = :bound_to)
    """,
}
COUNTS = {
    kind: text(
        f"""
        WITH service AS ({BELOW["services"].get(kind, NONE)}),
             project AS ({BELOW["projects"].get(kind, NONE)}),
             contact AS ({BELOW["contacts"].get(kind, NONE)}),
             application AS ({BELOW["applications"].get(kind, NONE)}),
             document AS (SELECT id FROM documents WHERE project_id IN (SELECT id FROM project)),
             submission AS (
                 SELECT b.id FROM submissions b
                 JOIN gates t ON t.id = b.gate_id JOIN stages g ON g.id = t.stage_id
                 JOIN workflows w ON w.id = g.workflow_id
                 WHERE w.project_id IN (SELECT id FROM project))
        SELECT
            (SELECT name FROM {kind}s WHERE id = :id) AS name,
            (SELECT count(*) FROM service WHERE id <> :id) AS services,
            (SELECT count(*) FROM project WHERE id <> :id) AS projects,
            (SELECT count(*) FROM document) AS documents,
            (SELECT count(*) FROM versions WHERE document_id IN (SELECT id FROM document))
                AS versions,
            (SELECT count(*) FROM submission) AS submissions,
            (SELECT count(*) FROM decisions WHERE submission_id IN (SELECT id FROM submission))
                AS decisions,
            (SELECT count(*) FROM contact WHERE id <> :id) AS contacts,
            (SELECT count(*) FROM application WHERE id <> :id) AS applications,
            ({LINKS.get(kind, "SELECT 0")}) AS links
        """  # noqa: S608 - texts of our own
    )
    for kind in Deletable
}


async def deletion_of(
    db: AsyncSession, kind: Deletable, id_: UUID, *, by: Looking | None = None
) -> Deletion:
    """Counts of everything below it, also of what is in the bin already.

    A token that reaches one project counts no links to others; None is whoever deletes.
    """
    asked = {"id": id_, "bound_to": by.project_id if by else None}
    found = (await db.execute(COUNTS[kind], asked)).one()
    return Deletion.model_validate(found, from_attributes=True)
