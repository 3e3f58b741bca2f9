"""What a caller may see, said once: the clients that are theirs, and nothing that is in the bin.

Every id in an address is looked at before its route runs (`need_addressed`), so a route need not
think of it; a house test fails for an address whose ids this module does not know.
"""

from collections.abc import Mapping
from typing import Protocol
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    SQLColumnExpression,
    and_,
    event,
    exists,
    or_,
    select,
    text,
    true,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session, SessionTransaction, aliased
from sqlalchemy.sql.elements import TextClause

from agentlab.auth.models import ClientAssignment, Role, User
from agentlab.errors import NotFound

Assigned = aliased(ClientAssignment, name="assigned")
Mine = aliased(ClientAssignment, name="mine")


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

OF_DECISION = OF_STAGE.format(
    "(SELECT t.stage_id FROM gates t JOIN submissions b ON b.gate_id = t.id "
    "JOIN decisions d ON d.submission_id = b.id WHERE d.id = :id)"
)

OF_THREAD = OF_STAGE.format(
    "(SELECT t.stage_id FROM gates t JOIN threads h ON h.gate_id = t.id WHERE h.id = {})"
)

# What belongs to a client: a token that is bound to a project reaches it when it is linked to that.
OF_CLIENT = """
    SELECT c.id, ({project}) FROM {table} t JOIN clients c ON c.id = t.client_id
    WHERE t.id = :id AND t.deleted_at IS NULL AND c.deleted_at IS NULL
"""

USES_TEMPLATE = PROJECT.format(
    project="""ANY (
        SELECT w.project_id FROM workflows w
        WHERE w.template_id = :id OR w.id IN
            (SELECT x.workflow_id FROM template_changes x WHERE x.from_template_id = :id)
    )"""
)
"""Projects that run through a template, or did. Those of our own are everybody's."""

PLACES = {
    "client_id": CLIENT,
    "service_id": SERVICE,
    "project_id": PROJECT.format(project=":id"),
    "document_id": PROJECT.format(project="(SELECT project_id FROM documents d WHERE d.id = :id)"),
    "correction_id": PROJECT.format(
        project="(SELECT project_id FROM corrections k WHERE k.id = :id)"
    ),
    "stage_id": PROJECT.format(project=OF_STAGE.format(":id")),
    "gate_id": PROJECT.format(project=OF_GATE),
    "submission_id": PROJECT.format(project=OF_SUBMISSION),
    "decision_id": PROJECT.format(project=OF_DECISION),
    "thread_id": PROJECT.format(project=OF_THREAD.format(":id")),
    "thread_comment_id": PROJECT.format(
        project=OF_THREAD.format("(SELECT thread_id FROM thread_comments m WHERE m.id = :id)")
    ),
    "template_id": f"""
        {USES_TEMPLATE}
        UNION ALL SELECT NULL, NULL FROM templates t WHERE t.id = :id AND t.method = 'agentlab'
    """,  # noqa: S608 - texts of our own
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

ELSEWHERE = frozenset(
    {
        "backup_name",
        "binned_id",
        "import_id",
        "incident_id",
        "item_id",
        "key",
        "kind",
        "maintenance_id",
        "number",
        "session_key",
        "subject_id",
        "token_id",
        "user_id",
        "view_id",
    }
)
"""Parts of addresses whose routes decide by themselves who sees them, or that everybody may see."""


STATEMENTS: Mapping[str, TextClause] = {
    name: text(
        f"""
        SELECT 1 FROM ({place}) AS place (client_id, project_id)
        WHERE (:sees_all OR client_id IS NULL OR client_id IN
                  (SELECT a.client_id FROM client_assignments a WHERE a.user_id = :user_id))
          AND (CAST(:bound_to AS uuid) IS NULL OR project_id = :bound_to)
        """  # noqa: S608 - texts of our own
    )
    for name, place in PLACES.items()
}


SEEN = "sight.seen"
"""In `Session.info`: what was found to be there for whom, asked once in a transaction."""


async def may_see(db: AsyncSession, caller: Looking, name: str, id_: UUID) -> bool:
    """Whether what `name` (`project_id`, …) names is there for this caller."""
    seen: set[tuple[object, ...]] = db.info.setdefault(SEEN, set())
    question = (name, id_, caller.id, caller.sees_all, caller.project_id)
    if question in seen:
        return True
    asked = {
        "id": id_,
        "sees_all": caller.sees_all,
        "user_id": caller.id,
        "bound_to": caller.project_id,
    }
    if await db.scalar(STATEMENTS[name], asked) is None:
        return False
    seen.add(question)
    return True


@event.listens_for(Session, "after_transaction_end")
def ask_again(session: Session, ended: SessionTransaction) -> None:
    if ended.parent is None:
        session.info.pop(SEEN, None)


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


Ids = SQLColumnExpression[UUID] | SQLColumnExpression[UUID | None]


def names_a_place(parts: Mapping[str, object]) -> bool:
    """Whether the address names something that `need_addressed` looked at."""
    return not PLACES.keys().isdisjoint(parts)


def client_in_sight(caller: Looking, client_id: Ids) -> ColumnElement[bool]:
    """A condition for lists: that the client is one of the caller's."""
    seen: list[ColumnElement[bool]] = [true()]
    if caller.project_id is not None:
        its_client = (
            select(text("s.client_id"))
            .select_from(text("services s JOIN projects p ON p.service_id = s.id"))
            .where(text("p.id = :bound_to").bindparams(bound_to=caller.project_id))
        )
        seen.append(client_id.in_(its_client))
    if not caller.sees_all:
        mine = select(ClientAssignment.client_id).where(ClientAssignment.user_id == caller.id)
        seen.append(client_id.in_(mine))
    return and_(*seen)


def project_in_sight(caller: Looking, project_id: Ids, client_id: Ids) -> ColumnElement[bool]:
    """A condition for lists of what belongs to projects."""
    seen = client_in_sight(caller, client_id)
    return seen if caller.project_id is None else and_(seen, project_id == caller.project_id)


def person_in_sight(caller: Looking) -> ColumnElement[bool]:
    """A condition for lists of `User`: that they see a client that is the caller's, too."""
    if caller.sees_all and caller.project_id is None:
        return true()
    shares = exists().where(
        Assigned.user_id == User.id, client_in_sight(caller, Assigned.client_id)
    )
    sees_all = or_(User.sees_all_clients, User.role == Role.ADMINISTRATOR)
    has_clients: ColumnElement[bool] = true()
    if not caller.sees_all:
        has_clients = exists().where(Mine.user_id == caller.id)
    return or_(User.id == caller.id, shares, and_(sees_all, has_clients))


def works_for_client(client_id: UUID) -> ColumnElement[bool]:
    """A condition on `User`: that they may see this client, and change what is in it."""
    assigned = select(ClientAssignment.user_id).where(ClientAssignment.client_id == client_id)
    return and_(
        User.deactivated_at.is_(None),
        User.role != Role.VIEWER,
        or_(User.role == Role.ADMINISTRATOR, User.sees_all_clients, User.id.in_(assigned)),
    )
