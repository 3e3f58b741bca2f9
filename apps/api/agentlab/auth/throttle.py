"""Slows down guessing: failed sign-ins are counted by account, by address and by both."""

import hashlib
from datetime import timedelta

from redis.asyncio import Redis

from agentlab.errors import TooManyRequests

WINDOW = timedelta(minutes=15)
LIMITS = {"guess": 5, "address": 50, "account": 100}
"""Attempts in a window: of one address at one account, of one address, at one account.

The first stops somebody who guesses; the last stops many who guess together, and is high enough
that a stranger cannot keep a person out by guessing wrong on purpose.
"""


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
