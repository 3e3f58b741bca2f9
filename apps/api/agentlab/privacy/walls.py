"""Which client a row belongs to, so that an export shows its person no more than AgentLab does."""

from uuid import UUID

from sqlalchemy import ColumnElement, Table, and_, func, or_, select, true

from agentlab.audit.models import AuditEntry
from agentlab.auth import sight
from agentlab.auth.sight import Ids, Looking
from agentlab.kit.db import Base

OF_NO_CLIENT = frozenset({"account_links", "audit_verifications", "reference_items", "users"})
"""Tables whose rows belong to AgentLab as a whole."""

LEADS_NOWHERE = frozenset({"users", "reference_items", "templates"})
"""Tables that rows of clients refer to without belonging to them."""


def row_in_sight(caller: Looking, table: Table) -> ColumnElement[bool]:
    """A condition: that the row is of a client of the caller's, or of none at all."""
    if table.name in OF_NO_CLIENT:
        return true()
    return sight.client_in_sight(caller, client_of(table))


def client_of(table: Table) -> ColumnElement[UUID | None]:
    """The client of a row, found along what it refers to; null where that is gone."""
    if table.name == "clients":
        return table.c.id
    if table.name == "portfolio_transitions":  # of anything in the portfolio, by its id alone
        things = (Base.metadata.tables[name] for name in ("clients", "services", "projects"))
        return func.coalesce(*(client_of_row(thing, table.c.subject_id) for thing in things))
    for column in table.c:
        for key in column.foreign_keys:
            parent = key.column.table
            if parent.name == "clients":
                return column
            if isinstance(parent, Table) and parent.name not in LEADS_NOWHERE:
                return client_of_row(parent, column)
    raise LookupError(f"No reference leads from {table.name} to a client")


def client_of_row(table: Table, id_: Ids) -> ColumnElement[UUID | None]:
    return select(client_of(table)).where(table.c.id == id_).scalar_subquery()


def entry_in_sight(caller: Looking) -> ColumnElement[bool]:
    """A condition on `AuditEntry`: of a client of the caller's, and not moved to another since."""
    tables = Base.metadata.tables
    now = func.coalesce(
        client_of_row(tables["projects"], AuditEntry.project_id),
        client_of_row(tables["services"], AuditEntry.subject_id),
    )
    return and_(
        sight.client_in_sight(caller, AuditEntry.client_id),
        or_(now.is_(None), sight.client_in_sight(caller, now)),
    )
