"""One restore from its first step to its last, or back; and what an interruption left of one.

Everything is made beside what lives: the database under another name, loaded, compared and
migrated, and the files. Then all of it changes places in a moment. Until then nothing was touched;
after it, what fails goes back by itself. Interrupted anywhere, the next run goes on or clears up.
"""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from pyrage.x25519 import Identity

from agentlab.errors import AgentLabError, Conflict, Unavailable
from agentlab.kit import clock, migrations
from agentlab.operations.backup.bundle import SUFFIX
from agentlab.operations.backup.place import Place
from agentlab.operations.backup.shelf import Report, Shelf
from agentlab.operations.backup.shelf import Step as ShelfStep
from agentlab.operations.restore.databases import Databases
from agentlab.operations.restore.journal import Entry, Journal, Outcome, Step
from agentlab.operations.restore.noting import note_in_trail
from agentlab.operations.restore.source import OnBytes
from agentlab.operations.restore.swapped import Swapped


class RestoreFailed(Unavailable):
    """What failed, and that what was there before is there still."""

    code = "restore_failed"


class NothingPrepared(Conflict):
    code = "restore_not_prepared"


Tell = Callable[[Entry], None]
"""Told whenever a restore gets on."""


class Source(Protocol):
    """What is restored: a bundle, or a moment of the archive."""

    @property
    def name(self) -> str: ...

    @property
    def bundle_id(self) -> str: ...

    @property
    def total_bytes(self) -> int: ...

    @property
    def identities(self) -> Sequence[Identity]:
        """The keys that opened it; empty where it needed none."""

    def check(self, on_bytes: OnBytes) -> None:
        """Raise unless it is whole and can live here."""

    def load(self, url: str, on_bytes: OnBytes) -> None:
        """Fill the empty database at `url`."""

    def compare(self, url: str) -> None:
        """Raise unless the database holds what it should."""

    def extract(self, part: str, folder: Path) -> None:
        """Unpack the files of a part into an empty folder, if it has any."""


class Ground(Protocol):
    """Where it is restored: a desk or a server."""

    @property
    def place(self) -> Place: ...

    @property
    def journal(self) -> Journal: ...

    @property
    def databases(self) -> Databases: ...

    @property
    def swapped(self) -> tuple[Swapped, ...]:
        """The files and folders that come back beside the database."""

    def restore_point(self, report: Report) -> str | None:
        """A bundle of what lives, by name; None where nobody would miss it."""

    def stage(self, source: Source) -> None:
        """Put files and secrets beside those that live."""

    def check_health(self) -> None:
        """Raise unless AgentLab answers on what was restored."""


def restore(ground: Ground, source: Source, *, tell: Tell = lambda _: None) -> Entry:
    """Bring `source` back on `ground`.

    Raises:
        BackupRuns: so does another restore, or a backup.
        RestoreFailed: it did not succeed; what was there before is there still.
    """
    with alone(ground) as report:
        finish_interrupted(ground, tell)
        run = begin(ground, source, tell)
        with run.going_back_on_failure():
            run.prepare(source, report)
            run.exchange()
        return run.clean()


def settle(ground: Ground, tell: Tell = lambda _: None) -> Entry | None:
    """Finish a restore that was interrupted, or clear up after it; None where there was none."""
    with alone(ground):
        return finish_interrupted(ground, tell)


# One at a time, for a server, where others have to act between them.


def prepare(ground: Ground, source: Source, tell: Tell = lambda _: None) -> Entry:
    """Make everything beside what lives; `swap` comes next."""
    with alone(ground) as report:
        run = begin(ground, source, tell)
        with run.going_back_on_failure():
            run.prepare(source, report)
        return run.entry


def swap(ground: Ground) -> None:
    """Exchange what was prepared; `clean` or `undo` comes next."""
    with alone(ground):
        run = unfinished(ground)
        if run is None:
            raise NothingPrepared("Nothing was prepared that could be put into its place.")
        run.step(Step.SWAP, run.swap)


def clean(ground: Ground) -> None:
    """All is well: what was there before goes."""
    with alone(ground):
        if run := unfinished(ground):
            run.clean()


def undo(ground: Ground, reason: str) -> bool:
    """What was there before is there again. False where a restore was complete but for clearing up.

    Nothing happens where nothing was begun.
    """
    with alone(ground):
        run = unfinished(ground)
        if run is None:
            return True
        if run.entry.step is Step.CLEAN:
            run.clean()
            return False
        run.go_back()
        ground.journal.end(run.entry, Outcome.FAILED, reason=reason)
        return True


@contextmanager
def alone(ground: Ground) -> Iterator[Report]:
    with Shelf(ground.place.folder).locked(ShelfStep.RESTORING) as report:
        yield report


