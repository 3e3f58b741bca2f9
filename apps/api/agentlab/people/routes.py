"""Administrators manage people; people accept what they were invited to."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response, status

from agentlab.auth import callers, throttle
from agentlab.auth.callers import Administrator, Anyone, Viewer
from agentlab.auth.models import Role
from agentlab.auth.routes import hand_over
from agentlab.auth.schemas import AccountOut
from agentlab.auth.service import EmailTaken
from agentlab.context import Ctx
from agentlab.errors import NotFound
from agentlab.kit.db import DB
from agentlab.kit.pages import PAGE, After, InvalidCursor, Limit, Page, UnknownOrder
from agentlab.kit.preconditions import ChangedMeanwhile, IfMatch, Tagging, VersionMissing
from agentlab.kit.problems import documents
from agentlab.kit.searching import Search
from agentlab.people import links, reading, service
from agentlab.people.schemas import (
    Acceptance,
    ChangedUser,
    Deactivated,
    InvitationIn,
    InvitationOut,
    LinkAbout,
    LinkIn,
    LinkOut,
    PersonOut,
    SignedOut,
    UserOut,
    UserPatch,
    UserState,
)

router = APIRouter(tags=["people"])

LINK_ERRORS = (links.LinkUnknown, links.LinkUsed, links.LinkRevoked, links.LinkExpired)


@router.get("/people", responses=documents(InvalidCursor))
async def list_people(
    viewer: Viewer,
    db: DB,
    context: Ctx,
    *,
    search: Search = "",
    limit: Limit = PAGE,
    after: After = None,
) -> Page[PersonOut]:
    """Who can sign in and sees a client that one sees, by name: for choosing an owner or a filter.

    An agent whose token is bound to a project gets the people of that project's client.
    """
    return await reading.people(
        db, context.settings, viewer, search=search, limit=limit, after=after
    )


@router.get("/users", responses=documents(InvalidCursor, UnknownOrder))
async def list_users(
    _: Administrator,
    db: DB,
    context: Ctx,
    *,
    search: Search = "",
    role: Annotated[list[Role], Query(description="Only these roles.")] = [],  # noqa: B006
    state: Annotated[list[UserState], Query(description="Only these states.")] = [],  # noqa: B006
    sort: Annotated[
        str | None,
        Query(
            max_length=50,
            description="`name`, `email`, `role`, `created` or `signed_in`; `-` before it turns "
            "the order around.",
        ),
    ] = None,
    limit: Limit = PAGE,
    after: After = None,
) -> Page[UserOut]:
    """The people who can sign in, could once, or are invited to."""
    return await reading.users(
        db,
        context.settings,
        locked=await throttle.locked(context.redis),
        search=search,
        roles=role,
        states=state,
        sort=sort,
        limit=limit,
        after=after,
    )


@router.get("/users/{user_id}", responses=documents(NotFound))
async def get_user(user_id: UUID, _: Administrator, db: DB, context: Ctx, tag: Tagging) -> UserOut:
    """A person who can sign in."""
    return await shown(user_id, db, context, tag)


@router.patch(
    "/users/{user_id}",
    responses=documents(
        NotFound,
        service.LastAdministrator,
        service.UserErased,
        EmailTaken,
        ChangedMeanwhile,
        VersionMissing,
    ),
)
async def change_user(
    user_id: UUID,
    patch: UserPatch,
    *,
    version: IfMatch,
    administrator: Administrator,
    db: DB,
    context: Ctx,
    tag: Tagging,
) -> ChangedUser:
    """Change a person's name, e-mail, role, or the clients that they see.

    Of projects that they do not see any more, they are not the owner any more.
    """
    released = await service.change(
        db, context.settings, user_id, patch, version=version, by=administrator.id
    )
    await db.flush()
    return ChangedUser(**dict(await shown(user_id, db, context, tag)), released=released)


@router.post(
    "/users/{user_id}/deactivation",
    responses=documents(NotFound, service.LastAdministrator, service.UserDeactivated),
)
async def deactivate_user(
    user_id: UUID, administrator: Administrator, db: DB, context: Ctx
) -> Deactivated:
    """Keep a person out: their sessions end at once, and their API tokens are revoked.

    Of their projects they are not the owner any more.
    """
    return await service.deactivate(db, context, user_id, by=administrator.id)


@router.delete(
    "/users/{user_id}/deactivation",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=documents(NotFound, service.UserActive, service.UserErased),
)
async def reactivate_user(
    user_id: UUID, administrator: Administrator, db: DB, context: Ctx
) -> None:
    """Let a person in again who was deactivated. Tokens and projects do not come back."""
    await service.reactivate(db, context.redis, user_id, by=administrator.id)


@router.post(
    "/users/{user_id}/unlock",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=documents(NotFound),
)
async def unlock_user(user_id: UUID, _: Administrator, db: DB, context: Ctx) -> None:
    """Forget the failed sign-ins of a person, so that they need not wait."""
    await service.unlock(db, context.redis, user_id)


@router.delete("/users/{user_id}/sessions", responses=documents(NotFound))
async def end_sessions_of_user(user_id: UUID, _: Administrator, db: DB, context: Ctx) -> SignedOut:
    """Sign a person out everywhere; their API tokens and a link are revoked, too."""
    ended, revoked = await service.end_sessions(db, context.redis, user_id)
    return SignedOut(ended=ended, tokens_revoked=revoked)


@router.post(
    "/users/{user_id}/links",
    status_code=status.HTTP_201_CREATED,
    responses=documents(NotFound, service.UserDeactivated, service.UserErased),
)
async def make_link(user_id: UUID, administrator: Administrator, db: DB) -> LinkOut:
    """A new link for a person, told once: to accept the invitation, or to reset the password.

    The link before it opens nothing any more.
    """
    return await links.renew(db, user_id, by=administrator.id)


@router.delete(
    "/users/{user_id}/links",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=documents(NotFound),
)
async def revoke_links(user_id: UUID, _: Administrator, db: DB) -> None:
    """Take back the link that a person was given and has not used."""
    await links.revoke(db, user_id)


@router.post(
    "/invitations",
    status_code=status.HTTP_201_CREATED,
    responses=documents(EmailTaken, NotFound),
)
async def invite(
    wanted: InvitationIn, administrator: Administrator, db: DB, context: Ctx, tag: Tagging
) -> InvitationOut:
    """Invite a person. The link is told once; pass it on yourself."""
    user_id, link = await links.invite(db, wanted, by=administrator.id)
    await db.flush()
    return InvitationOut(user=await shown(user_id, db, context, tag), link=link)


@router.post("/invitations/lookup", responses=documents(*LINK_ERRORS))
async def look_up_link(body: LinkIn, _: Anyone, db: DB) -> LinkAbout:
    """Who a link is for: an invitation's, or one that resets a password."""
    return await links.look_up(db, body.token)


@router.post("/invitations/acceptance", responses=documents(*LINK_ERRORS))
async def accept_link(
    choice: Acceptance, _: Anyone, db: DB, context: Ctx, request: Request, response: Response
) -> AccountOut:
    """Choose a password with a link, and be signed in."""
    user, token = await links.accept(db, context, choice, origin=callers.origin_of(request))
    await hand_over(request, response, context, token)
    return AccountOut.model_validate(user)


async def shown(user_id: UUID, db: DB, context: Ctx, tag: Tagging) -> UserOut:
    locked = await throttle.locked(context.redis)
    user = await reading.user(db, context.settings, user_id, locked)
    tag(user.version)
    return user
