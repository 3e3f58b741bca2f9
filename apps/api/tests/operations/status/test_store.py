"""The prober's memory survives crashes, damage and long times."""

import signal
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import copy

import pytest

from agentlab.operations.status.components import Component, Finding, State
from agentlab.operations.status.incidents import Streak
from agentlab.operations.status.places import Places
from agentlab.operations.status.store import DAYS_KEPT, Store
from tests.operations.status.conftest import Clock

UP = [Finding(each, State.UP, latency_ms=10) for each in Component]
DOWN = [Finding(Component.WEB, State.DOWN)]


def count(store: Store, table: str) -> int:
    [found] = store.db.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608 - a test's own names
    return int(found)


def test_an_open_incident_survives_a_restart(places: Places, time: Clock) -> None:
    first = Store(places.store)
    for findings in (UP, DOWN, DOWN):
        first.record(findings, time())
    incident = first.latest_incident()
    first.close()
    second = Store(places.store)
    assert second.latest_incident() == incident
    for _ in range(3):
        second.record(UP, time())
    [found] = second.incidents()
    second.close()
    assert incident
    assert (found.id, found.is_open) == (incident.id, False)


def test_a_count_of_failures_survives_a_restart(places: Places, time: Clock) -> None:
    for findings in (UP, DOWN, DOWN):
        store = Store(places.store)
        store.record(findings, time())
        latest = store.latest_incident()
        store.close()
    assert latest


class PowerCut(Exception):
    pass


