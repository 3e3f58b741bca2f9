"""The trail of what was restored says so: it goes on from an earlier day, and names why."""

import asyncio

from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.audit.trail import record
from agentlab.kit.db import create_engine
from agentlab.operations.restore.journal import Entry


def note_in_trail(url: str, entry: Entry) -> None:
    """Add an entry to the trail of the restored database at `url`, before it is used."""
    asyncio.run(write(url, entry))


async def write(url: str, entry: Entry) -> None:
    engine = create_engine(url)
    try:
        async with AsyncSession(engine) as db, db.begin():
            kept = {"restore_point": entry.restore_point} if entry.restore_point else None
            record(db, "backup.restored", label=entry.bundle, after=kept)
    finally:
        await engine.dispose()
