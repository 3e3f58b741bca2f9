from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response, status
from fastapi.responses import StreamingResponse

from agentlab.auth.callers import Person, ProductOwner, Viewer
from agentlab.auth.replies import shared_reply
from agentlab.auth.sight import need
from agentlab.context import Ctx
from agentlab.errors import NotFound
from agentlab.kit import csv_files
from agentlab.kit.csv_files import CSV
from agentlab.kit.db import DB
from agentlab.kit.pages import PAGE, After, InvalidCursor, Limit, Page, UnknownOrder
from agentlab.kit.preconditions import (
    ChangedMeanwhile,
    IfMatch,
    IfMatchGiven,
    Tag,
    Tagging,
    VersionMissing,
)
from agentlab.kit.problems import documents
from agentlab.kit.reads import json_reply, planned_each_time
from agentlab.kit.text import Word
from agentlab.portfolio.dashboard import bulk, reading, spreadsheet, undo, views
from agentlab.portfolio.dashboard.filters import Narrowed
from agentlab.portfolio.dashboard.quick import quick_search
from agentlab.portfolio.dashboard.schemas import (
    BulkIn,
    BulkOut,
    BulkUndo,
    Dashboard,
    FoundOut,
    ListedProject,
    UndoneOut,
    ViewChange,
    ViewIn,
    ViewOut,
)
from agentlab.portfolio.levels.moves import MovesToAnotherClient
from agentlab.portfolio.levels.names import ProjectNameTaken
from agentlab.portfolio.levels.places import PlaceArchived
from agentlab.portfolio.levels.undoing import CannotBeUndone, ChangedSince
from agentlab.portfolio.models import SavedView
from agentlab.portfolio.projects.service import OwnerUnknown

router = APIRouter(tags=["dashboard"])

Sort = Annotated[
    str | None,
    Query(max_length=50, description=f"One of {', '.join(reading.ORDERS.orders)}; `-` reverses."),
]


@router.get("/dashboard", response_model=Dashboard, responses=documents(UnknownOrder))
async def get_dashboard(  # noqa: PLR0917 - FastAPI names them
    viewer: Viewer, db: DB, context: Ctx, filters: Narrowed, sort: Sort = None, limit: Limit = PAGE
) -> Response:
    """The first page of projects, and how many there are of each kind, in one reply."""
    statement, parameters = reading.dashboard(viewer, filters, sort=sort, limit=limit)
    return await shared_reply(context, db, viewer, statement, parameters)


@router.get(
    "/projects",
    response_model=Page[ListedProject],
    responses=documents(UnknownOrder, InvalidCursor),
)
async def get_projects(  # noqa: PLR0917 - FastAPI names them
    viewer: Viewer,
    db: DB,
    context: Ctx,
    filters: Narrowed,
    sort: Sort = None,
    limit: Limit = PAGE,
    after: After = None,
) -> Response:
    """Projects with where each stands, in pages."""
    wanted = reading.page_of_projects(viewer, filters, sort=sort, limit=limit, after=after)
    return await shared_reply(context, db, viewer, *wanted)


@router.get(
    "/projects.csv",
    response_class=StreamingResponse,
    responses=documents(UnknownOrder) | CSV,
)
async def export_projects(
    viewer: Viewer, db: DB, context: Ctx, filters: Narrowed, sort: Sort = None
) -> StreamingResponse:
    """All projects that the filters leave, as CSV in UTF-8.

    A cell that a spreadsheet would take for a formula (`=`, `+`, `-` or `@` first) begins with an
    apostrophe.
    """
    first = await spreadsheet.read(db, spreadsheet.page_of_file(viewer, filters, sort=sort))
    return StreamingResponse(
        spreadsheet.lines(context.sessions, viewer, filters, sort=sort, first=first),
        media_type=csv_files.MEDIA_TYPE,
        headers=csv_files.headers("projects.csv"),
    )


@router.post(
    "/projects/bulk",
    responses=documents(
        NotFound,
        ChangedSince,
        OwnerUnknown,
        bulk.ServiceMissing,
        MovesToAnotherClient,
        PlaceArchived,
        ProjectNameTaken,
    ),
)
async def change_projects(request: BulkIn, owner: ProductOwner, db: DB) -> BulkOut:
    """Do one thing to up to 500 projects: to all of them or, when one is refused, to none."""
    return await bulk.change_projects(db, request, by=owner)


@router.post(
    "/projects/bulk/undo",
    responses=documents(NotFound, ChangedSince, CannotBeUndone, PlaceArchived, ProjectNameTaken),
)
async def undo_change_of_projects(request: BulkUndo, owner: ProductOwner, db: DB) -> UndoneOut:
    """Take back what was done to many projects: all of it, or nothing.

    It is refused when one of them was changed since, and says which.
    """
    return await undo.undo(db, request, by=owner)


Searched = Annotated[Word, Query(description="Words of a name.")]


@router.get("/search/quick", response_model=FoundOut, responses=documents(NotFound))
async def search_quickly(
    viewer: Viewer,
    db: DB,
    q: Searched,
    project_id: Annotated[
        UUID | None, Query(description="A project whose documents come first.")
    ] = None,
) -> Response:
    """Projects, clients, services and documents by name: what one can go to, at most 20."""
    if project_id is not None:
        await need(db, viewer, "project_id", project_id, field="project_id")
    statement, parameters = quick_search(viewer, q, near=project_id)
    async with planned_each_time(db):
        return await json_reply(db, statement, **parameters)


@router.get("/views")
async def get_views(person: Person, db: DB) -> list[ViewOut]:
    """The caller's saved views of the dashboard, by name."""
    found = await views.views_of(db, person.id)
    return [ViewOut.model_validate(view, from_attributes=True) for view in found]


@router.post(
    "/views",
    status_code=status.HTTP_201_CREATED,
    responses=documents(views.ViewNameTaken, views.TooManyViews),
)
async def save_view(given: ViewIn, person: Person, db: DB, tag: Tagging) -> ViewOut:
    """Give the dashboard's filters and order a name. One has at most 50 views."""
    return tagged(await views.save_view(db, given, by=person.id), tag)


@router.patch(
    "/views/{view_id}",
    responses=documents(NotFound, views.ViewNameTaken, ChangedMeanwhile, VersionMissing),
)
async def change_view(
    view_id: UUID, change: ViewChange, *, person: Person, db: DB, version: IfMatch, tag: Tagging
) -> ViewOut:
    """Rename a view of one's own, or let it mean something else."""
    changed = await views.change_view(db, view_id, change, version=version, by=person.id)
    return tagged(changed, tag)


@router.delete(
    "/views/{view_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=documents(NotFound),
)
async def delete_view(view_id: UUID, person: Person, db: DB, version: IfMatchGiven) -> None:
    """Forget a view of one's own."""
    await views.delete_view(db, view_id, version=version, by=person.id)


def tagged(view: SavedView, tag: Tag) -> ViewOut:
    tag(view.version)
    return ViewOut.model_validate(view, from_attributes=True)
