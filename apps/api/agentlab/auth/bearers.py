"""`Authorization: Bearer …`: an API token of an agent, or a short access token of a person."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, exists, or_, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from agentlab.auth import tokens
from agentlab.auth.models import ApiToken, RefreshToken, Scope
from agentlab.auth.tokens import TokenRefused
from agentlab.kit import clock, logging
from agentlab.settings import Settings

log = logging.get(__name__)

PREFIX = "agl_"
"""What API tokens begin with, so that programs which look for leaked secrets know them."""

NOTED_EVERY = timedelta(minutes=1)
"""How exactly the last use of a token is known."""


@dataclass(frozen=True)
class Bearer:
    id: UUID
    """The API token's, or that of the chain of refresh tokens."""
    user_id: UUID
    scopes: frozenset[Scope]
    project_id: UUID | None = None
    is_use_worth_noting: bool = False


def token_in(headers: Mapping[str, str]) -> str | None:
    """The token in the header `Authorization`; None when there is no such header."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def hash_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


async def find(db: AsyncSession, settings: Settings, token: str) -> Bearer:
    """Whose token it is and what it may do. Raises `TokenRefused`."""
    if token.startswith(PREFIX):
        return await find_api_token(db, token)
    return await find_access_token(db, settings, token)


async def find_api_token(db: AsyncSession, token: str) -> Bearer:
    query = select(ApiToken).where(ApiToken.token_hash == hash_of(token))
    found = await db.scalar(query)
    if found is None or found.revoked_at is not None:
        raise TokenRefused("There is no such token, or it was revoked. Make a new one.")
    now = clock.now()
    if found.expires_at is not None and found.expires_at <= now:
        raise TokenRefused(f"The token ended at {found.expires_at.isoformat()}. Make a new one.")
    return Bearer(
        found.id,
        found.user_id,
        frozenset(map(Scope, found.scopes)),
        found.project_id,
        is_use_worth_noting=is_long_ago(found.last_used_at, now),
    )


def is_long_ago(last: datetime | None, now: datetime) -> bool:
    return last is None or now - last >= NOTED_EVERY


async def find_access_token(db: AsyncSession, settings: Settings, token: str) -> Bearer:
    access = tokens.access_of(settings, token)
    if not await db.scalar(select(goes_on(access.family_id))):
        raise TokenRefused("The sign-in behind this token was ended. Sign in again.")
    return Bearer(access.family_id, access.user_id, access.scopes)


async def is_open(db: AsyncSession, token_id: UUID) -> bool:
    """Whether what has a `Bearer.id` opens anything still: for what is done after the request."""
    token = exists().where(
        ApiToken.id == token_id,
        ApiToken.revoked_at.is_(None),
        or_(ApiToken.expires_at.is_(None), ApiToken.expires_at > clock.now()),
    )
    return bool(await db.scalar(select(or_(token, goes_on(token_id)))))


def goes_on(family_id: UUID) -> ColumnElement[bool]:
    """Whether a chain of refresh tokens was not ended."""
    return exists().where(RefreshToken.family_id == family_id, RefreshToken.revoked_at.is_(None))


async def note_use(engine: AsyncEngine, token_id: UUID, address: str) -> None:
    """Remember that the token was used now, unless somebody else just did."""
    now = clock.now()
    noted = (
        update(ApiToken)
        .where(
            ApiToken.id == token_id,
            or_(ApiToken.last_used_at.is_(None), ApiToken.last_used_at <= now - NOTED_EVERY),
        )
        .values(last_used_at=now, last_used_address=address)
    )
    try:
        async with engine.begin() as connection:
            await connection.execute(noted)
    except SQLAlchemyError as error:  # the caller has their reply, and the next use is noted
        log.warning("token_use_not_noted", token_id=str(token_id), error=str(error))
