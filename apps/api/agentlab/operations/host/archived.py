"""The database at a moment of the archive: its half of a restore, and one that was cut off.

Until all is well it can be taken back: the files of before lie beside those that were restored, and
are used again when anything fails. `state/restore.json` says how far it is; see
`operations/point_in_time`.
"""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from pyrage.x25519 import Identity

from agentlab.errors import AgentLabError
from agentlab.kit import clock
from agentlab.operations.backup.archives import Which
from agentlab.operations.host.compose import Compose
from agentlab.operations.host.folder import Installation
from agentlab.operations.host.releases import Records
from agentlab.operations.host.rotation import PSQL, ROLES, scram_verifier
from agentlab.operations.host.unfinished_restore import (
    WRITERS,
    Say,
    start_what_was_stopped,
    went_live,
)
from agentlab.operations.restore.journal import Entry, Journal, Outcome, Step

RESTORE_S = 6 * 3600
START_S = 600
MIGRATE_S = 1000

Tell = Callable[[Entry], None]
T = TypeVar("T")


@dataclass(frozen=True)
class Moment:
    at: datetime | None
    """With its time zone; None for the last one that was archived."""
    which: Which
    identities: Sequence[Identity] = ()
    """What the archive elsewhere was encrypted with; empty for the key of this host."""

    @property
    def name(self) -> str:
        """As sentences begin with it."""
        if self.at is None:
            return "The database at its last archived moment"
        return f"The database at {self.at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"

    @property
    def words(self) -> tuple[str, ...]:
        return (f"--at={self.at.isoformat()}",) if self.at else ()


@dataclass
class Archived:
    """Its steps are noted, so that the next command knows what a crash has left."""

    compose: Compose
    moment: Moment
    tell: Tell
    entry: Entry

    @classmethod
    def begin(cls, compose: Compose, moment: Moment, tell: Tell) -> "Archived":
        return cls(
            compose, moment, tell, Entry(bundle=moment.name, bundle_id="", started_at=clock.now())
        )

    @property
    def journal(self) -> Journal:
        return journal_of(self.compose.installation)

    def step(self, step: Step, action: Callable[[], T]) -> T:
        """Do one thing, and note how long it took."""
        self.note(step=step)
        began = time.monotonic()
        done = action()
        took_s = round(time.monotonic() - began, 2)
        self.note(seconds={**self.entry.seconds, step: took_s})
        return done

    def note(self, **changes: object) -> None:
        self.entry = self.journal.write(self.entry.model_copy(update=changes))
        self.tell(self.entry)

    # --- in this order

    def prepare(self) -> dict[str, str]:
        """Restore beside what is used, while everything runs; what was found at the moment."""
        return self.step(Step.LOAD, lambda: self._read("prepare", *self.moment.words))

    def swap(self) -> None:
        """Let it take the place of what is used, which nobody may write into meanwhile."""
        self.compose.run("stop", "postgres", timeout_s=START_S)
        tool(self.compose, "swap")
        self._read("finish")
        start_database(self.compose)

    def migrate(self) -> None:
        """Bring it up to date, and say in its audit trail that it was restored."""
        kept = self.entry.restore_point
        words = (*self.moment.words, *((f"--restore-point={kept}",) if kept else ()))
        note = ("python", "-m", "agentlab.cli.point_in_time", "note", *words)
        try:
            for command in ((), note):
                self.compose.run(*(*ONCE, "migrate"), *command, timeout_s=MIGRATE_S)
        finally:
            self.compose.remove_leftovers("migrate")

    def clean(self) -> None:
        """All is well, as is noted: what was used before goes."""
        tool(self.compose, "forget")
        self.entry = self.journal.end(self.entry, Outcome.RESTORED)
        self.tell(self.entry)

    # --- or instead

    @contextmanager
    def going_back_on_failure(self, stays: Callable[[], bool] = lambda: False) -> Iterator[None]:
        """After the block there is no way back any more; nor in it, once `stays` says so."""
        try:
            yield
        except BaseException as error:
            if stays():
                self.note(step=Step.CLEAN)
            else:
                self.go_back(error.detail if isinstance(error, AgentLabError) else repr(error))
            raise
        self.note(step=Step.CLEAN)

    def go_back(self, reason: str) -> None:
        take_back(self.compose, self.entry)
        self.entry = self.journal.end(self.entry, Outcome.FAILED, reason=reason)

    def _read(self, *words: str) -> dict[str, str]:
        """A step that reads the archive, with the key that was named for it."""
        key = "".join(f"{identity}\n" for identity in self.moment.identities).encode()
        given = ("--key",) if key else ()
        return tool(self.compose, *words, f"--source={self.moment.which}", *given, stdin=key)


ONCE = ("run", "--rm", "-T", "--no-deps")


def journal_of(installation: Installation) -> Journal:
    """The host's own: in the folder of the bundles an operator may not replace others' files."""
    return Journal(installation.state)


def tool(compose: Compose, *words: str, stdin: bytes = b"") -> dict[str, str]:
    """One step in a container that may write into the files of the database."""
    command = ("python", "-m", "agentlab.cli.point_in_time", *words)
    try:
        said = compose.run(*ONCE, "point-in-time", *command, stdin=stdin, timeout_s=RESTORE_S)
    finally:
        compose.remove_leftovers("point-in-time")
    found: dict[str, str] = json.loads(said or "{}")
    return found


def take_back(compose: Compose, entry: Entry) -> None:
    """What was used before is used again, but for the writers, which stay stopped."""
    if entry.step is Step.LOAD:  # everything still runs
        tool(compose, "undo")
        return
    compose.run("stop", "postgres", *WRITERS, timeout_s=START_S)
    tool(compose, "undo")
    start_database(compose)


def start_database(compose: Compose) -> None:
    """With the passwords of now, whatever they were then."""
    compose.run("up", "--detach", "--wait", "--no-recreate", "postgres", timeout_s=START_S)
    set_passwords(compose)


def set_passwords(compose: Compose) -> None:
    """As the secrets say: the files of a database may know others."""
    for role, name in ROLES.items():
        verifier = scram_verifier(compose.installation.read_secret(name))
        statement = f"ALTER ROLE \"{role}\" PASSWORD '{verifier}';"
        compose.run("exec", "-T", "postgres", *PSQL, stdin=statement.encode())


def settle(installation: Installation, say: Say) -> None:
    """After a crash in the middle: what was used before is used again, unless people used this."""
    journal = journal_of(installation)
    entry, attempts = journal.read(), Records(installation).of_a_server()
    if entry is None or entry.outcome is not Outcome.RUNNING or not attempts:
        return
    say(f"{entry.bundle} was not restored to its end. Clearing up after it…")
    compose = Compose(installation).with_settings(attempts[-1].release.settings)
    for service in ("point-in-time", "migrate"):  # who was killed has left them at work
        compose.remove_leftovers(service)
    if entry.step is Step.CLEAN or went_live(attempts, entry):
        tool(compose, "forget")
        journal.end(entry, Outcome.RESTORED)
    else:
        take_back(compose, entry)
        journal.end(entry, Outcome.FAILED, reason="It was interrupted.")
    start_what_was_stopped(compose)
