"""Tell our own processes from strangers that carry a number we remember, and end them."""

import signal
from collections.abc import Callable, Iterable
from contextlib import suppress

import psutil

from agentlab.kit.waiting import until


def find(uid: int, is_ours: Callable[[list[str]], bool]) -> list[psutil.Process]:
    """Living processes of the user `uid` whose command line satisfies `is_ours`.

    A number in a pid file proves nothing: it may belong to a zombie or, reused, to a stranger.
    The command line is what even root in a container without SYS_PTRACE may read of others.
    """
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.uids().effective == uid and is_ours(process.cmdline()) and lives(process):
                found.append(process)
    return found


def lives(process: psutil.Process) -> bool:
    """Whether the process still runs; a zombie does not."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


async def end(
    processes: Iterable[psutil.Process], polite: signal.Signals, *, patience_s: float
) -> None:
    """Send `polite`, wait `patience_s` seconds, then kill; return when none of them lives."""
    remaining = list(processes)
    for sig, patience in ((polite, patience_s), (signal.SIGKILL, None)):
        remaining = [process for process in remaining if lives(process)]
        for process in remaining:
            with suppress(psutil.NoSuchProcess):
                process.send_signal(sig)
        await until(lambda: not any(map(lives, remaining)), timeout_s=patience)  # noqa: B023 - awaited in this turn
