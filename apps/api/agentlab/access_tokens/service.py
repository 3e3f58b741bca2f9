"""Access tokens of people for programs: 15 minutes each, renewed by refresh tokens that work once.

A refresh token that is shown a second time was stolen, or the reply to the first use was lost.
Nobody can tell these apart, so there is no grace: the whole chain ends, and whoever may sign in
does so again.
"""

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.access_tokens.schemas import AccessIn, AccessOut
from agentlab.audit import actors
from agentlab.audit.models import ActorKind
from agentlab.audit.trail import record
from agentlab.auth import chains, tokens
from agentlab.auth import service as auth
from agentlab.auth.bearers import hash_of
from agentlab.auth.models import RefreshToken, Role, Scope, User
from agentlab.context import Context
from agentlab.errors import Forbidden, Unauthenticated
from agentlab.kit import clock
from agentlab.kit.ids import new_id

LIFETIME = timedelta(days=30)
"""Of a chain, from the sign-in on; refreshing does not lengthen it."""
PREFIX = "agr_"


class ScopeBeyondRole(Forbidden):
    code = "scope_beyond_role"


class RefreshTokenRefused(Unauthenticated):
    code = "refresh_token_refused"


class RefreshTokenReused(Unauthenticated):
    code = "refresh_token_reused"


@dataclass(frozen=True)
class Link:
    """The newest refresh token of a chain."""

    secret: str
    family_id: UUID
    user_id: UUID
    scopes: Collection[Scope]
    expires_at: datetime


async def sign_in(context: Context, wanted: AccessIn, *, address: str) -> AccessOut:
    """Check the password and begin a chain.

    Raises:
        WrongCredentials, TooManySignIns, ScopeBeyondRole, NoSecret.
    """
    async with context.sessions.begin() as db:
        user = await auth.check_credentials(db, context, wanted, address=address)
        if user.role is Role.VIEWER and wanted.scopes != {Scope.READ}:
            raise ScopeBeyondRole("Viewers cannot change anything. Ask for the scope `read` alone.")
        family_id = new_id()
        actors.act_as(actors.Actor(ActorKind.AGENT, user.id, user.name, family_id, address))
        expires_at = clock.now() + LIFETIME
        link = lengthen(db, family_id, user.id, wanted.scopes, expires_at)
        record(db, "refresh_token.issued", subject=family_id, after={"scopes": wanted.scopes})
        return reply(context, link)


async def refresh(context: Context, secret: str, *, address: str) -> AccessOut:
    """The next two tokens of a chain.

    Raises:
        RefreshTokenRefused: unknown, ended, revoked, or of somebody who was deactivated.
        RefreshTokenReused: it was used before; the chain has ended.
    """
    async with context.sessions.begin() as db:
        found = await held(db, secret)
        if found is None:
            raise RefreshTokenRefused("There is no such refresh token. Sign in again.")
        used, user = found
        family = used.family_id
        actors.act_as(actors.Actor(ActorKind.AGENT, user.id, user.name, family, address))
        need_alive(used, user)
        if used.used_at is None:
            used.used_at = clock.now()
            scopes = list(map(Scope, used.scopes))
            return reply(context, lengthen(db, family, user.id, scopes, used.expires_at))
        await chains.end(db, user.id, family)
        record(db, "refresh_token.reused", subject=family)
    # After the transaction: what it revoked stays revoked.
    raise RefreshTokenReused(
        "This refresh token was used before, so all tokens of its sign-in were revoked. Sign in "
        "again, and find out who else has the token."
    )


async def held(db: AsyncSession, secret: str) -> tuple[RefreshToken, User] | None:
    """A refresh token and whose it is, while nobody else uses it or ends its chain."""
    known = select(RefreshToken.user_id).where(RefreshToken.token_hash == hash_of(secret))
    user_id = await db.scalar(known)
    if user_id is None:
        return None
    await chains.hold(db, user_id)
    query = select(RefreshToken, User).join(User, User.id == RefreshToken.user_id)
    found = await db.execute(query.where(RefreshToken.token_hash == hash_of(secret)))
    row = found.one_or_none()
    return (row[0], row[1]) if row else None


def need_alive(token: RefreshToken, user: User) -> None:
    is_over = token.revoked_at is not None or token.expires_at <= clock.now()
    if is_over or user.deactivated_at is not None:
        raise RefreshTokenRefused("The sign-in of this refresh token has ended. Sign in again.")


def lengthen(
    db: AsyncSession,
    family_id: UUID,
    user_id: UUID,
    scopes: Collection[Scope],
    expires_at: datetime,
) -> Link:
    secret = PREFIX + secrets.token_urlsafe(32)
    db.add(
        RefreshToken(
            family_id=family_id,
            user_id=user_id,
            token_hash=hash_of(secret),
            scopes=sorted(scopes),
            expires_at=expires_at,
        )
    )
    return Link(secret, family_id, user_id, scopes, expires_at)


def reply(context: Context, link: Link) -> AccessOut:
    access_token = tokens.issue_access(
        context.settings, user_id=link.user_id, family_id=link.family_id, scopes=link.scopes
    )
    return AccessOut(
        access_token=access_token,
        expires_in=int(tokens.LIFETIME.total_seconds()),
        refresh_token=link.secret,
        refresh_expires_in=int((link.expires_at - clock.now()).total_seconds()),
        scopes=sorted(link.scopes),
    )


async def revoke(db: AsyncSession, secret: str, *, address: str) -> None:
    """End the chain of a refresh token. One that is unknown or over is no error."""
    found = await held(db, secret)
    if found is None:
        return
    link, user = found
    actors.act_as(actors.Actor(ActorKind.AGENT, user.id, user.name, link.family_id, address))
    if await chains.end(db, user.id, link.family_id):
        record(db, "refresh_token.revoked", subject=link.family_id)


@dataclass(frozen=True)
class SignIn:
    """A chain that goes on."""

    family_id: UUID
    started_at: datetime
    refreshed_at: datetime


def going_on(user_id: UUID) -> tuple[ColumnElement[bool], ...]:
    return (
        RefreshToken.user_id == user_id,
        RefreshToken.revoked_at.is_(None),
        RefreshToken.expires_at > clock.now(),
    )


async def sign_ins(db: AsyncSession, user_id: UUID) -> list[SignIn]:
    """A person's chains, the one that was refreshed last first."""
    last = func.max(RefreshToken.created_at)
    found = await db.execute(
        select(RefreshToken.family_id, func.min(RefreshToken.created_at), last)
        .where(*going_on(user_id))
        .group_by(RefreshToken.family_id)
        .order_by(last.desc())
    )
    return [SignIn(*row) for row in found]


async def end_own(db: AsyncSession, user_id: UUID, family_id: UUID) -> bool:
    """End one of a person's chains, its access tokens included. False if there is none."""
    was_going_on = await chains.end(db, user_id, family_id)
    if was_going_on:
        record(db, "refresh_token.revoked", subject=family_id)
    return was_going_on


async def forget_ended(context: Context) -> None:
    """Sweep: forget chains that ended long enough ago that nobody asks about them."""
    async with context.sessions.begin() as db:
        long_ago = clock.now() - timedelta(days=1)
        await db.execute(delete(RefreshToken).where(RefreshToken.expires_at < long_ago))
