import secrets
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Query, Request, status
from fastapi.responses import RedirectResponse

from agentlab.audit import actors
from agentlab.audit.models import ActorKind
from agentlab.auth import sessions
from agentlab.auth.callers import Anyone, address_of, origin_of
from agentlab.auth.routes import hand_over
from agentlab.auth.service import start_session
from agentlab.context import Context, Ctx
from agentlab.errors import AgentLabError, NotFound
from agentlab.kit.problems import documents
from agentlab.kit.text import Storable
from agentlab.single_sign_on import service
from agentlab.single_sign_on.provider import Provider, ProviderRefused, provider_of
from agentlab.single_sign_on.schemas import SingleSignOnOut

router = APIRouter(tags=["single sign-on"])

COOKIE = "agentlab_sign_in"
"""Ties a sign-in to the browser that began it."""
PATH = "/api/v1/single-sign-on"
SIGN_IN_PAGE = "/sign-in"
REDIRECT: dict[int | str, dict[str, Any]] = {
    status.HTTP_303_SEE_OTHER: {"description": "Go on at the address in `Location`"}
}


class SingleSignOnOff(NotFound):
    code = "single_sign_on_off"


@router.get("/single-sign-on")
async def get_single_sign_on(_: Anyone, context: Ctx) -> SingleSignOnOut:
    """Whether people can sign in at an OpenID provider, and what it is called."""
    is_on = provider_of(context.settings) is not None
    return SingleSignOnOut(is_on=is_on, name=context.settings.oidc_name if is_on else None)


@router.get(
    "/single-sign-on/start",
    status_code=status.HTTP_303_SEE_OTHER,
    response_class=RedirectResponse,
    responses={**REDIRECT, **documents(SingleSignOnOff)},
)
async def start_single_sign_on(
    _: Anyone,
    context: Ctx,
    request: Request,
    after: Annotated[Storable, Query(alias="next", max_length=2_000)] = "/",
    again: Annotated[bool, Query(description="Ask who it is, even if the provider knows.")] = False,  # noqa: FBT002 - a parameter of the address
) -> RedirectResponse:
    """Send the browser to the provider. It comes back to `/single-sign-on/callback`."""
    provider = need_provider(context)
    browser = request.cookies.get(COOKIE) or secrets.token_urlsafe(32)
    try:
        pending = await service.begin(
            context.redis, browser=browser, after=own_page(after), again=again
        )
        address = await provider.address(pending, callback_of(request))
    except AgentLabError as error:
        return to_sign_in(error.code)
    reply = RedirectResponse(address, status.HTTP_303_SEE_OTHER)
    reply.set_cookie(
        COOKIE,
        browser,
        max_age=int(service.PATIENCE.total_seconds()),
        path=PATH,
        httponly=True,
        samesite="lax",
        secure=context.settings.secure_cookies,
    )
    return reply


@router.get(
    "/single-sign-on/callback",
    status_code=status.HTTP_303_SEE_OTHER,
    response_class=RedirectResponse,
    responses={**REDIRECT, **documents(SingleSignOnOff)},
)
async def finish_single_sign_on(
    _: Anyone,
    context: Ctx,
    request: Request,
    state: Annotated[Storable, Query(max_length=200)] = "",
    code: Annotated[Storable, Query(max_length=4_000)] = "",
) -> RedirectResponse:
    """Where the provider sends the browser back: signs the person in, or says why not."""
    provider = need_provider(context)
    try:
        return await finish(context, provider, request, state=state, code=code)
    except AgentLabError as error:
        return to_sign_in(error.code)


async def finish(
    context: Context, provider: Provider, request: Request, *, state: str, code: str
) -> RedirectResponse:
    browser = request.cookies.get(COOKIE, "")
    pending = await service.take(context.redis, state=state, browser=browser)
    if not code:
        raise ProviderRefused("The provider refused the sign-in. Try again.")
    claims = await provider.claims(code, pending, callback_of(request))
    if pending.again:
        service.need_asked_again(claims)
    actors.act_as(actors.Actor(ActorKind.SYSTEM, address=address_of(request)))
    async with context.sessions.begin() as db:
        user = await service.sign_in(db, context.settings, claims)
        token = await start_session(db, context, user, origin=origin_of(request))
    if pending.again:
        await sessions.confirm(context.redis, token)
    reply = RedirectResponse(pending.next, status.HTTP_303_SEE_OTHER)
    reply.delete_cookie(COOKIE, path=PATH)
    await hand_over(request, reply, context, token)
    return reply


def need_provider(context: Context) -> Provider:
    provider = provider_of(context.settings)
    if provider is None:
        raise SingleSignOnOff("No OpenID provider is set up here. Sign in with your password.")
    return provider


def callback_of(request: Request) -> str:
    return f"{request.url.scheme}://{request.url.netloc}{PATH}/callback"


def own_page(address: str) -> str:
    """An address of this app alone: nobody is sent elsewhere after signing in."""
    is_ours = address.startswith("/") and not address.startswith(("//", "/\\"))
    is_plain = is_ours and all(" " < character < "\x7f" for character in address)
    return address if is_plain and "\\" not in address else "/"


def to_sign_in(problem: str) -> RedirectResponse:
    return RedirectResponse(f"{SIGN_IN_PAGE}?problem={quote(problem)}", status.HTTP_303_SEE_OTHER)
