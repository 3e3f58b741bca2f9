"""What people change about themselves."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.audit.trail import record
from agentlab.auth import sessions, throttle
from agentlab.auth.models import User
from agentlab.auth.service import NO_PASSWORD, end_sign_ins, has_password, hash_of
from agentlab.changes.schemas import Noun
from agentlab.changes.service import announce
from agentlab.context import Context
from agentlab.errors import Conflict, InvalidInput, NotFound
from agentlab.kit.preconditions import need_unchanged
from agentlab.people.schemas import PasswordChange, ProfilePatch
from agentlab.people.service import locked_user, touch


class WrongPassword(InvalidInput):
    code = "wrong_password"


class NoPassword(Conflict):
    code = "no_password"


async def change(
    db: AsyncSession, user_id: UUID, patch: ProfilePatch, *, version: int | None
) -> User:
    """Change one's name, language or time zone, from the version that was read."""
    user = await locked_user(db, user_id)
    need_unchanged(user.version, version)
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for name in sorted(patch.model_fields_set):
        wanted = getattr(patch, name)
        if wanted != getattr(user, name):
            before[name], after[name] = getattr(user, name), wanted
            setattr(user, name, wanted)
    if after:
        touch(user, user_id)
        record(db, "user.changed", subject=user_id, before=before, after=after)
        announce(db, Noun.PEOPLE, of=user_id)
    return user


async def change_password(
    db: AsyncSession,
    context: Context,
    user_id: UUID,
    wanted: PasswordChange,
    *,
    session: str,
    address: str,
) -> None:
    """Choose a new password: every session but this one ends.

    Raises:
        WrongPassword: unless the current one is right.
        TooManySignIns: after too many wrong ones, as at sign-in.
        NoPassword: somebody who signs in elsewhere has none to change.
    """
    user = await locked_user(db, user_id)
    if user.password_hash == NO_PASSWORD:
        raise NoPassword("You have no password here. Ask an administrator for a link to set one.")
    await throttle.admit(context.redis, account=user.email, address=address)
    if not await has_password(user, wanted.current):
        raise WrongPassword("This is not your current password. Try again.", field="current")
    await throttle.forgive(context.redis, account=user.email, address=address)
    user.password_hash = await hash_of(wanted.new)
    ended = await end_sign_ins(db, context.redis, user, keep=session)
    record(db, "user.password_changed", subject=user_id, after={"sessions_ended": ended})
    announce(db, Noun.PEOPLE, of=user_id)


async def end_session(db: AsyncSession, context: Context, user_id: UUID, key: str) -> None:
    """End one of one's own sessions."""
    if not await sessions.end_one(context.redis, user_id, key):
        raise NotFound("There is no such session. It may have ended meanwhile.")
    record(db, "session.revoked", subject=user_id, after={"sessions_ended": 1})
    announce(db, Noun.PEOPLE, of=user_id)


async def end_other_sessions(
    db: AsyncSession, context: Context, user_id: UUID, *, session: str
) -> int:
    """Sign out everywhere else. Returns how many sessions ended."""
    user = await locked_user(db, user_id)
    ended = await end_sign_ins(db, context.redis, user, keep=session)
    record(db, "session.revoked", subject=user_id, after={"sessions_ended": ended})
    announce(db, Noun.PEOPLE, of=user_id)
    return ended
