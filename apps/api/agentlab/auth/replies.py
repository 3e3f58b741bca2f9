"""Replies that many people share while nothing changes that concerns them."""

from typing import Any

from fastapi import Response
from sqlalchemy import TextClause
from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.audit import trail
from agentlab.auth.callers import Caller
from agentlab.context import Context
from agentlab.kit.reads import Together


async def shared_reply(
    context: Context,
    db: AsyncSession,
    caller: Caller,
    statement: TextClause | Together,
    parameters: dict[str, Any],
) -> Response:
    """The reply of the last time, unless something changed that concerns this caller."""
    body = await context.reads.read(
        db,
        context.sessions,
        statement,
        parameters,
        version=trail.HEAD,
        current=caller.trail_at,
        changed=None if caller.sees_all else (trail.CHANGED_FOR, {"user_id": caller.id}),
    )
    return Response(body, media_type="application/json")
