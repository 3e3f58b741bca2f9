"""Whether the folders of projects can be read, for the status page: numbers, and no names."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from agentlab.errors import AgentLabError
from agentlab.workspaces.folder import resolve

LOOKED_AT = 200
FRESH_S = 30
PATIENCE_S = 3

NEWEST = text(
    """
    SELECT w.path
    FROM workspaces w
    JOIN projects p ON p.id = w.project_id JOIN services s ON s.id = p.service_id
    JOIN clients c ON c.id = s.client_id
    WHERE p.status NOT IN ('completed', 'archived')
      AND p.deleted_at IS NULL AND s.deleted_at IS NULL AND c.deleted_at IS NULL
    ORDER BY w.scanned_at DESC LIMIT :most
    """
)


@dataclass(frozen=True)
class Folders:
    looked_at: int
    away: int


@dataclass
class FolderWatch:
    """Looks at the folders that were scanned last, at most every half minute.

    A folder on a disk that hangs holds a thread for as long as it does, and never a second one;
    meanwhile all of them count as away.
    """

    _found: Folders = field(default_factory=lambda: Folders(0, 0))
    _looked: float = float("-inf")
    _look: "asyncio.Task[int] | None" = None

    async def look(self, engine: AsyncEngine, roots: Sequence[Path]) -> Folders:
        if time.monotonic() - self._looked > FRESH_S:
            paths = await newest(engine)
            if self._look is None:
                self._look = asyncio.create_task(asyncio.to_thread(count_away, paths, roots))
            await asyncio.wait({self._look}, timeout=PATIENCE_S)
            away = len(paths)
            if self._look.done():
                away, self._look = min(self._look.result(), len(paths)), None
            self._found, self._looked = Folders(len(paths), away), time.monotonic()
        return self._found


def count_away(paths: Sequence[str], roots: Sequence[Path]) -> int:
    return sum(not is_there(path, roots) for path in paths)


def is_there(path: str, roots: Sequence[Path]) -> bool:
    try:
        resolve(path, roots)
    except (AgentLabError, OSError):
        return False
    return True


async def newest(engine: AsyncEngine) -> list[str]:
    async with engine.connect() as connection:
        return list(await connection.scalars(NEWEST, {"most": LOOKED_AT}))
