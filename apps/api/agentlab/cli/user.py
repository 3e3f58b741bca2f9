"""`agentlab user`: the people who can sign in, from the host."""

import asyncio
import secrets
import sys
from typing import Annotated

import typer
from pydantic import SecretStr, ValidationError

from agentlab.auth import service
from agentlab.auth.models import Role
from agentlab.auth.schemas import AccountIn
from agentlab.cli.opening import opened_context
from agentlab.cli.up import message_of, one_sentence_on_failure, say
from agentlab.errors import InvalidInput
from agentlab.settings import Settings

user = typer.Typer(name="user", help="The people who can sign in.", no_args_is_help=True)


@user.command()
def add(
    email: str,
    name: Annotated[str, typer.Option(help="As others see it.")],
    role: Annotated[Role, typer.Option(help="What they may do.")] = Role.VIEWER,
) -> None:
    """Add a person. The password is read from standard input, or made and printed once."""
    given = "" if sys.stdin.isatty() else sys.stdin.readline().strip()
    password = given or secrets.token_urlsafe(12)
    with one_sentence_on_failure():
        asyncio.run(create(Settings(), account(email, name, password), role))
    say(f"{name} <{email}> can sign in as {role}.")
    if not given:
        say(f"Password: {password}")


def account(email: str, name: str, password: str) -> AccountIn:
    try:
        return AccountIn(email=email, name=name, password=SecretStr(password))
    except ValidationError as error:
        first = error.errors()[0]
        raise InvalidInput(f"{first['loc'][0]}: {message_of(first)}.") from error


async def create(settings: Settings, new: AccountIn, role: Role) -> None:
    async with opened_context(settings) as context, context.sessions.begin() as db:
        await service.create_user(db, new, role)
