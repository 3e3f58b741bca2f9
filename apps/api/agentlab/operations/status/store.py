"""The prober's memory: one SQLite file, so that it needs nothing of what it watches.

Single results are kept for two days; every one of them is also counted into its hour and its day,
which are kept for ninety. A round is one transaction: after a crash it is there as a whole or not
at all, and so is what it meant for an incident.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from agentlab.kit import logging
from agentlab.operations.status.components import Component, Finding, Reason, State
from agentlab.operations.status.incidents import (
    Cause,
    Impact,
    Incident,
    Message,
    Status,
    Streak,
    Update,
    advance,
)

log = logging.get(__name__)

RESULTS_KEPT = timedelta(hours=48)
DAYS_KEPT = 90
VERSION = 1
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


class Store:
    """Opens the file, and makes it when there is none.

    Args:
        file: its folder exists.
        read_only: for commands that only show something.
    """

    def __init__(self, file: Path, *, read_only: bool = False) -> None:
        self.file = file
        self.db = open_read_only(file) if read_only else open_or_replace(file)

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
            for finding in findings:
                self.add_result(finding, at)
            streaks = self.streaks()
            for finding in findings:
                before = streaks.get(finding.component, Streak())
                streaks[finding.component] = before.after(finding.state)
            self.keep_streaks(streaks)
            latest = self.latest_incident()
            incident = advance(latest, streaks, findings, at)
            if incident is None or incident == latest:
                return None
            self.keep_incident(incident)
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
        """Forget what is older than it is kept."""
        oldest = seconds(start_of_day(now) - timedelta(days=DAYS_KEPT - 1))
        with self.transaction():
            self.db.execute("DELETE FROM result WHERE at < ?", (seconds(now - RESULTS_KEPT),))
            self.db.execute("DELETE FROM tally WHERE start < ?", (oldest,))
            self.db.execute("DELETE FROM incident WHERE resolved_at < ?", (oldest,))

    # --- what is read

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
            "SELECT id, opened_at, resolved_at, status, impact, components, cause, returns"
            " FROM incident ORDER BY resolved_at IS NOT NULL, opened_at DESC, id DESC LIMIT ?",
            (limit,),
        ).fetchall()
        return [self.incident_in(row) for row in rows]

    def incident_in(self, row: tuple[Any, ...]) -> Incident:
        identifier, opened_at, resolved_at, status, impact, components, cause, returns = row
        return Incident(
            id=identifier,
            opened_at=moment(opened_at),
            resolved_at=moment(resolved_at) if resolved_at is not None else None,
            status=Status(status),
            impact=Impact(impact),
            components=components_in(components),
            cause=Cause(cause) if cause else None,
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
                Cause(cause) if cause else None,
                words,
            )
            for at, status, message, components, cause, words in rows
        )


NAMES = frozenset(component.value for component in Component)
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
            db.executescript(f"BEGIN; {SCHEMA} PRAGMA user_version = {VERSION}; COMMIT;")
        need_soundness(db)
    except BaseException:
        db.close()
        raise
    return db


def need_soundness(db: sqlite3.Connection) -> None:
    [verdict] = db.execute("PRAGMA quick_check(1)").fetchone()
    if verdict != "ok":
        raise sqlite3.DatabaseError(verdict)


def open_read_only(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True, timeout=BUSY_S)


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
        update.words,
    )


def components_in(text: str) -> tuple[Component, ...]:
    return tuple(Component(name) for name in known(json.loads(text)))


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
