"""What the rest of the product says when it has changed something."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, bindparam, event, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session, SessionTransaction

from agentlab.audit.trail import CLIENTS
from agentlab.changes.schemas import Change, Noun
from agentlab.kit import live

TOUCHED = "changes.touched"
"""In `Session.info`: the projects that this transaction changed something of."""
ANNOUNCED = "changes.announced"
"""In `Session.info`: each change that this transaction announced, and the person it is for."""


def announce(
    db: AsyncSession,
    noun: Noun,
    *,
    of: UUID | None = None,
    project_id: UUID | None = None,
    to: UUID | None = None,
) -> None:
    """Tell everybody who may know of it, exactly when this transaction commits.

    Those are the people who see the clients that the transaction recorded something of.

    Args:
        db: the transaction.
        noun: what kind of thing changed.
        of: which one; None for several of the project's.
        project_id: the project that it belongs to.
        to: the one person whom it concerns; the others hear nothing of it.
    """
    change = Change(noun=noun, id=of, project_id=project_id)
    live.announce(db, change)
    db.info.setdefault(ANNOUNCED, {})[change] = of if noun is Noun.PEOPLE else to
    if project_id:
        touch(db, [project_id])


def touch(db: AsyncSession, project_ids: Iterable[UUID]) -> None:
    """Have what is derived from these projects written again, without telling of each of them."""
    db.info.setdefault(TOUCHED, set()).update(project_ids)


def tell_now(outlet: live.Live, noun: Noun, *, of: UUID, to: UUID) -> None:
    """Tell a person of something that no transaction is about, such as progress."""
    outlet.tell_now(Change(noun=noun, id=of, project_id=None), str(to))


CLIENTS_OF_PROJECTS = text(
    "SELECT p.id, s.client_id FROM projects p JOIN services s ON s.id = p.service_id "
    "WHERE p.id = ANY(:ids)"
).bindparams(bindparam("ids", type_=ARRAY(Uuid)))


@event.listens_for(Session, "before_commit")
def say_who_may_hear(session: Session) -> None:
    if session.in_nested_transaction():
        return
    announced: dict[Change, UUID | None] = session.info.pop(ANNOUNCED, {})
    recorded: dict[UUID, set[UUID]] = dict(session.info.get(CLIENTS, {}))
    unknown = {
        change.project_id
        for change, to in announced.items()
        if to is None and change.project_id and change.project_id not in recorded
    }
    if unknown:  # what a job does to a project and does not record
        for project_id, client_id in session.execute(CLIENTS_OF_PROJECTS, {"ids": list(unknown)}):
            recorded[project_id] = {client_id}
    for change, to in announced.items():
        audience = {to} if to else clients_of(change, recorded)
        live.address(session, change, ",".join(sorted(map(str, audience))))


def clients_of(change: Change, recorded: dict[UUID, set[UUID]]) -> set[UUID]:
    """The clients that it belongs to; nothing when nobody can tell."""
    for id_ in (change.project_id, change.id):
        if id_ in recorded:
            return recorded[id_]
    all_of_them = set[UUID]().union(*recorded.values())
    return all_of_them if len(all_of_them) == 1 else set()


@event.listens_for(Session, "after_soft_rollback")
def forget_who_may_hear(session: Session, ended: SessionTransaction) -> None:
    if ended.parent is None:
        session.info.pop(ANNOUNCED, None)
