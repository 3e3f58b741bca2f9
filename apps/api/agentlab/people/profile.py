"""What people change about themselves."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.access_tokens import service as access_tokens
from agentlab.audit.trail import record
from agentlab.auth import sessions
from agentlab.auth.models import User
from agentlab.auth.service import end_sign_ins, hash_of, need_password
from agentlab.changes.schemas import Noun
from agentlab.changes.service import announce
from agentlab.context import Context
from agentlab.errors import NotFound
from agentlab.kit.preconditions import need_unchanged
from agentlab.people.schemas import PasswordChange, ProfilePatch
from agentlab.people.service import locked_user, revoke_links, touch


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
    """Choose a new password: every session but this one ends, and so does a link to reset it.

    API tokens go on.

    Raises:
        WrongPassword: unless the current one is right.
        TooManySignIns: after too many wrong ones, as at sign-in.
        NoPassword: somebody who signs in elsewhere has none to change.
    """
    user = await locked_user(db, user_id)
    await need_password(context, user, wanted.current, address=address, field="current")
    user.password_hash = await hash_of(wanted.new)
    await revoke_links(db, user_id)
    ended = await end_sign_ins(db, context.redis, user, keep=session)
    record(db, "user.password_changed", subject=user_id, after={"sessions_ended": ended})
    announce(db, Noun.PEOPLE, of=user_id)


async def end_session(db: AsyncSession, context: Context, user_id: UUID, key: str) -> None:
    """End one of one's own sessions, or the sign-in of a program."""
    if await sessions.end_one(context.redis, user_id, key):
        record(db, "session.revoked", subject=user_id, after={"sessions_ended": 1})
    elif not (family_id := id_in(key)) or not await access_tokens.end_own(db, user_id, family_id):
        raise NotFound("There is no such session. It may have ended meanwhile.")
    announce(db, Noun.PEOPLE, of=user_id)


def id_in(key: str) -> UUID | None:
    try:
        return UUID(key)
    except ValueError:
        return None


async def end_other_sessions(
    db: AsyncSession, context: Context, user_id: UUID, *, session: str
) -> int:
    """Sign out everywhere else. Returns how many sessions ended."""
    user = await locked_user(db, user_id)
    ended = await end_sign_ins(db, context.redis, user, keep=session)
    record(db, "session.revoked", subject=user_id, after={"sessions_ended": ended})
    announce(db, Noun.PEOPLE, of=user_id)
    return ended
