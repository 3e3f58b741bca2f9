from fastapi import APIRouter, Request, Response, status

from agentlab.auth import service, sessions
from agentlab.auth.callers import COOKIE, Anyone, Viewer
from agentlab.auth.models import User
from agentlab.auth.schemas import AccountIn, AccountOut, Credentials, SetupOut
from agentlab.auth.throttle import TooManySignIns
from agentlab.context import Context, Ctx
from agentlab.errors import Unauthenticated
from agentlab.kit.db import DB
from agentlab.kit.problems import documents

router = APIRouter(tags=["auth"])


@router.get("/setup")
async def get_setup(_: Anyone, db: DB) -> SetupOut:
    """Whether the first administrator has still to be made."""
    return SetupOut(needs_first_administrator=await service.needs_first_administrator(db))


@router.post(
    "/setup", status_code=status.HTTP_201_CREATED, responses=documents(service.AlreadySetUp)
)
async def set_up(
    account: AccountIn, _: Anyone, db: DB, context: Ctx, response: Response
) -> AccountOut:
    """Make the first administrator and sign them in. Works once."""
    user = await service.create_first_administrator(db, account)
    hand_over(response, context, await sessions.start(context.redis, user.id))
    return account_of(user)


@router.post("/session", responses=documents(service.WrongCredentials, TooManySignIns))
async def sign_in(
    credentials: Credentials, _: Anyone, db: DB, context: Ctx, request: Request, response: Response
) -> AccountOut:
    """Sign in. The session's id comes back as a cookie."""
    address = request.client.host if request.client else "unknown"
    user, token = await service.sign_in(db, context.redis, credentials, address=address)
    hand_over(response, context, token)
    return account_of(user)


@router.get("/session", responses=documents(Unauthenticated))
async def get_session(caller: Viewer) -> AccountOut:
    """Who is signed in."""
    return AccountOut(id=caller.id, name=caller.name, email=caller.email, role=caller.role)


@router.delete("/session", status_code=status.HTTP_204_NO_CONTENT)
async def sign_out(_: Anyone, context: Ctx, request: Request, response: Response) -> None:
    """Sign out. The session ends on the server, not only in this browser."""
    await sessions.end(context.redis, request.cookies.get(COOKIE, ""))
    response.delete_cookie(COOKIE, path="/")


def hand_over(response: Response, context: Context, token: str) -> None:
    response.set_cookie(
        COOKIE,
        token,
        max_age=int(sessions.ABSOLUTE.total_seconds()),
        path="/",
        httponly=True,
        samesite="lax",
        secure=context.settings.secure_cookies,
    )


def account_of(user: User) -> AccountOut:
    return AccountOut(id=user.id, name=user.name, email=user.email, role=user.role)
