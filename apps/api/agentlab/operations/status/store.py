"""The prober's memory: one SQLite file, so that it needs nothing of what it watches.

Single results are kept for two days; every one of them is also counted into its hour and its day,
which are kept for ninety. A round is one transaction: after a crash it is there as a whole or not
at all, and so is what it meant for an incident.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from agentlab.errors import Conflict, NotFound
from agentlab.kit import logging
from agentlab.kit.ids import new_id
from agentlab.operations.status.components import Component, Finding, Reason, State
from agentlab.operations.status.incidents import (
    Cause,
    Impact,
    Incident,
    Message,
    Said,
    Status,
    Streak,
    Update,
    advance,
    is_repeated,
    said,
)
from agentlab.operations.status.planned import Maintenance, Stage, excused

log = logging.get(__name__)

RESULTS_KEPT = timedelta(hours=48)
DAYS_KEPT = 90
VERSION = 2
HOUR_S, DAY_S = 3_600, 86_400
BUSY_S = 5.0

SCHEMA = """
CREATE TABLE result (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    component TEXT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT,
    latency_ms REAL,
    detail TEXT NOT NULL
);
CREATE INDEX result_by_component ON result (component, at);
CREATE TABLE tally (
    span TEXT NOT NULL CHECK (span IN ('hour', 'day')),
    start INTEGER NOT NULL,
    component TEXT NOT NULL,
    up INTEGER NOT NULL,
    degraded INTEGER NOT NULL,
    down INTEGER NOT NULL,
    maintenance INTEGER NOT NULL,
    latency_ms REAL NOT NULL,
    timed INTEGER NOT NULL,
    PRIMARY KEY (span, component, start)
) WITHOUT ROWID;
CREATE TABLE streak (
    component TEXT PRIMARY KEY,
    bad INTEGER NOT NULL,
    good INTEGER NOT NULL,
    has_worked INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE incident (
    id TEXT PRIMARY KEY,
    opened_at INTEGER NOT NULL,
    resolved_at INTEGER,
    status TEXT NOT NULL,
    impact TEXT NOT NULL,
    components TEXT NOT NULL,
    cause TEXT,
    returns INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE incident_update (
    incident_id TEXT NOT NULL REFERENCES incident ON DELETE CASCADE,
    number INTEGER NOT NULL,
    at INTEGER NOT NULL,
    status TEXT NOT NULL,
    message TEXT NOT NULL,
    components TEXT NOT NULL,
    cause TEXT,
    words TEXT,
    PRIMARY KEY (incident_id, number)
) WITHOUT ROWID;
"""

SINCE_VERSION_2 = """
CREATE TABLE maintenance (
    id TEXT PRIMARY KEY,
    planned_at INTEGER NOT NULL,
    starts_at INTEGER NOT NULL,
    ends_at INTEGER NOT NULL,
    words TEXT NOT NULL,
    components TEXT NOT NULL,
    cancelled_at INTEGER
) WITHOUT ROWID;
CREATE TABLE alarm (
    key TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    about TEXT NOT NULL,
    at INTEGER NOT NULL,
    sent_at INTEGER
) WITHOUT ROWID;
CREATE TABLE attention (
    component TEXT PRIMARY KEY,
    reason TEXT NOT NULL,
    since INTEGER NOT NULL,
    rounds INTEGER NOT NULL
) WITHOUT ROWID;
"""

COUNT = """
INSERT INTO tally
VALUES (:span, :start, :component, :up, :degraded, :down, :maintenance, :ms, :timed)
ON CONFLICT DO UPDATE SET
    up = up + excluded.up,
    degraded = degraded + excluded.degraded,
    down = down + excluded.down,
    maintenance = maintenance + excluded.maintenance,
    latency_ms = latency_ms + excluded.latency_ms,
    timed = timed + excluded.timed
"""


INCIDENT = (
    "SELECT id, opened_at, resolved_at, status, impact, components, cause, returns FROM incident"
)

ROUNDS_TO_TELL = 4
TOLD = frozenset(
    {
        Reason.EXPIRES_SOON,
        Reason.NEARLY_FULL,
        Reason.BACKUP_LATE,
        Reason.BACKUP_FAILED,
        Reason.COPY_FAILED,
        Reason.NO_COPY,
        Reason.ARCHIVE_STOPPED,
        Reason.ARCHIVE_NOT_COPIED,
        Reason.NOT_PROVEN,
        Reason.PROOF_LATE,
    }
)
"""What is no incident, and nobody would see until it is one."""


@dataclass(frozen=True, slots=True)
class Day:
    """How often a component was found in each state on a day (in UTC)."""

    date: date
    up: int
    degraded: int
    down: int
    maintenance: int

    @property
    def checks(self) -> int:
        return self.up + self.degraded + self.down


@dataclass(frozen=True, slots=True)
class Point:
    """The mean time that replies took around a moment."""

    at: datetime
    latency_ms: float


@dataclass(frozen=True, slots=True)
class Standing:
    """The last thing that was found of a component, and what came before it."""

    at: datetime
    finding: Finding
    streak: Streak


class Kind(StrEnum):
    OPENED = "opened"
    CLOSED = "closed"
    ATTENTION = "attention"
    COPY = "copy"


@dataclass(frozen=True, slots=True)
class Alarm:
    """An e-mail to those who operate the installation. The key names its event for ever."""

    key: str
    kind: Kind
    about: str
    """An incident's id; a component and its reason; the target of a copy."""
    at: datetime


class NoSuchIncident(NotFound):
    code = "no_such_incident"


class NoSuchMaintenance(NotFound):
    code = "no_such_maintenance"


class OfAnotherVersion(Conflict):
    code = "status_store_of_another_version"


class Store:
    """Opens the file, and makes it when there is none.

    Args:
        file: its folder exists.
        read_only: for commands that only show something.
        as_it_is: for others than the prober, which may be of another version: the file is neither
            made nor changed to fit, and a damaged one stays where it is.
    """

    def __init__(self, file: Path, *, read_only: bool = False, as_it_is: bool = False) -> None:
        self.file = file
        if as_it_is:
            self.db = open_as_it_is(file, read_only=read_only)
        else:
            self.db = open_there(file, read_only=True) if read_only else open_or_replace(file)

    def close(self) -> None:
        self.db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        self.db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self.db.execute("ROLLBACK")
            raise
        self.db.execute("COMMIT")

    # --- what the prober writes

    def record(self, findings: list[Finding], at: datetime) -> Incident | None:
        """Keep a round, and what it means for incidents. Returns the incident that it changed."""
        with self.transaction():
            for planned in self.maintenances_at(at):
                findings = excused(findings, planned.affected)
            for finding in findings:
                self.add_result(finding, at)
            streaks = self.streaks()
            for finding in findings:
                before = streaks.get(finding.component, Streak())
                streaks[finding.component] = before.after(finding.state)
            self.keep_streaks(streaks)
            latest = self.latest_incident()
            self.add_alarms_of(findings, at)
            incident = advance(latest, streaks, findings, at)
            if incident is None or incident == latest:
                return None
            self.keep_incident(incident)
            self.add_alarm_of_incident(incident, at)
            return incident

    def add_result(self, finding: Finding, at: datetime) -> None:
        moment = seconds(at)
        self.db.execute(
            "INSERT INTO result (at, component, state, reason, latency_ms, detail)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (
                moment,
                finding.component,
                finding.state,
                finding.reason,
                finding.latency_ms,
                finding.detail,
            ),
        )
        if finding.state is State.UNKNOWN:
            return
        counted = {
            "component": finding.component,
            **{state.value: finding.state is state for state in COUNTED},
            "ms": finding.latency_ms or 0.0,
            "timed": finding.latency_ms is not None,
        }
        for span, length in (("hour", HOUR_S), ("day", DAY_S)):
            self.db.execute(COUNT, {**counted, "span": span, "start": moment - moment % length})

    def keep_streaks(self, streaks: dict[Component, Streak]) -> None:
        self.db.executemany(
            "INSERT OR REPLACE INTO streak VALUES (?, ?, ?, ?)",
            [(name, each.bad, each.good, each.has_worked) for name, each in streaks.items()],
        )

    def keep_incident(self, incident: Incident) -> None:
        self.db.execute(
            "INSERT INTO incident VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
            " resolved_at = excluded.resolved_at, status = excluded.status,"
            " impact = excluded.impact, components = excluded.components,"
            " cause = excluded.cause, returns = excluded.returns",
            (
                incident.id,
                seconds(incident.opened_at),
                seconds(incident.resolved_at) if incident.resolved_at else None,
                incident.status,
                incident.impact,
                json.dumps(incident.components),
                incident.cause,
                incident.returns,
            ),
        )
        self.db.executemany(
            "INSERT OR IGNORE INTO incident_update VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [row_of(incident, number) for number in range(len(incident.updates))],
        )

    def prune(self, now: datetime) -> None:
        """Forget what is older than it is kept.

        A clock that is wrong must not do that to everything: the newest days with a check stay,
        whenever they were, and so does what happened on them.
        """
        oldest = seconds(start_of_day(now) - timedelta(days=DAYS_KEPT - 1))
        with self.transaction():
            self.db.execute("DELETE FROM result WHERE at < ?", (seconds(now - RESULTS_KEPT),))
            oldest = min(oldest, self.first_of_the_newest_days())
            self.db.execute("DELETE FROM tally WHERE start < ?", (oldest,))
            self.db.execute("DELETE FROM incident WHERE resolved_at < ?", (oldest,))
            self.db.execute("DELETE FROM maintenance WHERE ends_at < ?", (oldest,))
            self.db.execute("DELETE FROM alarm WHERE at < ?", (oldest,))

    def first_of_the_newest_days(self) -> int:
        [start] = self.db.execute(
            "SELECT coalesce(min(start), 0) FROM (SELECT DISTINCT start FROM tally"
            " WHERE span = 'day' ORDER BY start DESC LIMIT ?)",
            (DAYS_KEPT - 1,),
        ).fetchone()
        return int(start)

    # --- what people say

    def say(self, words: Said, at: datetime, incident_id: str | None = None) -> Incident:
        """Add a person's words to an incident: the one that is open, unless another is named.

        The same words again within minutes are one and the same, so whoever does not know whether
        they were heard may say them once more.

        Raises:
            NoSuchIncident: there is none.
        """
        with self.transaction():
            incident = self.incident_to_explain(incident_id)
            explained = said(incident, words, at)
            self.keep_incident(explained)
        return explained

    def incident_to_explain(self, incident_id: str | None) -> Incident:
        found = self.incidents()
        if incident_id:
            named = [each for each in found if each.id.startswith(incident_id)]
            if len(named) == 1:
                return named[0]
            raise NoSuchIncident(
                f"There is no incident {incident_id} within the last {DAYS_KEPT} days. "
                "`agentlab status show --json` and the status page name those that there are."
            )
        if found and found[0].is_open:
            return found[0]
        raise NoSuchIncident(
            "No incident is open. To add words to one that has ended, name it with --incident: its "
            "id is in the address of its entry on the status page."
        )

    def plan(
        self,
        words: Said,
        at: datetime,
        *,
        starts_at: datetime,
        ends_at: datetime,
        components: Iterable[Component] = (),
    ) -> Maintenance:
        """Plan maintenance. That its times make sense is for the caller to see to.

        The same again within minutes is one and the same, as with words.
        """
        planned = Maintenance(new_id().hex, at, starts_at, ends_at, words, tuple(components))
        with self.transaction():
            for each in self.maintenances():
                if is_the_same(each, planned):
                    return each
            self.db.execute(
                "INSERT INTO maintenance VALUES (?, ?, ?, ?, ?, ?, NULL)",
                (
                    planned.id,
                    seconds(at),
                    seconds(starts_at),
                    seconds(ends_at),
                    json.dumps(words),
                    json.dumps(planned.components),
                ),
            )
        return planned

    def cancel(self, maintenance_id: str, at: datetime) -> Maintenance:
        """Call maintenance off; while it is under way, end it. Again within minutes it stays so.

        Raises:
            NoSuchMaintenance: none that is still to come or under way has this id.
        """
        with self.transaction():
            named = [each for each in self.maintenances() if each.id.startswith(maintenance_id)]
            to_end = [each for each in named if at < each.over_at]
            found = to_end or [each for each in named if is_cancelled_again(each, at)]
            if len(found) != 1 or not maintenance_id:
                raise NoSuchMaintenance(
                    f"No planned maintenance is called {maintenance_id}. "
                    "`agentlab status planned` lists what is still to come or under way."
                )
            if not to_end:
                return found[0]
            self.db.execute(
                "UPDATE maintenance SET cancelled_at = ? WHERE id = ?", (seconds(at), found[0].id)
            )
        return replace(found[0], cancelled_at=at)

    # --- alarms: kept with what they are about, so that each is sent, and once

    def add_alarm(self, kind: Kind, about: str, at: datetime, *, of: str) -> None:
        """Have somebody told, unless that was done for the same event before.

        Args:
            kind: what is told.
            about: see `Alarm`.
            at: when it happened.
            of: what distinguishes the event from others of the kind about the same.
        """
        self.db.execute(
            "INSERT OR IGNORE INTO alarm VALUES (?, ?, ?, ?, NULL)",
            (f"{kind}:{about}:{of}", kind, about, seconds(at)),
        )

    def add_alarm_of_incident(self, incident: Incident, at: datetime) -> None:
        """Opening and closing are told; and opening once more, after the end was told."""
        kind = Kind.OPENED if incident.is_open else Kind.CLOSED
        ends = sum(each.message is Message.RESOLVED for each in incident.updates)
        self.add_alarm(kind, incident.id, at, of=str(ends))

    def add_alarms_of(self, findings: Iterable[Finding], at: datetime) -> None:
        """What needs attention is told when it has done so for a while, and once until it is over.

        What comes and goes is told once a day.
        """
        for finding in findings:
            if finding.state is State.UP:
                self.db.execute("DELETE FROM attention WHERE component = ?", (finding.component,))
            if finding.state is State.DEGRADED and finding.reason in TOLD:
                self.count_attention(finding, at)

    def count_attention(self, finding: Finding, at: datetime) -> None:
        [rounds] = self.db.execute(
            "INSERT INTO attention VALUES (:component, :reason, :at, 1) ON CONFLICT DO UPDATE SET"
            " rounds = iif(reason = excluded.reason, rounds + 1, 1), reason = excluded.reason"
            " RETURNING rounds",
            {"component": finding.component, "reason": finding.reason, "at": seconds(at)},
        ).fetchone()
        if rounds == ROUNDS_TO_TELL:
            self.tell_once_a_day(Kind.ATTENTION, f"{finding.component}:{finding.reason}", at)

    def tell_of_copy(self, target: str, at: datetime) -> None:
        """That the copy of the site is not renewed."""
        with self.transaction():
            self.tell_once_a_day(Kind.COPY, target, at)

    def tell_once_a_day(self, kind: Kind, about: str, at: datetime) -> None:
        told = self.db.execute(
            "SELECT 1 FROM alarm WHERE kind = ? AND about = ? AND abs(at - ?) < ?",
            (kind, about, seconds(at), DAY_S),
        ).fetchone()
        if not told:
            self.add_alarm(kind, about, at, of=str(seconds(at)))

    def waiting_alarms(self, now: datetime) -> list[Alarm]:
        """What is to be sent; after a day without a mail server that took it, it is no news."""
        rows = self.db.execute(
            "SELECT key, kind, about, at FROM alarm WHERE sent_at IS NULL AND abs(at - ?) < ?"
            " ORDER BY at, key",
            (seconds(now), DAY_S),
        )
        return [Alarm(key, Kind(kind), about, moment(at)) for key, kind, about, at in rows]

    def note_alarm_sent(self, key: str, at: datetime) -> None:
        with self.transaction():
            self.db.execute("UPDATE alarm SET sent_at = ? WHERE key = ?", (seconds(at), key))

    # --- what is read

    def maintenances(self) -> list[Maintenance]:
        """All that are kept, the one that begins last first."""
        rows = self.db.execute(
            "SELECT id, planned_at, starts_at, ends_at, words, components, cancelled_at"
            " FROM maintenance ORDER BY starts_at DESC, id DESC"
        )
        return [
            Maintenance(
                id=identifier,
                planned_at=moment(planned_at),
                starts_at=moment(starts_at),
                ends_at=moment(ends_at),
                words=json.loads(words),
                components=components_in(components),
                cancelled_at=moment(cancelled_at) if cancelled_at is not None else None,
            )
            for identifier, planned_at, starts_at, ends_at, words, components, cancelled_at in rows
        ]

    def maintenances_at(self, at: datetime) -> list[Maintenance]:
        return [each for each in self.maintenances() if each.stage(at) is Stage.IN_PROGRESS]

    def streaks(self) -> dict[Component, Streak]:
        rows = self.db.execute("SELECT component, bad, good, has_worked FROM streak")
        return {
            Component(name): Streak(bad, good, bool(has_worked))
            for name, bad, good, has_worked in rows
            if is_known(name)
        }

    def standings(self) -> dict[Component, Standing]:
        """The newest result of each component."""
        streaks = self.streaks()
        rows = self.db.execute(
            "SELECT component, at, state, reason, latency_ms, detail FROM result"
            " WHERE id IN (SELECT max(id) FROM result GROUP BY component)"
        )
        return {
            Component(name): Standing(
                moment(at),
                Finding(
                    Component(name), State(state), Reason(why) if why else None, latency, detail
                ),
                streaks.get(Component(name), Streak()),
            )
            for name, at, state, why, latency, detail in rows
            if is_known(name)
        }

    def days(self, now: datetime) -> dict[Component, list[Day]]:
        """Every day that is kept, the oldest first; days without a check are all zeros."""
        first = start_of_day(now) - timedelta(days=DAYS_KEPT - 1)
        rows = self.db.execute(
            "SELECT component, start, up, degraded, down, maintenance FROM tally"
            " WHERE span = 'day' AND start >= ?",
            (seconds(first),),
        )
        found = {
            (name, moment(start).date()): Day(moment(start).date(), *counts)
            for name, start, *counts in rows
        }
        dates = [(first + timedelta(days=number)).date() for number in range(DAYS_KEPT)]
        return {
            component: [
                found.get((component.value, each)) or Day(each, 0, 0, 0, 0) for each in dates
            ]
            for component in Component
        }

    def response_times(
        self, component: Component, now: datetime, *, back: timedelta, step: timedelta
    ) -> list[Point]:
        """How long replies took lately, one mean for each `step`."""
        length = int(step.total_seconds())
        rows = self.db.execute(
            "SELECT at / :length * :length, avg(latency_ms) FROM result"
            " WHERE component = :component AND at > :since AND latency_ms IS NOT NULL"
            " GROUP BY 1 ORDER BY 1",
            {"length": length, "component": component, "since": seconds(now - back)},
        )
        return [Point(moment(at), latency) for at, latency in rows]

    def since(self) -> datetime | None:
        """When the oldest check was made that is still counted."""
        [start] = self.db.execute("SELECT min(start) FROM tally WHERE span = 'hour'").fetchone()
        return moment(start) if start is not None else None

    def latest_incident(self) -> Incident | None:
        found = self.incidents(limit=1)
        return found[0] if found else None

    def incidents(self, *, limit: int = 100) -> list[Incident]:
        """The newest first; whatever is still open before all others."""
        rows = self.db.execute(
            f"{INCIDENT} ORDER BY resolved_at IS NOT NULL, opened_at DESC, id DESC LIMIT ?",
            (limit,),
        ).fetchall()
        return [self.incident_in(row) for row in rows]

    def incident(self, incident_id: str) -> Incident:
        """Raises `KeyError` when it is forgotten."""
        row = self.db.execute(f"{INCIDENT} WHERE id = ?", (incident_id,)).fetchone()
        if row is None:
            raise KeyError(incident_id)
        return self.incident_in(row)

    def incident_in(self, row: tuple[Any, ...]) -> Incident:
        identifier, opened_at, resolved_at, status, impact, components, cause, returns = row
        return Incident(
            id=identifier,
            opened_at=moment(opened_at),
            resolved_at=moment(resolved_at) if resolved_at is not None else None,
            status=Status(status),
            impact=Impact(impact),
            components=components_in(components),
            cause=cause_in(cause),
            returns=returns,
            updates=self.updates(identifier),
        )

    def updates(self, incident_id: str) -> tuple[Update, ...]:
        rows = self.db.execute(
            "SELECT at, status, message, components, cause, words FROM incident_update"
            " WHERE incident_id = ? ORDER BY number",
            (incident_id,),
        )
        return tuple(
            Update(
                moment(at),
                Status(status),
                Message(message),
                components_in(components),
                cause_in(cause),
                json.loads(words) if words else None,
            )
            for at, status, message, components, cause, words in rows
        )


NAMES = frozenset(component.value for component in Component)
CAUSES = frozenset(cause.value for cause in Cause)
COUNTED = (State.UP, State.DEGRADED, State.DOWN, State.MAINTENANCE)


def open_or_replace(file: Path) -> sqlite3.Connection:
    """Open the file; a damaged one is put aside: better a prober without its past than none."""
    try:
        return opened(file)
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.OperationalError):  # away or locked, and not damaged
            raise
        aside = file.with_name(f"{file.name}.damaged-{datetime.now(UTC):%Y%m%dT%H%M%S}")
        file.rename(aside)
        file.with_name(f"{file.name}-journal").unlink(missing_ok=True)
        log.exception("status_store_damaged", kept_as=str(aside))
        return opened(file)


