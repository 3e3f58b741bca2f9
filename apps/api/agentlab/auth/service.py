import asyncio
import secrets
from functools import cache
from uuid import UUID

from pwdlib import PasswordHash
from redis.asyncio import Redis
from sqlalchemy import Select, func, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.audit import actors
from agentlab.audit.models import ActorKind
from agentlab.audit.trail import record
from agentlab.auth import chains, sessions, throttle
from agentlab.auth.models import Role, User
from agentlab.auth.schemas import AccountIn, Credentials, Given
from agentlab.auth.sessions import NOWHERE, Origin
from agentlab.context import Context
from agentlab.errors import Conflict, Forbidden, InvalidInput, Unauthenticated
from agentlab.kit.clock import now

passwords = PasswordHash.recommended()

NO_PASSWORD = "!"  # noqa: S105 - the hash of no password at all
"""In `User.password_hash`: nobody has signed in with a password yet, or ever will."""


class AlreadySetUp(Conflict):
    code = "already_set_up"


class EmailTaken(Conflict):
    code = "email_taken"


class WrongCredentials(Unauthenticated):
    code = "wrong_credentials"


class AccountDeactivated(Unauthenticated):
    """Said only to somebody who knows the password."""

    code = "account_deactivated"


class WrongPassword(InvalidInput):
    code = "wrong_password"


class NoPassword(Conflict):
    code = "no_password"


class ReauthenticationNeeded(Forbidden):
    code = "reauthentication_needed"


async def needs_first_administrator(db: AsyncSession) -> bool:
    return await db.scalar(select(User.id).limit(1)) is None


async def create_first_administrator(db: AsyncSession, account: AccountIn) -> User:
    """Only one can be first: two browsers that try at once are let in one after the other."""
    await need_nobody(db)
    await db.execute(text("LOCK TABLE users IN SHARE ROW EXCLUSIVE MODE"))
    await need_nobody(db)
    return await create_user(db, account, Role.ADMINISTRATOR)


async def need_nobody(db: AsyncSession) -> None:
    if not await needs_first_administrator(db):
        raise AlreadySetUp("AgentLab has its first administrator already. Sign in instead.")


async def create_user(db: AsyncSession, account: AccountIn, role: Role) -> User:
    user = User(
        name=account.name,
        email=account.email,
        password_hash=await hash_of(account.password),
        role=role,
    )
    db.add(user)
    await flush_email(db, account.email)
    after = {"name": user.name, "email": user.email, "role": role}
    record(db, "user.created", subject=user.id, after=after)
    return user


async def flush_email(db: AsyncSession, email: str) -> None:
    """Write what was changed. Raises `EmailTaken` when the address is somebody else's."""
    try:
        await db.flush()
    except IntegrityError as error:
        raise EmailTaken(f"{email} has an account already.", field="email") from error


async def hash_of(password: Given) -> str:
    return await asyncio.to_thread(passwords.hash, password.get_secret_value())


async def sign_in(
    db: AsyncSession, context: Context, credentials: Credentials, *, origin: Origin = NOWHERE
) -> tuple[User, str]:
    """Check the password and start a session.

    Returns:
        The person and the secret session id.

    Raises:
        WrongCredentials, AccountDeactivated, TooManySignIns: see `check_credentials`.
    """
    user = await check_credentials(db, context, credentials, address=origin.address)
    token = await start_session(db, context, user, origin=origin)
    await sessions.confirm(context.redis, token)
    return user, token


async def check_credentials(
    db: AsyncSession, context: Context, credentials: Credentials, *, address: str
) -> User:
    """The person whose password this is; their row stays locked until the transaction ends.

    So a sign-in and a change of the password at the same time come one after the other: no session
    is left over that began with the old one. While the password is checked, which takes long on
    purpose, neither the row nor a connection is held.

    Raises:
        WrongCredentials: the same for an unknown account and a wrong password.
        AccountDeactivated: for the right password of somebody who may not sign in any more.
        TooManySignIns: after too many failures, even with the right password.
    """
    account = credentials.email.strip()
    await admit(context, account, address)
    async with context.sessions() as reading:
        known = await reading.scalar(owner_of(account))
    checked = known.password_hash if known else NO_PASSWORD
    right, new_hash = await compared(checked, credentials.password)
    user = await db.scalar(owner_of(account).with_for_update(key_share=True))
    if not right or user is None or user.password_hash != checked:
        raise WrongCredentials("The e-mail or the password is wrong.")
    if new_hash:
        user.password_hash = new_hash
    await throttle.forgive(context.redis, account=account, address=address)
    if user.deactivated_at:
        raise AccountDeactivated("This account was deactivated. Ask an administrator.")
    return user


