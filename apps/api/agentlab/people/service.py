"""Who may sign in, as what, and to see which clients."""

from typing import Any
from uuid import UUID

from redis.asyncio import Redis
from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.api_tokens import service as api_tokens
from agentlab.audit.trail import record
from agentlab.auth import throttle
from agentlab.auth.erasure import was_erased
from agentlab.auth.models import AccountLink, ClientAssignment, Role, User
from agentlab.auth.service import end_sign_ins, flush_email
from agentlab.changes.schemas import Noun
from agentlab.changes.service import announce
from agentlab.context import Context
from agentlab.errors import Conflict, NotFound
from agentlab.kit.clock import now
from agentlab.kit.preconditions import need_unchanged
from agentlab.people.reading import is_administrator
from agentlab.people.schemas import Deactivated, UserPatch
from agentlab.portfolio.levels.ownership import release_from
from agentlab.portfolio.levels.schemas import ReleasedProject
from agentlab.portfolio.models import Client
from agentlab.settings import Settings

SIGHT = {"role", "sees_all_clients", "client_ids"}
"""What decides which clients a person sees."""


class LastAdministrator(Conflict):
    code = "last_administrator"


class UserDeactivated(Conflict):
    code = "user_deactivated"


class UserActive(Conflict):
    code = "user_active"


class UserErased(Conflict):
    code = "user_erased"


async def change(
    db: AsyncSession,
    settings: Settings,
    user_id: UUID,
    patch: UserPatch,
    *,
    version: int | None,
    by: UUID | None,
) -> list[ReleasedProject]:
    """Change a person's facts and rights, from the version that was read.

    Of projects that they no longer see, or no longer may change, they are not the owner any more.
    Returns those.
    """
    if patch.role is not None and patch.role is not Role.ADMINISTRATOR:
        await need_another_administrator(db, settings, user_id)
    user = await locked_user(db, user_id)
    need_somebody(user)
    need_unchanged(user.version, version)
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for name in ("name", "email", "role", "sees_all_clients"):
        wanted = getattr(patch, name)
        if wanted is not None and wanted != getattr(user, name):
            before[name], after[name] = getattr(user, name), wanted
            setattr(user, name, wanted)
    if patch.client_ids is not None:
        assigned = await assignments(db, user_id)
        if assigned != set(patch.client_ids):
            before["client_ids"], after["client_ids"] = sorted(assigned), sorted(patch.client_ids)
            await assign(db, user_id, patch.client_ids)
    if after:
        touch(user, by)
        await flush_email(db, user.email)
        record(db, "user.changed", subject=user_id, before=before, after=after)
        announce(db, Noun.PEOPLE, of=user_id)
    return await release_from(db, user_id) if SIGHT & after.keys() else []


async def assignments(db: AsyncSession, user_id: UUID) -> set[UUID]:
    """The clients that a person is assigned to, without those in the bin."""
    found = await db.scalars(
        select(ClientAssignment.client_id)
        .join(Client, Client.id == ClientAssignment.client_id)
        .where(ClientAssignment.user_id == user_id, Client.deleted_at.is_(None))
    )
    return set(found)


async def assign(db: AsyncSession, user_id: UUID, client_ids: list[UUID]) -> None:
    """Make these all the clients of a person; those in the bin stay as they are."""
    wanted = dict.fromkeys(client_ids)
    there = set(
        await db.scalars(
            select(Client.id).where(Client.id.in_(list(wanted)), Client.deleted_at.is_(None))
        )
    )
    for number, client_id in enumerate(client_ids):
        if client_id not in there:
            raise NotFound("There is no such client.", field=f"client_ids.{number}")
    in_sight = select(Client.id).where(Client.deleted_at.is_(None))
    await db.execute(
        delete(ClientAssignment).where(
            ClientAssignment.user_id == user_id, ClientAssignment.client_id.in_(in_sight)
        )
    )
    db.add_all(ClientAssignment(user_id=user_id, client_id=client_id) for client_id in wanted)


