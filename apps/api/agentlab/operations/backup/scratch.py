"""A PostgreSQL of its own, for a proof or a recovery: one private socket, no disk guarantees."""

import asyncio
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from urllib.parse import quote

import psycopg

from agentlab.errors import Unavailable
from agentlab.kit import processes
from agentlab.operations.backup.place import Place
from agentlab.operations.embedded import account, sockets
from agentlab.operations.embedded.account import Account

PREFIX = "proof-"
SUPERUSER = "agentlab_proof"
"""A name that no restored role has."""

SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    # A proof needs that much more of the disk. Checkpoints without fsync are cheap.
    "max_wal_size": "256MB",
    "shared_buffers": "64MB",
    "maintenance_work_mem": "128MB",
    "max_connections": "20",
    # Parallel index builds need more of /dev/shm than a container has by default.
    "max_parallel_maintenance_workers": "0",
    "dynamic_shared_memory_type": "mmap",
    "jit": "off",
    "timezone": "UTC",
}


class ScratchFailed(Unavailable):
    code = "backup_scratch_failed"


@dataclass(frozen=True)
class Ground:
    """A private folder, gone with the block that it was opened for."""

    made: Path
    listens: Path
    """For the socket."""
    owner: Account

    @property
    def data(self) -> Path:
        return self.made / "data"

    @property
    def log(self) -> Path:
        return self.made / "log"


@contextmanager
def server(place: Place) -> Iterator[str]:
    """The address of an empty database on a new server, gone with the block."""
    with ground(place) as here:
        run(place, here)
        with started(place, here, SUPERUSER) as url:
            with psycopg.connect(url.format("postgres"), autocommit=True) as db:
                db.execute("CREATE DATABASE agentlab TEMPLATE template0")
            yield url.format("agentlab")


@contextmanager
def ground(place: Place) -> Iterator[Ground]:
    """Only for who holds the shelf's lock."""
    clear(place)
    owner = account.for_services()
    place.scratch.mkdir(parents=True, exist_ok=True)
    place.scratch.chmod(0o711)  # the account passes through, whatever root's umask is
    with folder(place.scratch, owner) as made, socket_folder(made, owner) as listens:
        yield Ground(made, listens, owner)


@contextmanager
def started(
    place: Place, here: Ground, superuser: str, further: Mapping[str, str] = MappingProxyType({})
) -> Iterator[str]:
    """PostgreSQL on what lies there, for us alone; its address without the database: `{}`."""
    settings = {**SETTINGS, "unix_socket_directories": str(here.listens), **further}
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    with here.log.open("ab") as output:
        process = here.owner.start(
            [place.program("postgres"), "-D", str(here.data), *options], output=output.fileno()
        )
    try:
        base = f"@/{{}}?host={quote(bytes(here.listens), safe='')}&port={sockets.POSTGRES_PORT}"
        url = f"postgresql://{superuser}{base}"
        wait(url.format("postgres"), process, here.log)
        yield url
    finally:
        process.send_signal(signal.SIGQUIT)  # nothing of it is kept
        process.wait()


def clear(place: Place) -> None:
    """End and remove what a proof left that was killed. Only for who holds the shelf's lock."""
    owner, mark = account.for_services(), str(place.scratch / PREFIX)
    left = processes.find(owner.uid, lambda command: any(mark in word for word in command))
    asyncio.run(processes.end(left, signal.SIGQUIT, patience_s=5))
    for old in place.scratch.glob(f"{PREFIX}*"):
        shutil.rmtree(old, ignore_errors=True)


@contextmanager
def folder(scratch: Path, owner: Account) -> Iterator[Path]:
    """A folder that only the account may enter."""
    made = private_folder(scratch, owner)
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


@contextmanager
def socket_folder(made: Path, owner: Account) -> Iterator[Path]:
    """The same or, where its name is too long for the address of a socket, one in /tmp."""
    if sockets.fits(made):
        yield made
    else:
        with folder(Path("/tmp"), owner) as shorter:  # noqa: S108 - private and unguessable
            yield shorter


def private_folder(parent: Path, owner: Account) -> Path:
    made = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
    if owner.switched:
        shutil.chown(made, owner.uid, owner.gid)
    return made


def run(place: Place, here: Ground) -> None:
    """`initdb`, with nobody but this account to reach the socket."""
    command = [
        place.program("initdb"),
        f"--pgdata={here.data}",
        f"--username={SUPERUSER}",
        "--auth=trust",
        "--encoding=UTF8",
        "--locale=C",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        "--no-sync",
    ]
    with here.log.open("ab") as output:
        process = here.owner.start(command, output=output.fileno())
    try:
        process.wait()
    finally:
        process.kill()
        process.wait()
    if process.returncode != 0:
        raise failed(here.log, process.returncode)


def wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    while True:
        if process.poll() is not None:
            raise failed(log, process.returncode)
        try:
            psycopg.connect(url, connect_timeout=5).close()
        except psycopg.OperationalError:
            time.sleep(0.02)
        else:
            return


def failed(log: Path, code: int) -> ScratchFailed:
    words = [line for line in log.read_text(errors="replace").splitlines() if line.strip()]
    telling = [line for line in words if is_telling(line)] or words or ["nothing"]
    free = shutil.disk_usage(log.parent).free / 1_000_000
    return ScratchFailed(
        f"The scratch PostgreSQL ended with code {code} and said: "
        f"“{telling[-1].strip()}”. {free:,.0f} MB are free in its folder {log.parent.parent}."
    )


def is_telling(line: str) -> bool:
    """Whether it says why PostgreSQL ends, and not to us that it has not started yet."""
    return ("FATAL" in line or "error" in line) and ANSWER not in line


ANSWER = "FATAL:  the database system is "
"""Such as “starting up”."""
