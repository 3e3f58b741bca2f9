"""The administrators' page of the status page, over a memory that a real prober's store made."""

import asyncio
from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from fastapi import FastAPI

from agentlab.kit import clock
from agentlab.operations.status import store as stores
from agentlab.operations.status.components import Component, Finding, Reason, State
from agentlab.operations.status.places import Places
from agentlab.operations.status.prober import Address, files
from agentlab.operations.status.reading import overview
from agentlab.operations.status.store import VERSION, Store
from agentlab.settings import Settings
from tests.support.browser import Browser, refusal
from tests.support.event_source import following
from tests.support.serving import served

ROUND = timedelta(seconds=15)
SAID = {"text": "A cable was cut.", "french": "Un câble a été coupé."}


@pytest.fixture
def places(tmp_path: Path) -> Places:
    places = Places(tmp_path / "state")
    places.store.parent.mkdir(parents=True)
    return places


@pytest.fixture
def settings(settings: Settings, places: Places) -> Settings:
    return settings.model_copy(update={"state": places.state})


@pytest.fixture
def store(places: Places) -> Iterator[Store]:
    """The prober's."""
    store = Store(places.store)
    store.db.execute("PRAGMA synchronous = OFF")  # no test cuts the power
    yield store
    store.close()


@pytest.fixture
def prober(store: Store) -> "Rounds":
    return Rounds(store)


