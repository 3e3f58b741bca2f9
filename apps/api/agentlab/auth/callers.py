"""Who is calling and what they may do, as the type of a route's parameter.

Every route takes exactly one of these; a house test fails for a route that does not.
"""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

import structlog
from fastapi import Depends, Request
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.audit import actors
from agentlab.audit.models import ActorKind
from agentlab.auth import sessions, sight, tokens
from agentlab.auth.models import Role, User
from agentlab.context import Ctx
from agentlab.errors import Forbidden, Unauthenticated
from agentlab.kit.db import DB

COOKIE = "agentlab_session"


@dataclass(frozen=True)
class Caller:
    """A person in an interactive session, or an agent with a token of theirs."""

    id: UUID
    """The person."""
    name: str
    email: str
    role: Role
    sees_all: bool
    """Every client; otherwise those that the person is assigned to."""
    token_id: UUID | None = None
    """The agent's token; None for a person in a session."""
    project_id: UUID | None = None
    """The only project that the agent's token reaches."""
    address: str = ""

    @property
    def is_agent(self) -> bool:
        return self.token_id is not None


def anyone() -> None:
    """Says that a route is public on purpose."""


async def signed_in(request: Request, context: Ctx, db: DB) -> Caller:
    """Whose session it is. What the address names must be there for them (`sight`)."""
    token = request.cookies.get(COOKIE, "")
    limits = sessions.limits_of(context.settings)
    user_id = await sessions.user_of(context.redis, token, limits) if token else None
    caller = await person(db, user_id, address_of(request)) if user_id else None
    if caller is None:
        raise Unauthenticated("You are not signed in. Sign in and try again.")
    structlog.contextvars.bind_contextvars(user_id=str(user_id))
    actors.act_as(actor_of(caller))
    await sight.need_addressed(db, caller, request.path_params)
    return caller


async def person(db: AsyncSession, user_id: UUID, address: str) -> Caller | None:
    """The person as a caller; None when there is no such person, or they were deactivated."""
    who = select(User.id, User.name, User.email, User.role, User.sees_all_clients).where(
        User.id == user_id, User.deactivated_at.is_(None)
    )
    found = (await db.execute(who)).one_or_none()
    if found is None:
        return None
    id_, name, email, role, sees_all = found
    all_clients = sees_all or role is Role.ADMINISTRATOR
    return Caller(id_, name, email, role, all_clients, address=address)


def actor_of(caller: Caller) -> actors.Actor:
    kind = ActorKind.AGENT if caller.is_agent else ActorKind.PERSON
    return actors.Actor(kind, caller.id, caller.name, caller.token_id, caller.address)


def address_of(request: Request) -> str:
    return request.client.host if request.client else ""


def origin_of(request: Request) -> sessions.Origin:
    return sessions.Origin(address_of(request), request.headers.get("user-agent", ""))


def in_person(caller: Annotated[Caller, Depends(signed_in)]) -> Caller:
    if caller.is_agent:
        raise Forbidden("Only a person who is signed in may do this; a token may not.")
    return caller


def product_owner(caller: Annotated[Caller, Depends(signed_in)]) -> Caller:
    if caller.role is Role.VIEWER:
        raise Forbidden(
            "Viewers can read but not change anything. Ask an administrator for the role "
            "of product owner."
        )
    return caller


def reviewer(
    caller: Annotated[Caller, Depends(product_owner)], _: Annotated[Caller, Depends(in_person)]
) -> Caller:
    return caller


def administrator(caller: Annotated[Caller, Depends(in_person)]) -> Caller:
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
"""Anybody who is signed in, or an agent that may read."""
ProductOwner = Annotated[Caller, Depends(product_owner)]
"""A product owner or an administrator, or an agent of theirs that may write."""
Person = Annotated[Caller, Depends(in_person)]
"""A person in a session, whatever their role: for what is their own."""
Reviewer = Annotated[Caller, Depends(reviewer)]
"""A product owner or an administrator in person: for what no agent may do."""
Administrator = Annotated[Caller, Depends(administrator)]
"""An administrator in person."""

Operator = Annotated[str, Depends(operator)]
"""Somebody on the host, or one of our own programs; never a person in a browser."""

CALLERS = frozenset(
    {anyone, signed_in, product_owner, in_person, reviewer, administrator, operator}
)
