"""What one listener hears: what is in their sight, as it is at that moment."""

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from agentlab.auth.callers import Caller
from agentlab.auth.models import ClientAssignment, Role, User
from agentlab.changes.schemas import Change, Noun
from agentlab.context import Context
from agentlab.kit.live import Message

ASKED_EVERY_S = 1.0
"""Whether a token is still good is asked of the database, so not for each of many events."""

Sights = Mapping[UUID, frozenset[UUID] | None]


@dataclass
class Hearing:
    """One open stream: who listens, and whether they still may."""

    context: Context
    caller: Caller
    still_calls: Callable[[], Awaitable[bool]]
    asked_at: float = 0

    async def is_welcome(self) -> bool:
        if self.caller.is_agent and time.monotonic() - self.asked_at < ASKED_EVERY_S:
            return True
        self.asked_at = time.monotonic()
        return await self.still_calls()

    async def heard(self, message: Message) -> str | None:
        """The change, or that there was one, or nothing."""
        change = Change.model_validate_json(message.data or "")
        # Who may see what is changed with people, and then has to be read again.
        version = message.position if change.noun is Noun.PEOPLE else ()
        sights = await self.context.sights.get(self.read_sights, version)
        audience = {UUID(id_) for id_ in message.audience.split(",") if id_}
        told = in_sight(change, audience, self.caller, sights)
        return told.model_dump_json() if told else None

    async def read_sights(self) -> Sights:
        async with self.context.sessions() as db:
            people = await db.execute(
                select(User.id, User.role, User.sees_all_clients).where(
                    User.deactivated_at.is_(None)
                )
            )
            sees_all = {id_: all_ or role is Role.ADMINISTRATOR for id_, role, all_ in people}
            found: dict[UUID, set[UUID]] = {}
            for user_id, client_id in await db.execute(
                select(ClientAssignment.user_id, ClientAssignment.client_id)
            ):
                found.setdefault(user_id, set()).add(client_id)
        return {
            id_: None if all_ else frozenset(found.get(id_, ())) for id_, all_ in sees_all.items()
        }


def in_sight(change: Change, audience: set[UUID], caller: Caller, sights: Sights) -> Change | None:
    """What of a change is for this caller.

    Of what nobody knows whose it is, and of people whom they need not know, they hear no ids.
    """
    if caller.project_id is not None and change.project_id != caller.project_id:
        return None
    if change.noun is Noun.INBOX:
        return change if caller.id in audience else None
    seen = sights.get(caller.id, frozenset())
    if seen is None or caller.id in audience or audience & seen:
        return change
    if not audience or change.noun is Noun.PEOPLE:
        return Change(noun=change.noun, id=None, project_id=None)
    return None
