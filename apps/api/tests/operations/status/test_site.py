"""What is published: pages, JSON documents and feeds."""

import json
import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import html5lib  # type: ignore[import-untyped] # it has no types
import pytest

from agentlab.operations.restore.drill import Part, drill
from agentlab.operations.status import publishing
from agentlab.operations.status.components import Component, Finding, Reason, State
from agentlab.operations.status.drills import read_drills
from agentlab.operations.status.incidents import Status
from agentlab.operations.status.places import Places
from agentlab.operations.status.prober import Address, Prober, files
from agentlab.operations.status.publishing import Site
from agentlab.operations.status.reading import overview
from agentlab.operations.status.store import Store
from agentlab.operations.status.wording import Language, words_in
from tests.operations.status.conftest import Clock, Rounds
from tests.support.feeds import read_valid
from tests.support.watched import AWAY, DOMAIN, Watched

PAGES = ("index.html", "fr/index.html")
ADDRESS = Address(DOMAIN)
LARGEST_PAGE = 150_000


def remember(store: Store, time: Clock, rounds: int, *down: Component) -> None:
    for _ in range(rounds):
        findings = [
            Finding(
                each,
                State.DOWN if each in down else State.UP,
                Reason.WRONG_ANSWER if each in down else None,
                latency_ms=20,
                detail="10.0.0.7 said <script>",
            )
            for each in Component
        ]
        store.record(findings, time())
        time.go_on(15)


@pytest.fixture
def site(store: Store, places: Places, time: Clock) -> dict[str, bytes]:
    """The site of an installation that had an outage, deployed twice and has one now."""
    remember(store, time, 10)
    remember(store, time, 6, Component.DATABASE, Component.API)
    remember(store, time, 10)
    record(places, 1, time(), version="1.2.0 <beta>")
    time.go_on(3_600)
    record(places, 2, time(), version="1.3.0", outcome="failed")
    remember(store, time, 4, Component.WEB)
    return files(overview(store, places, time()), ADDRESS)


def record(places: Places, number: int, at: datetime, **more: str) -> None:
    written = {
        "id": number,
        "kind": "deploy",
        "outcome": "deployed",
        "by": "ada@host",
        "finished_at": str(at),
        **more,
    }
    (places.releases / f"{number:05}.json").write_text(json.dumps(written))


def document(site: dict[str, bytes], name: str) -> Any:
    return json.loads(site[f"api/v2/{name}.json"])


def test_every_page_is_valid_html_without_a_script_or_a_style_in_it(site: dict[str, bytes]) -> None:
    for name in PAGES:
        html5lib.HTMLParser(strict=True).parse(site[name])
        text = site[name].decode()
        assert re.findall(r"<script[^>]*>", text) == re.findall(r'<script src="[^"]+" defer>', text)
        assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", text)


def test_no_page_is_larger_than_a_hundred_and_fifty_kilobytes(
    store: Store, places: Places, time: Clock
) -> None:
    """A quarter of a year with an outage of everything on every other day."""
    for day in range(90):
        remember(store, time, 3)
        remember(store, time, 4, *(Component if day % 2 else ()))
        remember(store, time, 4)
        record(places, day, time(), version=f"1.{day}.0")
        time.go_on(86_400 - 11 * 15)
    site = files(overview(store, places, time()), ADDRESS)
    assert {name: len(site[name]) for name in PAGES if len(site[name]) > LARGEST_PAGE} == {}


def test_the_page_says_in_words_what_is_wrong(site: dict[str, bytes]) -> None:
    text = site["index.html"].decode()
    assert "<h1>A part that people use is not available</h1>" in text
    assert "Does not work: the answer is not the right one" in text
    assert "Trouble with Web app" in text
    assert "Version 1.2.0 &lt;beta&gt; went live" in text
    assert "Version 1.3.0 was not taken; the one before stayed live" in text
    french = site["fr/index.html"].decode()
    assert '<html lang="fr">' in french
    assert "<h1>Une partie d\u2019AgentLab est indisponible</h1>" in french
    assert "24 novembre 2026 à 13\u00a0h\u00a0" in french


