"""Sessions in Redis: an opaque id in a cookie, its state on the server."""

import hashlib
import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from redis.asyncio import Redis

from agentlab.kit import clock
from agentlab.settings import Settings

LONGEST_AGENT = 300


@dataclass(frozen=True)
class Limits:
    """How long a session runs."""

    idle: timedelta = timedelta(hours=12)
    """It ends when nothing was asked for this long."""
    absolute: timedelta = timedelta(days=14)
    """It ends this long after sign-in, however busy it is."""


LIMITS = Limits()

CONFIRMED_FOR = timedelta(minutes=5)
"""How long somebody who showed that it is them need not show it again."""


@dataclass(frozen=True)
class Origin:
    """Where somebody signed in: shown to them, so that they know their sessions apart."""

    address: str = ""
    user_agent: str = ""


NOWHERE = Origin()


@dataclass(frozen=True)
class Session:
    """A session that runs."""

    key: str
    """Names it without opening it: the SHA-256 of the id in the cookie."""
    started_at: datetime
    last_used_at: datetime
    address: str
    user_agent: str


def limits_of(settings: Settings) -> Limits:
    return Limits(
        timedelta(hours=settings.session_idle_hours), timedelta(days=settings.session_days)
    )


async def start(
    redis: Redis, user_id: UUID, *, origin: Origin = NOWHERE, limits: Limits = LIMITS
) -> str:
    """Make a session and return its secret id, which only the cookie holds."""
    token = secrets.token_urlsafe(32)
    key = key_of(token)
    about = {
        "started_at": clock.now().isoformat(),
        "address": origin.address,
        "user_agent": origin.user_agent[:LONGEST_AGENT],
    }
    async with redis.pipeline(transaction=True) as pipe:
        pipe.set(user_key(key), str(user_id), ex=limits.idle)
        pipe.set(limit_key(key), json.dumps(about), ex=limits.absolute)
        pipe.sadd(person_key(user_id), key)
        pipe.expire(person_key(user_id), limits.absolute)
        await pipe.execute()
    return token


async def user_of(redis: Redis, token: str, limits: Limits = LIMITS) -> UUID | None:
    """Whose session it is, if it still runs; being asked keeps it from idling out."""
    key = key_of(token)
    async with redis.pipeline(transaction=False) as pipe:
        pipe.getex(user_key(key), ex=limits.idle)
        pipe.exists(limit_key(key))
        user_id, within_limit = await pipe.execute()
    return UUID(user_id) if user_id and within_limit else None


async def confirm(redis: Redis, token: str) -> None:
    """Note that the person in this session has shown just now that it is them."""
    await redis.set(confirmed_key(key_of(token)), "1", ex=CONFIRMED_FOR)


async def is_confirmed(redis: Redis, token: str) -> bool:
    """Whether they did, within the last minutes."""
    return bool(token) and bool(await redis.exists(confirmed_key(key_of(token))))


async def is_running(redis: Redis, token: str) -> bool:
    """Whether the session still runs; looking on does not keep it from idling out."""
    key = key_of(token)
    return bool(await redis.exists(user_key(key), limit_key(key)) == 2)  # noqa: PLR2004 - both


async def of_person(redis: Redis, user_id: UUID, limits: Limits = LIMITS) -> list[Session]:
    """The sessions of a person that run, the one that was used last first."""
    keys = sorted(await keys_of_person(redis, user_id))
    async with redis.pipeline(transaction=False) as pipe:
        for key in keys:
            pipe.pttl(user_key(key))
            pipe.get(limit_key(key))
        replies = await pipe.execute()
    found: list[Session] = []
    over: list[str] = []
    for key, left_ms, about in zip(keys, replies[::2], replies[1::2], strict=True):
        if left_ms > 0 and about is not None:
            found.append(session_of(key, json.loads(about), left_ms, limits))
        else:
            over.append(key)
    if over:
        await forget(redis, user_id, over)
    return sorted(found, key=lambda session: session.last_used_at, reverse=True)


def session_of(key: str, about: dict[str, Any], left_ms: int, limits: Limits) -> Session:
    started_at = datetime.fromisoformat(about["started_at"])
    # Each use sets the time that is left to the whole, so what is missing is how long ago it was.
    last_used_at = clock.now() - max(timedelta(), limits.idle - timedelta(milliseconds=left_ms))
    return Session(
        key, started_at, max(started_at, last_used_at), about["address"], about["user_agent"]
    )


async def end(redis: Redis, token: str) -> UUID | None:
    """End the session of this cookie. Returns whose it was, if it ran."""
    key = key_of(token)
    async with redis.pipeline(transaction=True) as pipe:
        pipe.getdel(user_key(key))
        pipe.delete(limit_key(key))
        found, within_limit = await pipe.execute()
    if not found:
        return None
    user_id = UUID(found)
    await forget(redis, user_id, [key])
    return user_id if within_limit else None


async def end_one(redis: Redis, user_id: UUID, key: str) -> bool:
    """End the session with this key, if it is this person's. Returns whether it ran."""
    if key not in await keys_of_person(redis, user_id):
        return False
    return await forget(redis, user_id, [key]) > 0


async def end_all(redis: Redis, user_id: UUID, *, keep: str | None = None) -> int:
    """End every session of a person but that of the cookie `keep`. Returns how many ran."""
    kept = key_of(keep) if keep else None
    return await forget(
        redis, user_id, [key for key in await keys_of_person(redis, user_id) if key != kept]
    )


async def keys_of_person(redis: Redis, user_id: UUID) -> set[str]:
    members: Any = await redis.smembers(person_key(user_id))
    return {str(member) for member in members}


async def forget(redis: Redis, user_id: UUID, keys: Iterable[str]) -> int:
    """Take sessions away. Returns how many of them ran."""
    ended = 0
    for key in keys:
        async with redis.pipeline(transaction=True) as pipe:
            pipe.delete(user_key(key))
            pipe.delete(limit_key(key))
            pipe.srem(person_key(user_id), key)
            had_user, had_limit, _ = await pipe.execute()
        ended += bool(had_user and had_limit)
    return ended


def key_of(token: str) -> str:
    # Hashed, so that reading Redis or its dump does not give anybody's session away.
    return hashlib.sha256(token.encode()).hexdigest()


def user_key(key: str) -> str:
    return f"session:{key}:user"


def limit_key(key: str) -> str:
    return f"session:{key}:limit"


def confirmed_key(key: str) -> str:
    return f"session:{key}:confirmed"


def person_key(user_id: UUID) -> str:
    return f"sessions:{user_id}"
