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
from agentlab.documents.models import DocumentReading
from agentlab.gates.models import (
    Decision,
    DecisionAttention,
    GateDeputy,
    GatePolicy,
    GateReviewer,
    Submission,
    Withdrawal,
)
from agentlab.gates.staleness.models import Acceptance, Finding
from agentlab.gates.threads.models import Thread, ThreadComment, ThreadMove
from agentlab.imports.models import Import
from agentlab.inbox.models import DigestMail, Snooze
from agentlab.kit.db import Base
from agentlab.ledgers.models import Correction, CorrectionIntent
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
from agentlab.templates.models import TemplateChange
from agentlab.workflows.models import ConditionAnswer, RouteChoice, StageTransition


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
    at: str
    """The column that says when the person did it, where there is one."""
    is_of_another: bool = False
    """The row is about somebody else: of it, only that this person touched it and when."""

    @property
    def deed(self) -> frozenset[str]:
        """The columns that say what the person touched and when, and nothing of it."""
        return frozenset({*self.table.primary_key.columns.keys(), self.at})


def removed(model: type[Base], column: str, name: str) -> Place:
    return place(model, column, name, Fate.REMOVED)


def kept(
    model: type[Base], column: str, name: str, *, at: str = "", is_of_another: bool = False
) -> Place:
    return place(model, column, name, Fate.KEPT, at=at, is_of_another=is_of_another)


def place(
    model: type[Base],
    column: str,
    name: str,
    fate: Fate,
    *,
    at: str = "",
    is_of_another: bool = False,
) -> Place:
    table = Base.metadata.tables[model.__tablename__]
    when = at or f"{column.removesuffix('_by')}_at"
    return Place(table, table.c[column], fate, name, when, is_of_another)


OF_USERS = (
    removed(ClientAssignment, "user_id", "assignments"),
    removed(AccountLink, "user_id", "account_links"),
    removed(Identity, "user_id", "identities"),
    removed(ApiToken, "user_id", "tokens"),
    removed(RefreshToken, "user_id", "refresh_tokens"),
    removed(IdempotencyKey, "user_id", "idempotency_keys"),
    removed(SavedView, "user_id", "saved_views"),
    removed(DecisionAttention, "user_id", "decisions_attention"),
    removed(DocumentReading, "user_id", "documents_read"),
    removed(Snooze, "user_id", "inbox_snoozes"),
    removed(DigestMail, "user_id", "inbox_digests"),
    kept(AccountLink, "created_by", "account_links_made", is_of_another=True),
    kept(AuditVerification, "requested_by", "audit_verifications", at="started_at"),
    kept(Submission, "submitted_by", "submissions"),
    kept(Withdrawal, "withdrawn_by", "withdrawals"),
    kept(Decision, "decided_by", "decisions"),
    kept(Decision, "deputy_of", "decisions_by_deputies", at="decided_at"),
    kept(GatePolicy, "updated_by", "gate_policies_updated"),
    kept(GateReviewer, "user_id", "gates_reviewed"),
    kept(GateDeputy, "reviewer_id", "deputies"),
    kept(GateDeputy, "deputy_id", "deputy_for"),
    kept(Finding, "found_by", "stale_approvals_found"),
    kept(Thread, "opened_by", "threads_opened"),
    kept(ThreadComment, "author_id", "comments", at="written_at"),
    kept(ThreadMove, "moved_by", "threads_moved"),
    kept(Acceptance, "accepted_by", "changes_accepted"),
    kept(Correction, "applied_by", "corrections_applied"),
    kept(Correction, "undone_by", "corrections_undone"),
    kept(CorrectionIntent, "intended_by", "corrections_intended"),
    kept(TemplateChange, "changed_by", "templates_changed"),
    kept(StageTransition, "actor_id", "stage_transitions", at="at"),
    kept(ConditionAnswer, "answered_by", "conditions_answered"),
    kept(RouteChoice, "chosen_by", "routes_chosen"),
    kept(PortfolioTransition, "actor_id", "portfolio_transitions", at="at"),
    kept(Import, "requested_by", "imports"),
    kept(Project, "owner_id", "projects_owned"),
    kept(Project, "created_by", "projects_created"),
    kept(Project, "updated_by", "projects_updated"),
    kept(Project, "deleted_by", "projects_deleted"),
    kept(Service, "updated_by", "services_updated"),
    kept(Service, "deleted_by", "services_deleted"),
    kept(Client, "updated_by", "clients_updated"),
    kept(Client, "deleted_by", "clients_deleted"),
    kept(Contact, "updated_by", "contacts_updated", is_of_another=True),
    kept(Contact, "deleted_by", "contacts_deleted", is_of_another=True),
    kept(Application, "updated_by", "applications_updated"),
    kept(Application, "deleted_by", "applications_deleted"),
    kept(ReferenceItem, "updated_by", "reference_items_updated"),
    kept(User, "updated_by", "accounts_updated", is_of_another=True),
)

OF_CONTACTS = (removed(ContactLink, "contact_id", "links"),)

SECRET = frozenset({"password_hash", "token_hash", "body", "request_digest"})
"""Columns that no export shows: they open doors, or are replies that were kept for a retry."""

HOLDS_ANYBODY = {
    ("idempotency_keys", "body"): "whole replies: an erasure deletes those that hold the person",
    ("audit_details", "detail"): "see `mentions.of_person`",
    ("audit_verifications", "troubles"): "numbers of entries",
    ("imports", "choices"): "the work's: names of a client, a service, a project",
    ("stages", "extra"): "the work's: as the method's files have it",
    ("stages", "routes"): "the work's: as the method's files have it",
    ("templates", "extra"): "the work's: as the method's files have it",
    ("templates", "handoff_prompts"): "the work's: as the method's files have it",
    ("templates", "source"): "the work's: as the method's files have it",
    ("templates", "definition"): "the work's: as the method's files have it",
    ("template_changes", "summary"): "the work's: as the method's files have it",
    ("contradictions", "evidence"): "the work's: lines of its files",
    ("contradictions", "proposal"): "the work's: lines of its files",
    ("correction_intents", "facts"): "the work's: a word of its files",
    ("decided_threads", "comments"): "what was asked of the work; who wrote stands by id",
    ("decision_attention", "texts"): "ids of texts; goes with its person",
    ("decisions", "checklist"): "the work's: items of a checklist",
    ("gate_policies", "checklist"): "the work's: items of a checklist",
    ("ledger_readings", "notices"): "the work's: what its files gave reason to say",
    ("versions", "content"): "the work's: documents are not touched",
    ("workspaces", "notices"): "the work's: what its files gave reason to say",
}
"""Columns of bytes and JSON, in which a person may stand without a reference, and what is done."""
