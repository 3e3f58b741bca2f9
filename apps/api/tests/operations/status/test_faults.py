"""What befalls the prober itself: killed at any moment, a full disk, a clock that jumps."""

import asyncio
import random
import sqlite3
from contextlib import closing, suppress
from datetime import timedelta
from pathlib import Path

import pytest

from agentlab.kit.waiting import until
from agentlab.operations.status.components import Component, Finding, State
from agentlab.operations.status.incidents import Status
from agentlab.operations.status.places import Places
from agentlab.operations.status.prober import Prober
from agentlab.operations.status.store import DAYS_KEPT, Store
from tests.operations.status.conftest import Clock, Rounds
from tests.operations.status.test_prober import running, samples
from tests.support.mail_server import SECRET, USER, mail_server
from tests.support.watched import AWAY, PAGE, Watched

UP = [Finding(each, State.UP) for each in Component]
DOWN = [Finding(Component.WEB, State.DOWN)]
YEARS = 10 * 365 * 86_400


async def test_a_prober_that_is_killed_again_and_again_tells_each_incident_once(
    installation: Watched, places: Places, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed at random moments of its rounds, while pages fail, recover and are asked."""
    chance = random.Random()  # noqa: S311 - moments, not secrets

    async def lives_a_while() -> None:
        """For some rounds that are kept, and a part of one."""
        wanted = rounds_kept(places) + chance.randint(1, 3)
        async with running(installation, places, interval_s=0.05, **mail) as prober:
            assert await until(lambda: rounds_kept(places) >= wanted, timeout_s=60)
            await asyncio.sleep(chance.random() * 0.1)
            prober.process.kill()
            _, log = await prober.process.communicate()
        assert b"Traceback" not in log

    async with mail_server(tmp_path) as mailbox:
        mail = {
            "SSL_CERT_FILE": str(tmp_path / "authority.pem"),
            "SMTP_HOST": "localhost",
            "SMTP_PORT": str(mailbox.port),
            "SMTP_USER": USER,
            "SMTP_PASSWORD": SECRET,
            "AGENTLAB_ALARM_EMAIL": "ops@example.com",
        }
        await lives_a_while()
        installation.edge.answers["/"] = AWAY
        for _ in range(3):
            await lives_a_while()
        installation.edge.answers["/"] = PAGE
        for _ in range(3):
            await lives_a_while()
        async with running(installation, places, interval_s=0.05, **mail) as prober:

            def is_told() -> bool:
                store = Store(places.store, read_only=True)
                try:
                    found = store.incidents()
                    if not found or found[0].is_open or len(mailbox.messages) < 2:
                        return False
                    # What the server has taken may not be kept as sent yet.
                    return not store.waiting_alarms(found[0].updated_at)
                finally:
                    store.close()

            assert await until(is_told, timeout_s=60)
            await prober.stop()
        store = Store(places.store)
        [incident] = store.incidents()
        waiting = store.waiting_alarms(incident.updated_at)
        store.close()
    statuses = [update.status for update in incident.updates]
    assert (statuses[0], statuses[-1]) == (Status.INVESTIGATING, Status.RESOLVED)
    assert statuses.count(Status.RESOLVED) == 1
    events = {message["Message-ID"] for message in mailbox.messages}
    assert (len(events), waiting) == (2, [])
    assert not list(places.store.parent.glob("*.damaged-*"))


def rounds_kept(places: Places) -> int:
    if not places.store.exists():
        return 0
    with suppress(sqlite3.Error):
        db = sqlite3.connect(f"{places.store.as_uri()}?mode=ro", uri=True)
        with closing(db):
            [kept] = db.execute("SELECT count(*) FROM result WHERE component = 'web'").fetchone()
            return int(kept)
    return 0


async def test_what_was_found_while_the_disk_was_full_is_kept_afterwards(
    installation: Watched, prober: Prober, rounds: Rounds
) -> None:
    await rounds(3)
    store = prober.store()
    [pages] = store.db.execute("PRAGMA page_count").fetchone()
    assert store.db.execute(f"PRAGMA max_page_count = {pages}").fetchone() == (pages,)
    fill(store)
    original, prober.close = prober.close, lambda: None  # type: ignore[method-assign] # opened anew, it would have room again
    installation.edge.answers["/"] = AWAY
    await rounds(5)
    assert samples(prober.exporter)["agentlab_status_failed_rounds_total"] == 5
    installation.edge.answers["/"] = PAGE
    await rounds(5)
    assert store.incidents() == []
    store.db.execute("PRAGMA max_page_count = 100000")
    prober.close = original  # type: ignore[method-assign] # as it was
    await rounds(1)
    [incident] = prober.store().incidents()
    assert incident.components == (Component.WEB,)
    assert incident.resolved_at
    assert incident.resolved_at - incident.opened_at == timedelta(seconds=90)
    checks = prober.store().days(prober.now())[Component.WEB][-1].checks
    assert checks == 14


def fill(store: Store) -> None:
    """Use what is left on the pages that there are."""
    filler = "INSERT INTO result VALUES (NULL, 0, 'filler', 'up', NULL, NULL, '')"
    with suppress(sqlite3.OperationalError):
        while True:
            store.db.execute(filler)


@pytest.mark.parametrize("jump", [YEARS, -YEARS, 3_600, -3_600])
def test_a_clock_that_jumps_loses_and_doubles_no_incident(
    store: Store, time: Clock, jump: int
) -> None:
    store.record(UP, time())
    for findings in (DOWN, DOWN, UP, UP, UP):
        store.record(findings, time())
        time.go_on(15)
    for _ in range(2):
        store.record([Finding(Component.JOBS, State.DOWN)], time())
        time.go_on(15)
    time.go_on(jump)
    store.record([Finding(Component.JOBS, State.DOWN)], time())
    store.prune(time())
    time.go_on(15)
    time.go_on(-jump)
    for _ in range(4):
        store.record(UP, time())
        time.go_on(15)
    store.prune(time())
    found = store.incidents()
    assert {each.components for each in found} == {(Component.WEB,), (Component.JOBS,)}
    assert len(found) == 2
    assert not any(each.is_open for each in found)


def test_a_wrong_clock_does_not_forget_the_past(store: Store, time: Clock) -> None:
    for _ in range(DAYS_KEPT - 5):
        store.record(UP, time())
        time.go_on(86_400)
    before = [day.up for day in store.days(time())[Component.WEB]]
    time.go_on(YEARS)
    store.record(UP, time())
    store.prune(time())
    time.go_on(-YEARS)
    assert [day.up for day in store.days(time())[Component.WEB]] == before


def test_an_incident_of_a_clock_that_was_ahead_is_not_reopened_by_other_trouble(
    store: Store, time: Clock
) -> None:
    store.record(UP, time())
    time.go_on(YEARS)
    for findings in (DOWN, DOWN, UP, UP, UP):
        store.record(findings, time())
    time.go_on(-YEARS)
    for findings in (DOWN, DOWN):
        store.record(findings, time())
    assert [each.is_open for each in store.incidents()] == [True, False]
