"""The prober's memory, as others than the prober may open it: as it is, or not at all."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from agentlab.errors import Conflict, Unavailable
from agentlab.kit import logging
from agentlab.operations.status.places import Places
from agentlab.operations.status.store import Store

log = logging.get(__name__)

PRIMARY = 0xFF
"""The part of SQLite's codes that says what kind of failure it was."""


class NoStatusPage(Conflict):
    code = "no_status_page"


class MemoryAway(Unavailable):
    code = "status_store_away"


class MemoryBusy(Unavailable):
    code = "status_store_busy"


@contextmanager
def memory_in(state: Path | None, *, read_only: bool = False) -> Iterator[Store]:
    """Blocks for some seconds while the prober writes, so it is for a thread.

    Args:
        state: the setting AGENTLAB_STATE.
        read_only: for those who say nothing.

    Raises:
        NoStatusPage: there is no prober here.
        MemoryBusy: somebody writes for longer than one waits.
        MemoryAway: it is not there, damaged or closed to us.
        OfAnotherVersion: another AgentLab keeps it.
    """
    if state is None:
        raise NoStatusPage(
            "There is no status page here: a server has one, and a desk has none. "
            "docs/operate/status.md says what to do."
        )
    file = Places(state).store
    try:
        store = Store(file, read_only=read_only, as_it_is=True)
        try:
            yield store
        finally:
            store.close()
    except sqlite3.Error as error:
        log.warning("status_store_refused", error=str(error))
        if getattr(error, "sqlite_errorcode", 0) & PRIMARY == sqlite3.SQLITE_BUSY:
            raise MemoryBusy(
                "The prober of the status page is writing and did not make way. Nothing was "
                "changed; try again in a moment."
            ) from error
        raise MemoryAway(
            f"What the prober of the status page keeps cannot be used now ({error}). Look whether "
            "the service `status` runs, and whether the disk is full; `agentlab doctor` on the "
            "host says more."
        ) from error