def test_nothing_that_only_operators_should_see_is_published(site: dict[str, bytes]) -> None:
    published = b"".join(site.values())
    assert b"10.0.0.7" not in published
    assert b"ada@host" not in published


def test_both_languages_say_the_same_things() -> None:
    def shape(tree: object) -> object:
        if isinstance(tree, dict):
            return {name: shape(each) for name, each in tree.items()}
        if isinstance(tree, list):
            return len(tree)
        return sorted(re.findall(r"\{\w+\}", str(tree)))

    assert shape(words_in(Language.ENGLISH).tree) == shape(words_in(Language.FRENCH).tree)


def test_every_drawing_has_a_sentence(site: dict[str, bytes]) -> None:
    for name in PAGES:
        drawings = re.findall(r"<svg[^>]*>", site[name].decode())
        assert len(drawings) >= 11
        assert all("aria-hidden" in each or "aria-label=" in each for each in drawings)
    assert "API, the last 90 days: trouble on 24 November" in site["index.html"].decode()


def test_the_json_has_the_shape_of_the_common_status_api(
    site: dict[str, bytes], time: Clock
) -> None:
    summary = document(site, "summary")
    assert summary["page"] == {
        "id": "agentlab",
        "name": "AgentLab status",
        "url": "https://lab.example.com/status/",
        "time_zone": "Etc/UTC",
        "updated_at": f"{time():%Y-%m-%dT%H:%M:%S}.000Z",
    }
    assert summary["status"] == {
        "indicator": "major",
        "description": "A part that people use is not available",
    }
    assert [each["id"] for each in summary["components"]] == [each.value for each in Component]
    assert summary["components"][0] == {
        "id": "web",
        "name": "Web app",
        "status": "major_outage",
        "created_at": "2026-11-24T12:00:00.000Z",
        "updated_at": f"{time() - timedelta(seconds=15):%Y-%m-%dT%H:%M:%S}.000Z",
        "position": 1,
        "description": "The first page, through the reverse proxy.",
        "showcase": True,
        "start_date": "2026-11-24",
        "group_id": None,
        "page_id": "agentlab",
        "group": False,
        "only_show_if_degraded": False,
    }
    assert summary["scheduled_maintenances"] == []
    assert document(site, "status") == {"page": summary["page"], "status": summary["status"]}
    assert document(site, "components")["components"] == summary["components"]


def test_incidents_in_json_tell_their_whole_story(site: dict[str, bytes]) -> None:
    [now, before] = document(site, "incidents")["incidents"]
    assert document(site, "summary")["incidents"] == [now]
    assert document(site, "incidents/unresolved")["incidents"] == [now]
    assert (now["status"], now["resolved_at"], now["impact"]) == ("identified", None, "major")
    assert (before["status"], before["impact"]) == ("resolved", "major")
    assert before["name"] == "Trouble with API and Database"
    assert before["components"] == [
        {"id": "api", "name": "API"},
        {"id": "database", "name": "Database"},
    ]
    statuses = [update["status"] for update in before["incident_updates"]]
    assert statuses == ["resolved", "monitoring", "identified", "investigating"]
    newest = before["incident_updates"][0]
    assert newest["body"] == "Everything works again. The incident lasted 2 min."
    assert newest["created_at"] == before["updated_at"] == before["resolved_at"]


@pytest.mark.parametrize("name", ["history.rss", "fr/history.rss"])
def test_the_rss_feed_keeps_the_rules_of_rss(site: dict[str, bytes], name: str) -> None:
    assert_readers_understand(name, site[name], "rss20")
    channel = ET.fromstring(site[name]).find("channel")  # noqa: S314 - we wrote it
    assert channel is not None
    itself = channel.find("{http://www.w3.org/2005/Atom}link")
    assert itself is not None
    assert itself.attrib["href"] == f"https://lab.example.com/status/{name}"
    items = channel.findall("item")
    assert len(items) == 4
    guids = [item.findtext("guid") for item in items]
    assert len(set(guids)) == 4
    for item in items:
        assert parsedate_to_datetime(item.findtext("pubDate") or "").tzinfo