async def deactivate(
    db: AsyncSession, context: Context, user_id: UUID, *, by: UUID | None
) -> Deactivated:
    """From now on they cannot sign in, their sessions are over, and their tokens are revoked.

    They own no project any more, as somebody has to who can decide. Returns what was taken.
    """
    await need_another_administrator(db, context.settings, user_id)
    user = await locked_user(db, user_id)
    if user.deactivated_at:
        raise UserDeactivated("This person was deactivated already.")
    user.deactivated_at = now()
    touch(user, by)
    await revoke_links(db, user_id)
    revoked = await api_tokens.revoke_all(db, user_id)
    ended = await end_sign_ins(db, context.redis, user)
    record(db, "user.deactivated", subject=user_id, after={"sessions_ended": ended})
    announce(db, Noun.PEOPLE, of=user_id)
    return Deactivated(released=await release_from(db, user_id), tokens_revoked=revoked)


async def reactivate(db: AsyncSession, redis: Redis, user_id: UUID, *, by: UUID | None) -> None:
    """They can sign in again, with the password that they had."""
    user = await locked_user(db, user_id)
    need_somebody(user)
    if not user.deactivated_at:
        raise UserActive("This person is active already.")
    user.deactivated_at = None
    touch(user, by)
    await end_sign_ins(db, redis, user)  # one that began while they were being deactivated
    record(db, "user.reactivated", subject=user_id)
    announce(db, Noun.PEOPLE, of=user_id)


async def unlock(db: AsyncSession, redis: Redis, user_id: UUID) -> None:
    """Forget the failed sign-ins of a person, so that the next one is let in."""
    user = await locked_user(db, user_id)
    if await throttle.unlock(redis, user.id):
        record(db, "user.unlocked", subject=user_id)
        announce(db, Noun.PEOPLE, of=user_id)


async def end_sessions(db: AsyncSession, redis: Redis, user_id: UUID) -> tuple[int, int]:
    """Sign a person out everywhere, and their agents with them; no link lets anybody in.

    Returns:
        How many sessions ended, and how many API tokens were revoked.
    """
    user = await locked_user(db, user_id)
    await revoke_links(db, user_id)
    revoked = await api_tokens.revoke_all(db, user_id)
    ended = await end_sign_ins(db, redis, user)
    record(db, "session.revoked", subject=user_id, after={"sessions_ended": ended})
    announce(db, Noun.PEOPLE, of=user_id)
    return ended, revoked


async def need_another_administrator(db: AsyncSession, settings: Settings, user_id: UUID) -> None:
    """Raise `LastAdministrator` if nobody but this person could administer."""
    if await hold_administrators(db, settings) == {user_id}:
        raise LastAdministrator(
            "This is the last administrator. Make somebody else an administrator first."
        )


async def hold_administrators(db: AsyncSession, settings: Settings) -> set[UUID]:
    """Who can administer, whom nobody else changes until this transaction ends.

    In one order, and before any other person is locked: of two who demote each other at once, one
    waits, and then sees that they are the last.
    """
    found = await db.scalars(
        select(User.id)
        .where(is_administrator(settings))
        .order_by(User.id)
        .with_for_update(of=User, key_share=True)
    )
    return set(found)


async def locked_user(db: AsyncSession, user_id: UUID) -> User:
    """The person, whom nobody else changes until this transaction ends."""
    user = await db.get(User, user_id, with_for_update={"key_share": True}, populate_existing=True)
    if user is None:
        raise NotFound("There is no such person.")
    return user


def need_somebody(user: User) -> None:
    if was_erased(user):
        raise UserErased("This person was erased. Invite them anew if they come back.")


async def user_named(db: AsyncSession, email: str) -> UUID:
    """The id of the person with this e-mail address."""
    found = await db.scalar(
        select(User.id).where(func.lower(User.email) == func.lower(email.strip()))
    )
    if found is None:
        raise NotFound(f"Nobody has the e-mail address {email}.")
    return found


def touch(user: User, by: UUID | None) -> None:
    """Count a change, for others who edit the same person."""
    user.version += 1
    user.updated_at, user.updated_by = now(), by


async def revoke_links(db: AsyncSession, user_id: UUID) -> int:
    """Take back every link that was given and not used. Returns how many."""
    revoked = await db.scalars(
        update(AccountLink)
        .where(
            AccountLink.user_id == user_id,
            AccountLink.used_at.is_(None),
            AccountLink.revoked_at.is_(None),
        )
        .values(revoked_at=now())
        .returning(AccountLink.id)
    )
    return len(revoked.all())
