"""What an AgentLab that runs has to know of restores on its data folder."""

from datetime import datetime
from pathlib import Path

from agentlab.kit import clock
from agentlab.kit.waiting import until
from agentlab.operations.restore.journal import Journal, Outcome

LOOKED_AT_EVERY_S = 0.5


async def restored(folder: Path) -> None:
    """Return when a restore has come to its good end, in whatever process, from now on.

    `folder` is where the bundles lie.
    """
    journal, began = Journal(folder), clock.now()
    await until(lambda: has_ended(journal, began), every_s=LOOKED_AT_EVERY_S)


def has_ended(journal: Journal, since: datetime) -> bool:
    entry = journal.read()
    return (
        entry is not None
        and entry.outcome is Outcome.RESTORED
        and entry.finished_at is not None
        and entry.finished_at >= since
    )