class Rounds:
    """What a prober finds; its rounds end at this moment."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.at = clock.now() - timedelta(hours=1)

    def find(self, rounds: int, *down: Component) -> None:
        for _ in range(rounds):
            self.at += ROUND
            self.store.record([finding(each, down) for each in Component], self.at)


def finding(component: Component, down: Collection[Component]) -> Finding:
    if component in down:
        return Finding(component, State.DOWN, Reason.NO_ANSWER, detail="10.0.0.7 is silent")
    return Finding(component, State.UP, latency_ms=12)


def times(**start: float) -> dict[str, str]:
    """Two hours, from so long after now."""
    begins = clock.now() + timedelta(**start)
    return {"starts_at": begins.isoformat(), "ends_at": (begins + timedelta(hours=2)).isoformat()}


async def page_of(browser: Browser) -> dict[str, Any]:
    found: dict[str, Any] = (await browser.read("/status-page"))["page"]
    return found


async def actions_of(browser: Browser) -> list[str]:
    entries = (await browser.read("/audit/entries"))["items"]
    return [each["action"] for each in entries if each["action"] != "session.started"]


async def test_everything_works(ada: Browser, prober: Rounds) -> None:
    prober.find(3)
    page = await page_of(ada)
    assert (page["indicator"], page["says"]["fr"]) == ("none", "Tout fonctionne")
    assert page["address"].endswith("/status/")
    assert (page["incidents"], page["maintenances"]) == ([], [])
    assert [each["id"] for each in page["components"]] == list(Component)
    [web, *_] = page["components"]
    assert (web["state"], web["name"]["en"], web["uptime"]) == ("up", "Web app", 1.0)
    assert page["checked_at"] == web["checked_at"]


async def test_words_stand_at_the_incident_where_everybody_reads_them(
    ada: Browser, prober: Rounds, places: Places
) -> None:
    prober.find(2)
    prober.find(3, Component.DATABASE)
    [incident] = (await page_of(ada))["incidents"]
    reply = await ada.post(f"/status-page/incidents/{incident['id']}/words", SAID)
    assert reply.status_code == 201
    page = await page_of(ada)
    [said] = page["incidents"]
    assert said == reply.json()
    assert (said["title"]["en"], said["resolved_at"]) == ("Trouble with Database", None)
    assert said["updates"][-1]["says"] == {"en": SAID["text"], "fr": SAID["french"]}
    assert [each["by_person"] for each in said["updates"]] == [False, True]
    [database] = [each for each in page["components"] if each["id"] == "database"]
    assert database["says"]["en"] == "Does not work: no answer"
    assert database["detail"] == "10.0.0.7 is silent"
    published = files(overview(prober.store, places, clock.now()), Address("lab.example.com"))
    assert SAID["text"] in published["index.html"].decode()
    assert SAID["french"] in published["fr/index.html"].decode()
    entry = (await ada.read("/audit/entries"))["items"][0]
    assert (entry["action"], entry["label"]) == ("incident.explained", "Trouble with Database")


async def test_an_incident_that_has_ended_takes_words_and_stays_ended(
    ada: Browser, prober: Rounds
) -> None:
    prober.find(2)
    prober.find(3, Component.WEB)
    prober.find(4)
    [ended] = (await page_of(ada))["incidents"]
    said = await ada.do(f"/status-page/incidents/{ended['id']}/words", {"text": "It was a cable."})
    assert said["resolved_at"] == ended["resolved_at"]
    assert said["updates"][-1]["says"] == {"en": "It was a cable.", "fr": "It was a cable."}
    prober.find(2)
    assert (await page_of(ada))["incidents"] == [said]


async def test_maintenance_is_planned_begins_and_is_called_off(
    ada: Browser, prober: Rounds
) -> None:
    prober.find(3)
    body = {**SAID, **times(hours=3), "components": ["database", "database"]}
    planned = await ada.do("/status-page/maintenances", body)
    assert (planned["stage"], planned["components"]) == ("scheduled", ["database"])
    assert planned["title"]["fr"] == "Maintenance prévue\u00a0: Base de données"
    now = await ada.do("/status-page/maintenances", {"text": "All of it.", **times(seconds=-5)})
    assert (now["stage"], now["components"]) == ("in_progress", [])
    page = await page_of(ada)
    assert page["indicator"] == "maintenance"
    assert [each["id"] for each in page["maintenances"]] == [now["id"], planned["id"]]
    for each in (planned, now):
        reply = await ada.delete(f"/status-page/maintenances/{each['id']}")
        assert reply.status_code == 200
    ended = {each["id"]: each for each in (await page_of(ada))["maintenances"]}
    assert ended[planned["id"]]["stage"] == "cancelled"
    assert ended[planned["id"]]["ends_at"] == planned["ends_at"]
    assert ended[now["id"]]["stage"] == "completed"
    assert ended[now["id"]]["ends_at"] < now["ends_at"]
    assert (await actions_of(ada))[:4] == [
        "maintenance.cancelled",
        "maintenance.cancelled",
        "maintenance.planned",
        "maintenance.planned",
    ]
    gone = await ada.delete(f"/status-page/maintenances/{uuid4()}")
    assert refusal(gone) == (404, "no_such_maintenance")


async def test_who_tries_again_is_heard_once(ada: Browser, prober: Rounds) -> None:
    """As after a reply that got lost, or a crash between the page and the trail."""
    prober.find(2)
    prober.find(3, Component.WEB)
    [incident] = (await page_of(ada))["incidents"]
    body = {"text": "Index.", **times(hours=1), "components": ["search", "web"]}
    again = {**body, "components": ["web", "search"]}
    for said, planned in ((SAID, body), (SAID, again)):
        await ada.do(f"/status-page/incidents/{incident['id']}/words", said)
        await ada.do("/status-page/maintenances", planned)
    page = await page_of(ada)
    assert len(page["incidents"][0]["updates"]) == 2
    assert len(page["maintenances"]) == 1
    await ada.do(f"/status-page/incidents/{incident['id']}/words", {"text": "Something else."})
    assert len((await page_of(ada))["incidents"][0]["updates"]) == 3
    assert (await actions_of(ada)).count("incident.explained") == 3


def test_the_same_words_later_are_new_ones(prober: Rounds) -> None:
    prober.find(2)
    prober.find(3, Component.WEB)
    for minutes in (0, 9, 11):
        prober.store.say({"en": "Still on it."}, prober.at + timedelta(minutes=minutes))
    [incident] = prober.store.incidents()
    assert len(incident.updates) == 1 + 2


async def test_two_people_at_once_are_both_heard(
    ada: Browser, prober: Rounds, store: Store
) -> None:
    prober.find(2)
    prober.find(3, Component.WEB)
    [incident] = (await page_of(ada))["incidents"]
    address = f"/status-page/incidents/{incident['id']}/words"
    texts = [f"Sentence {number}." for number in range(6)]
    replies = await asyncio.gather(
        *(ada.post(address, {"text": text}) for text in texts),
        *(ada.post("/status-page/maintenances", {"text": "x", **times(days=n)}) for n in (1, 2)),
    )
    assert {each.status_code for each in replies} == {201}
    said = [each.words["en"] for each in store.incidents()[0].updates if each.words]
    assert sorted(said) == texts
    [first, second] = (await page_of(ada))["maintenances"]
    for each in (first, second):
        replies = await asyncio.gather(
            *(ada.delete(f"/status-page/maintenances/{each['id']}") for _ in range(2))
        )
        assert [reply.status_code for reply in replies] == [200, 200]
        assert replies[0].json() == replies[1].json()


@pytest.mark.parametrize(
    ("text", "stands"),
    [
        ("<script>alert(1)</script> & “more”", "<script>alert(1)</script> & “more”"),
        ("{names} %s {0}", "{names} %s {0}"),
        ("one\r\n\r\n  two \u202ereversed", "one\n\ntwo reversed"),
        ("x" * 2_000, "x" * 2_000),
    ],
)
async def test_any_text_stands_as_text(
    ada: Browser, prober: Rounds, places: Places, text: str, stands: str
) -> None:
    body = {"text": text, "french": text, **times(hours=1)}
    planned = await ada.do("/status-page/maintenances", body)
    assert planned["words"] == {"en": stands, "fr": stands}
    published = files(overview(prober.store, places, clock.now()), Address("lab.example.com"))
    assert b"<script>alert" not in published["index.html"]


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"text": "\u200b"}, "words_unusable"),
        ({"text": " "}, "white_space_alone"),
        ({"text": ""}, "invalid_input"),
        ({"text": "x" * 2_001}, "invalid_input"),
        ({"text": "a\0b"}, "invalid_input"),
        ({"french": ""}, "invalid_input"),
        ({"french": "\u200b"}, "words_unusable"),
        ({"components": ["moon"]}, "invalid_input"),
        (times(days=-2), "time_unusable"),
        (times(days=400), "time_unusable"),
        ({"starts_at": "0001-01-01T00:00:00+14:00"}, "time_unusable"),
        ({"ends_at": "9999-12-31T23:59:59-14:00"}, "time_unusable"),
        ({"starts_at": "2026-12-01T22:00:00"}, "invalid_input"),
        ({"starts_at": "now"}, "invalid_input"),
    ],
)
async def test_what_makes_no_sense_is_refused(
    ada: Browser, store: Store, wrong: dict[str, Any], code: str
) -> None:
    reply = await ada.post("/status-page/maintenances", {**SAID, **times(hours=1), **wrong})
    assert refusal(reply) == (422, code)
    assert store.maintenances() == []


async def test_an_incident_that_is_not_there(ada: Browser, store: Store) -> None:
    nobody = "00000000-0000-7000-8000-000000000000"
    reply = await ada.post(f"/status-page/incidents/{nobody}/words", SAID)
    assert refusal(reply) == (404, "no_such_incident")
    assert (await ada.post("/status-page/incidents/latest/words", SAID)).status_code == 422


async def test_only_administrators_see_and_say(bob: Browser, vera: Browser, prober: Rounds) -> None:
    for browser in (bob, vera):
        assert (await browser.get("/status-page")).status_code == 403
        body = {**SAID, **times(hours=1)}
        assert (await browser.post("/status-page/maintenances", body)).status_code == 403
    assert prober.store.maintenances() == []


class TestOnADesk:
    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return settings.model_copy(update={"state": None})

    async def test_there_is_no_status_page(self, ada: Browser) -> None:
        assert await ada.read("/status-page") == {"page": None}
        reply = await ada.post("/status-page/maintenances", {**SAID, **times(hours=1)})
        assert refusal(reply) == (409, "no_status_page")


async def refusals_of(ada: Browser) -> set[tuple[int, str]]:
    """What reading and writing are told."""
    reply = await ada.post("/status-page/maintenances", {**SAID, **times(hours=1)})
    return {refusal(await ada.get("/status-page")), refusal(reply)}


async def test_a_memory_that_is_not_there_is_not_made(ada: Browser, places: Places) -> None:
    assert await refusals_of(ada) == {(503, "status_store_away")}
    assert list(places.store.parent.iterdir()) == []
    assert "maintenance.planned" not in await actions_of(ada)


async def test_a_damaged_memory_stays_where_it_is(ada: Browser, places: Places) -> None:
    places.store.write_bytes(b"no database" * 1_000)
    assert await refusals_of(ada) == {(503, "status_store_away")}
    assert [each.name for each in places.store.parent.iterdir()] == ["status.db"]


async def test_a_memory_with_damage_deep_in_it_takes_nothing(
    ada: Browser, prober: Rounds, places: Places
) -> None:
    prober.find(200)
    prober.store.close()
    content = bytearray(places.store.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 4_096] = b"\xff" * 4_096
    places.store.write_bytes(content)
    reply = await ada.post("/status-page/maintenances", {**SAID, **times(hours=1)})
    assert refusal(reply) == (503, "status_store_away")
    assert places.store.read_bytes() == bytes(content)


@pytest.mark.parametrize("version", [0, VERSION - 1, VERSION + 1])
async def test_a_memory_of_another_version_is_left_alone(
    ada: Browser, prober: Rounds, version: int, places: Places
) -> None:
    prober.find(1)
    prober.store.db.execute(f"PRAGMA user_version = {version}")
    before = places.store.read_bytes()
    assert await refusals_of(ada) == {(409, "status_store_of_another_version")}
    assert places.store.read_bytes() == before


async def test_a_locked_memory_is_waited_for_and_then_told(
    ada: Browser, prober: Rounds, places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stores, "BUSY_S", 0.05)
    prober.find(1)
    with prober.store.transaction():
        reply = await ada.post("/status-page/maintenances", {**SAID, **times(hours=1)})
        assert refusal(reply) == (503, "status_store_busy")
        assert (await page_of(ada))["maintenances"] == []  # reading goes on meanwhile
    await ada.do("/status-page/maintenances", {**SAID, **times(hours=1)})
    assert len((await page_of(ada))["maintenances"]) == 1


async def test_a_key_makes_it_one_request(ada: Browser, store: Store) -> None:
    body = {**SAID, **times(hours=1)}
    first, again = [
        await ada.http.post(
            "/api/v1/status-page/maintenances", json=body, headers={"Idempotency-Key": "one"}
        )
        for _ in range(2)
    ]
    assert (first.status_code, first.json()) == (again.status_code, again.json())
    assert again.headers["idempotency-replayed"] == "true"
    assert (await actions_of(ada)).count("maintenance.planned") == 1


async def test_the_prober_goes_on_beside_those_who_speak(ada: Browser, prober: Rounds) -> None:
    prober.find(2)

    def rounds(store: Store, at: datetime) -> None:
        for number in range(40):
            found = [finding(each, [Component.WEB]) for each in Component]
            store.record(found, at + number * ROUND)

    def probe() -> None:
        store = Store(prober.store.file)
        rounds(store, prober.at)
        store.close()

    bodies = [{"text": f"Part {n}", **times(days=n)} for n in range(1, 7)]
    probing = asyncio.create_task(asyncio.to_thread(probe))
    replies = [await ada.post("/status-page/maintenances", body) for body in bodies]
    await probing
    assert {reply.status_code for reply in replies} == {201}
    page = await page_of(ada)
    assert (len(page["maintenances"]), len(page["incidents"])) == (6, 1)


async def test_other_administrators_hear_of_it_at_once(
    app: FastAPI, ada: Browser, store: Store
) -> None:
    async with (
        served(app) as server,
        following(server.url, cookies=ada.http.cookies) as events,
    ):
        await events.settle()
        planned = await ada.do("/status-page/maintenances", {**SAID, **times(hours=1)})
        told = await events.next()
    assert told.data == {"noun": "status_page", "id": planned["id"], "project_id": None}