@pytest.mark.parametrize("name", ["history.atom", "fr/history.atom"])
def test_the_atom_feed_keeps_the_rules_of_atom(site: dict[str, bytes], name: str) -> None:
    assert_readers_understand(name, site[name], "atom10")
    atom = "{http://www.w3.org/2005/Atom}"
    feed = ET.fromstring(site[name])  # noqa: S314 - we wrote it
    assert feed.findtext(f"{atom}author/{atom}name") == "AgentLab"
    links = {link.attrib["rel"]: link.attrib["href"] for link in feed.findall(f"{atom}link")}
    assert links["self"] == f"https://lab.example.com/status/{name}"
    entries = feed.findall(f"{atom}entry")
    assert len({entry.findtext(f"{atom}id") for entry in entries}) == len(entries) == 4
    for entry in entries:
        assert datetime.fromisoformat(entry.findtext(f"{atom}updated") or "").tzinfo
        content = entry.find(f"{atom}content")
        assert content is not None
        html5lib.HTMLParser(strict=True).parseFragment(content.text)


def assert_readers_understand(name: str, feed: bytes, version: str) -> None:
    read = read_valid(name, feed)
    assert read.version == version
    titles = [entry.title for entry in read.entries]
    assert any("1.2.0 &lt;beta&gt;" in title or "1.2.0 <beta>" in title for title in titles)
    assert all(entry.updated_parsed for entry in read.entries if version == "atom10")


def test_a_feed_without_anything_to_tell_is_valid(
    store: Store, places: Places, time: Clock
) -> None:
    remember(store, time, 1)
    site = files(overview(store, places, time()), ADDRESS)
    for name in ("history.rss", "history.atom"):
        assert read_valid(name, site[name]).entries == []


@pytest.mark.parametrize(
    ("name", "right", "wrong"),
    [
        ("history.atom", b"<updated>2026-11-24T", b"<updated>24 November 2026 "),
        ("history.atom", b"<name>AgentLab</name>", b""),
        ("history.atom", b"<id>https://", b"<id>//"),
        ("history.rss", b"<description>", b"<summary>x</summary><description>"),
        ("history.rss", b"<guid>https://", b"<guid>//"),
        ("history.rss", b" Nov 2026 ", b" 11 26 "),
    ],
)
def test_a_feed_that_is_wrong_is_found(
    site: dict[str, bytes], name: str, right: bytes, wrong: bytes
) -> None:
    """So that the rules above say something."""
    assert right in site[name]
    with pytest.raises(AssertionError, match=r"failed to validate|extra content"):
        read_valid(name, site[name].replace(right, wrong, 1))


def test_records_of_deploys_that_cannot_be_read_are_left_out(
    store: Store, places: Places, time: Clock
) -> None:
    for number, content in enumerate(["", "[]", "{}", '{"version": "1", "outcome": []}', "\xff"]):
        (places.releases / f"{number}.json").write_text(content, encoding="latin-1")
    record(places, 7, time(), version="1.0\x00\x1b[2J" + "x" * 500)
    record(places, 8, time(), kind="restart", version="1.1")
    record(places, 9, time(), outcome="running", version="1.2")
    record(places, 10, time() - timedelta(days=100), version="1.3")
    [found] = overview(store, places, time()).releases
    assert found.version == "1.0[2J" + "x" * 74


def test_a_rollback_is_told_as_one(store: Store, places: Places, time: Clock) -> None:
    record(places, 1, time(), kind="rollback", version="1.0")
    site = files(overview(store, places, time()), ADDRESS)
    assert "Went back to version 1.0" in site["index.html"].decode()


def test_drills_are_events_with_what_they_measured(
    store: Store, places: Places, time: Clock
) -> None:
    places.drills.mkdir()
    reports: dict[str, object] = {
        "1": {"finished_at": str(time()), "ok": True, "rpo_s": 41.5, "rto_s": 250},
        "2": {"finished_at": str(time()), "ok": False, "rpo_s": None},
        "3": {"finished_at": "never", "ok": True},
        "4": {"finished_at": str(time()), "ok": "<yes>", "rto_s": 1e300},
        "5": [],
    }
    for name, report in reports.items():
        (places.drills / f"{name}.json").write_text(json.dumps(report))
    site = files(overview(store, places, time()), ADDRESS)
    page, french = site["index.html"].decode(), site["fr/index.html"].decode()
    assert "Recovery was rehearsed: back after 5 min, at most 1 min of work would be lost" in page
    assert "A rehearsal of recovery failed<" in page
    assert "La reprise a été répétée" in french
    assert [each.id for each in read_valid("history.atom", site["history.atom"]).entries] == [
        "https://lab.example.com/status/#drill-2",
        "https://lab.example.com/status/#drill-1",
    ]


