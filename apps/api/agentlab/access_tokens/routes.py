from fastapi import APIRouter, Request, status

from agentlab.access_tokens import service
from agentlab.access_tokens.schemas import AccessIn, AccessOut, RefreshIn
from agentlab.auth.callers import Anyone, address_of
from agentlab.auth.service import AccountDeactivated, WrongCredentials
from agentlab.auth.throttle import TooManySignIns
from agentlab.auth.tokens import NoSecret
from agentlab.context import Ctx
from agentlab.kit.db import DB
from agentlab.kit.problems import documents

router = APIRouter(tags=["access tokens"])


@router.post(
    "/access-tokens",
    responses=documents(
        WrongCredentials, AccountDeactivated, TooManySignIns, service.ScopeBeyondRole, NoSecret
    ),
)
async def issue_access_token(
    body: AccessIn, _: Anyone, context: Ctx, request: Request
) -> AccessOut:
    """Sign a program in with a person's password: a JWT for 15 minutes, and a refresh token."""
    return await service.sign_in(context, body, address=address_of(request))


@router.post(
    "/access-tokens/refresh",
    responses=documents(service.RefreshTokenRefused, service.RefreshTokenReused, NoSecret),
)
async def refresh_access_token(
    body: RefreshIn, _: Anyone, context: Ctx, request: Request
) -> AccessOut:
    """The next access token and the next refresh token. Each refresh token works once.

    Showing one twice ends the whole sign-in, also when the first reply was lost: sign in again.
    """
    secret = body.refresh_token.get_secret_value()
    return await service.refresh(context, secret, address=address_of(request))


@router.post("/access-tokens/revocation", status_code=status.HTTP_204_NO_CONTENT)
async def revoke_access_token(body: RefreshIn, _: Anyone, db: DB, request: Request) -> None:
    """End the sign-in of a refresh token: its access tokens, too, are refused at once."""
    await service.revoke(db, body.refresh_token.get_secret_value(), address=address_of(request))
