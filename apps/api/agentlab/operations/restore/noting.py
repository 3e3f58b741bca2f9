"""The trail of what was restored says so: it goes on from an earlier day, and names who asked."""

import asyncio
import os

from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.audit import actors
from agentlab.audit.actors import Actor
from agentlab.audit.trail import record
from agentlab.kit.db import create_engine
from agentlab.operations.backup.bundle import SUFFIX
from agentlab.operations.restore.journal import Entry

ASKED_BY = "AGENTLAB_RESTORE_ASKED_BY"
"""The environment variable that tells the process of a restore who asked for it."""

ACTOR = TypeAdapter(Actor)


def telling_who_asks() -> dict[str, str]:
    """What the environment of a process needs, so that its restore is of who acts here."""
    return {ASKED_BY: ACTOR.dump_json(actors.current()).decode()}


def who_asked() -> Actor:
    told = os.environ.get(ASKED_BY)
    return ACTOR.validate_json(told) if told else actors.current()


def note_in_trail(url: str, entry: Entry) -> None:
    """Add an entry to the trail of the restored database at `url`, before it is used."""
    asyncio.run(write(url, entry))


async def write(url: str, entry: Entry) -> None:
    engine = create_engine(url)
    try:
        async with AsyncSession(engine) as db, db.begin():
            kept = {"restore_point": entry.restore_point} if entry.restore_point else None
            with actors.acting(who_asked()):
                record(db, "backup.restored", label=entry.bundle.removesuffix(SUFFIX), after=kept)
    finally:
        await engine.dispose()
