"""The folder that the bundles lie on, and what is known about each.

It is files only, so that it outlives the database:

NAME.bundle   a backup           NAME.json      its record: size, digest, proof, copies;
                                                stays of one that was let go as refuted
lock          one at a time      running.json   how far the one that runs is
state.json    what no bundle can tell: the last failure, when the key was rehearsed
"""

import json
import os
import re
import shutil
import socket
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import BaseModel, ValidationError

from agentlab.errors import AgentLabError, Conflict
from agentlab.kit import clock, file_locks
from agentlab.kit.folders import nearest_existing, sync_folder
from agentlab.operations.backup import bundle
from agentlab.operations.backup.archives import read_state
from agentlab.operations.backup.bundle import SUFFIX, BundleMissing, Manifest

LOCK = "lock"
RUNNING = "running.json"
STATE = "state.json"
UNFINISHED = ".new-"
NAME = re.compile(r"agentlab-(\d{8}T\d{6}Z)-[0-9a-f]{8}\.bundle")

FUTURE = timedelta(hours=1)
"""A bundle made so much later than now was made by a clock that went wrong, or this one is."""


class BackupRuns(Conflict):
    code = "backup_runs"


class ShelfUnusable(Conflict):
    code = "backup_folder_unusable"


class Step(StrEnum):
    """What a run is doing, in its order."""

    STARTING = "starting"
    DATABASE = "database"
    FILES = "files"
    WRITING = "writing"
    VERIFYING = "verifying"
    COPYING = "copying"
    PROVING = "proving"
    RESTORING = "restoring"


class Progress(BaseModel):
    step: Step
    done_bytes: int = 0
    total_bytes: int | None = None
    """Null where nobody can tell."""
    started_at: datetime
    pid: int
    host: str


class Proof(BaseModel):
    """What came of restoring a bundle into a scratch database."""

    at: datetime
    seconds: float
    ok: bool
    compared: list[str] = []
    """What was found to be the same, each a sentence."""
    left_out: list[str] = []
    """What could not be looked at here, and why."""
    failure: str | None = None


class Copy(BaseModel):
    """A bundle in another place."""

    kind: Literal["folder", "s3"]
    where: str
    at: datetime
    ok: bool
    failure: str | None = None


class Record(BaseModel):
    """What is known about a bundle; lies beside it."""

    size: int
    sha256: str
    seconds: float | None = None
    """How long making and verifying it took."""
    verified_at: datetime | None = None
    failure: str | None = None
    """Why the last verification did not succeed."""
    proof: Proof | None = None
    copies: list[Copy] = []

    def is_of(self, digest: str) -> bool:
        """Whether it is about a file with this digest; before a verification nobody knows one."""
        return self.sha256 in {"", digest}


class Failure(BaseModel):
    at: datetime
    sentence: str


class Notes(BaseModel):
    """`state.json`."""

    last_failure: Failure | None = None
    key_rehearsed_at: datetime | None = None


class Warning_(StrEnum):  # noqa: N801 - `Warning` is Python's
    """What somebody has to do something about."""

    NO_BACKUP = "no_backup"
    LAST_FAILED = "last_failed"
    TOO_OLD = "too_old"
    NOT_PROVEN = "not_proven"
    PROOF_FAILED = "proof_failed"
    NO_COPY = "no_copy_elsewhere"
    COPY_FAILED = "copy_failed"
    KEY_NOT_REHEARSED = "key_not_rehearsed"
    FROM_THE_FUTURE = "from_the_future"
    NOT_ARCHIVED = "not_archived"


TOO_OLD = timedelta(hours=36)
"""A nightly backup that was missed."""


@dataclass(frozen=True)
class KeptBundle:
    """A file on the shelf that is called like a bundle, whatever state it is in."""

    file: Path
    size: int
    created_at: datetime
    """As its name says."""
    manifest: Manifest | None
    record: Record | None
    trouble: str | None
    """Why it cannot be read."""

    @property
    def name(self) -> str:
        return self.file.name

    @property
    def owner(self) -> str:
        """Whose it is; empty where nobody can tell."""
        return next(iter(self.manifest.recipients), "") if self.manifest else ""

    @property
    def is_good(self) -> bool:
        """Whether it was verified, and is as long as it was then."""
        record = self.record
        return (
            self.trouble is None
            and record is not None
            and record.verified_at is not None
            and record.failure is None
            and record.size == self.size
            and (record.proof is None or record.proof.ok)
        )

    @property
    def is_proven(self) -> bool:
        """Whether it is good, and was restored into a scratch database."""
        return self.is_good and self.record is not None and self.record.proof is not None

    @property
    def is_refuted(self) -> bool:
        """Whether it was restored into a scratch database, and was not what it should be."""
        proof = self.record.proof if self.record else None
        return proof is not None and not proof.ok

    @property
    def is_from_the_future(self) -> bool:
        return self.created_at > clock.now() + FUTURE


