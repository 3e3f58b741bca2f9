"""The two halves of a server's restore, each of which can be taken back; and one that was cut off.

The database's half is in the backup container and its journal; the files' half is on the host.
Files go back first, and are forgotten last, so that the journal says what is still to do.
"""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from agentlab.operations.backup.place import CONFIGURATION, FILES
from agentlab.operations.host.compose import Compose, wait_until_healthy
from agentlab.operations.host.folder import READABLE, Installation, replace_file
from agentlab.operations.host.releases import Deployment, Outcome, Records
from agentlab.operations.restore import journal as journals
from agentlab.operations.restore.journal import Entry, Journal, Step
from agentlab.operations.restore.source import Opened
from agentlab.operations.restore.swapped import Swapped, remove

RESTORE_S = 6 * 3600
STEP_S = 600
WORLD_READABLE = 0o004
WRITERS = ("api", "worker", "backup")
"""Who must not reach the database while it is exchanged."""

EXCHANGED_AFTER = (Step.FILES, Step.SWAP, Step.BACK)
"""The last step of the database that is noted while everybody is sent away."""

SAMPLES = "samples"
BEFORE = ".{}.before-restore"
UNPACKED = ".unpacked-"
COPIED = ".restoring-"

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
        with self.undisturbed():
            self._tool("clean")

    @property
    def is_complete(self) -> bool:
        """What was there before is being removed, so that there is no way back any more."""
        entry = Journal(self.installation.backups).read()
        return entry is not None and entry.step is Step.CLEAN

    def undo(self, reason: str) -> None:
        with self.undisturbed():
            self._tool("undo", f"--reason={reason}")

    @contextmanager
    def undisturbed(self) -> Iterator[None]:
        """Without the backup service, which may hold the lock for as long as a proof takes."""
        is_running = any(each.state == "running" for each in self.compose.containers("backup"))
        try:
            if is_running:
                self.compose.run("stop", "backup", timeout_s=STEP_S)
            yield
        finally:
            if is_running:
                self.compose.run("start", "backup", timeout_s=STEP_S)

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
def unpacked(installation: Installation, source: Opened) -> Iterator[Path]:
    """The bundle's files and configuration in a folder that nobody else can look into."""
    folder = Path(tempfile.mkdtemp(prefix=ours(), dir=installation.root))
    try:
        for part in (FILES, CONFIGURATION):
            source.extract(part, folder)
        yield folder
    finally:
        shutil.rmtree(folder)


@contextmanager
def readable(installation: Installation, file: Path) -> Iterator[Path]:
    """The bundle as the container's user can read it: itself, or a copy for the time being."""
    if file.stat().st_mode & WORLD_READABLE:
        yield file
        return
    copy = installation.state / f"{COPIED}{file.name}"
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
                replace_file(
                    self._staged(name), (unpacked / "secrets" / name).read_bytes(), READABLE
                )

    def swap(self) -> None:
        self.samples.swap()
        for staged in self.installation.secrets.glob(".*.restoring"):
            name = staged.name.removeprefix(".").removesuffix(".restoring")
            kept = self.installation.secrets / BEFORE.format(name)
            if self.installation.has_secret(name) and not kept.exists():
                replace_file(kept, self.installation.read_secret(name).encode(), READABLE)
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


def complete(database: Database, files: Files) -> None:
    """All is well: what was there before goes."""
    database.clean()
    files.forget()


def take_back(database: Database, files: Files, reason: str) -> None:
    """What was there before is there again, unless it is being removed already."""
    if database.is_complete:
        complete(database, files)
    else:
        files.swap_back()
        database.undo(reason)


def settle(installation: Installation, say: Say) -> None:
    """After a crash in the middle of a restore: what was there before is used again.

    Unless the release of the restore went live: then people have worked on it, and it stays.
    """
    attempts, files = Records(installation).of_a_server(), Files(installation)
    settings = attempts[-1].release.settings if attempts else {}
    database, journal = Database(installation, settings), Journal(installation.backups)
    if attempts and (is_running(journal.read()) or any(unpacked_in(installation))):
        for service in ("backup", "migrate"):  # who was killed has left them at work
            database.compose.remove_leftovers(service)
    for left in unpacked_in(installation):
        remove(left)
    entry = journal.read()
    if entry is None or not is_running(entry):
        files.forget()  # what is left of before, where only that was still to do
    elif attempts:
        say(f"The restore of {entry.bundle} was interrupted. Clearing up after it…")
        clear_up(database, files, entry, stays=went_live(attempts, entry))


def is_running(entry: Entry | None) -> bool:
    return entry is not None and entry.outcome is journals.Outcome.RUNNING


def unpacked_in(installation: Installation) -> Iterator[Path]:
    """What a restore that was killed has left: a bundle's secrets, and copies of bundles."""
    for each in installation.root.glob(f"{UNPACKED}*"):
        if not each.name.startswith(ours()):
            yield each
    yield from installation.state.glob(f"{COPIED}*")


def ours() -> str:
    """How the folder of this process begins: on a fresh host it is there before the lock is."""
    return f"{UNPACKED}{os.getpid()}-"


def clear_up(database: Database, files: Files, entry: Entry, *, stays: bool) -> None:
    compose = database.compose
    if not stays and entry.step in EXCHANGED_AFTER:
        # Also because an order to stop them may not have been carried out yet.
        compose.run("stop", *WRITERS, timeout_s=STEP_S)
    compose.run("up", "--detach", "--wait", "--no-recreate", "postgres", timeout_s=STEP_S)
    if stays:
        complete(database, files)
    else:
        take_back(database, files, "It was interrupted.")
    start_what_was_stopped(compose)


def went_live(attempts: Iterable[Deployment], entry: Entry) -> bool:
    """Whether people have had what was restored: by a deployment that began it, and ended well."""
    return any(
        each.kind == "restore"
        and each.outcome is Outcome.DEPLOYED
        and each.started_at <= entry.started_at <= (each.finished_at or entry.started_at)
        for each in attempts
    )


def start_what_was_stopped(compose: Compose) -> None:
    stopped = [each for each in compose.containers(*WRITERS) if each.state != "running"]
    if stopped:
        services = sorted({each.service for each in stopped})
        compose.run("start", *services, timeout_s=STEP_S)
        wait_until_healthy([each.id for each in stopped], timeout_s=STEP_S)
