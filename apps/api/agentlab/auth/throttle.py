"""Slows down guessing: failed sign-ins are counted by account, by address and by both.

A person whose sign-ins are refused is locked until the counts end, or an administrator unlocks
them. A stranger's guesses lock them for the stranger only, unless many strangers guess together.
Who signs in from an address that is held back is locked there, for what others there guessed.
"""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from redis.asyncio import Redis

from agentlab.errors import TooManyRequests
from agentlab.kit import clock

WINDOW = timedelta(minutes=15)
LIMITS = {"guess": 5, "address": 50, "account": 100}
"""Attempts in a window: of one address at one account, of one address, at one account.

The first stops somebody who guesses; the last stops many who guess together, and is high enough
that a stranger cannot keep a person out by guessing wrong on purpose.
"""
LOCKED = "sign-ins:locked"
"""A sorted set: the people whose account is locked for somebody, by when that ends."""


class TooManySignIns(TooManyRequests):
    code = "too_many_sign_ins"


async def admit(redis: Redis, *, account: str, address: str) -> None:
    """Count this attempt, and refuse it when there were too many.

    Counting comes first, so that many attempts at once cannot all pass below the limit.
    """
    for kind, key in keys_of(account, address).items():
        async with redis.pipeline(transaction=True) as pipe:
            pipe.set(key, 0, ex=WINDOW, nx=True)
            pipe.incr(key)
            pipe.ttl(key)
            _, attempts, wait_s = await pipe.execute()
        if attempts > LIMITS[kind]:
            minutes = max(1, round(wait_s / 60))
            raise TooManySignIns(
                f"Too many failed sign-ins. Try again in {minutes} min.",
                retry_after_s=max(1, wait_s),
            )


async def forgive(redis: Redis, *, account: str, address: str) -> None:
    """A right password takes its attempt off the counts and clears this address's guesses."""
    keys = keys_of(account, address)
    async with redis.pipeline(transaction=True) as pipe:
        pipe.delete(keys.pop("guess"))
        for key in keys.values():
            # The window may have ended meanwhile: a count is never made without its end.
            pipe.set(key, 1, ex=WINDOW, nx=True)
            pipe.decr(key)
        await pipe.execute()


def keys_of(account: str, address: str) -> dict[str, str]:
    values = {"guess": f"{account}\n{address}", "address": address, "account": account}
    return {kind: key_of(kind, value) for kind, value in values.items()}


def key_of(kind: str, value: str) -> str:
    return f"sign-ins:{kind}:{hashlib.sha256(value.lower().encode()).hexdigest()}"


async def lock(redis: Redis, user_id: UUID, *, account: str, address: str, seconds: int) -> bool:
    """Note that sign-ins of this person are being refused. Returns whether that is news."""
    until = (clock.now() + timedelta(seconds=seconds)).timestamp()
    counts = keys_of(account, address).values()
    async with redis.pipeline(transaction=True) as pipe:
        pipe.zremrangebyscore(LOCKED, 0, clock.now().timestamp())
        pipe.zadd(LOCKED, {str(user_id): until}, nx=True)
        pipe.zadd(LOCKED, {str(user_id): until}, gt=True)
        # Which counts to clear: only they know from which addresses it was.
        pipe.sadd(counts_key(user_id), *counts)
        pipe.expire(counts_key(user_id), WINDOW)
        _, added, *_ = await pipe.execute()
    return bool(added)


async def locked(redis: Redis) -> dict[UUID, datetime]:
    """Whose account is locked, and until when."""
    found: Any = await redis.zrange(
        LOCKED, clock.now().timestamp(), "+inf", byscore=True, withscores=True
    )
    return {UUID(member): datetime.fromtimestamp(score, UTC) for member, score in found}


async def unlock(redis: Redis, user_id: UUID) -> bool:
    """Let this person's sign-ins in again, from everywhere. Returns whether any were refused."""
    counts: Any = await redis.smembers(counts_key(user_id))
    async with redis.pipeline(transaction=True) as pipe:
        pipe.zrem(LOCKED, str(user_id))
        pipe.delete(counts_key(user_id), *counts)
        was_locked, _ = await pipe.execute()
    return bool(was_locked)


def counts_key(user_id: UUID) -> str:
    return f"sign-ins:counts:{user_id}"
