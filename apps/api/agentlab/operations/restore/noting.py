"""The trail of what was restored says so: it goes on from an earlier day, and names who asked."""

import asyncio
import os

from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.audit import actors
from agentlab.audit.actors import Actor
from agentlab.audit.trail import record
from agentlab.kit.db import create_engine

ASKED_BY = "AGENTLAB_RESTORE_ASKED_BY"
"""The environment variable that tells the process of a restore who asked for it."""

ACTOR = TypeAdapter(Actor)


def telling_who_asks() -> dict[str, str]:
    """What the environment of a process needs, so that its restore is of who acts here."""
    return {ASKED_BY: ACTOR.dump_json(actors.current()).decode()}


def who_asked() -> Actor:
    told = os.environ.get(ASKED_BY)
    return ACTOR.validate_json(told) if told else actors.current()


def note_in_trail(url: str, restored: str, restore_point: str | None) -> None:
    """Add an entry to the trail of the restored database at `url`, before it is used.

    Args:
        url: as its owner.
        restored: what is back, such as a backup.
        restore_point: what holds the database of before, if there was one.
    """
    asyncio.run(write(url, restored, restore_point))


async def write(url: str, restored: str, restore_point: str | None) -> None:
    engine = create_engine(url)
    try:
        async with AsyncSession(engine) as db, db.begin():
            kept = {"restore_point": restore_point} if restore_point else None
            with actors.acting(who_asked()):
                record(db, "backup.restored", label=restored, after=kept)
    finally:
        await engine.dispose()