def begin(ground: Ground, source: Source, tell: Tell) -> "Run":
    before = ground.databases.before
    if unfinished(ground) is None and ground.databases.exists(before):
        # Of a restore whose journal is gone, or in whose middle a moment of the archive lay: it
        # would look as if this one had changed places already.
        ground.databases.drop(before)
    entry = Entry(
        bundle=source.name,
        bundle_id=source.bundle_id,
        started_at=clock.now(),
        pid=os.getpid(),
        total_bytes=source.total_bytes,
    )
    return Run(ground, entry, tell)


def unfinished(ground: Ground, tell: Tell = lambda _: None) -> "Run | None":
    entry = ground.journal.read()
    return Run(ground, entry, tell) if entry and entry.outcome is Outcome.RUNNING else None


def finish_interrupted(ground: Ground, tell: Tell) -> Entry | None:
    run = unfinished(ground, tell)
    if run is None:
        return None
    if run.entry.step is Step.CLEAN:
        return run.clean()
    if run.entry.step is Step.BACK or not run.has_changed_places:
        run.go_back()
        return ground.journal.end(run.entry, Outcome.FAILED, reason="It was interrupted.")
    with run.going_back_on_failure():
        run.exchange()
    return run.clean()


@dataclass
class Run:
    ground: Ground
    entry: Entry
    tell: Tell

    def step(self, step: Step, action: Callable[[], None]) -> None:
        """Do one thing, and note how long it took."""
        self.note(step=step, done_bytes=0)
        began = time.monotonic()
        action()
        self.note(seconds={**self.entry.seconds, step: round(time.monotonic() - began, 2)})

    def note(self, **changes: object) -> None:
        self.entry = self.ground.journal.write(self.entry.model_copy(update=changes))
        self.tell(self.entry)

    def has_done(self, done_bytes: int) -> None:
        """Get on within a step; written for others about once a percent."""
        if done_bytes - self.entry.done_bytes >= self.entry.total_bytes / 100:
            self.note(done_bytes=done_bytes)

    @contextmanager
    def going_back_on_failure(self) -> Iterator[None]:
        try:
            yield
        except BaseException as error:
            reason = error.detail if isinstance(error, AgentLabError) else repr(error)
            try:
                self.go_back()
            except Exception as failure:  # noqa: BLE001 - whatever it is, both have to be told
                raise RestoreFailed(
                    f"{self.entry.bundle} was not restored: {reason} Going back was not finished "
                    f"either: {failure} When that is mended, run the command again."
                ) from error
            self.ground.journal.end(self.entry, Outcome.FAILED, reason=reason)
            if self.entry.step is Step.CHECK and isinstance(error, AgentLabError):
                raise
            raise RestoreFailed(
                f"{self.entry.bundle} was not restored; what was there before is there still. "
                f"{reason}"
            ) from error

    @property
    def has_changed_places(self) -> bool:
        return self.ground.databases.exists(self.ground.databases.before)

    # --- the steps

    def prepare(self, source: Source, report: Report) -> None:
        self.step(Step.CHECK, lambda: source.check(self.has_done))
        self.step(Step.RESTORE_POINT, lambda: self.make_restore_point(report))
        self.step(Step.LOAD, lambda: self.load(source))
        # As its owner, to whom what a migration makes has to belong.
        as_owner = self.ground.databases.as_owner(self.ground.databases.beside)
        self.step(Step.COMPARE, lambda: source.compare(as_owner))
        self.step(Step.MIGRATE, lambda: migrations.upgrade(as_owner))
        restored = self.entry.bundle.removesuffix(SUFFIX)
        note_in_trail(as_owner, restored, self.entry.restore_point)
        self.step(Step.FILES, lambda: self.ground.stage(source))

    def exchange(self) -> None:
        self.step(Step.SWAP, self.swap)
        self.step(Step.HEALTH, self.ground.check_health)

    def make_restore_point(self, report: Report) -> None:
        self.note(restore_point=self.ground.restore_point(report))
        report.begin(ShelfStep.RESTORING)

    def load(self, source: Source) -> None:
        databases = self.ground.databases
        databases.create_beside()
        source.load(databases.url_of(databases.beside), self.has_done)

    def swap(self) -> None:
        """Database first: its names then say that the rest has to follow."""
        if not self.has_changed_places:
            self.ground.databases.swap()
        for each in self.ground.swapped:
            each.swap()

    def clean(self) -> Entry:
        """All is well: what was there before goes."""
        self.note(step=Step.CLEAN)
        for each in self.ground.swapped:
            each.forget()
        self.ground.databases.drop(self.ground.databases.before)
        self.entry = self.ground.journal.end(self.entry, Outcome.RESTORED)
        self.tell(self.entry)
        return self.entry

    def go_back(self) -> None:
        """Database last, for the same reason."""
        failed_at = self.entry.step
        self.note(step=Step.BACK)
        for each in self.ground.swapped:
            each.swap_back()
        if self.has_changed_places:
            self.ground.databases.swap_back()
        self.ground.databases.drop(self.ground.databases.beside)
        self.entry = self.entry.model_copy(update={"step": failed_at})
