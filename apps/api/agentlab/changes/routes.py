from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Header, Request

from agentlab.auth.callers import Viewer, still_calls
from agentlab.changes.hearing import Hearing
from agentlab.changes.schemas import Change
from agentlab.context import Ctx
from agentlab.errors import Unauthenticated
from agentlab.kit.live import EventStream
from agentlab.kit.problems import documents

router = APIRouter(tags=["changes"])

STREAM: dict[int | str, dict[str, Any]] = {
    200: {"model": Change, "description": "Events until the session ends or a deploy comes"}
}


@router.get(
    "/events",
    response_class=EventStream,
    responses=STREAM | documents(Unauthenticated),
)
async def follow_changes(
    viewer: Viewer,
    context: Ctx,
    request: Request,
    last_event_id: Annotated[str | None, Header()] = None,
) -> EventStream:
    """What changes in sight, as server-sent events. With `Last-Event-ID` also what was missed."""
    context.sights.expire()
    hearing = Hearing(context, viewer, partial(still_calls, request, context))
    return EventStream(context.live.stream(last_event_id, hearing.is_welcome, hearing.heard))
