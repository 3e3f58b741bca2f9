"""From the host, when nobody in a browser can help any more."""

from typing import Any

from redis.asyncio import Redis
from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.api_tokens import service as api_tokens
from agentlab.audit.trail import record
from agentlab.auth import throttle
from agentlab.auth.models import Role
from agentlab.auth.schemas import Password
from agentlab.auth.service import end_sign_ins, hash_of
from agentlab.changes.schemas import Noun
from agentlab.changes.service import announce
from agentlab.people.service import (
    UserDeactivated,
    locked_user,
    need_somebody,
    revoke_links,
    touch,
    user_named,
)


async def reset(
    db: AsyncSession, redis: Redis, email: str, password: Password, *, administrator: bool
) -> int:
    """Give a person a new password; as an administrator they are active again, too.

    Returns:
        How many API tokens of theirs were revoked.

    Raises:
        UserErased.
        UserDeactivated: for somebody who was kept out on purpose, unless `administrator`.
    """
    user = await locked_user(db, await user_named(db, email))
    need_somebody(user)
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    if administrator:
        wanted: dict[str, Any] = {"role": Role.ADMINISTRATOR, "deactivated_at": None}
        for name, value in wanted.items():
            if getattr(user, name) != value:
                before[name], after[name] = getattr(user, name), value
                setattr(user, name, value)
    elif user.deactivated_at:
        raise UserDeactivated(
            f"{email} is deactivated. Run `agentlab user activate {email}` first."
        )
    user.password_hash = await hash_of(password)
    touch(user, None)
    await revoke_links(db, user.id)
    revoked = await api_tokens.revoke_all(db, user.id)
    await end_sign_ins(db, redis, user)
    await throttle.unlock(redis, user.id)
    record(db, "user.password_reset", subject=user.id, before=before, after=after)
    announce(db, Noun.PEOPLE, of=user.id)
    return revoked