async def has_password(user: User | None, given: Given) -> bool:
    """Whether it is this person's password; takes as long for nobody as for anybody."""
    right, new_hash = await compared(user.password_hash if user else NO_PASSWORD, given)
    if user and new_hash:
        user.password_hash = new_hash
    return right


async def compared(stored: str, given: Given) -> tuple[bool, str | None]:
    """Whether it is the password of that hash, and a better hash where there is one now."""
    is_one = stored != NO_PASSWORD
    against = stored if is_one else await asyncio.to_thread(hash_of_nobody)
    right, new_hash = await asyncio.to_thread(
        passwords.verify_and_update, given.get_secret_value(), against
    )
    return (True, new_hash) if is_one and right else (False, None)


async def need_password(
    context: Context, user: User, given: Given, *, address: str, field: str
) -> None:
    """Refuse unless it is the password of this person, who is signed in.

    Raises:
        WrongPassword: unless it is theirs.
        TooManySignIns: after too many wrong ones, as at sign-in.
        NoPassword: somebody who signs in elsewhere has none.
    """
    if user.password_hash == NO_PASSWORD:
        raise NoPassword("You have no password here. Ask an administrator for a link to set one.")
    await admit(context, user.email, address)
    if not await has_password(user, given):
        raise WrongPassword("This is not your current password. Try again.", field=field)
    await throttle.forgive(context.redis, account=user.email, address=address)


async def confirm(
    db: AsyncSession, context: Context, user_id: UUID, given: Given, *, session: str, address: str
) -> None:
    """Have the person in this session show once more that it is them.

    Raises:
        WrongPassword, TooManySignIns, NoPassword.
    """
    user = (await db.execute(select(User).filter_by(id=user_id).with_for_update())).scalar_one()
    await need_password(context, user, given, address=address, field="password")
    record(db, "session.confirmed", subject=user.id)
    await sessions.confirm(context.redis, session)


async def admit(context: Context, account: str, address: str) -> None:
    """Count an attempt to show a password.

    Raises:
        TooManySignIns: there were too many.
    """
    try:
        await throttle.admit(context.redis, account=account, address=address)
    except throttle.TooManySignIns as refusal:
        await note_lock(context, account, address, refusal)
        raise


async def note_lock(
    context: Context, account: str, address: str, refusal: throttle.TooManySignIns
) -> None:
    """The first refusal of an account shows in the list of people and in the trail."""
    async with context.sessions.begin() as db:
        user = await db.scalar(owner_of(account))
        if user and await throttle.lock(
            context.redis,
            user.id,
            account=account,
            address=address,
            seconds=refusal.retry_after_s,
        ):
            with actors.acting(actors.Actor(ActorKind.SYSTEM, address=address)):
                record(db, "session.refused", subject=user.id)


def owner_of(email: str) -> Select[User]:
    return select(User).where(func.lower(User.email) == func.lower(email))


async def start_session(
    db: AsyncSession, context: Context, user: User, *, origin: Origin = NOWHERE
) -> str:
    """Sign a person in who has shown who they are. Returns the secret session id."""
    actors.act_as(actors.Actor(ActorKind.PERSON, user.id, user.name, address=origin.address))
    user.signed_in_at = now()
    record(db, "session.started", subject=user.id)
    limits = sessions.limits_of(context.settings)
    return await sessions.start(context.redis, user.id, origin=origin, limits=limits)


async def end_sign_ins(
    db: AsyncSession, redis: Redis, user: User, *, keep: str | None = None
) -> int:
    """Sign a person out everywhere but in the session of the cookie `keep`.

    Their API tokens go on: after a compromise, `api_tokens.service.revoke_all` ends them.

    Returns:
        How many sessions ended.
    """
    await chains.end(db, user.id)
    return await sessions.end_all(redis, user.id, keep=keep)


@cache
def hash_of_nobody() -> str:
    """Compared when the account does not exist, so that both refusals take the same time."""
    return passwords.hash(secrets.token_urlsafe())
