"""What a caller may see, said once: the clients that are theirs, and nothing that is in the bin.

Every id in an address is looked at before its route runs (`need_addressed`), so a route need not
think of it; a house test fails for an address whose ids this module does not know.
"""

from collections.abc import Mapping
from typing import Protocol
from uuid import UUID

from sqlalchemy import ColumnElement, SQLColumnExpression, select, text, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import TextClause

from agentlab.auth.models import ClientAssignment
from agentlab.errors import NotFound


class Looking(Protocol):
    """Who looks: see `auth.callers.Caller`."""

    @property
    def id(self) -> UUID: ...
    @property
    def sees_all(self) -> bool: ...
    @property
    def project_id(self) -> UUID | None: ...


CLIENT = "SELECT c.id, NULL::uuid FROM clients c WHERE c.id = :id AND c.deleted_at IS NULL"
SERVICE = """
    SELECT c.id, NULL::uuid FROM services s JOIN clients c ON c.id = s.client_id
    WHERE s.id = :id AND s.deleted_at IS NULL AND c.deleted_at IS NULL
"""
PROJECT = """
    SELECT c.id, p.id FROM projects p
    JOIN services s ON s.id = p.service_id JOIN clients c ON c.id = s.client_id
    WHERE p.id = {project}
      AND p.deleted_at IS NULL AND s.deleted_at IS NULL AND c.deleted_at IS NULL
"""
OF_STAGE = """
    (SELECT w.project_id FROM stages g JOIN workflows w ON w.id = g.workflow_id WHERE g.id = {})
"""
OF_GATE = OF_STAGE.format("(SELECT t.stage_id FROM gates t WHERE t.id = :id)")
OF_SUBMISSION = OF_STAGE.format(
    "(SELECT t.stage_id FROM gates t JOIN submissions b ON b.gate_id = t.id WHERE b.id = :id)"
)

# What belongs to a client: a token that is bound to a project reaches it when it is linked to that.
OF_CLIENT = """
    SELECT c.id, ({project}) FROM {table} t JOIN clients c ON c.id = t.client_id
    WHERE t.id = :id AND c.deleted_at IS NULL
"""

PLACES = {
    "client_id": CLIENT,
    "service_id": SERVICE,
    "project_id": PROJECT.format(project=":id"),
    "document_id": PROJECT.format(project="(SELECT project_id FROM documents d WHERE d.id = :id)"),
    "stage_id": PROJECT.format(project=OF_STAGE.format(":id")),
    "gate_id": PROJECT.format(project=OF_GATE),
    "submission_id": PROJECT.format(project=OF_SUBMISSION),
    "template_id": PROJECT.format(
        project="ANY (SELECT project_id FROM workflows w WHERE w.template_id = :id)"
    ),
    "contact_id": OF_CLIENT.format(
        table="contacts",
        project="""
            SELECT l.project_id FROM contact_links l
            WHERE l.contact_id = t.id AND l.project_id = CAST(:bound_to AS uuid) LIMIT 1
        """,
    ),
    "application_id": OF_CLIENT.format(
        table="applications",
        project="""
            SELECT l.project_id FROM application_projects l
            WHERE l.application_id = t.id AND l.project_id = CAST(:bound_to AS uuid)
        """,
    ),
}
"""For each id in an address: the client and the project that it belongs to, if it is there."""

ELSEWHERE = frozenset({"binned_id", "import_id", "item_id", "key", "kind", "number", "view_id"})
"""Parts of addresses whose routes decide by themselves who sees them, or that everybody may see."""


STATEMENTS: Mapping[str, TextClause] = {
    name: text(
        f"""
        SELECT 1 FROM ({place}) AS place (client_id, project_id)
        WHERE (:sees_all OR client_id IN
                  (SELECT a.client_id FROM client_assignments a WHERE a.user_id = :user_id))
          AND (CAST(:bound_to AS uuid) IS NULL OR project_id = :bound_to)
        """  # noqa: S608 - texts of our own
    )
    for name, place in PLACES.items()
}


async def may_see(db: AsyncSession, caller: Looking, name: str, id_: UUID) -> bool:
    """Whether what `name` (`project_id`, …) names is there for this caller."""
    asked = {
        "id": id_,
        "sees_all": caller.sees_all,
        "user_id": caller.id,
        "bound_to": caller.project_id,
    }
    return await db.scalar(STATEMENTS[name], asked) is not None


async def need(
    db: AsyncSession, caller: Looking, name: str, id_: UUID, *, field: str | None = None
) -> None:
    """Raise `NotFound` unless it is there for this caller: for ids in bodies and queries."""
    if not await may_see(db, caller, name, id_):
        noun = name.removesuffix("_id")
        raise NotFound(f"There is no such {noun}.", field=field)


async def need_addressed(db: AsyncSession, caller: Looking, parts: Mapping[str, object]) -> None:
    """Raise `NotFound` unless everything that the address names is there for this caller."""
    for name, value in parts.items():
        if name in PLACES:
            try:
                id_ = UUID(str(value))
            except ValueError:
                continue  # the route answers 422, with the field
            await need(db, caller, name, id_)


def client_in_sight(caller: Looking, client_id: SQLColumnExpression[UUID]) -> ColumnElement[bool]:
    """A condition for lists: that the client is one of the caller's."""
    if caller.project_id is not None:
        return client_id.in_(
            select(text("s.client_id"))
            .select_from(text("services s JOIN projects p ON p.service_id = s.id"))
            .where(text("p.id = :bound_to").bindparams(bound_to=caller.project_id))
        )
    if caller.sees_all:
        return true()
    mine = select(ClientAssignment.client_id).where(ClientAssignment.user_id == caller.id)
    return client_id.in_(mine)


def project_in_sight(
    caller: Looking, project_id: SQLColumnExpression[UUID], client_id: SQLColumnExpression[UUID]
) -> ColumnElement[bool]:
    """A condition for lists of what belongs to projects."""
    if caller.project_id is not None:
        return project_id == caller.project_id
    return client_in_sight(caller, client_id)
