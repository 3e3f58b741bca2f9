"""Who is calling and what they may do, as the type of a route's parameter.

Every route takes exactly one of these; a house test fails for a route that does not.
"""

from dataclasses import dataclass, field, replace
from typing import Annotated
from uuid import UUID

import structlog
from fastapi import BackgroundTasks, Depends, Request
from sqlalchemy import bindparam, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.audit import actors, trail
from agentlab.audit.models import ActorKind
from agentlab.auth import bearers, once, sessions, sight, tokens
from agentlab.auth.models import Role, Scope, User
from agentlab.context import Context, Ctx
from agentlab.errors import Forbidden, NotFound, Unauthenticated
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
    scopes: frozenset[Scope] = frozenset(Scope)
    """What the agent's token may do; a person in a session may do all that their role may."""
    address: str = ""
    trail_at: str | None = field(default=None, compare=False)
    """The head of the audit trail when they asked: what is read for them may not be older."""

    @property
    def is_agent(self) -> bool:
        return self.token_id is not None


async def anyone() -> None:
    """Says that a route is public on purpose."""


class ScopeMissing(Forbidden):
    code = "scope_missing"


async def calling(request: Request, context: Ctx, db: DB, background: BackgroundTasks) -> Caller:
    """Who it is, by a token or else by a session; what the address names must be there for them.

    Raises:
        Unauthenticated: neither; also with a cookie beside a token that is not accepted.
        NotFound: something that the address names is not there for this caller (`sight`).
    """
    if (token := bearers.token_in(request.headers)) is not None:
        caller = await agent(context, db, token, address_of(request), background)
    else:
        caller = await in_session(request, context, db)
    structlog.contextvars.bind_contextvars(user_id=str(caller.id))
    actors.act_as(actor_of(caller))
    await sight.need_addressed(db, caller, request.path_params)
    await once.begin(db, request, caller)
    return caller


async def in_session(request: Request, context: Context, db: AsyncSession) -> Caller:
    token = request.cookies.get(COOKIE, "")
    limits = sessions.limits_of(context.settings)
    user_id = await sessions.user_of(context.redis, token, limits) if token else None
    caller = await person(db, user_id, address_of(request)) if user_id else None
    if caller is None:
        raise Unauthenticated("You are not signed in. Sign in and try again.")
    return caller


async def agent(
    context: Context, db: AsyncSession, token: str, address: str, background: BackgroundTasks
) -> Caller:
    """The person whose token it is, with the rights that both have now."""
    bearer = await bearers.find(db, context.settings, token)
    caller = await person(db, bearer.user_id, address)
    if caller is None:
        raise tokens.TokenRefused("The person whose token this is cannot sign in any more.")
    if bearer.is_use_worth_noting:
        background.add_task(bearers.note_use, context.engine, bearer.id, address)
    structlog.contextvars.bind_contextvars(token_id=str(bearer.id))
    return replace(caller, token_id=bearer.id, project_id=bearer.project_id, scopes=bearer.scopes)


async def still_calls(request: Request, context: Context) -> bool:
    """Whether the session or the token of this request is still good, for replies that go on."""
    if (token := bearers.token_in(request.headers)) is None:
        return await sessions.is_running(context.redis, request.cookies.get(COOKIE, ""))
    async with context.sessions() as db:
        try:
            bearer = await bearers.find(db, context.settings, token)
        except Unauthenticated:
            return False
        return await person(db, bearer.user_id, "") is not None


def need_scope(caller: Caller, scope: Scope) -> None:
    if scope not in caller.scopes:
        raise ScopeMissing(
            f"This token has not the scope `{scope}`, which this needs. Make one that has it."
        )


async def signed_in(caller: Annotated[Caller, Depends(calling)]) -> Caller:
    need_scope(caller, Scope.READ)
    return caller


WHO = select(
    User.id,
    User.name,
    User.email,
    User.role,
    User.sees_all_clients,
    text(f"({trail.HEAD.text})"),  # with it, as most readers need it and each trip costs time
).where(User.id == bindparam("user_id"), User.deactivated_at.is_(None))


async def person(db: AsyncSession, user_id: UUID, address: str) -> Caller | None:
    """The person as a caller; None when there is no such person, or they were deactivated."""
    found = (await db.execute(WHO, {"user_id": user_id})).one_or_none()
    if found is None:
        return None
    id_, name, email, role, sees_all, trail_at = found
    all_clients = sees_all or role is Role.ADMINISTRATOR
    return Caller(id_, name, email, role, all_clients, address=address, trail_at=trail_at)


def actor_of(caller: Caller) -> actors.Actor:
    kind = ActorKind.AGENT if caller.is_agent else ActorKind.PERSON
    return actors.Actor(kind, caller.id, caller.name, caller.token_id, caller.address)


def address_of(request: Request) -> str:
    return request.client.host if request.client else ""


def origin_of(request: Request) -> sessions.Origin:
    return sessions.Origin(address_of(request), request.headers.get("user-agent", ""))


async def in_person(caller: Annotated[Caller, Depends(calling)]) -> Caller:
    if caller.is_agent:
        raise Forbidden("Only a person who is signed in may do this; a token may not.")
    return caller


async def product_owner(request: Request, caller: Annotated[Caller, Depends(calling)]) -> Caller:
    need_scope(caller, Scope.WRITE)
    if caller.role is Role.VIEWER:
        raise Forbidden(
            "Viewers can read but not change anything. Ask an administrator for the role "
            "of product owner."
        )
    if caller.project_id and not sight.names_a_place(request.path_params):
        raise NotFound("This token reaches one project, and what this is about is outside it.")
    return caller


async def reviewer(
    caller: Annotated[Caller, Depends(product_owner)], _: Annotated[Caller, Depends(in_person)]
) -> Caller:
    return caller


async def administrator(caller: Annotated[Caller, Depends(in_person)]) -> Caller:
    if caller.role is not Role.ADMINISTRATOR:
        raise Forbidden("Only an administrator may do this.")
    return caller


async def confirmed_now(request: Request, context: Ctx) -> bool:
    """Whether the person in this session showed within the last minutes that it is them."""
    return await sessions.is_confirmed(context.redis, request.cookies.get(COOKIE, ""))


async def operator(request: Request, context: Ctx) -> str:
    """Whoever holds a token that this host's JWT_SECRET signed."""
    token = bearers.token_in(request.headers)
    if token is None:
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

Confirmed = Annotated[bool, Depends(confirmed_now)]
"""Says no more of who calls: beside one of the others."""

Operator = Annotated[str, Depends(operator)]
"""Somebody on the host, or one of our own programs; never a person in a browser."""

CALLERS = frozenset(
    {anyone, signed_in, product_owner, in_person, reviewer, administrator, operator}
)
