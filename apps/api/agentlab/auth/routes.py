from fastapi import APIRouter, Request, Response, status

from agentlab.audit import actors
from agentlab.audit.trail import record
from agentlab.auth import callers, service, sessions
from agentlab.auth.callers import COOKIE, Anyone, Person, Viewer
from agentlab.auth.models import User
from agentlab.auth.schemas import (
    AccountOut,
    ConfirmationIn,
    Credentials,
)
from agentlab.auth.throttle import TooManySignIns
from agentlab.context import Context, Ctx
from agentlab.errors import Unauthenticated
from agentlab.kit.db import DB
from agentlab.kit.problems import documents

router = APIRouter(tags=["auth"])


@router.post(
    "/session",
    responses=documents(service.WrongCredentials, service.AccountDeactivated, TooManySignIns),
)
async def sign_in(
    credentials: Credentials, _: Anyone, db: DB, context: Ctx, request: Request, response: Response
) -> AccountOut:
    """Sign in. The session's id comes back as a cookie; one that was there before ends."""
    origin = callers.origin_of(request)
    user, token = await service.sign_in(db, context, credentials, origin=origin)
    await hand_over(request, response, context, token)
    return AccountOut.model_validate(user)


@router.get("/session", responses=documents(Unauthenticated))
async def get_session(caller: Viewer, db: DB) -> AccountOut:
    """Who is signed in."""
    return AccountOut.model_validate(await db.get_one(User, caller.id))


@router.put(
    "/session/confirmation",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=documents(service.WrongPassword, service.NoPassword, TooManySignIns),
)
async def confirm_session(
    body: ConfirmationIn, person: Person, db: DB, context: Ctx, request: Request
) -> None:
    """Give one's password once more: for the next five minutes it is known who decides.

    Somebody without a password signs in again instead: `/single-sign-on/start?again=true`.
    """
    session, address = request.cookies.get(COOKIE, ""), callers.address_of(request)
    await service.confirm(db, context, person.id, body.password, session=session, address=address)


@router.delete("/session", status_code=status.HTTP_204_NO_CONTENT)
async def sign_out(_: Anyone, db: DB, context: Ctx, request: Request, response: Response) -> None:
    """Sign out. The session ends on the server, not only in this browser."""
    user_id = await sessions.end(context.redis, request.cookies.get(COOKIE, ""))
    caller = await callers.person(db, user_id, callers.address_of(request)) if user_id else None
    if caller:
        actors.act_as(callers.actor_of(caller))
        record(db, "session.ended", subject=caller.id)
    take_back(response)


async def hand_over(request: Request, response: Response, context: Context, token: str) -> None:
    """Give the browser its session. The one that it came with ends: an id is of one sign-in."""
    await sessions.end(context.redis, request.cookies.get(COOKIE, ""))
    response.set_cookie(
        COOKIE,
        token,
        max_age=int(sessions.limits_of(context.settings).absolute.total_seconds()),
        path="/",
        httponly=True,
        samesite="lax",
        secure=context.settings.secure_cookies,
    )


def take_back(response: Response) -> None:
    response.delete_cookie(COOKIE, path="/")
