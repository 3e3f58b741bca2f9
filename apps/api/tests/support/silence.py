"""Finding transactions that changed something and told nobody, or left no trace in the trail."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event
from sqlalchemy.orm import ORMExecuteState, Session, UOWTransaction

from agentlab.audit.trail import RECORDED
from agentlab.kit.live import ANNOUNCED

NOT_LOOKED_AT = {
    "users",
    "account_links",
    "api_tokens",
    "audit_details",
    "audit_entries",
    "audit_verifications",
    "correction_intents",
    "idempotency_keys",
    "identities",
    "inbox_digests",
    "refresh_tokens",
    "saved_views",
}
"""Nobody has a page open that shows other people's changes of these, or it asks by itself."""

LEAVES_NO_TRACE = {
    "audit_details",
    "audit_entries",
    "audit_verifications",  # looking changes nothing
    "contradictions",  # what the files say
    "correction_intents",  # the correction is in the trail when its file says so
    "decision_files",  # its decision is in the trail, and it can be written again
    "idempotency_keys",
    "inbox_digests",  # a copy of what somebody sees; when it was sent stands in its row
    "ledger_readings",  # what the files say
    "method_news",  # what the files say
    "imports",  # the request and what came of it are in the trail
    "refresh_tokens",  # where a chain of them begins and ends is in the trail
    "saved_views",
    "standings",  # derived
    "torn_submissions",  # what the files say
    "work_items",  # what the files say
    "workspaces",  # when they were scanned; what a scan finds is in the trail
}
WRITTEN = "tests.written"


@contextmanager
def silent_commits() -> Iterator[list[set[str]]]:
    """The tables that each transaction inside the block wrote and announced nothing of."""
    silent: list[set[str]] = []

    def note_objects(session: Session, _: UOWTransaction) -> None:
        for changed in (*session.new, *session.dirty, *session.deleted):
            note(session, changed.__table__.name)

    def note_statement(state: ORMExecuteState) -> None:
        if state.is_insert or state.is_update or state.is_delete:
            note(state.session, state.statement.table.name)  # type: ignore[attr-defined]

    def note(session: Session, table: str) -> None:
        session.info.setdefault(WRITTEN, set()).add(table)

    def judge(session: Session) -> None:
        if session.in_nested_transaction():
            return
        written = session.info.pop(WRITTEN, set())
        unannounced = set() if ANNOUNCED in session.info else written - NOT_LOOKED_AT
        unrecorded = set() if RECORDED in session.info else written - LEAVES_NO_TRACE
        silent.extend(filter(None, (unannounced, unrecorded)))

    listeners = (
        ("after_flush", note_objects),
        ("do_orm_execute", note_statement),
        ("before_commit", judge),
    )
    for name, listener in listeners:
        event.listen(Session, name, listener)
    try:
        yield silent
    finally:
        for name, listener in listeners:
            event.remove(Session, name, listener)
