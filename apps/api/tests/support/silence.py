"""Finding transactions that changed what people look at and told nobody."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event
from sqlalchemy.orm import ORMExecuteState, Session, UOWTransaction

from agentlab.kit.live import ANNOUNCED

NOT_LOOKED_AT = {"users"}
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
        if not session.in_nested_transaction() and ANNOUNCED not in session.info:
            written = session.info.pop(WRITTEN, set()) - NOT_LOOKED_AT
            silent.extend([written] if written else [])

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
