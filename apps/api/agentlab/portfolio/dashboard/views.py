"""Views: filters and order of the dashboard that a person gave a name. Everybody has their own."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.auth.models import User
from agentlab.errors import Conflict, NotFound
from agentlab.kit.preconditions import need_unchanged
from agentlab.portfolio.dashboard.schemas import ViewChange, ViewIn
from agentlab.portfolio.levels.names import alike
from agentlab.portfolio.models import SavedView

MOST = 50


class ViewNameTaken(Conflict):
    code = "view_name_taken"


class TooManyViews(Conflict):
    code = "too_many_views"


async def views_of(db: AsyncSession, user_id: UUID) -> Sequence[SavedView]:
    """By name; one reads them whole, so there are no pages."""
    mine = select(SavedView).where(SavedView.user_id == user_id)
    views = (await db.scalars(mine)).all()
    return sorted(views, key=lambda view: view.name.casefold())


async def save_view(db: AsyncSession, given: ViewIn, *, by: UUID) -> SavedView:
    names = await names_of(db, by)
    if len(names) >= MOST:
        raise TooManyViews(f"You have {MOST} saved views already. Delete one that you do not need.")
    need_free(given.name, names)
    view = SavedView(user_id=by, name=given.name, query=given.query)
    db.add(view)
    await db.flush()
    return view


async def change_view(
    db: AsyncSession, view_id: UUID, change: ViewChange, *, version: int | None, by: UUID
) -> SavedView:
    """Raises NotFound, ChangedMeanwhile, ViewNameTaken."""
    names = await names_of(db, by)
    view = await view_of(db, view_id, by=by)
    need_unchanged(view.version, version)
    if change.name is not None and change.name != view.name:
        need_free(change.name, names - {view.name})
        view.name = change.name
    if change.query is not None:
        view.query = change.query
    if view in db.dirty:
        view.version += 1
    return view


async def delete_view(db: AsyncSession, view_id: UUID, *, version: int | None, by: UUID) -> None:
    view = await view_of(db, view_id, by=by)
    need_unchanged(view.version, version)
    await db.delete(view)


async def view_of(db: AsyncSession, view_id: UUID, *, by: UUID) -> SavedView:
    """One of the person's own; another's is not there."""
    view = await db.scalar(
        select(SavedView).where(SavedView.id == view_id, SavedView.user_id == by)
    )
    if view is None:
        raise NotFound("There is no such view.")
    return view


async def names_of(db: AsyncSession, user_id: UUID) -> set[str]:
    """The names that are taken; until the transaction ends the person gets no others."""
    await db.execute(select(User.id).where(User.id == user_id).with_for_update(key_share=True))
    return set(await db.scalars(select(SavedView.name).where(SavedView.user_id == user_id)))


def need_free(name: str, taken: set[str]) -> None:
    if alike(name) in map(alike, taken):
        raise ViewNameTaken("You have a view of this name already. Choose another.", field="name")
