import asyncio
from functools import cache

from pwdlib import PasswordHash
from redis.asyncio import Redis
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.audit.trail import record
from agentlab.auth import sessions, throttle
from agentlab.auth.models import Role, User
from agentlab.auth.schemas import AccountIn, Credentials
from agentlab.errors import Conflict, Unauthenticated

passwords = PasswordHash.recommended()

NO_PASSWORD = "!"  # noqa: S105 - no password has this hash
"""In the place of a hash: the person signs in elsewhere."""


class AlreadySetUp(Conflict):
    code = "already_set_up"


class EmailTaken(Conflict):
    code = "email_taken"


class WrongCredentials(Unauthenticated):
    code = "wrong_credentials"


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
    password_hash = await asyncio.to_thread(passwords.hash, account.password.get_secret_value())
    user = User(name=account.name, email=account.email, password_hash=password_hash, role=role)
    db.add(user)
    try:
        await db.flush()
    except IntegrityError as error:
        raise EmailTaken(f"{account.email} has an account already.", field="email") from error
    after = {"name": user.name, "email": user.email, "role": role}
    record(db, "user.created", subject=user.id, after=after)
    return user


async def sign_in(
    db: AsyncSession, redis: Redis, credentials: Credentials, *, address: str
) -> tuple[User, str]:
    """Check the password and start a session.

    Returns:
        The person and the secret session id.

    Raises:
        WrongCredentials, TooManySignIns: as `verified` does.
    """
    user = await verified(db, redis, credentials, address=address)
    return user, await sessions.start(redis, user.id)


async def verified(
    db: AsyncSession, redis: Redis, credentials: Credentials, *, address: str
) -> User:
    """Whose e-mail and password these are.

    Raises:
        WrongCredentials: the same for an unknown account, a wrong password, and an account that
            has no password or was deactivated.
        TooManySignIns: after too many failures, even with the right password.
    """
    account = credentials.email.strip()
    await throttle.admit(redis, account=account, address=address)
    user = await db.scalar(select(User).where(func.lower(User.email) == func.lower(account)))
    may = user is not None and user.deactivated_at is None and user.password_hash != NO_PASSWORD
    stored = user.password_hash if user and may else await asyncio.to_thread(hash_of_nobody)
    given = credentials.password.get_secret_value()
    right, new_hash = await asyncio.to_thread(passwords.verify_and_update, given, stored)
    if user is None or not may or not right:
        raise WrongCredentials("The e-mail or the password is wrong.")
    if new_hash:
        user.password_hash = new_hash
    await throttle.forgive(redis, account=account, address=address)
    return user


@cache
def hash_of_nobody() -> str:
    """Compared when the account does not exist, so that both refusals take the same time."""
    return passwords.hash("no account has this password")
