"""`agentlab user`: the people who can sign in, from the host."""

import asyncio
import json
import secrets
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Annotated, TypeVar

import typer
from pydantic import SecretStr, ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.auth import service, throttle
from agentlab.auth.models import Role
from agentlab.auth.schemas import AccountIn
from agentlab.changes.schemas import Noun
from agentlab.changes.service import announce
from agentlab.cli.opening import opened_context
from agentlab.cli.tables import print_table
from agentlab.cli.terminal import one_sentence_on_failure, say
from agentlab.context import Context
from agentlab.errors import InvalidInput
from agentlab.kit.pages import LONGEST_PAGE
from agentlab.kit.text import said_of
from agentlab.people import reading, recovery
from agentlab.people import service as people
from agentlab.people.schemas import Deactivated, UserOut, UserPatch
from agentlab.settings import Settings

T = TypeVar("T")

user = typer.Typer(name="user", help="The people who can sign in.", no_args_is_help=True)

Email = Annotated[str, typer.Argument(help="The person's e-mail address.")]


@user.command(name="list")
def list_(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON array.")] = False,
) -> None:
    """Show everybody who can sign in, could once, or is invited to."""
    with one_sentence_on_failure():
        found = asyncio.run(everybody(Settings()))
    if as_json:
        typer.echo(json.dumps([person.model_dump(mode="json") for person in found], indent=2))
        return
    print_table(
        ("E-mail", "Role", "State", "Last sign-in", "Name"),
        ((p.email, p.role, p.state, day_of(p.signed_in_at), p.name) for p in found),
    )


@user.command()
def add(
    email: str,
    name: Annotated[str, typer.Option(help="As others see it.")],
    role: Annotated[Role, typer.Option(help="What they may do.")] = Role.VIEWER,
) -> None:
    """Add a person. The password is read from standard input, or made and printed once."""
    given, password = chosen_password()
    with one_sentence_on_failure():
        asyncio.run(create(Settings(), account(email, name, password), role))
    say(f"{name} <{email}> can sign in as {role}.")
    if not given:
        say(f"Password: {password}")


@user.command()
def reset(
    email: Email,
    *,
    administrator: Annotated[
        bool,
        typer.Option(
            "--administrator", help="Also make them an active administrator, whatever they were."
        ),
    ] = False,
) -> None:
    """Give a person a new password, read from standard input, or made and printed once.

    They are signed out everywhere, their API tokens are revoked, and a lockout ends. With
    `--administrator` this recovers an AgentLab that nobody can administer any more.
    """
    given, password = chosen_password()
    with one_sentence_on_failure():
        new = account(email, "unused", password)

        async def act(db: AsyncSession, context: Context) -> int:
            return await recovery.reset(
                db, context.redis, email, new.password, administrator=administrator
            )

        revoked = asyncio.run(acting(act))
    say(f"{email} has a new password{' and is an administrator' if administrator else ''}.")
    if revoked:
        say(f"API tokens revoked: {revoked}.")
    if not given:
        say(f"Password: {password}")


@user.command()
def role(email: Email, role: Annotated[Role, typer.Argument(help="What they may do.")]) -> None:
    """Change what a person may do."""

    async def act(db: AsyncSession, context: Context) -> None:
        user_id = await people.user_named(db, email)
        patch = UserPatch(role=role)
        await people.change(db, context.settings, user_id, patch, version=None, by=None)

    run(act)
    say(f"{email} is {role} now.")


@user.command()
def deactivate(email: Email) -> None:
    """Keep a person out: their sessions end at once, and their API tokens are revoked.

    Of their projects they are not the owner any more.
    """

    async def act(db: AsyncSession, context: Context) -> Deactivated:
        user_id = await people.user_named(db, email)
        return await people.deactivate(db, context, user_id, by=None)

    with one_sentence_on_failure():
        taken = asyncio.run(acting(act))
    say(f"{email} cannot sign in any more.")
    if taken.tokens_revoked:
        say(f"API tokens revoked: {taken.tokens_revoked}.")
    if taken.released:
        say(f"Without an owner now: {', '.join(each.name for each in taken.released)}.")


@user.command()
def activate(email: Email) -> None:
    """Let a person in again who was deactivated."""

    async def act(db: AsyncSession, context: Context) -> None:
        user_id = await people.user_named(db, email)
        await people.reactivate(db, context.redis, user_id, by=None)

    run(act)
    say(f"{email} can sign in again.")


@user.command()
def unlock(email: Email) -> None:
    """Forget a person's failed sign-ins, so that they need not wait."""

    async def act(db: AsyncSession, context: Context) -> None:
        await people.unlock(db, context.redis, await people.user_named(db, email))

    run(act)
    say(f"{email} need not wait to sign in.")


def chosen_password() -> tuple[bool, str]:
    """Whether one was given on standard input, and the password."""
    given = "" if sys.stdin.isatty() else sys.stdin.readline().strip()
    return bool(given), given or secrets.token_urlsafe(12)


def account(email: str, name: str, password: str) -> AccountIn:
    try:
        return AccountIn(email=email, name=name, password=SecretStr(password))
    except ValidationError as error:
        first = error.errors()[0]
        raise InvalidInput(f"{first['loc'][0]}: {said_of(first)}.") from error


def run(act: Callable[[AsyncSession, Context], Awaitable[None]]) -> None:
    with one_sentence_on_failure():
        asyncio.run(acting(act))


async def acting(act: Callable[[AsyncSession, Context], Awaitable[T]]) -> T:
    async with opened(Settings()) as (db, context):
        return await act(db, context)


async def create(settings: Settings, new: AccountIn, role: Role) -> None:
    async with opened(settings) as (db, _):
        user = await service.create_user(db, new, role)
        announce(db, Noun.PEOPLE, of=user.id)


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[tuple[AsyncSession, Context]]:
    """A transaction on the running AgentLab's servers, or on some started for the command."""
    async with opened_context(settings) as context, context.sessions.begin() as db:
        yield db, context


async def everybody(settings: Settings) -> list[UserOut]:
    found: list[UserOut] = []
    async with opened(settings) as (db, context):
        locked = await throttle.locked(context.redis)
        after = None
        while True:
            page = await reading.users(db, settings, locked=locked, limit=LONGEST_PAGE, after=after)
            found += page.items
            after = page.next
            if after is None:
                return found


def day_of(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d}" if at else "never"
