"""`agentlab privacy`: everything about a person, and nothing about them any more."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.auth.models import User
from agentlab.cli.opening import opened_context
from agentlab.cli.terminal import one_sentence_on_failure, say
from agentlab.errors import InvalidInput, NotFound
from agentlab.privacy.erasure import erase_contacts, erase_user
from agentlab.privacy.export import Export, of_contact, of_user
from agentlab.privacy.mentions import contacts_with
from agentlab.settings import Settings

privacy = typer.Typer(
    name="privacy",
    help="What is known about a person: their account, and contacts with their e-mail, "
    "also deleted ones.",
    no_args_is_help=True,
)


@dataclass(frozen=True)
class Found:
    """Where an e-mail stands."""

    user_id: UUID | None
    contact_ids: tuple[UUID, ...]


@privacy.command()
def export(
    email: str,
    *,
    folder: Annotated[
        Path, typer.Option("--folder", help="Where to put the files; the current one otherwise.")
    ] = Path(),
) -> None:
    """Write everything about a person: a ZIP for their account, and one for each contact."""
    with one_sentence_on_failure():
        for exported in asyncio.run(exports(Settings(), email)):
            say(f"Wrote {write(folder, exported)}")


async def exports(settings: Settings, email: str) -> list[Export]:
    async with opened_context(settings) as context, context.sessions.begin() as db:
        found = await find(db, email)
        made = [await of_contact(db, contact_id) for contact_id in found.contact_ids]
        if found.user_id:
            made.insert(0, await of_user(db, context.redis, found.user_id))
        return made


def write(folder: Path, exported: Export) -> Path:
    file = folder / exported.name
    try:
        file.touch(mode=0o600)
        file.write_bytes(exported.content)
    except OSError as error:
        raise InvalidInput(f"{file} cannot be written: {error.strerror}.") from error
    return file


@privacy.command()
def erase(
    email: str,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for the e-mail again.")] = False,
) -> None:
    """Erase a person: their account, and every contact with their e-mail. Cannot be undone."""
    typed = email if yes else typer.prompt(f"This cannot be undone. Type {email} to erase them")
    with one_sentence_on_failure():
        if typed.strip().lower() != email.strip().lower():
            raise InvalidInput("That is another e-mail. Nothing was erased.")
        accounts, contacts, forgotten = asyncio.run(everything_erased(Settings(), email))
    say(
        f"Erased {accounts} account and {contacts} contacts; {forgotten} entries of the audit "
        "trail lost their details."
    )


async def everything_erased(settings: Settings, email: str) -> tuple[int, int, int]:
    """How many accounts and contacts were erased, and how many entries lost their details."""
    async with opened_context(settings) as context, context.sessions.begin() as db:
        found = await find(db, email)
        contact_ids = found.contact_ids
        if found.user_id is None:
            forgotten = await erase_contacts(db, contact_ids, by=None)
        else:
            erased = await erase_user(
                db, context, found.user_id, confirmation=email, contact_ids=contact_ids, by=None
            )
            forgotten = erased.audit_entries
    return int(found.user_id is not None), len(found.contact_ids), forgotten


async def find(db: AsyncSession, email: str) -> Found:
    wanted = func.lower(email.strip())
    user_id = await db.scalar(select(User.id).where(func.lower(User.email) == wanted))
    found = Found(user_id, tuple(await contacts_with(db, email)))
    if found.user_id is None and not found.contact_ids:
        raise NotFound(f"Nobody here has the e-mail {email}.")
    return found
