"""Who signs in at the provider, who that is here, and which role their groups give them."""

import asyncio
import hashlib
import secrets
import unicodedata
from collections.abc import Mapping
from dataclasses import asdict
from datetime import timedelta
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter, ValidationError
from pydantic_core import from_json, to_json
from redis.asyncio import Redis
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.audit.trail import record
from agentlab.auth.models import Identity, Role, User
from agentlab.auth.service import NO_PASSWORD, AccountDeactivated, needs_first_administrator
from agentlab.auth.sessions import CONFIRMED_FOR
from agentlab.changes.schemas import Noun
from agentlab.changes.service import announce
from agentlab.errors import Forbidden, Unauthenticated
from agentlab.kit import clock, logging
from agentlab.kit.text import EmailAddress
from agentlab.people.service import hold_administrators, locked_user, revoke_links
from agentlab.portfolio.levels.ownership import release_from
from agentlab.settings import Settings
from agentlab.setup.service import need_no_backups
from agentlab.single_sign_on.provider import Pending

log = logging.get(__name__)

PATIENCE = timedelta(minutes=10)
"""How long a person may take at the provider."""
LONGEST_NAME = 200

EMAIL: TypeAdapter[str] = TypeAdapter(EmailAddress)


class SignInExpired(Unauthenticated):
    code = "sign_in_expired"


class NotAskedAgain(Unauthenticated):
    code = "not_asked_again"


class EmailNotVerified(Forbidden):
    code = "email_not_verified"


class EmailMissing(Forbidden):
    code = "email_missing"


class NotSetUp(Forbidden):
    code = "not_set_up"


class NoRoleForYou(Forbidden):
    code = "no_role"


async def begin(redis: Redis, *, browser: str, after: str, again: bool = False) -> Pending:
    """Remember a sign-in that now goes on at the provider.

    Args:
        redis: where it is remembered.
        browser: what only this browser has in a cookie.
        after: the page that it comes back to.
        again: the provider has to ask who it is, even if it knows.
    """
    pending = Pending(
        state=secrets.token_urlsafe(32),
        nonce=secrets.token_urlsafe(32),
        verifier=secrets.token_urlsafe(64),
        next=after,
        browser=hashed(browser),
        again=again,
    )
    await redis.set(key_of(pending.state), to_json(asdict(pending)), ex=PATIENCE)
    return pending


async def take(redis: Redis, *, state: str, browser: str) -> Pending:
    """The sign-in that comes back; each comes back once, and in the browser that began it.

    Raises:
        SignInExpired: it never began, or too long ago, or elsewhere.
    """
    stored = await redis.getdel(key_of(state)) if state else None
    pending = Pending(**from_json(stored)) if stored else None
    if pending is None or not secrets.compare_digest(pending.browser, hashed(browser)):
        raise SignInExpired("This sign-in took too long or began in another browser. Try again.")
    return pending


def key_of(state: str) -> str:
    return f"single-sign-on:{hashed(state)}"


def hashed(value: str) -> str:
    return hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest()


async def sign_in(db: AsyncSession, settings: Settings, claims: Mapping[str, Any]) -> User:
    """The person whom the provider vouches for: known, linked by e-mail, or new.

    Raises:
        AccountDeactivated, EmailNotVerified, EmailMissing, NoRoleForYou, NotSetUp, BackupsFound.
    """
    role = role_of(settings, claims)
    user = await find_linked(db, claims)
    is_linked = user is not None
    if user is None:
        need_verified_email(settings, claims)
        user = await link_by_email(db, claims)
    if user is None:
        return await create(db, settings, claims, role)
    if user.deactivated_at is not None:
        raise AccountDeactivated("Your account was deactivated. Ask an administrator.")
    if settings.oidc_roles:
        await follow_groups(db, settings, user, role)
    if not is_linked:  # whom it was given to comes in without it from now on
        await locked_user(db, user.id)
        await revoke_links(db, user.id)
    return user


def role_of(settings: Settings, claims: Mapping[str, Any]) -> Role | None:
    """What the person's groups give them; None when neither they nor the settings give any."""
    groups = groups_of(settings, claims)
    found = next((role for group, role in settings.oidc_roles if group in groups), None)
    named = found or settings.oidc_default_role
    return Role(named) if named else None


def groups_of(settings: Settings, claims: Mapping[str, Any]) -> set[str]:
    """One group or a list of them; what is neither is none."""
    said = claims.get(settings.oidc_groups_claim)
    if isinstance(said, str):
        return {said}
    if isinstance(said, list):
        return set(map(str, said))
    if said is not None:
        log.warning(
            "groups_not_a_list", claim=settings.oidc_groups_claim, said_a=type(said).__name__
        )
    return set()


