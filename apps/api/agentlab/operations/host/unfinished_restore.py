"""The two halves of a server's restore, each of which can be taken back; and one that was cut off.

The database's half is in the backup container and its journal; the files' half is on the host.
"""

import json
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from agentlab.operations.host.compose import Compose
from agentlab.operations.host.folder import Installation
from agentlab.operations.host.releases import Outcome, Records
from agentlab.operations.restore import journal
from agentlab.operations.restore.journal import Journal
from agentlab.operations.restore.source import Opened
from agentlab.operations.restore.swapped import Swapped

RESTORE_S = 6 * 3600
STEP_S = 600
WORLD_READABLE = 0o004
WRITERS = ("api", "worker", "backup")
"""Who must not reach the database while it is exchanged."""

SAMPLES = "samples"
BEFORE = ".{}.before-restore"

Say = Callable[[str], None]


@dataclass(frozen=True)
class Database:
    installation: Installation
    settings: Mapping[str, str]
    """Which images Compose takes."""

    @cached_property
    def compose(self) -> Compose:
        return Compose(self.installation).with_settings(self.settings)

    def prepare(self, source: Opened) -> None:
        key = "".join(f"{identity}\n" for identity in source.identities)
        with readable(self.installation, source.bundle.file) as file:
            inside = f"/restore/{source.name}"
            self._tool(
                "prepare",
                inside,
                volumes=(f"--volume={file}:{inside}:ro",),
                stdin=key.encode(),
                timeout_s=RESTORE_S,
            )

    def swap(self) -> None:
        self._tool("swap")

    def clean(self) -> None:
        self._tool("clean")

    def undo(self, reason: str) -> bool:
        """False where it was complete, and only had to be cleared up after."""
        found = json.loads(self._tool("undo", f"--reason={reason}"))
        return bool(found["undone"])

    def _tool(
        self,
        *words: str,
        volumes: Iterable[str] = (),
        stdin: bytes | None = None,
        timeout_s: float = STEP_S,
    ) -> str:
        """One step in a backup container of its own."""
        command = ("python", "-m", "agentlab.cli.restoring", *words)
        try:
            return self.compose.run(
                *("run", "--rm", "-T", "--no-deps", *volumes, "backup"),
                *command,
                stdin=stdin,
                timeout_s=timeout_s,
            )
        finally:
            self.compose.remove_leftovers("backup")


@contextmanager
def readable(installation: Installation, file: Path) -> Iterator[Path]:
    """The bundle as the container's user can read it: itself, or a copy for the time being."""
    if file.stat().st_mode & WORLD_READABLE:
        yield file
        return
    copy = installation.state / f".restoring-{file.name}"
    try:
        shutil.copyfile(file, copy)
        copy.chmod(0o644)
        yield copy
    finally:
        copy.unlink(missing_ok=True)


@dataclass(frozen=True)
class Files:
    """The sample's folders, and the secrets that belong to what is in the database."""

    installation: Installation

    @property
    def samples(self) -> Swapped:
        return Swapped(self.installation.data / SAMPLES)

    def stage(self, unpacked: Path, secrets: Iterable[str]) -> None:
        if (unpacked / SAMPLES).is_dir():
            shutil.rmtree(self.samples.beside, ignore_errors=True)
            shutil.move(unpacked / SAMPLES, self.samples.beside)
            give_away(self.samples.beside, self.installation.data)
        for name in secrets:
            if (unpacked / "secrets" / name).is_file():
                self._staged(name).write_bytes((unpacked / "secrets" / name).read_bytes())

    def swap(self) -> None:
        self.samples.swap()
        for staged in self.installation.secrets.glob(".*.restoring"):
            name = staged.name.removeprefix(".").removesuffix(".restoring")
            kept = self.installation.secrets / BEFORE.format(name)
            if self.installation.has_secret(name) and not kept.exists():
                kept.write_text(self.installation.read_secret(name), encoding="utf-8")
            self.installation.write_secret(name, staged.read_text(encoding="utf-8").strip())
            staged.unlink()

    def swap_back(self) -> None:
        self.samples.swap_back()
        for staged in self.installation.secrets.glob(".*.restoring"):
            staged.unlink()
        for kept in self.installation.secrets.glob(BEFORE.format("*")):
            name = kept.name.removeprefix(".").removesuffix(".before-restore")
            self.installation.write_secret(name, kept.read_text(encoding="utf-8"))
            kept.unlink()

    def forget(self) -> None:
        self.samples.forget()
        for kept in self.installation.secrets.glob(BEFORE.format("*")):
            kept.unlink()

    def _staged(self, name: str) -> Path:
        return self.installation.secrets / f".{name}.restoring"


def give_away(folder: Path, like: Path) -> None:
    """Let it belong to whom the folder belongs that it goes into."""
    owner = like.stat()
    for each in (folder, *folder.rglob("*")):
        if each.lstat().st_uid != owner.st_uid:
            shutil.chown(each, owner.st_uid, owner.st_gid)


def settle(installation: Installation, say: Say) -> None:
    """After a crash in the middle of a restore: what was there before is used again.

    Unless the release of the restore went live: then people have worked on it, and it stays.
    """
    entry = Journal(installation.backups).read()
    if entry is None or entry.outcome is not journal.Outcome.RUNNING:
        return
    attempts = [each for each in Records(installation).all() if each.release.backup]
    if not attempts:
        return
    say(f"The restore of {entry.bundle} was interrupted. Clearing up after it…")
    database = Database(installation, attempts[-1].release.settings)
    files = Files(installation)
    database.compose.run("up", "--detach", "--wait", "--no-recreate", "postgres", timeout_s=STEP_S)
    went_live = any(
        each.kind == "restore"
        and each.outcome is Outcome.DEPLOYED
        and each.started_at <= entry.started_at <= (each.finished_at or entry.started_at)
        for each in attempts
    )
    if went_live:
        database.clean()
        files.forget()
    else:
        files.swap_back()
        database.undo("It was interrupted.")
    if stopped := sorted({each.service for each in database.compose.containers(*WRITERS)}):
        database.compose.run("start", *stopped, timeout_s=STEP_S)
