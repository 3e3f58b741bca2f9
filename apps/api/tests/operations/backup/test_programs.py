"""PostgreSQL's programs: who ends them, and what is said of how they ended."""

import io
import os
import shutil

import psutil
import pytest

from agentlab.operations.backup import programs
from agentlab.operations.backup.programs import ProgramFailed, ProgramInterrupted
from agentlab.operations.backup.shelf import Stopped

SLEEP = shutil.which("sleep") or ""


def test_a_ctrl_c_does_not_reach_a_program() -> None:
    with programs.running([SLEEP, "0"], env={}) as process:
        assert os.getsid(process.pid) == process.pid != os.getsid(0)


@pytest.mark.parametrize("reason", [Stopped("Enough."), KeyboardInterrupt()])
def test_who_waits_no_more_for_a_program_ends_it(reason: BaseException) -> None:
    def enough(_done: int) -> None:
        raise reason

    with (
        pytest.raises(type(reason)),
        programs.ended_by(enough),
        programs.running([SLEEP, "60"], env={}) as process,
    ):
        pass
    assert not psutil.pid_exists(process.pid)


@pytest.mark.parametrize(
    ("code", "said", "kind"),
    [
        (1, "pg_restore: error: could not find a table of contents", ProgramFailed),
        (1, "", ProgramFailed),
        (3, 'CONTEXT:  COPY versions, line 3: "No space left on device"', ProgramFailed),
        (-2, "", ProgramInterrupted),
        (-64, "", ProgramInterrupted),
        (1, "pg_restore: terminated by user", ProgramInterrupted),
        (1, "psql:<stdin>:3: FATAL:  the database system is shutting down", ProgramInterrupted),
        (1, "pg_dump: error: Disk quota exceeded", ProgramInterrupted),
        (1, "ERROR:  could not extend file: wrote only 4096 of 8192 bytes", ProgramInterrupted),
    ],
)
def test_an_end_from_outside_is_told_from_one_that_the_input_is_to_blame_for(
    code: int, said: str, kind: type[Exception]
) -> None:
    found = programs.failure("/usr/bin/pg_restore", code, io.BytesIO(said.encode()))
    assert type(found) is kind
    assert found.detail.startswith("pg_restore ")
