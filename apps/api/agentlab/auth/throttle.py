"""Slows down guessing: failed sign-ins are counted per account and per address."""

import hashlib
from datetime import timedelta

from redis.asyncio import Redis

from agentlab.errors import TooManyRequests

WINDOW = timedelta(minutes=15)
LIMITS = {"account": 5, "address": 50}


class TooManySignIns(TooManyRequests):
    code = "too_many_sign_ins"


async def admit(redis: Redis, *, account: str, address: str) -> None:
    """Count this attempt, and refuse it when there were too many.

    Counting comes first, so that many attempts at once cannot all pass below the limit.
    """
    for kind, value in (("account", account), ("address", address)):
        key = key_of(kind, value)
        async with redis.pipeline(transaction=True) as pipe:
            pipe.set(key, 0, ex=WINDOW, nx=True)
            pipe.incr(key)
            pipe.ttl(key)
            _, attempts, wait_s = await pipe.execute()
        if attempts > LIMITS[kind]:
            minutes = max(1, round(wait_s / 60))
            raise TooManySignIns(
                f"Too many failed sign-ins. Try again in {minutes} min.", retry_after_s=wait_s
            )


async def forgive(redis: Redis, *, account: str, address: str) -> None:
    """A right password clears the account's count and takes its attempt off the address."""
    await redis.delete(key_of("account", account))
    await redis.decr(key_of("address", address))


def key_of(kind: str, value: str) -> str:
    return f"sign-ins:{kind}:{hashlib.sha256(value.lower().encode()).hexdigest()}"
