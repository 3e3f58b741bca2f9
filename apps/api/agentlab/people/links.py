"""Links that work once: to accept an invitation, or to choose a new password.

Only a link's hash is kept. Whoever opens it says its token in a body, never in an address.
"""

import hashlib
import secrets
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.api_tokens import service as api_tokens
from agentlab.audit import actors
from agentlab.audit.models import ActorKind
from agentlab.audit.trail import record
from agentlab.auth import throttle
from agentlab.auth.models import AccountLink, AccountLinkPurpose, User
from agentlab.auth.service import (
    NO_PASSWORD,
    end_sign_ins,
    flush_email,
    hash_of,
    start_session,
)
from agentlab.auth.sessions import Origin
from agentlab.changes.schemas import Noun
from agentlab.changes.service import announce
from agentlab.context import Context
from agentlab.errors import Gone, Unauthenticated
from agentlab.kit.clock import now
from agentlab.people.schemas import Acceptance, InvitationIn, LinkAbout, LinkOut
from agentlab.people.service import (
    UserDeactivated,
    assign,
    locked_user,
    need_somebody,
    revoke_links,
    touch,
)

LIFETIME = timedelta(days=7)
KEPT = timedelta(days=30)
"""After its end: so long, whoever opens it is told how it ended."""


class LinkUnknown(Unauthenticated):
    code = "link_unknown"


class LinkUsed(Gone):
    code = "link_used"


class LinkRevoked(Gone):
    code = "link_revoked"


class LinkExpired(Gone):
    code = "link_expired"


async def invite(db: AsyncSession, wanted: InvitationIn, *, by: UUID) -> tuple[UUID, LinkOut]:
    """Make an account that opens with a link. Returns the person and the link, told only now."""
    user = User(
        name=wanted.name,
        email=wanted.email,
        password_hash=NO_PASSWORD,
        role=wanted.role,
        sees_all_clients=wanted.sees_all_clients,
    )
    db.add(user)
    await flush_email(db, wanted.email)
    await assign(db, user.id, wanted.client_ids)
    record(db, "user.invited", subject=user.id, after=wanted.model_dump())
    announce(db, Noun.PEOPLE, of=user.id)
    return user.id, make(db, user, AccountLinkPurpose.INVITATION, by=by)


async def renew(db: AsyncSession, user_id: UUID, *, by: UUID) -> LinkOut:
    """A new link for somebody: the one before opens nothing any more.

    It is an invitation for who has never had a password, and resets it for everybody else.
    """
    user = await locked_user(db, user_id)
    need_somebody(user)
    if user.deactivated_at:
        raise UserDeactivated("This person is deactivated. Reactivate them first.")
    await revoke_links(db, user_id)
    is_new = user.password_hash == NO_PASSWORD
    purpose = AccountLinkPurpose.INVITATION if is_new else AccountLinkPurpose.RESET
    action = "user.invitation_renewed" if is_new else "user.reset_link_made"
    record(db, action, subject=user_id)
    announce(db, Noun.PEOPLE, of=user_id)
    return make(db, user, purpose, by=by)


async def revoke(db: AsyncSession, user_id: UUID) -> None:
    """Take back the link that a person was given."""
    user = await locked_user(db, user_id)
    if await revoke_links(db, user.id):
        record(db, "user.link_revoked", subject=user_id)
        announce(db, Noun.PEOPLE, of=user_id)


def make(db: AsyncSession, user: User, purpose: AccountLinkPurpose, *, by: UUID) -> LinkOut:
    token = secrets.token_urlsafe(32)
    link = AccountLink(
        purpose=purpose,
        user_id=user.id,
        token_hash=hash_of_token(token),
        created_by=by,
        expires_at=now() + LIFETIME,
    )
    db.add(link)
    return LinkOut(
        purpose=purpose, path=f"/invitation#{token}", token=token, expires_at=link.expires_at
    )


async def look_up(db: AsyncSession, token: str) -> LinkAbout:
    """Who a link is for. Raises as `accept` does."""
    found = await db.execute(
        select(AccountLink, User)
        .join(User, User.id == AccountLink.user_id)
        .where(AccountLink.token_hash == hash_of_token(token))
    )
    row = found.one_or_none()
    if row is None:
        raise unknown()
    link, user = row
    need_open(link)
    return LinkAbout(
        purpose=link.purpose, name=user.name, email=user.email, expires_at=link.expires_at
    )


async def accept(
    db: AsyncSession, context: Context, choice: Acceptance, *, origin: Origin
) -> tuple[User, str]:
    """Give the person behind a link their password and sign them in; the link is used up.

    Every session and API token of before ends: who needs a link may have lost more than a password.

    Returns:
        The person and the secret session id.

    Raises:
        LinkUnknown, LinkUsed, LinkRevoked, LinkExpired.
    """
    token_hash = hash_of_token(choice.token)
    user_id = await db.scalar(
        select(AccountLink.user_id).where(AccountLink.token_hash == token_hash)
    )
    if user_id is None:
        raise unknown()
    user = await locked_user(db, user_id)  # then nobody uses or revokes the link meanwhile
    found = await db.scalars(select(AccountLink).where(AccountLink.token_hash == token_hash))
    link = found.one()
    need_open(link)
    link.used_at = now()
    user.password_hash = await hash_of(choice.password)
    return user, await let_in(db, context, user, link.purpose, choice, origin=origin)


async def let_in(
    db: AsyncSession,
    context: Context,
    user: User,
    purpose: AccountLinkPurpose,
    choice: Acceptance,
    *,
    origin: Origin,
) -> str:
    actors.act_as(actors.Actor(ActorKind.PERSON, user.id, user.name, address=origin.address))
    before, after = {}, {}
    if purpose is AccountLinkPurpose.INVITATION and choice.name and choice.name != user.name:
        before["name"], after["name"] = user.name, choice.name
        user.name = choice.name
    touch(user, user.id)
    is_new = purpose is AccountLinkPurpose.INVITATION
    action = "user.joined" if is_new else "user.password_reset"
    record(db, action, subject=user.id, before=before, after=after)
    announce(db, Noun.PEOPLE, of=user.id)
    await api_tokens.revoke_all(db, user.id)
    await end_sign_ins(db, context.redis, user)
    await throttle.unlock(context.redis, user.id)
    return await start_session(db, context, user, origin=origin)


def need_open(link: AccountLink) -> None:
    """Raise what is wrong with a link that opens nothing."""
    if link.used_at:
        raise LinkUsed(
            "This link was used already. Sign in, or ask an administrator for a new one."
        )
    if link.revoked_at:
        raise LinkRevoked("This link was taken back. Ask an administrator for a new one.")
    if link.expires_at <= now():
        raise LinkExpired("This link is over 7 days old. Ask an administrator for a new one.")


async def forget_ended(context: Context) -> None:
    """Sweep: forget links that ended long ago. That they were made stands in the trail."""
    async with context.sessions.begin() as db:
        ended = AccountLink.expires_at < now() - KEPT
        if count := await db.scalar(select(func.count()).where(ended)):
            await db.execute(delete(AccountLink).where(ended))
            record(db, "user.links_forgotten", after={"count": count})


def unknown() -> LinkUnknown:
    return LinkUnknown("This link is not complete. Copy the whole of it and try again.")


def hash_of_token(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