def need_role(role: Role | None) -> Role:
    if role is None:
        raise NoRoleForYou("None of your groups may use AgentLab. Ask an administrator.")
    return role


def need_asked_again(claims: Mapping[str, Any]) -> None:
    """Refuse unless the provider says that it asked the person just now."""
    asked_at = claims.get("auth_time")
    oldest = clock.now().timestamp() - CONFIRMED_FOR.total_seconds()
    if not isinstance(asked_at, int | float) or asked_at < oldest:
        raise NotAskedAgain(
            "Your provider did not ask you again who you are, so this counts for nothing new. "
            "Sign out there, and try again."
        )


async def find_linked(db: AsyncSession, claims: Mapping[str, Any]) -> User | None:
    query = select(User).join(Identity, Identity.user_id == User.id)
    return await db.scalar(
        query.where(Identity.issuer == claims["iss"], Identity.subject == claims["sub"])
    )


def need_verified_email(settings: Settings, claims: Mapping[str, Any]) -> None:
    """The first time, the e-mail says who somebody is; so the provider has to know it is theirs.

    Otherwise an account could be made in somebody else's name, which they would then share.
    """
    email_of(claims)
    verified = claims.get("email_verified", settings.oidc_emails_are_verified)
    if verified is not True:
        raise EmailNotVerified(
            "Your provider does not say that your e-mail is verified. Have it verified there; if "
            "you have a password here, sign in with that."
        )


async def link_by_email(db: AsyncSession, claims: Mapping[str, Any]) -> User | None:
    """The account with the same e-mail."""
    query = select(User).where(func.lower(User.email) == func.lower(email_of(claims)))
    user = await db.scalar(query)
    if user is None:
        return None
    await link(db, user.id, claims)
    return user


async def link(db: AsyncSession, user_id: UUID, claims: Mapping[str, Any]) -> None:
    known = {"issuer": claims["iss"], "subject": claims["sub"]}
    # Two tabs at once may both be the first.
    await db.execute(insert(Identity).values(**known, user_id=user_id).on_conflict_do_nothing())
    record(db, "identity.linked", subject=user_id, after=known)


async def create(
    db: AsyncSession, settings: Settings, claims: Mapping[str, Any], role: Role | None
) -> User:
    if await needs_first_administrator(db):
        if role is not Role.ADMINISTRATOR:
            raise NotSetUp("AgentLab has no administrator yet. Whoever set it up comes first.")
        await asyncio.to_thread(need_no_backups, settings)
    user = User(
        name=name_of(claims),
        email=email_of(claims),
        password_hash=NO_PASSWORD,
        role=need_role(role),
        sees_all_clients=settings.oidc_sees_all_clients,
    )
    db.add(user)
    try:
        await db.flush()
    except IntegrityError as error:
        raise SignInExpired("Somebody signed in with this e-mail just now. Try again.") from error
    after = {
        "name": user.name,
        "email": user.email,
        "role": user.role,
        "sees_all_clients": user.sees_all_clients,
    }
    record(db, "user.created", subject=user.id, after=after)
    announce(db, Noun.PEOPLE, of=user.id)
    await link(db, user.id, claims)
    return user


async def follow_groups(
    db: AsyncSession, settings: Settings, user: User, role: Role | None
) -> None:
    """Give the person the role of their groups; the last administrator stays one."""
    wanted = need_role(role)
    if user.role is wanted:
        return
    if await hold_administrators(db, settings) == {user.id}:
        return
    user = await locked_user(db, user.id)
    if user.role is wanted:  # another tab was faster
        return
    before, user.role = user.role, wanted
    user.version += 1
    user.updated_at, user.updated_by = clock.now(), None
    record(
        db,
        "user.role_changed",
        subject=user.id,
        before={"role": before},
        after={"role": wanted},
        reason="Groups at the OpenID provider",
    )
    announce(db, Noun.PEOPLE, of=user.id)
    await release_from(db, user.id)


def email_of(claims: Mapping[str, Any]) -> str:
    try:
        return EMAIL.validate_python(claims.get("email"))
    except ValidationError as error:
        raise EmailMissing(
            "Your provider did not tell AgentLab your e-mail. Ask an administrator to let it."
        ) from error


def name_of(claims: Mapping[str, Any]) -> str:
    """As the provider has it, on one line."""
    said = claims.get("name") or claims.get("preferred_username") or claims["email"]
    printable = "".join(
        character for character in str(said) if unicodedata.category(character) not in {"Cc", "Cs"}
    )
    return printable.strip()[:LONGEST_NAME] or str(claims["email"])
