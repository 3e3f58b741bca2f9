"""What the rest of the product says when it has changed something."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.changes.schemas import Change, Noun
from agentlab.kit import live

TOUCHED = "changes.touched"
"""In `Session.info`: the projects that this transaction changed something of."""


def announce(
    db: AsyncSession, noun: Noun, *, of: UUID | None = None, project_id: UUID | None = None
) -> None:
    """Tell everybody who watches, exactly when this transaction commits.

    Args:
        db: the transaction.
        noun: what kind of thing changed.
        of: which one; None for several of the project's.
        project_id: the project that it belongs to.
    """
    live.announce(db, Change(noun=noun, id=of, project_id=project_id))
    if project_id:
        touch(db, [project_id])


def touch(db: AsyncSession, project_ids: Iterable[UUID]) -> None:
    """Have what is derived from these projects written again, without telling of each of them."""
    db.info.setdefault(TOUCHED, set()).update(project_ids)


def tell_now(outlet: live.Live, noun: Noun, *, of: UUID) -> None:
    """Tell of something that no transaction is about, such as progress."""
    outlet.tell_now(Change(noun=noun, id=of, project_id=None))
