"""Who is calling and what they may do, as the type of a route's parameter.

Every route takes exactly one of these; a house test fails for a route that does not.
"""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

import structlog
from fastapi import Depends, Request
from sqlalchemy import select

from agentlab.auth import sessions, tokens
from agentlab.auth.models import Role, User
from agentlab.context import Ctx
from agentlab.errors import Forbidden, Unauthenticated
from agentlab.kit.db import DB

COOKIE = "agentlab_session"


@dataclass(frozen=True)
class Caller:
    """A person in an interactive session."""

    id: UUID
    name: str
    email: str
    role: Role


def anyone() -> None:
    """Says that a route is public on purpose."""


async def signed_in(request: Request, context: Ctx, db: DB) -> Caller:
    token = request.cookies.get(COOKIE, "")
    user_id = await sessions.user_of(context.redis, token) if token else None
    who = select(User.id, User.name, User.email, User.role).where(User.id == user_id)
    user = (await db.execute(who)).one_or_none() if user_id else None
    if user is None:
        raise Unauthenticated("You are not signed in. Sign in and try again.")
    structlog.contextvars.bind_contextvars(user_id=str(user_id))
    return Caller(*user)


def product_owner(caller: Annotated[Caller, Depends(signed_in)]) -> Caller:
    if caller.role is Role.VIEWER:
        raise Forbidden(
            "Viewers can read but not change anything. Ask an administrator for the role "
            "of product owner."
        )
    return caller


def administrator(caller: Annotated[Caller, Depends(signed_in)]) -> Caller:
    if caller.role is not Role.ADMINISTRATOR:
        raise Forbidden("Only an administrator may do this.")
    return caller


async def operator(request: Request, context: Ctx) -> str:
    """Whoever holds a token that this host's JWT_SECRET signed."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        raise Unauthenticated("This needs a token: `Authorization: Bearer …`.")
    return tokens.subject_of(context.settings, token)


Anyone = Annotated[None, Depends(anyone)]
Viewer = Annotated[Caller, Depends(signed_in)]
"""Anybody who is signed in."""
ProductOwner = Annotated[Caller, Depends(product_owner)]
"""A product owner or an administrator."""
Administrator = Annotated[Caller, Depends(administrator)]

Operator = Annotated[str, Depends(operator)]
"""Somebody on the host, or one of our own programs; never a person in a browser."""

CALLERS = frozenset({anyone, signed_in, product_owner, administrator, operator})
