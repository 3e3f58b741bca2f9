"""`pg_receivewal`, which puts into the archive what PostgreSQL writes; and base backups."""

import hashlib
import json
import os
import signal
import subprocess
import tarfile
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from io import BufferedIOBase
from pathlib import Path
from typing import IO, cast

from agentlab.errors import Unavailable
from agentlab.kit import processes
from agentlab.operations.backup import programs
from agentlab.operations.backup.place import Place
from agentlab.operations.embedded.account import Account
from agentlab.operations.point_in_time.stretches import (
    FILES,
    MANIFEST,
    PARTIAL,
    SEGMENT_BYTES,
)

NAME = "pg_receivewal"
BASE_BACKUP = "pg_basebackup"
STOPS_WITHIN_S = 10
SLOT = "agentlab_archive"
"""What PostgreSQL keeps for us until we have it, up to `max_slot_wal_keep_size`."""


class ReceiverFailed(Unavailable):
    code = "archive_receiver_failed"


class BaseBackupFailed(Unavailable):
    code = "base_backup_failed"


@dataclass
class Receiver:
    """One `pg_receivewal`, which writes into one folder.

    It writes each segment as NAME.partial, syncs it and renames it, and goes on after the last one
    that the folder has: no segment that is there is written again.
    """

    place: Place
    owner: Account
    _process: subprocess.Popen[bytes] | None = None
    _folder: Path | None = None
    _said: IO[bytes] | None = None

    def receive_into(self, folder: Path) -> None:
        """Go on with it, or begin.

        Raises:
            ReceiverFailed: it had ended; the next call starts it anew.
        """
        if folder != self._folder:
            self.stop()
        if (
            self._said is not None
            and self._process is not None
            and self._process.poll() is not None
        ):
            words = first_error(self._said)
            self.stop()
            raise ReceiverFailed(f"{NAME} ended and said: “{words}”.")
        if self._process is None:
            self._start(folder)

    def _start(self, folder: Path) -> None:
        remove_short(folder)
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 - closed by `stop`
        command = [self.place.program(NAME), f"--directory={folder}", f"--slot={SLOT}"]
        self._process = self.owner.start(
            [*command, "--no-loop", "--no-password", "--status-interval=1"],
            output=self._said.fileno(),
            env=reach(self.place),
        )
        self._folder = folder

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def stop(self) -> None:
        """It syncs what it has before it ends."""
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            try:
                self._process.wait(STOPS_WITHIN_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        if self._said is not None:
            self._said.close()
        self._process = self._folder = self._said = None


def remove_short(folder: Path) -> None:
    """A segment that the disk had no room to begin: it would be refused ever after.

    PostgreSQL keeps what belongs there, as it was never told that we have it.
    """
    for partial in folder.glob(f"*{PARTIAL}"):
        if partial.stat().st_size not in {0, SEGMENT_BYTES}:
            partial.unlink()


async def end_leftovers(owner: Account, root: Path) -> None:
    """End what an AgentLab that was killed left behind on this archive."""

    def is_ours(command: list[str]) -> bool:
        is_program = bool(command) and Path(command[0]).name in {NAME, BASE_BACKUP}
        return is_program and any(f"{root}/" in word for word in command)

    await processes.end(processes.find(owner.uid, is_ours), signal.SIGINT, patience_s=5)


def base_backup(place: Place, owner: Account, folder: Path, is_stopped: Callable[[], bool]) -> None:
    """Write base.tar.gz and backup_manifest into `folder`, which is empty, and check them.

    Raises:
        BaseBackupFailed: it could not be made, or was not what it should be.
    """
    run(
        owner,
        [
            place.program(BASE_BACKUP),
            f"--pgdata={folder}",
            "--format=tar",
            "--compress=client-gzip:1",
            "--wal-method=none",  # all of it is in the archive
            "--checkpoint=fast",
            "--manifest-checksums=SHA256",
            "--no-password",
        ],
        is_stopped,
        reach(place),
    )
    check_base(folder, is_stopped)


def check_base(folder: Path, is_stopped: Callable[[], bool]) -> None:
    """Read a base backup as a whole, and compare it with its manifest.

    `pg_verifybackup` does that elsewhere; the one in the wheel crashes.

    Raises:
        BaseBackupFailed: a file is missing, or is not what it was; or it was stopped.
    """
    expected = files_in((folder / MANIFEST).read_bytes())
    with tarfile.open(folder / FILES, mode="r|gz") as archive:
        for member in archive:
            need_going_on(is_stopped)
            name = member.name.removeprefix("./")
            stream = archive.extractfile(member)
            if stream is None or name not in expected:
                continue
            digest = hashlib.file_digest(cast("BufferedIOBase", stream), "sha256").hexdigest()
            if expected.pop(name) != digest:
                raise BaseBackupFailed(f"{name} in the base backup is not what was read.")
    if expected:
        raise BaseBackupFailed(f"{next(iter(expected))} is missing in the base backup.")


def files_in(manifest: bytes) -> dict[str, str]:
    """The SHA-256 of each file, as a base backup's manifest says, which says its own, too.

    Raises:
        BaseBackupFailed: it is damaged.
    """
    body, _, _ = manifest.rpartition(b'"Manifest-Checksum"')
    try:
        found = json.loads(manifest)
        if hashlib.sha256(body).hexdigest() == found["Manifest-Checksum"]:
            return {each["Path"]: each["Checksum"] for each in found["Files"]}
    except (ValueError, KeyError):
        pass
    raise BaseBackupFailed("The manifest of the base backup is damaged.")


def run(
    owner: Account, command: list[str], is_stopped: Callable[[], bool], env: dict[str, str]
) -> None:
    with tempfile.TemporaryFile() as said:
        process = owner.start(command, output=said.fileno(), env=env)
        try:
            while True:
                try:
                    process.wait(0.2)
                    break
                except subprocess.TimeoutExpired:
                    need_going_on(is_stopped)
        finally:
            process.kill()
            process.wait()
        if process.returncode:
            raise BaseBackupFailed(
                f"{os.path.basename(command[0])} ended with code {process.returncode} and said: "  # noqa: PTH119 - a name of ours
                f"“{first_error(said)}”."
            )


def need_going_on(is_stopped: Callable[[], bool]) -> None:
    if is_stopped():
        raise BaseBackupFailed("AgentLab was told to stop.") from None


def reach(place: Place) -> dict[str, str]:
    """The process list would show a password."""
    found = programs.environment(place.database_url)
    return {name: value for name, value in found.items() if name.startswith("PG")}


def first_error(said: IO[bytes]) -> str:
    text = os.pread(said.fileno(), 100_000, 0).decode(errors="replace")
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    errors = [line for line in lines if "error:" in line or "FATAL" in line] or lines
    return errors[0] if errors else "nothing"