def opened(file: Path) -> sqlite3.Connection:
    db = sqlite3.connect(file, timeout=BUSY_S, isolation_level=None)
    try:
        db.execute("PRAGMA foreign_keys = ON")
        [version] = db.execute("PRAGMA user_version").fetchone()
        if version < VERSION:
            missing = SINCE_VERSION_2 if version else SCHEMA + SINCE_VERSION_2
            db.executescript(f"BEGIN; {missing} PRAGMA user_version = {VERSION}; COMMIT;")
        need_soundness(db)
    except BaseException:
        db.close()
        raise
    return db


def need_soundness(db: sqlite3.Connection) -> None:
    [verdict] = db.execute("PRAGMA quick_check(1)").fetchone()
    if verdict != "ok":
        raise sqlite3.DatabaseError(verdict)


def open_there(file: Path, *, read_only: bool) -> sqlite3.Connection:
    """Open the file if there is one.

    A prober that was killed leaves half a round, which the next one to open the file has to undo.
    So a reader may write where the system lets it, and only its own statements may not.
    """
    address = f"{file.absolute().as_uri()}?mode=rw"
    db = sqlite3.connect(address, uri=True, timeout=BUSY_S, isolation_level=None)
    db.execute(f"PRAGMA query_only = {int(read_only)}")
    return db


