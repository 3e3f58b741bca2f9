"""PostgreSQL's own programs as parts of a pipe, and what they say when they fail."""

import os
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import IO

from psycopg.conninfo import conninfo_to_dict

from agentlab.errors import Unavailable
from agentlab.kit.db import with_driver

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


class ProgramFailed(Unavailable):
    code = "backup_program_failed"


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

    It is killed when the block fails.

    Raises:
        ProgramFailed: it did not end well; the sentence has its own words.
    """
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(  # noqa: S603 - PostgreSQL's own programs, no shell
            command,
            stdin=subprocess.PIPE if reads else subprocess.DEVNULL,
            stdout=subprocess.PIPE if writes else subprocess.DEVNULL,
            stderr=said,
            env=env,
            cwd="/",
        )
        try:
            yield process
        except BaseException:
            process.kill()
            raise
        finally:
            close(process.stdin)
            close(process.stdout)
            process.wait()
        if process.returncode != 0:
            raise ProgramFailed(failure(command[0], process.returncode, said))


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


def failure(program: str, code: int, said: IO[bytes]) -> str:
    said.seek(0)
    lines = said.read(100_000).decode(errors="replace").splitlines()
    errors = [line for line in lines if "error:" in line or "FATAL" in line] or lines
    words = errors[0].strip() if errors else "nothing"
    return f"{os.path.basename(program)} ended with code {code} and said: “{words}”."  # noqa: PTH119 - a name of ours