def test_a_crash_between_two_writes_leaves_the_round_before(
    store: Store, time: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.record(UP, time())
    store.record(DOWN, time())

    def crash(*_: object) -> None:
        raise PowerCut

    with monkeypatch.context() as patch:
        patch.setattr(Store, "keep_incident", crash)
        with pytest.raises(PowerCut):
            store.record(DOWN, time())
    assert (count(store, "result"), count(store, "incident")) == (len(UP) + 1, 0)
    assert store.streaks()[Component.WEB] == Streak(bad=1, has_worked=True)
    assert store.record(DOWN, time())
    assert count(store, "incident") == 1


WRITER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from agentlab.operations.status.components import Component, Finding, State
from agentlab.operations.status.store import Store
store = Store(Path(sys.argv[1]))
number = 0
while True:
    state = State.UP if number % 10 < 5 else State.DOWN
    store.record([Finding(each, state) for each in Component], datetime.now(UTC))
    number += 1
    print(number, flush=True)
"""


def test_kill_9_while_writing_loses_no_round_that_was_kept(places: Places) -> None:
    kept = 0
    for lines in (3, 8, 14):
        process = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(places.store)], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout
        for _ in range(lines):
            process.stdout.readline()
        process.send_signal(signal.SIGKILL)
        kept += lines + len(process.stdout.readlines())
        process.wait()
        process.stdout.close()
        store = Store(places.store)
        rounds, rest = divmod(count(store, "result"), len(Component))
        tallied = store.db.execute(
            "SELECT sum(up + down) FROM tally WHERE span = 'hour' AND component = 'web'"
        ).fetchone()
        store.close()
        assert rest == 0
        assert kept <= rounds <= kept + 3
        assert tallied == (rounds,)
        kept = rounds


def test_a_damaged_file_is_put_aside_and_a_new_one_begun(places: Places, time: Clock) -> None:
    store = Store(places.store)
    for _ in range(50):
        store.record(UP, time())
    store.close()
    content = bytearray(places.store.read_bytes())
    content[4096:12_288] = b"\xff" * 8_192
    places.store.write_bytes(content)
    store = Store(places.store)
    store.record(UP, time())
    assert count(store, "result") == len(UP)
    store.close()
    [aside] = places.store.parent.glob("status.db.damaged-*")
    assert aside.read_bytes() == content


def test_a_file_that_is_no_store_is_put_aside(places: Places) -> None:
    places.store.write_bytes(b"this is a text\n" * 100)
    Store(places.store).close()
    assert len(list(places.store.parent.glob("status.db.damaged-*"))) == 1


def test_a_folder_that_is_away_is_no_damage(tmp_path: Path) -> None:
    with pytest.raises(sqlite3.OperationalError):
        Store(tmp_path / "nowhere" / "status.db")


def test_results_are_kept_for_two_days_and_counts_for_ninety(store: Store, time: Clock) -> None:
    start = time()
    for _ in range(100):
        store.record(UP, time())
        time.go_on(24 * 3_600)
    store.prune(time())
    assert count(store, "result") == 2 * len(UP)
    days = store.days(time())[Component.WEB]
    assert len(days) == DAYS_KEPT
    assert [day.up for day in days] == [1] * 89 + [0]  # today has no check yet
    assert store.since() == start + timedelta(days=11)


def test_old_incidents_are_forgotten_and_open_ones_never(store: Store, time: Clock) -> None:
    for findings in (UP, DOWN, DOWN, UP, UP, UP):
        store.record(findings, time())
    time.go_on(3_600)
    for findings in (DOWN, DOWN):
        store.record(findings, time())
    for _ in range(DAYS_KEPT):
        time.go_on(86_400)
        store.record([Finding(Component.JOBS, State.UP)], time())
    store.prune(time())
    [left] = store.incidents()
    assert left.is_open
    assert count(store, "incident_update") == len(left.updates)


def test_days_are_counted_in_utc(store: Store, time: Clock) -> None:
    time.at = datetime(2026, 11, 23, 23, 59, 50, tzinfo=UTC)
    store.record(DOWN, time())
    time.go_on(15)
    store.record(UP, time())
    yesterday, today = store.days(time())[Component.WEB][-2:]
    assert (yesterday.date.day, yesterday.down, yesterday.up) == (23, 1, 0)
    assert (today.date.day, today.down, today.up) == (24, 0, 1)


def test_response_times_are_means_of_what_was_answered(store: Store, time: Clock) -> None:
    for latency in (10, 30, None, 50):
        store.record([Finding(Component.WEB, State.UP, latency_ms=latency)], time())
        time.go_on(15)
    day, half_hour = timedelta(days=1), timedelta(minutes=30)
    [point] = store.response_times(Component.WEB, time(), back=day, step=half_hour)
    assert (point.latency_ms, point.at) == (30, datetime(2026, 11, 24, 12, 0, tzinfo=UTC))


def test_a_clock_that_jumps_back_disturbs_nothing(store: Store, time: Clock) -> None:
    store.record(UP, time())
    time.go_on(-3_600)
    for findings in (DOWN, DOWN, UP, UP, UP):
        store.record(findings, time())
    [incident] = store.incidents()
    assert not incident.is_open
    assert store.standings()[Component.WEB].finding.state is State.UP


def test_components_of_another_version_are_passed_over(store: Store, time: Clock) -> None:
    for findings in (UP, DOWN, DOWN):
        store.record(findings, time())
    store.db.execute('UPDATE incident SET components = \'["web", "backups"]\'')
    store.db.execute("INSERT INTO streak VALUES ('backups', 0, 1, 1)")
    store.db.execute("INSERT INTO result VALUES (NULL, 0, 'backups', 'up', NULL, NULL, '')")
    assert store.incidents()[0].components == (Component.WEB,)
    assert "backups" not in {*store.streaks(), *store.standings()}


def test_a_reader_need_not_be_able_to_write(store: Store, time: Clock, places: Places) -> None:
    store.record(UP, time())
    reader = Store(places.store, read_only=True)
    assert len(reader.standings()) == len(Component)
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        reader.record(UP, time())
    reader.close()


@pytest.mark.parametrize("as_it_is", [True, False])
def test_a_reader_undoes_what_a_killed_prober_left_half_done(
    store: Store, time: Clock, tmp_path: Path, *, as_it_is: bool
) -> None:
    store.record(UP, time())
    before = count(store, "result")
    left = tmp_path / "left.sqlite"
    store.db.execute("PRAGMA cache_size = 1")  # so that half of it is in the file before the end
    with store.transaction():
        for _ in range(500):
            store.add_result(UP[0], time())
        for ending in ("", "-journal"):
            copy(f"{store.file}{ending}", f"{left}{ending}")
    reader = Store(left, read_only=True, as_it_is=as_it_is)
    assert count(reader, "result") == before
    reader.close()
    assert not left.with_name(f"{left.name}-journal").exists()
