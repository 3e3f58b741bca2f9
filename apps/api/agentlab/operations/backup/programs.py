"""PostgreSQL's own programs as parts of a pipe, and what they say when they fail."""

import os
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import IO

from psycopg.conninfo import conninfo_to_dict

from agentlab.errors import Unavailable
from agentlab.kit.db import with_driver
from agentlab.operations.embedded.service import NO_ROOM_WORDS

VARIABLES = {
    "host": "PGHOST",
    "hostaddr": "PGHOSTADDR",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "dbname": "PGDATABASE",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
    "options": "PGOPTIONS",
}


LOOK_S = 0.2
"""So often somebody who waits for a program looks whether the run is to end."""

INTERRUPTIONS = (
    # By whom or what it was ended, or its server.
    "terminated by user",
    "terminating connection",
    "canceling statement due to user request",
    "the database system is ",
    "server closed the connection",
    "no connection to the server",
    "connection to server ",
    # What the machine did not have, or the disk.
    "out of memory",
    "Cannot allocate memory",
    *NO_ROOM_WORDS,
    "Check free disk space",
    "wrote only ",
    "Too many open files",
    "Input/output error",
    "Read-only file system",
)
"""Words of PostgreSQL and of the operating system that are not about what was read."""

QUOTATIONS = ("CONTEXT:", "DETAIL:", "LINE ", "Command was:")
"""How lines begin that repeat what a row or a statement has in it."""


class ProgramFailed(Unavailable):
    """It did not like what it was given."""

    code = "backup_program_failed"


class ProgramInterrupted(Unavailable):
    """It was kept from its work, which says nothing about what it was given."""

    code = "backup_program_interrupted"


_told: ContextVar[Callable[[int], None]] = ContextVar("told", default=lambda _done: None)


@contextmanager
def ended_by(watch: Callable[[int], None]) -> Iterator[None]:
    """Let `watch` end the programs of the block also while they are only waited for, by raising."""
    token = _told.set(watch)
    try:
        yield
    finally:
        _told.reset(token)


def conninfo(database_url: str) -> str:
    """The address as psycopg and libpq take it, without SQLAlchemy's name of the driver."""
    return with_driver(database_url).replace("+psycopg", "", 1)


def environment(database_url: str) -> dict[str, str]:
    """How libpq's programs reach the database: the process list would show a password."""
    parts = conninfo_to_dict(conninfo(database_url))
    reach = {VARIABLES[name]: str(value) for name, value in parts.items() if name in VARIABLES}
    bare = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}
    return {**bare, "PGCONNECT_TIMEOUT": "10", **reach}


@contextmanager
def running(
    command: Sequence[str], *, env: dict[str, str], reads: bool = False, writes: bool = False
) -> Iterator[subprocess.Popen[bytes]]:
    """A program that reads what the block writes into its stdin, or writes what the block reads.

    It is killed when the block fails, and when nobody waits for it any more. A Ctrl-C is for us:
    in a session of its own it does not hear of it.

    Raises:
        ProgramFailed: it did not end well; the sentence has its own words.
        ProgramInterrupted: it was ended from outside, or the machine did not let it go on.
    """
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(  # noqa: S603 - PostgreSQL's own programs, no shell
            command,
            stdin=subprocess.PIPE if reads else subprocess.DEVNULL,
            stdout=subprocess.PIPE if writes else said,  # where pg_amcheck says what is wrong
            stderr=said,
            env=env,
            cwd="/",
            start_new_session=True,
        )
        try:
            yield process
            close(process.stdin)
            close(process.stdout)
            wait(process)
        except BaseException:
            process.kill()
            raise
        finally:
            close(process.stdin)
            close(process.stdout)
            process.wait()
        if process.returncode != 0:
            _told.get()(0)  # whoever ends the run may have ended its programs, too
            raise failure(command[0], process.returncode, said)


def wait(process: subprocess.Popen[bytes]) -> None:
    """Until it has ended, or whoever looks on wants no more of it."""
    while True:
        try:
            process.wait(timeout=LOOK_S)
        except subprocess.TimeoutExpired:
            _told.get()(0)
        else:
            return


class Stdin:
    """What a program reads. When it has ended, its exit code says whether it had read enough."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        if process.stdin is None:
            raise TypeError(process.args)
        self.pipe = process.stdin

    def write(self, data: bytes, /) -> int:
        with suppress(BrokenPipeError):
            self.pipe.write(data)
        return len(data)


def stdout_of(process: subprocess.Popen[bytes]) -> IO[bytes]:
    if process.stdout is None:
        raise TypeError(process.args)
    return process.stdout


def close(pipe: IO[bytes] | None) -> None:
    with suppress(BrokenPipeError):
        if pipe is not None:
            pipe.close()


def failure(path: str, code: int, said: IO[bytes]) -> ProgramFailed | ProgramInterrupted:
    said.seek(0)
    lines = said.read(100_000).decode(errors="replace").splitlines()
    program = os.path.basename(path)  # noqa: PTH119 - a name of ours
    if code < 0:
        return ProgramInterrupted(
            f"{program} was ended by {name_of(-code)} before it was done: somebody stopped it, or "
            "the memory ran out. Try again."
        )
    if reason := next(filter(is_interruption, lines), None):
        return ProgramInterrupted(
            f"{program} could not go on and said: “{reason.strip()}”. Put that right, and try "
            "again."
        )
    errors = [line for line in lines if "error:" in line or "FATAL" in line] or lines
    words = errors[0].strip() if errors else "nothing"
    return ProgramFailed(f"{program} ended with code {code} and said: “{words}”.")


def is_interruption(line: str) -> bool:
    return not line.startswith(QUOTATIONS) and any(words in line for words in INTERRUPTIONS)


def name_of(number: int) -> str:
    """Of a signal."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
