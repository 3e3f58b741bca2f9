"""That a server went back to a moment is in the audit trail of what came back."""

import asyncio
import os
import sys

from agentlab.operations.embedded import Connections
from tests.support.browser import Browser


async def test_the_trail_says_which_moment_is_back_and_what_holds_the_rest(
    ada: Browser, services: Connections
) -> None:
    note = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "agentlab.cli.point_in_time", "note"),
        *("--at", "2026-11-29T11:15:00+01:00", "--restore-point", "20261129T103000.dump"),
        env={**os.environ, "DATABASE_URL": services.as_owner},
    )
    assert await note.wait() == 0
    found = await ada.http.get("/api/v1/audit/entries?action=backup.restored")
    [entry] = found.json()["items"]
    assert entry["label"] == "The database at 2026-11-29 10:15:00 UTC"
    assert entry["actor"]["kind"] == "system"
    assert entry["after"] == {"restore_point": "20261129T103000.dump"}
