from fastapi import APIRouter, status

from agentlab.activity import service
from agentlab.activity.schemas import ActivityPage, Asked, LookedIn
from agentlab.auth import sight
from agentlab.auth.callers import Person, Viewer
from agentlab.errors import NotFound
from agentlab.kit.db import DB
from agentlab.kit.pages import PAGE, After, InvalidCursor, Limit
from agentlab.kit.problems import documents

router = APIRouter(prefix="/activity", tags=["activity"])


@router.get("", responses=documents(NotFound, InvalidCursor))
async def list_activity(
    asked: Asked, viewer: Viewer, db: DB, limit: Limit = PAGE, after: After = None
) -> ActivityPage:
    """What was done in the portfolio, newest first, as far as the caller may see it."""
    for field in ("client_id", "project_id"):
        if (id_ := getattr(asked, field)) is not None:
            await sight.need(db, viewer, field, id_, field=field)
    return await service.page(db, viewer, asked, limit=limit, after=after)


@router.put("/looked", status_code=status.HTTP_204_NO_CONTENT)
async def look_at_activity(looked: LookedIn, person: Person, db: DB) -> None:
    """Say up to where one has seen the feed; what the others do later is news."""
    await service.keep_looked(db, person.id, looked.at)
