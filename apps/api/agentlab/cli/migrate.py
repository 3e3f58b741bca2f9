"""`agentlab migrate`: bring the database to the schema of this version."""

import asyncio

from agentlab.cli.opening import migrated
from agentlab.cli.terminal import one_sentence_on_failure, say
from agentlab.settings import Settings


def migrate() -> None:
    """Bring the database to the schema of this version. `agentlab up` does it by itself."""
    with one_sentence_on_failure():
        asyncio.run(run(Settings()))
    say("The database has the newest schema.")


async def run(settings: Settings) -> None:
    async with migrated(settings):
        pass
