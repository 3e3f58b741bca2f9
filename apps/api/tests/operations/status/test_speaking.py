"""What operators say: words at incidents, and maintenance that is planned."""

import json
from datetime import UTC, datetime, timedelta

import html5lib  # type: ignore[import-untyped] # it has none either
import pytest

from agentlab.errors import InvalidInput
from agentlab.operations.status.components import GROUPS, Component, Finding, Group, State
from agentlab.operations.status.places import Places
from agentlab.operations.status.planned import Stage
from agentlab.operations.status.prober import Address, Prober, files
from agentlab.operations.status.reading import Indicator, overview
from agentlab.operations.status.speaking import plain, span_of
from agentlab.operations.status.store import NoSuchIncident, NoSuchMaintenance, Store
from tests.operations.status.conftest import Clock, Rounds
from tests.operations.status.test_prober import run_status
from tests.support.feeds import read_valid
from tests.support.watched import AWAY, DOMAIN, Watched

HOUR = timedelta(hours=1)
WORDS = {"en": "A disk is being replaced.\nBack at <noon> & not before.", "fr": "Un disque."}


def remember(store: Store, time: Clock, rounds: int, *down: Component) -> None:
    for _ in range(rounds):
        found = [Finding(each, State.DOWN if each in down else State.UP) for each in Component]
        store.record(found, time())
        time.go_on(15)


def site(store: Store, places: Places, time: Clock) -> dict[str, str]:
    written = files(overview(store, places, time()), Address(DOMAIN))
    return {name: content.decode() for name, content in written.items()}


def test_words_stand_at_the_incident_in_both_languages(
    store: Store, places: Places, time: Clock
) -> None:
    remember(store, time, 2)
    remember(store, time, 3, Component.DATABASE)
    store.say(WORDS, time())
    remember(store, time, 2, Component.DATABASE)
    remember(store, time, 4)
    statuses = [update.status for update in store.incidents()[0].updates]
    assert statuses == ["investigating", "investigating", "identified", "monitoring", "resolved"]
    published = site(store, places, time)
    assert "Back at &lt;noon&gt; &amp; not before." in published["index.html"]
    assert "Un disque." in published["fr/index.html"]
    for name in ("index.html", "fr/index.html"):
        html5lib.HTMLParser(strict=True).parse(published[name])
    [incident] = json.loads(published["api/v2/incidents.json"])["incidents"]
    assert incident["incident_updates"][-2]["body"] == WORDS["en"]
    for name in ("history.rss", "history.atom"):
        for each, words in ((name, "Back at"), (f"fr/{name}", "Un disque.")):
            assert words in str(read_valid(each, published[each].encode()).entries[0])


def test_words_in_one_language_are_said_in_both(store: Store, places: Places, time: Clock) -> None:
    remember(store, time, 2)
    remember(store, time, 3, Component.DATABASE)
    store.say({"en": "We are on it."}, time())
    assert "We are on it." in site(store, places, time)["fr/index.html"]


def test_words_may_follow_the_end_and_change_nothing_about_it(store: Store, time: Clock) -> None:
    remember(store, time, 2)
    remember(store, time, 3, Component.DATABASE)
    remember(store, time, 4)
    [before] = store.incidents()
    with pytest.raises(NoSuchIncident, match="No incident is open"):
        store.say(WORDS, time())
    explained = store.say(WORDS, time(), before.id[:20])
    assert (explained.is_open, explained.resolved_at) == (False, before.resolved_at)
    remember(store, time, 3)
    [after] = store.incidents()
    assert after == explained
    with pytest.raises(NoSuchIncident, match="There is no incident abc"):
        store.say(WORDS, time(), "abc")


