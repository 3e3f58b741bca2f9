from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response, status
from fastapi.responses import StreamingResponse
from pydantic import AfterValidator, StringConstraints

from agentlab.auth.callers import Person, ProductOwner, Viewer
from agentlab.auth.sight import need
from agentlab.context import Ctx
from agentlab.errors import NotFound
from agentlab.kit.db import DB
from agentlab.kit.pages import PAGE, After, InvalidCursor, Limit, Page, UnknownOrder
from agentlab.kit.problems import documents
from agentlab.kit.reads import json_reply
from agentlab.kit.text import without_control_characters
from agentlab.portfolio.dashboard import bulk, reading, spreadsheet, views
from agentlab.portfolio.dashboard.filters import Narrowed
from agentlab.portfolio.dashboard.quick import quick_search
from agentlab.portfolio.dashboard.schemas import (
    BulkIn,
    BulkOut,
    Dashboard,
    FoundOut,
    ListedProject,
    ViewChange,
    ViewIn,
    ViewOut,
)
from agentlab.portfolio.levels.moves import MovesToAnotherClient
from agentlab.portfolio.levels.names import ProjectNameTaken
from agentlab.portfolio.levels.places import PlaceArchived
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
    body = await context.reads.read(db, context.sessions, statement, parameters)
    return Response(body, media_type="application/json")


@router.get(
    "/projects",
    response_model=Page[ListedProject],
    responses=documents(UnknownOrder, InvalidCursor),
)
async def get_projects(  # noqa: PLR0917 - FastAPI names them
    viewer: Viewer,
    db: DB,
    filters: Narrowed,
    sort: Sort = None,
    limit: Limit = PAGE,
    after: After = None,
) -> Response:
    """Projects with where each stands, in pages."""
    wanted = reading.page_of_projects(viewer, filters, sort=sort, limit=limit, after=after)
    statement, parameters = wanted
    return await json_reply(db, statement, **parameters)


CSV: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/csv": {"schema": {"type": "string"}}}, "description": "The file"}
}


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
    wanted = reading.page_of_projects(
        viewer, filters, sort=sort, limit=spreadsheet.AT_ONCE, after=None
    )
    first = await spreadsheet.read(db, wanted)
    return StreamingResponse(
        spreadsheet.lines(context.sessions, viewer, filters, sort=sort, first=first),
        media_type="text/csv",
        headers={
            "Content-Disposition": 'attachment; filename="projects.csv"',
            "X-Content-Type-Options": "nosniff",
        },
    )


@router.post(
    "/projects/bulk",
    responses=documents(
        NotFound,
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


Searched = Annotated[
    str,
    StringConstraints(max_length=200),
    AfterValidator(without_control_characters),
    Query(description="Words of a name."),
]


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
    return await json_reply(db, statement, **parameters)


@router.get("/views")
async def get_views(person: Person, db: DB) -> list[ViewOut]:
    """The caller's saved views of the dashboard, by name."""
    return shown(await views.views_of(db, person.id))


@router.post(
    "/views",
    status_code=status.HTTP_201_CREATED,
    responses=documents(views.ViewNameTaken, views.TooManyViews),
)
async def save_view(given: ViewIn, person: Person, db: DB) -> ViewOut:
    """Give the dashboard's filters and order a name. One has at most 50 views."""
    return ViewOut.model_validate(
        await views.save_view(db, given, by=person.id), from_attributes=True
    )


@router.patch("/views/{view_id}", responses=documents(NotFound, views.ViewNameTaken))
async def change_view(view_id: UUID, change: ViewChange, person: Person, db: DB) -> ViewOut:
    """Rename a view of one's own, or let it mean something else."""
    view = await views.change_view(db, view_id, change, by=person.id)
    return ViewOut.model_validate(view, from_attributes=True)


@router.delete(
    "/views/{view_id}", status_code=status.HTTP_204_NO_CONTENT, responses=documents(NotFound)
)
async def delete_view(view_id: UUID, person: Person, db: DB) -> None:
    """Forget a view of one's own."""
    await views.delete_view(db, view_id, by=person.id)


def shown(saved: Sequence[SavedView]) -> list[ViewOut]:
    return [ViewOut.model_validate(view, from_attributes=True) for view in saved]
