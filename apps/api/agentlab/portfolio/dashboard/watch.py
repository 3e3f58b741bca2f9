"""Whether one can still find something, for the status page."""

import asyncio
import time
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

from agentlab.kit import logging
from agentlab.portfolio.dashboard.quick import quick_search

log = logging.get(__name__)

FRESH_S = 10
PATIENCE_S = 3.5
"""Less than what the prober gives the whole answer, and more than what it calls slow."""

TYPED = "agentlab status"
"""Letters that some names have: what is measured is looking for them."""


class Everybody:
    """Looks on behalf of no one, and is told how long it took, never what was found."""

    id = UUID(int=0)
    sees_all = True
    project_id = None


@dataclass
class SearchWatch:
    """Searches as people do, at most every ten seconds."""

    took_s: float = 0.0
    works: bool = True
    _asked: float = float("-inf")

    async def look(self, engine: AsyncEngine) -> None:
        if time.monotonic() - self._asked < FRESH_S:
            return
        began = self._asked = time.monotonic()
        statement, parameters = quick_search(Everybody(), TYPED, near=None)
        try:
            async with asyncio.timeout(PATIENCE_S), engine.connect() as connection:
                await connection.execute(statement, parameters)
            self.works = True
        except Exception as error:  # noqa: BLE001 - whatever keeps it from answering is the answer
            log.warning("search_away", error=str(error))
            self.works = False
        self.took_s = time.monotonic() - began
