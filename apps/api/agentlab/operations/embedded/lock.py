"""One holder per data folder, and where the others find it.

The lock is the kernel's (`flock`), so a crash releases it; `running.json` is only believed while
the lock is held.
"""

import json
import os
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from agentlab.errors import Conflict
from agentlab.kit import file_locks
from agentlab.operations.embedded.folder import LOCK, DataFolder, explained

STATE = "running.json"


class AlreadyRunning(Conflict):
    code = "already_running"


@dataclass(frozen=True)
class Connections:
    """Addresses that psycopg, SQLAlchemy and redis-py understand. They contain passwords."""

    database_url: str = field(repr=False)
    redis_url: str = field(repr=False)
    owner_url: str | None = field(default=None, repr=False)
    """The database as its owner, for migrations; None when it is not ours."""

    @property
    def as_owner(self) -> str:
        """The role that changes the schema: our own, or the only one that we were given."""
        return self.owner_url or self.database_url


@dataclass(frozen=True)
class Holder:
    """Who holds a data folder. `connections` is None while the services are starting."""

    pid: int | None
    address: str | None
    sockets: str | None = None
    connections: Connections | None = field(default=None, repr=False)

    def refusal(self, folder: Path) -> AlreadyRunning:
        at = f" at {self.address}" if self.address else ""
        process = f" (process {self.pid})" if self.pid else ""
        return AlreadyRunning(
            f"AgentLab already runs{at} on the data folder {folder}{process}. Stop it first, or "
            "name another folder with AGENTLAB_DATA_DIR=…"
        )


class Lock:
    """Held by this process from `acquire` to `release`, and never by its children."""

    def __init__(self, folder: DataFolder) -> None:
        self._folder = folder
        self._descriptor: int | None = None
        self._state = folder.path / STATE

    def acquire(self, address: str | None) -> Holder | None:
        """Take the folder or raise `AlreadyRunning`; returns the last holder if it crashed."""
        with self._folder.account.acting():
            descriptor = os.open(self._folder.path / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            file_locks.lock(descriptor)
        except BlockingIOError:
            os.close(descriptor)
            holder = _read(self._state) or Holder(pid=None, address=None)
            raise holder.refusal(self._folder.path) from None
        self._descriptor = descriptor
        crashed = _read(self._state)
        self.publish(Holder(os.getpid(), address))
        return crashed

    def publish(self, holder: Holder) -> None:
        self._folder.write(self._state, json.dumps(asdict(holder)).encode())

    def release(self) -> None:
        if self._descriptor is not None:
            self._state.unlink(missing_ok=True)
            os.close(self._descriptor)
            self._descriptor = None


def holder_of(data_dir: Path) -> Holder | None:
    """The process that holds the folder right now, if any."""
    path = data_dir.resolve()
    with explained(path):
        try:
            descriptor = os.open(path / LOCK, os.O_RDONLY)
        except FileNotFoundError:
            return None
        try:
            return _read(path / STATE) if file_locks.is_locked(descriptor) else None
        finally:
            os.close(descriptor)


def connections_of_running(data_dir: Path) -> Connections | None:
    """The addresses of the services that another process runs on this folder, once they answer."""
    holder = holder_of(data_dir)
    return holder.connections if holder else None


def _read(state: Path) -> Holder | None:
    try:
        content = json.loads(state.read_bytes())
    except FileNotFoundError:
        return None
    holder = Holder(**content)
    if holder.connections is None:
        return holder
    return replace(holder, connections=Connections(**content["connections"]))