def test_the_drill_writes_what_is_read_here(places: Places, time: Clock) -> None:
    report = drill({Part.DATA: lambda _: None}, rpo_s=lambda: 41.5, folder=places.drills)
    [found] = read_drills(places.drills, report.finished_at)
    assert (found.ok, found.rpo) == (True, timedelta(seconds=41.5))
    assert found.at == report.finished_at


def test_an_installation_on_another_port_says_so_in_its_links() -> None:
    assert Address("lab.example.com", 8443).url == "https://lab.example.com:8443/status/"


def test_a_share_is_never_rounded_up_to_all() -> None:
    words = words_in(Language.FRENCH)
    shares = (1.0, 0.99999, 0.9998, 0.5, 0.0)
    assert [words.percent(each) for each in shares] == ["100", "99,99", "99,98", "50", "0"]


def test_files_are_renamed_into_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site = Site(tmp_path)
    site.publish({"index.html": b"old", "api/v2/status.json": b"{}"})

    def full(self: Path, content: bytes) -> int:
        with self.open("wb") as stream:
            stream.write(content[: len(content) // 2])
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", full)
        with pytest.raises(OSError, match="No space"):
            site.publish({"index.html": b"new"})
    assert (tmp_path / "index.html").read_bytes() == b"old"
    site.publish({"index.html": b"new"})
    assert (tmp_path / "index.html").read_bytes() == b"new"
    assert [each.name for each in tmp_path.iterdir() if each.name.startswith(".")] == []


def test_nginx_may_read_everything_whatever_the_umask(tmp_path: Path) -> None:
    Site(tmp_path).publish({"fr/index.html": b""})
    assert (tmp_path / "fr" / "index.html").stat().st_mode & 0o777 == publishing.READABLE
    assert (tmp_path / "fr").stat().st_mode & 0o005 == 0o005


async def test_news_is_published_at_once_and_no_news_once_a_minute(
    installation: Watched, rounds: Rounds, places: Places
) -> None:
    await rounds(1)
    first = (places.site / "index.html").read_bytes()
    await rounds(1)
    assert (places.site / "index.html").read_bytes() == first
    installation.edge.answers["/"] = AWAY
    await rounds(2)
    told = json.loads((places.site / "api" / "v2" / "summary.json").read_bytes())
    assert told["incidents"][0]["status"] == Status.INVESTIGATING
    assert "Trouble with Web app" in (places.site / "index.html").read_text()


async def test_the_site_is_there_while_everything_is_away(
    installation: Watched, rounds: Rounds, places: Places
) -> None:
    await rounds(1)
    await installation.edge.stop()
    await installation.api.stop()
    await rounds(2)
    page = (places.site / "index.html").read_text()
    assert "<h1>AgentLab is not available</h1>" in page
    assert "Cannot be seen now: no answer" in page


async def test_an_installation_that_does_not_work_yet_is_no_incident(
    installation: Watched, rounds: Rounds, places: Places
) -> None:
    await installation.edge.stop()
    await installation.api.stop()
    await rounds(3)
    assert "<h1>The first checks are being made</h1>" in (places.site / "index.html").read_text()
    await installation.edge.start()
    await installation.api.start()
    await rounds(1)
    assert "<h1>Everything works</h1>" in (places.site / "index.html").read_text()


async def test_a_single_failure_is_not_shown_as_an_outage(
    installation: Watched, rounds: Rounds, prober: Prober
) -> None:
    await rounds(1)
    installation.edge.answers["/"] = AWAY
    await rounds(1)
    seen = overview(prober.store(), prober.places, datetime.now(UTC))
    assert {part.component: part.state for part in seen.parts}[Component.WEB] is State.UP
