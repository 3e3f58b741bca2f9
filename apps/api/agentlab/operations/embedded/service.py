"""One embedded server: clear what a crash left, start, wait until it answers, stop."""

import asyncio
import os
import re
import shutil
import signal
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

from agentlab.errors import Unavailable
from agentlab.kit import processes
from agentlab.kit.waiting import until
from agentlab.operations.embedded.folder import DataFolder, disk_full
from agentlab.operations.embedded.programs import Programs

Report = Callable[[str], None]
"""Tells the person who waits, one short line at a time."""

NO_ROOM_WORDS = ("No space left on device", "Disk quota exceeded", "File too large")
NO_ROOM = re.compile("|".join(NO_ROOM_WORDS).encode())
LEAST_ROOM_BYTES = 17 << 20
"""PostgreSQL ends when it cannot add a segment of 16 MB to its write-ahead log."""

REPORT_EVERY_S = 3.0


class ServiceFailed(Unavailable):
    code = "service_failed"


class Service(ABC):
    """A server that belongs to one data folder. `prepare` once, then `start` as often as needed."""

    name: ClassVar[str]
    farewell: ClassVar[tuple[tuple[signal.Signals, float], ...]]
    """Signals that end it, each with the seconds it is given before the next, then SIGKILL."""

    def __init__(
        self, folder: DataFolder, programs: Programs, sockets: Path, report: Report
    ) -> None:
        self.folder = folder
        self.programs = programs
        self.sockets = sockets
        self.report = report
        self.data = folder.path / self.name.lower()
        self.log, self._log_descriptor = folder.open_log(self.name.lower())
        self.secret_file = folder.secret(self.name.lower())
        self.password = self.secret_file.read_text(encoding="utf-8")
        self._log_start = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._hurried = False

    @property
    @abstractmethod
    def url(self) -> str: ...

    @abstractmethod
    async def prepare(self) -> None:
        """Create or check the data; runs before anything is served."""

    @abstractmethod
    def command(self) -> list[str]: ...

    @abstractmethod
    def is_ours(self, cmdline: list[str]) -> bool:
        """Whether a command line is this service, or a part of it, on this data folder."""

    @abstractmethod
    def traces(self) -> tuple[tuple[Path, str], ...]:
        """Files (folder, name) that a killed server leaves and that would stop the next one."""

    @abstractmethod
    async def answers(self) -> bool: ...

    @property
    def has_died(self) -> bool:
        return self._process is not None and self._process.poll() is not None

    async def start(self) -> None:
        """Return when the server answers, however long its recovery takes while it lives."""
        await self.end_leftovers()
        for folder, name in self.traces():
            _unlink(folder, name)
        self._process = self.launch(self.command())
        began, reported = time.monotonic(), time.monotonic()
        while not await self.answers():
            if self.has_died:
                raise self.failure("while starting")
            if time.monotonic() - reported > REPORT_EVERY_S:
                reported = time.monotonic()
                self.report(
                    f"{self.name} is still starting ({reported - began:.0f} s). "
                    "After a crash it repairs its data first; this can take minutes."
                )
            await asyncio.sleep(0.02)

    async def end_leftovers(self) -> None:
        """End what a supervisor that was killed left behind on this data folder."""
        left = processes.find(self.folder.account.uid, self.is_ours)
        if left:
            self.report(f"Ending a {self.name} that an earlier AgentLab left behind…")
        await processes.end(left, self.farewell[0][0], patience_s=self.farewell[0][1])

    async def stop(self) -> None:
        process = self._process
        if process is not None:
            for sig, patience_s in (*self.farewell, (signal.SIGKILL, None)):
                if process.poll() is None:
                    process.send_signal(sig)
                    await until(self._has_ended_or_hurried, timeout_s=patience_s)
            await until(lambda: process.poll() is not None)
            self._process = None

    def hurry(self) -> None:
        """Do not wait for a clean end any longer; the next start repairs."""
        self._hurried = True

    def close(self) -> None:
        os.close(self._log_descriptor)

    def launch(self, command: list[str]) -> subprocess.Popen[bytes]:
        self._log_start = os.fstat(self._log_descriptor).st_size
        return self.folder.account.start(command, output=self._log_descriptor)

    def failure(self, when: str, process: subprocess.Popen[bytes] | None = None) -> Unavailable:
        """Why the process ended, from its own words in the log."""
        ended = process or self._process
        code = ended.returncode if ended else None
        said = os.pread(self._log_descriptor, 1_000_000, self._log_start)
        # The log lies on the same disk, so that the words may be missing for the same reason.
        little_room = shutil.disk_usage(self.folder.path).free < LEAST_ROOM_BYTES
        if little_room or NO_ROOM.search(said) or code == -signal.SIGXFSZ:
            return disk_full(self.folder.path)
        return ServiceFailed(
            f"{self.name} ended {when} (exit code {code}). Its last words: "
            f"“{_last_words(said)}”. The whole log is {self.log}"
        )

    def _has_ended_or_hurried(self) -> bool:
        return self._hurried or self.has_died


def _last_words(said: bytes) -> str:
    lines = [line for line in said.decode(errors="replace").splitlines() if line.strip()]
    fatal = [line for line in lines if re.search(r"FATAL|PANIC|error", line)]
    return (fatal or lines or ["nothing"])[-1].strip()


def _unlink(folder: Path, name: str) -> None:
    """Remove a file without following a link that the services' account could have put there."""
    try:
        inside = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except FileNotFoundError:
        return
    try:
        os.unlink(name, dir_fd=inside)
    except FileNotFoundError:
        return
    finally:
        os.close(inside)