def open_as_it_is(file: Path, *, read_only: bool) -> sqlite3.Connection:
    """Raises `OfAnotherVersion`, or `sqlite3.Error` when it is away or damaged."""
    db = open_there(file, read_only=read_only)
    try:
        db.execute("PRAGMA foreign_keys = ON")
        need_our_version(db)
        if not read_only:
            need_soundness(db)
    except BaseException:
        db.close()
        raise
    return db


def need_our_version(db: sqlite3.Connection) -> None:
    [version] = db.execute("PRAGMA user_version").fetchone()
    if version != VERSION:
        raise OfAnotherVersion(
            "The prober is of another version than this AgentLab, as during an update. Try again "
            "when that is done; until then, `agentlab status` on the host does the same."
        )


def is_the_same(before: Maintenance, planned: Maintenance) -> bool:
    """Whether somebody tries again."""
    return (
        is_repeated(before.planned_at, planned.planned_at)
        and before.cancelled_at is None
        and content_of(before) == content_of(planned)
    )


def is_cancelled_again(planned: Maintenance, at: datetime) -> bool:
    return planned.cancelled_at is not None and is_repeated(planned.cancelled_at, at)


def content_of(planned: Maintenance) -> tuple[object, ...]:
    times = seconds(planned.starts_at), seconds(planned.ends_at)
    return (*times, planned.words, set(planned.components))


def row_of(incident: Incident, number: int) -> tuple[str | int | None, ...]:
    update = incident.updates[number]
    return (
        incident.id,
        number,
        seconds(update.at),
        update.status,
        update.message,
        json.dumps(update.components),
        update.cause,
        json.dumps(update.words) if update.words else None,
    )


def components_in(text: str) -> tuple[Component, ...]:
    return tuple(Component(name) for name in known(json.loads(text)))


def cause_in(name: str | None) -> Cause | None:
    """None for one that only another version of the prober knows."""
    return Cause(name) if name in CAUSES else None


def known(names: Iterable[str]) -> Iterator[str]:
    """Without the components that another version of the prober watched."""
    return (name for name in names if is_known(name))


def is_known(name: str) -> bool:
    return name in NAMES


def seconds(at: datetime) -> int:
    return int(at.timestamp())


def moment(at: int) -> datetime:
    return datetime.fromtimestamp(at, UTC)


def start_of_day(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