def test_maintenance_is_shown_ahead_while_it_lasts_and_afterwards(
    store: Store, places: Places, time: Clock
) -> None:
    remember(store, time, 2)
    begins, ends = time() + HOUR, time() + 2 * HOUR
    store.plan(WORDS, time(), starts_at=begins, ends_at=ends, components=[Component.DATABASE])
    planned = site(store, places, time)
    assert "Planned maintenance: Database" in planned["index.html"]
    assert "Maintenance prévue\u00a0: Base de données" in planned["fr/index.html"]
    assert "<h1>Everything works</h1>" in planned["index.html"]
    [scheduled] = json.loads(planned["api/v2/summary.json"])["scheduled_maintenances"]
    assert (scheduled["status"], scheduled["impact"]) == ("scheduled", "maintenance")
    assert scheduled["scheduled_for"] == begins.isoformat(timespec="milliseconds").replace(
        "+00:00", "Z"
    )
    assert scheduled["components"] == [{"id": "database", "name": "Database"}]
    assert scheduled["incident_updates"][0]["body"] == WORDS["en"]
    time.at = begins
    remember(store, time, 4, Component.DATABASE)
    during = site(store, places, time)
    assert "<h1>Maintenance is under way</h1>" in during["index.html"]
    components = json.loads(during["api/v2/components.json"])["components"]
    states = {each["id"]: each["status"] for each in components}
    assert states["database"] == "under_maintenance"
    assert states["web"] == "operational"
    [active] = json.loads(during["api/v2/scheduled-maintenances/active.json"])[
        "scheduled_maintenances"
    ]
    assert active["status"] == "in_progress"
    time.at = ends
    remember(store, time, 2)
    after = site(store, places, time)
    assert "<h1>Everything works</h1>" in after["index.html"]
    assert json.loads(after["api/v2/summary.json"])["scheduled_maintenances"] == []
    [over] = json.loads(after["api/v2/scheduled-maintenances.json"])["scheduled_maintenances"]
    assert (over["status"], over["resolved_at"]) == ("completed", over["scheduled_until"])
    for each in (planned, during, after):
        for name in ("index.html", "fr/index.html"):
            html5lib.HTMLParser(strict=True).parse(each[name])
        for name in ("history.rss", "history.atom"):
            assert len(read_valid(name, each[name].encode()).entries) == 1
    feeds = [each["history.atom"].encode() for each in (planned, during, after)]
    updated = [read_valid("history.atom", each).entries[0].updated for each in feeds]
    assert updated == sorted(set(updated))


def test_nothing_counts_as_an_outage_within_and_everything_does_afterwards(
    store: Store, time: Clock
) -> None:
    remember(store, time, 2)
    store.plan(WORDS, time(), starts_at=time(), ends_at=time() + HOUR)
    remember(store, time, 30, *Component)
    assert store.incidents() == []
    today = store.days(time())[Component.WEB][-1]
    assert (today.down, today.maintenance) == (0, 30)
    time.go_on(3_600)
    remember(store, time, 2, Component.WEB)
    assert len(store.incidents()) == 1


def test_what_is_not_part_of_it_still_counts(store: Store, time: Clock) -> None:
    remember(store, time, 2)
    store.plan(
        WORDS, time(), starts_at=time(), ends_at=time() + HOUR, components=[Component.SEARCH]
    )
    remember(store, time, 3, Component.SEARCH, Component.WEB)
    assert store.incidents()[0].components == (Component.WEB,)


def test_maintenance_can_be_called_off_or_ended_early(store: Store, time: Clock) -> None:
    begins, ends = time() + HOUR, time() + 2 * HOUR
    first = store.plan(WORDS, time(), starts_at=begins, ends_at=ends)
    time.go_on(1)
    off = store.cancel(first.id[:16], time())
    assert off.stage(begins + HOUR / 2) is Stage.CANCELLED
    assert store.maintenances_at(begins + HOUR / 2) == []
    second = store.plan(WORDS, time(), starts_at=time(), ends_at=ends)
    time.go_on(60)
    ended = store.cancel(second.id, time())
    assert ended.stage(time()) is Stage.COMPLETED
    time.go_on(60)
    assert store.cancel(second.id, time()) == ended
    time.go_on(3_600)
    for gone in (first.id, second.id, "", "abc"):
        with pytest.raises(NoSuchMaintenance):
            store.cancel(gone, time())


def test_maintenance_is_the_verdict_only_while_no_incident_is_open(
    store: Store, places: Places, time: Clock
) -> None:
    remember(store, time, 2)
    remember(store, time, 3, Component.WEB)
    store.plan(WORDS, time(), starts_at=time(), ends_at=time() + HOUR)
    remember(store, time, 3, Component.WEB)
    assert overview(store, places, time()).indicator is Indicator.MAJOR
    remember(store, time, 3)
    assert overview(store, places, time()).indicator is Indicator.MAINTENANCE


