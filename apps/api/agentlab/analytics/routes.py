import json
from typing import Annotated

from fastapi import APIRouter, Query, Response
from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.analytics import reading, spreadsheet
from agentlab.analytics.asked import Asked, Wanted
from agentlab.analytics.periods import PeriodBackwards, PeriodTooLong
from agentlab.analytics.schemas import AnalyticsOut
from agentlab.auth import sight
from agentlab.auth.callers import Caller, Viewer
from agentlab.auth.replies import shared_reply
from agentlab.context import Context, Ctx
from agentlab.errors import NotFound
from agentlab.kit import csv_files
from agentlab.kit.csv_files import CSV
from agentlab.kit.db import DB
from agentlab.kit.problems import documents

router = APIRouter(tags=["analytics"])

REFUSED = documents(NotFound, PeriodBackwards, PeriodTooLong)


@router.get("/analytics", response_model=AnalyticsOut, responses=REFUSED)
async def get_analytics(viewer: Viewer, db: DB, context: Ctx, wanted: Wanted) -> Response:
    """How long stages and gates take, who waits for whom, and how often work is rejected.

    Of the projects that the caller may see: what ended on the days that are asked for, the same
    for as many days before, and apart from both what is open now.
    """
    return await figures(viewer, db, context, wanted)


@router.get("/analytics.csv", response_class=Response, responses=REFUSED | CSV)
async def export_analytics(
    viewer: Viewer,
    db: DB,
    context: Ctx,
    wanted: Wanted,
    table: Annotated[spreadsheet.Table, Query(description="Which of the tables.")],
) -> Response:
    """One table of the same figures, as CSV in UTF-8; durations in hours.

    A cell that a spreadsheet would take for a formula (`=`, `+`, `-` or `@` first) begins with an
    apostrophe.
    """
    found = json.loads(bytes((await figures(viewer, db, context, wanted)).body))
    return Response(
        "".join(spreadsheet.lines(found, table)),
        media_type=csv_files.MEDIA_TYPE,
        headers=csv_files.headers(f"analytics-{table}.csv"),
    )


async def figures(caller: Caller, db: AsyncSession, context: Context, wanted: Asked) -> Response:
    """`AnalyticsOut`, shared with whoever asks the same.

    Raises:
        NotFound: for a project that is not there for the caller.
    """
    if wanted.project_id is not None:
        await sight.need(db, caller, "project_id", wanted.project_id, field="project_id")
    return await shared_reply(context, db, caller, *reading.figures(caller, wanted))
