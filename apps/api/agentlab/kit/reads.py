"""Reads that people wait for: one statement whose result PostgreSQL shapes, straight to bytes."""

from typing import Any

from fastapi import Response
from sqlalchemy import TextClause
from sqlalchemy.ext.asyncio import AsyncSession


async def json_reply(db: AsyncSession, statement: TextClause, **parameters: Any) -> Response:  # noqa: ANN401 - whatever the statement binds
    """Answer with the one JSON text that `statement` selects.

    Nothing is parsed on the way: a test parses the reply with the route's `response_model`.
    """
    text = await db.scalar(statement, parameters)
    return Response(text, media_type="application/json")