async def test_while_the_edge_is_closed_nothing_behind_it_is_an_outage(
    installation: Watched, rounds: Rounds, prober: Prober, places: Places
) -> None:
    await rounds(2)
    places.maintenance.touch()
    installation.without_database()
    await rounds(4)
    assert prober.store().incidents() == []
    assert Component.DATABASE in GROUPS[Group.SERVICES]


async def test_operators_say_and_plan_beside_a_prober_that_writes(
    installation: Watched, rounds: Rounds, places: Places, prober: Prober
) -> None:
    prober.now = lambda: datetime.now(UTC)
    where = ("--state", str(places.state))
    await rounds(2)
    code, _, errors = await run_status("say", "Nothing yet", *where)
    assert (code, "No incident is open" in errors) == (1, True)
    installation.edge.answers["/"] = AWAY
    await rounds(2)
    code, output, _ = await run_status(
        "say", "A cable was cut.", "--french", "Un câble a été coupé.", *where
    )
    assert (code, "Trouble with Web app" in output) == (0, True)
    span = ("--from", "now", "--to", "2h", "--component", "search")
    code, output, _ = await run_status("plan", "A new index is built.", *span, *where)
    assert (code, "Planned maintenance: Search: A new index" in output) == (0, True)
    identifier = output.split()[1]
    await rounds(1)
    page = (places.site / "index.html").read_text()
    assert "A cable was cut." in page
    assert "A new index is built." in page
    assert "Un câble a été coupé." in (places.site / "fr" / "index.html").read_text()
    assert identifier in (await run_status("planned", *where))[1]
    assert (await run_status("cancel", identifier, *where))[0] == 0
    assert "No maintenance is planned." in (await run_status("planned", *where))[1]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("plan", "x", "--from", "tomorrow", "--to", "1h"), "“tomorrow” is no time"),
        (("plan", "x", "--from", "now", "--to", "1h", "--component", "moon"), "is no component"),
        (("plan", "  ", "--from", "now", "--to", "1h"), "nothing to say"),
        (("cancel", "abc"), "agentlab status planned"),
    ],
)
async def test_what_cannot_be_said_or_planned_is_refused(
    store: Store, places: Places, words: tuple[str, ...], says: str
) -> None:
    code, _, errors = await run_status(*words, "--state", str(places.state))
    assert (code, "Traceback" in errors) == (1, False)
    assert says in " ".join(errors.split())


async def test_without_a_prober_there_is_nobody_to_tell(places: Places) -> None:
    code, _, errors = await run_status("say", "x", "--state", str(places.state))
    assert (code, "look whether the service `status` runs" in " ".join(errors.split())) == (1, True)


NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("now", "90m", (NOW, NOW + timedelta(minutes=90))),
        ("2026-12-01 22:00", "2h", (datetime(2026, 12, 1, 22, tzinfo=UTC),) * 2),
        ("2026-12-01T22:00+01:00", "1h", (datetime(2026, 12, 1, 21, tzinfo=UTC),) * 2),
    ],
)
def test_times_are_utc_unless_they_say_otherwise(
    start: str, end: str, expected: tuple[datetime, datetime]
) -> None:
    found = span_of(start, end, NOW)
    assert found[0] == expected[0]
    assert found[1] > found[0]


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("now", "0m"),
        ("now", "8d"),
        ("now", "99999d"),
        ("2026-12-01 22:00", "2026-12-01 21:00"),
        ("2026-11-20", "2026-11-21"),
        ("2029-01-01", "1h"),
        ("", "1h"),
        ("now", "soon"),
        ("9999-12-31T23:59-14:00", "1h"),
    ],
)
def test_times_that_make_no_sense_are_refused(start: str, end: str) -> None:
    with pytest.raises(InvalidInput):
        span_of(start, end, NOW)


def test_nothing_is_published_that_a_feed_cannot_hold() -> None:
    assert plain(" a\x00\x1b[31mb \n\u202e c\ud800 ") == "a[31mb\nc"
    with pytest.raises(InvalidInput):
        plain("x" * 2_001)
