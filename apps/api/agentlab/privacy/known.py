"""Every place that refers to a person, and what an erasure does to it.

A house test fails for a column that refers to users and is not here.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, Table

from agentlab.audit.models import AuditVerification
from agentlab.auth.models import (
    AccountLink,
    ApiToken,
    ClientAssignment,
    IdempotencyKey,
    Identity,
    RefreshToken,
    User,
)
from agentlab.gates.models import Decision, Submission, Withdrawal
from agentlab.imports.models import Import
from agentlab.kit.db import Base
from agentlab.portfolio.models import (
    Application,
    Client,
    Contact,
    ContactLink,
    PortfolioTransition,
    Project,
    ReferenceItem,
    SavedView,
    Service,
)
from agentlab.workflows.models import StageTransition


class Fate(StrEnum):
    REMOVED = "removed"
    """It is the person's own: it goes."""
    KEPT = "kept"
    """It is the work's: it stays, with the id of an account that names nobody any more."""


@dataclass(frozen=True)
class Place:
    """Rows that refer to a person by one column."""

    table: Table
    column: Column[Any]
    fate: Fate
    name: str
    """Of the file in an export."""


def removed(model: type[Base], column: str, name: str) -> Place:
    return place(model, column, name, Fate.REMOVED)


def kept(model: type[Base], column: str, name: str) -> Place:
    return place(model, column, name, Fate.KEPT)


def place(model: type[Base], column: str, name: str, fate: Fate) -> Place:
    table = Base.metadata.tables[model.__tablename__]
    return Place(table, table.c[column], fate, name)


OF_USERS = (
    removed(ClientAssignment, "user_id", "assignments"),
    removed(AccountLink, "user_id", "account_links"),
    removed(Identity, "user_id", "identities"),
    removed(ApiToken, "user_id", "tokens"),
    removed(RefreshToken, "user_id", "refresh_tokens"),
    removed(IdempotencyKey, "user_id", "idempotency_keys"),
    removed(SavedView, "user_id", "saved_views"),
    kept(AccountLink, "created_by", "account_links_made"),
    kept(AuditVerification, "requested_by", "audit_verifications"),
    kept(Submission, "submitted_by", "submissions"),
    kept(Withdrawal, "withdrawn_by", "withdrawals"),
    kept(Decision, "decided_by", "decisions"),
    kept(StageTransition, "actor_id", "stage_transitions"),
    kept(PortfolioTransition, "actor_id", "portfolio_transitions"),
    kept(Import, "requested_by", "imports"),
    kept(Project, "owner_id", "projects_owned"),
    kept(Project, "created_by", "projects_created"),
    kept(Project, "updated_by", "projects_updated"),
    kept(Project, "deleted_by", "projects_deleted"),
    kept(Service, "updated_by", "services_updated"),
    kept(Service, "deleted_by", "services_deleted"),
    kept(Client, "updated_by", "clients_updated"),
    kept(Client, "deleted_by", "clients_deleted"),
    kept(Contact, "updated_by", "contacts_updated"),
    kept(Application, "updated_by", "applications_updated"),
    kept(ReferenceItem, "updated_by", "reference_items_updated"),
    kept(User, "updated_by", "accounts_updated"),
)

OF_CONTACTS = (removed(ContactLink, "contact_id", "links"),)

SECRET = frozenset({"password_hash", "token_hash", "body", "request_digest"})
"""Columns that no export shows: they open doors, or are replies that were kept for a retry."""

ABOUT_OTHERS = {
    "accounts_updated": ("id", "updated_at"),
    "contacts_updated": ("id", "updated_at"),
    "account_links_made": ("id", "purpose", "created_at", "expires_at"),
}
"""Rows about other people: of these, only that this person touched them and when."""