@dataclass(frozen=True)
class State:
    """What pages, the doctor and metrics show of the backups."""

    last_success: datetime | None
    last_failure: Failure | None
    """None when everything has succeeded since."""
    last_proof: Proof | None
    last_proof_of: str | None
    last_refuted: datetime | None
    """When the newest was made of those whose proof failed."""
    last_copy: datetime | None
    key_rehearsed_at: datetime | None
    good: int
    total: int
    size_bytes: int
    free_bytes: int
    running: Progress | None
    warnings: tuple[Warning_, ...]


Model = TypeVar("Model", bound=BaseModel)


class Shelf:
    """A folder with bundles; where several AgentLabs have theirs in it, those of some `owners`.

    Whose a bundle is, is told by the key that it was encrypted to first: its maker's own.
    """

    def __init__(self, folder: Path, *, owners: Collection[str] | None = None) -> None:
        self.folder = folder
        self.owners = owners

    # What lies there

    def bundles(self) -> list[KeptBundle]:
        """Newest first. Those with a date in the future come last: some clock was wrong."""
        found = (kept for file in self._files() if (kept := self._look_at(file)))
        return in_order(kept for kept in found if self.owners is None or kept.owner in self.owners)

    def has(self, file: Path) -> bool:
        """Whether a file lies there, by whatever way it is named."""
        return file.parent.resolve() == self.folder.resolve()

    def good(self) -> list[KeptBundle]:
        return [kept for kept in self.bundles() if kept.is_good]

    def latest_good(self) -> KeptBundle | None:
        return next(iter(self.good()), None)

    def refuted(self) -> set[str]:
        """Names of all whose proof failed; of those that were let go, too."""
        records = {file: read_json(file, Record) for file in self.folder.glob("agentlab-*.json")}
        return {
            file.with_suffix(SUFFIX).name
            for file, record in records.items()
            if record and record.proof and not record.proof.ok
        }

    def find(self, name: str) -> KeptBundle:
        """The bundle called so, with or without its ending; `latest` is the newest good one."""
        if name == "latest":
            kept = self.latest_good()
            if kept is None:
                raise BundleMissing(
                    f"There is no good backup in {self.folder} yet. `agentlab backup create` "
                    "makes one."
                )
            return kept
        wanted = name if name.endswith(SUFFIX) else name + SUFFIX
        kept = self._look_at(self.folder / wanted) if NAME.fullmatch(wanted) else None
        if kept is None:
            raise BundleMissing(
                f"There is no backup {wanted} in {self.folder}. `agentlab backup list` shows all."
            )
        return kept

    def state(self, *, copies_expected: bool = False, runs: bool = False) -> State:
        """What is known of all.

        Args:
            copies_expected: whether a second folder or S3 is set, as far as this process knows.
            runs: whether AgentLab does, so that what is done now has to be archived.
        """
        kept, notes, running = self.bundles(), self.notes(), self.running()
        good = [each for each in kept if each.is_good]
        proven = [
            (each.record.proof, each.name) for each in kept if each.record and each.record.proof
        ]
        proof, of = max(proven, key=lambda pair: pair[0].at, default=(None, None))
        copies = [
            copy for each in kept for copy in (each.record.copies if each.record else []) if copy.ok
        ]
        last = good[0].created_at if good else None
        state = State(
            last_success=last,
            last_failure=notes.last_failure,
            last_proof=proof,
            last_proof_of=of,
            last_refuted=next((each.created_at for each in kept if each.is_refuted), None),
            last_copy=max((copy.at for copy in copies), default=None),
            key_rehearsed_at=notes.key_rehearsed_at,
            good=len(good),
            total=len(kept),
            size_bytes=sum(each.size for each in kept),
            free_bytes=self.free_bytes(),
            running=running,
            warnings=(),
        )
        found = list(warnings_of(state, kept, copies_expected=copies_expected))
        archives, now = read_state(self.folder), clock.now()
        if any(each.is_in_trouble(now if runs else each.checked_at) for each in archives):
            found.append(Warning_.NOT_ARCHIVED)
        return State(**{**vars(state), "warnings": tuple(found)})

    def running(self) -> Progress | None:
        """How far the run is that holds the lock right now."""
        if not self.is_locked():
            return None
        return read_json(self.folder / RUNNING, Progress)

    def refuse_while_one_runs(self) -> None:
        """A look only; `locked` is what keeps two from running."""
        if self.is_locked():
            raise BackupRuns(self._who_runs())

    def notes(self) -> Notes:
        return read_json(self.folder / STATE, Notes) or Notes()

    def free_bytes(self) -> int:
        return shutil.disk_usage(nearest_existing(self.folder)).free

    # What changes it

    def prepare(self) -> None:
        with explained(self.folder):
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    @contextmanager
    def locked(self, step: Step = Step.STARTING) -> Iterator["Report"]:
        """The only run on this shelf, until the block or the process ends.

        Raises:
            BackupRuns: another one has the lock.
        """
        self.prepare()
        with explained(self.folder):
            descriptor = os.open(self.folder / LOCK, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            try:
                file_locks.lock(descriptor)
            except BlockingIOError as error:
                raise BackupRuns(self._who_runs()) from error
            try:
                with explained(self.folder):
                    self.clear()
                    yield Report(self.folder / RUNNING, step)
            finally:
                with suppress(OSError):
                    (self.folder / RUNNING).unlink(missing_ok=True)
        finally:
            os.close(descriptor)

    def clear(self) -> None:
        """Remove what a run that was killed has left. Only for who holds the lock."""
        for left in (*self.folder.glob(f"{UNFINISHED}*"), *self.folder.glob(".*.json.*")):
            if left.is_dir() and not left.is_symlink():
                shutil.rmtree(left)
            else:
                left.unlink(missing_ok=True)

    def keep(self, kept: Path, record: Record) -> None:
        write_json(record_of(kept), record)

    def change(self, kept: Path, change: Callable[[Record], Record]) -> Record:
        """Change the record of a bundle, which is made when there is none yet."""
        size = kept.stat().st_size
        record = change(read_json(record_of(kept), Record) or Record(size=size, sha256=""))
        write_json(record_of(kept), record)
        return record

    def note_failure(self, sentence: str) -> None:
        failure = Failure(at=clock.now(), sentence=sentence)
        self._note(lambda notes: notes.model_copy(update={"last_failure": failure}))

    def note_success(self) -> None:
        self._note(lambda notes: notes.model_copy(update={"last_failure": None}))

    def note_rehearsal(self) -> None:
        self._note(lambda notes: notes.model_copy(update={"key_rehearsed_at": clock.now()}))

    def remove(self, kept: KeptBundle) -> None:
        """The record last: a bundle without one is only not verified, a record alone is litter."""
        kept.file.unlink()
        record_of(kept.file).unlink(missing_ok=True)
        sync_folder(self.folder)

    def let_go(self, kept: KeptBundle) -> None:
        """Only the record stays, which says what was wrong with it."""
        kept.file.unlink()
        sync_folder(self.folder)

    # Helpers

    def _files(self) -> list[Path]:
        try:
            return [file for file in self.folder.iterdir() if NAME.fullmatch(file.name)]
        except FileNotFoundError:
            return []
        except OSError as error:
            raise ShelfUnusable(
                f"The backups' folder {self.folder} cannot be read: {error.strerror}."
            ) from error

    def _look_at(self, file: Path) -> KeptBundle | None:
        try:
            size = file.stat().st_size
            created_at = made_at(file.name)
        except (FileNotFoundError, ValueError):  # pruned just now, or no date
            return None
        manifest, trouble = None, None
        try:
            manifest = bundle.read_manifest(file)
        except AgentLabError as error:
            trouble = error.detail
        return KeptBundle(
            file, size, created_at, manifest, read_json(record_of(file), Record), trouble
        )

    def is_locked(self) -> bool:
        """Whether a run holds the lock right now."""
        try:
            descriptor = os.open(self.folder / LOCK, os.O_RDONLY)
        except OSError:
            return False
        try:
            return file_locks.is_locked(descriptor)
        finally:
            os.close(descriptor)

    def _who_runs(self) -> str:
        running = read_json(self.folder / RUNNING, Progress)
        if running is None:
            return "A backup runs already. Wait until it has ended."
        what = "A restore" if running.step is Step.RESTORING else "A backup"
        return (
            f"{what} runs already: process {running.pid} on {running.host}, since "
            f"{running.started_at:%Y-%m-%d %H:%M} UTC. Wait until it has ended."
        )

    def _note(self, change: Callable[[Notes], Notes]) -> None:
        write_json(self.folder / STATE, change(self.notes()))


class Report:
    """Writes down how far a run is, for everybody who looks: twice a second, and at each step."""

    EVERY_S = 0.5

    def __init__(self, file: Path | None, step: Step) -> None:
        self.file = file
        self.progress = Progress(
            step=step, started_at=clock.now(), pid=os.getpid(), host=socket.gethostname()
        )
        self.listener: Callable[[Progress], None] = lambda _progress: None
        self.is_stopped: Callable[[], bool] = lambda: False
        self._told_at = 0.0
        self._tell()

    @classmethod
    def nowhere(
        cls, listener: Callable[[Progress], None], is_stopped: Callable[[], bool]
    ) -> "Report":
        """For work that needs no lock: only the listener is told."""
        report = cls(None, Step.STARTING)
        report.listener, report.is_stopped = listener, is_stopped
        return report

    def begin(self, step: Step, total_bytes: int | None = None) -> None:
        self.progress = self.progress.model_copy(
            update={"step": step, "done_bytes": 0, "total_bytes": total_bytes}
        )
        self._tell()

    def add(self, done: int) -> None:
        """So many bytes more. Raises `Stopped` when somebody wants the run to end."""
        if self.is_stopped():
            raise Stopped("The backup was stopped before it had ended. Nothing was lost.")
        self.progress.done_bytes += done
        if time.monotonic() - self._told_at > self.EVERY_S:
            self._tell()

    def _tell(self) -> None:
        self._told_at = time.monotonic()
        if self.file is not None:
            write_json(self.file, self.progress, durable=False)
        self.listener(self.progress)


class Stopped(Conflict):
    code = "backup_stopped"


def warnings_of(
    state: State, kept: list[KeptBundle], *, copies_expected: bool
) -> Iterator[Warning_]:
    newest = next((each for each in kept if each.is_good), None)
    if newest is None:
        yield Warning_.NO_BACKUP
    elif clock.now() - newest.created_at > TOO_OLD:
        yield Warning_.TOO_OLD
    if state.last_failure:
        yield Warning_.LAST_FAILED
    if state.last_proof is None and newest is not None:
        yield Warning_.NOT_PROVEN
    elif state.last_proof is not None and not state.last_proof.ok:
        yield Warning_.PROOF_FAILED
    copies = newest.record.copies if newest and newest.record else []
    if any(not copy.ok for copy in copies) or (copies_expected and newest and not copies):
        yield Warning_.COPY_FAILED
    elif not copies and not copies_expected:
        yield Warning_.NO_COPY
    if state.key_rehearsed_at is None:
        yield Warning_.KEY_NOT_REHEARSED
    if any(each.is_from_the_future for each in kept):
        yield Warning_.FROM_THE_FUTURE


def in_order(bundles: Iterable[KeptBundle]) -> list[KeptBundle]:
    """Newest first, and those with a date in the future last."""
    return sorted(
        bundles, key=lambda kept: (not kept.is_from_the_future, kept.created_at), reverse=True
    )


def made_at(name: str) -> datetime:
    """As the name says; a ValueError where it does not."""
    found = NAME.fullmatch(name)
    return datetime.strptime(found[1] if found else "", "%Y%m%dT%H%M%S%z")


def record_of(file: Path) -> Path:
    return file.with_suffix(".json")


def read_json(file: Path, model: type[Model]) -> Model | None:
    """None for a file that is missing or not what it should be: no record is worth a crash."""
    try:
        return model.model_validate_json(file.read_bytes())
    except (OSError, ValidationError, json.JSONDecodeError):
        return None


def write_json(file: Path, content: BaseModel, *, durable: bool = True) -> None:
    """A crash leaves the old content or the new one."""
    fresh = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        with bundle.created(fresh) as stream:
            stream.write(content.model_dump_json(indent=2).encode() + b"\n")
            if durable:
                stream.flush()
                os.fsync(stream.fileno())
        fresh.replace(file)
    finally:
        fresh.unlink(missing_ok=True)
    if durable:
        sync_folder(file.parent)


@contextmanager
def explained(folder: Path) -> Iterator[None]:
    """What the operating system says about the folder as one of our sentences."""
    try:
        yield
    except OSError as error:
        raise ShelfUnusable(sentence_of(error, folder)) from error


def sentence_of(error: OSError, folder: Path) -> str:
    reason = error.strerror or str(error)
    free = shutil.disk_usage(nearest_existing(folder)).free
    return (
        f"The backup could not be written to {folder}: {reason} ({free / 1e6:,.0f} MB are free "
        "there). Free some space or choose another folder; the backups that were there are "
        "untouched."
    )
