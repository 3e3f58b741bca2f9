"""What goes with a client, a service or a project when it is deleted: counts, and the rows."""

from enum import StrEnum
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.portfolio.levels.schemas import Deletion


class Level(StrEnum):
    CLIENT = "client"
    SERVICE = "service"
    PROJECT = "project"


SERVICES = {
    Level.CLIENT: "SELECT id FROM services WHERE client_id = :id",
    Level.SERVICE: "SELECT id FROM services WHERE id = :id",
    Level.PROJECT: "SELECT id FROM services WHERE false",
}
PROJECTS = {
    Level.CLIENT: """
        SELECT p.id FROM projects p JOIN services s ON s.id = p.service_id WHERE s.client_id = :id
    """,
    Level.SERVICE: "SELECT id FROM projects WHERE service_id = :id",
    Level.PROJECT: "SELECT id FROM projects WHERE id = :id",
}
CLIENTS = {
    Level.CLIENT: "SELECT id FROM clients WHERE id = :id",
    Level.SERVICE: "SELECT id FROM clients WHERE false",
    Level.PROJECT: "SELECT id FROM clients WHERE false",
}
COUNTS = {
    level: text(
        f"""
        WITH client AS ({CLIENTS[level]}), service AS ({SERVICES[level]}),
             project AS ({PROJECTS[level]}),
             document AS (SELECT id FROM documents WHERE project_id IN (SELECT id FROM project)),
             submission AS (
                 SELECT b.id FROM submissions b
                 JOIN gates t ON t.id = b.gate_id JOIN stages g ON g.id = t.stage_id
                 JOIN workflows w ON w.id = g.workflow_id
                 WHERE w.project_id IN (SELECT id FROM project))
        SELECT
            (SELECT name FROM {level}s WHERE id = :id) AS name,
            (SELECT count(*) FROM service WHERE id <> :id) AS services,
            (SELECT count(*) FROM project WHERE id <> :id) AS projects,
            (SELECT count(*) FROM document) AS documents,
            (SELECT count(*) FROM versions WHERE document_id IN (SELECT id FROM document))
                AS versions,
            (SELECT count(*) FROM submission) AS submissions,
            (SELECT count(*) FROM decisions WHERE submission_id IN (SELECT id FROM submission))
                AS decisions,
            (SELECT count(*) FROM contacts WHERE client_id IN (SELECT id FROM client)) AS contacts,
            (SELECT count(*) FROM applications WHERE client_id IN (SELECT id FROM client))
                AS applications
        """  # noqa: S608 - texts of our own
    )
    for level in Level
}


async def deletion_of(db: AsyncSession, level: Level, id_: UUID) -> Deletion:
    """Counts of everything below it, also of what is in the bin already."""
    found = (await db.execute(COUNTS[level], {"id": id_})).one()
    return Deletion.model_validate(found, from_attributes=True)
