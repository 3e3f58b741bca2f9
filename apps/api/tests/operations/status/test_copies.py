"""Copies of the site elsewhere: a folder, and a bucket of a real S3 server over TLS."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from agentlab.operations.status import copies as copies_module
from agentlab.operations.status.copies import Bucket, Copy, Files, Folder, client_of
from agentlab.operations.status.prober import Prober
from agentlab.operations.status.settings import copies_wanted
from tests.operations.status.conftest import Clock, Rounds
from tests.operations.status.test_prober import samples
from tests.support.s3_server import S3Server, running
from tests.support.watched import AWAY, Watched


@pytest.fixture(scope="module")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    with running(tmp_path_factory.mktemp("s3")) as found:
        yield found


def names(s3: S3Server) -> set[str]:
    return set(s3.stored())


def text(s3: S3Server, name: str) -> str:
    return s3.stored()[name].decode()


def environment(s3: S3Server, prefix: str) -> dict[str, str]:
    return {
        "AGENTLAB_STATUS_S3_BUCKET": s3.place.bucket,
        "AGENTLAB_STATUS_S3_ENDPOINT": s3.place.endpoint,
        "AGENTLAB_STATUS_S3_PREFIX": prefix,
        "AGENTLAB_STATUS_S3_ACCESS_KEY": "writer",
        "AGENTLAB_STATUS_S3_SECRET_KEY": "a long secret",
        "AGENTLAB_STATUS_S3_CA": str(s3.place.ca),
        "AGENTLAB_STATUS_COPY_FOLDER": "",
    }


async def ended(prober: Prober) -> None:
    for each in prober.copies:
        await each.end()


async def test_the_whole_site_is_in_the_bucket_and_follows_the_news(
    installation: Watched, prober: Prober, rounds: Rounds, s3: S3Server
) -> None:
    prober.copies = copies_wanted(environment(s3, "/lab/"))
    await rounds(1)
    await ended(prober)
    assert {"lab/index.html", "lab/fr/index.html", "lab/api/v2/summary.json"} < names(s3)
    assert "<h1>Everything works</h1>" in text(s3, "lab/index.html")
    head = client_of(s3.place).head_object(Bucket=s3.place.bucket, Key="lab/history.atom")
    assert head["ContentType"] == "application/atom+xml; charset=utf-8"
    installation.edge.answers["/"] = AWAY
    await rounds(2)
    await ended(prober)
    assert "Trouble with Web app" in text(s3, "lab/index.html")


async def test_only_what_changed_is_sent_again(s3: S3Server) -> None:
    there = replace(s3.place, prefix="once/")
    bucket = Bucket(there)
    bucket.put({"index.html": b"one", "status.css": b"a"})
    client_of(there).delete_object(Bucket=there.bucket, Key="once/status.css")
    bucket.put({"index.html": b"two", "status.css": b"a"})
    assert text(s3, "once/index.html") == "two"
    assert "once/status.css" not in names(s3)


@pytest.mark.parametrize(
    "change",
    [
        {"AGENTLAB_STATUS_S3_CA": ""},
        {"AGENTLAB_STATUS_S3_BUCKET": "nobody-made-it"},
        {"AGENTLAB_STATUS_S3_ENDPOINT": "https://127.0.0.1:1"},
    ],
    ids=["a certificate that nobody vouches for", "no such bucket", "nobody answers"],
)
async def test_a_bucket_that_takes_nothing_costs_the_site_nothing(
    prober: Prober,
    rounds: Rounds,
    s3: S3Server,
    change: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    prober.copies = copies_wanted(environment(s3, "lost") | change)
    await rounds(1)
    await ended(prober)
    assert "<h1>Everything works</h1>" in (prober.places.site / "index.html").read_text()
    monkeypatch.setattr(copies_module, "FAILING_AFTER_S", 0)
    await rounds(2)
    await ended(prober)
    assert samples(prober.exporter)["agentlab_status_copy_fails/s3"] == 1
    [alarm] = prober.store().waiting_alarms(prober.now())
    assert (alarm.kind, alarm.about) == ("copy", "s3")


async def test_a_bucket_that_answers_again_has_the_newest(
    installation: Watched, prober: Prober, rounds: Rounds, s3: S3Server
) -> None:
    [copy] = prober.copies = copies_wanted(environment(s3, "again"))
    assert isinstance(copy.target, Bucket)
    right, copy.target = (
        copy.target,
        Bucket(replace(s3.place, endpoint="https://127.0.0.1:1")),
    )
    await rounds(1)
    await ended(prober)
    assert copy.failing_since is not None
    copy.target = right
    prober._renewed = float("-inf")  # noqa: SLF001 - a minute later
    await rounds(1)
    await ended(prober)
    assert copy.failing_since is None
    assert "<h1>Everything works</h1>" in text(s3, "again/index.html")


async def test_a_folder_elsewhere_gets_every_file(
    installation: Watched, prober: Prober, rounds: Rounds, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    prober.copies = copies_wanted({"AGENTLAB_STATUS_COPY_FOLDER": str(elsewhere)})
    await rounds(1)
    await ended(prober)
    here = {each.relative_to(prober.places.site) for each in prober.places.site.rglob("*.*")}
    assert {each.relative_to(elsewhere) for each in elsewhere.rglob("*.*")} == here


async def test_a_folder_that_is_not_mounted_is_not_made(tmp_path: Path) -> None:
    copy = Copy(Folder(tmp_path / "away"))
    copy.offer({"index.html": b""}, news=1)
    await copy.end()
    assert copy.failing_since is not None
    assert not (tmp_path / "away").exists()


class Slow:
    """A place that takes its time."""

    name = "slow"

    def __init__(self) -> None:
        self.taken: list[Files] = []
        self.may_go_on = asyncio.Event()
        self.loop = asyncio.get_running_loop()

    def put(self, files: Files) -> None:
        asyncio.run_coroutine_threadsafe(self.may_go_on.wait(), self.loop).result()
        self.taken.append(files)


async def test_a_slow_place_is_given_one_copy_at_a_time_and_then_the_newest(
    time: Clock,
) -> None:
    slow = Slow()
    copy = Copy(slow)
    for number in range(5):
        copy.offer({"index.html": bytes([number])}, news=number)
    slow.may_go_on.set()
    assert copy.task
    await copy.task
    copy.offer({"index.html": b"last"}, news="last")
    await copy.task
    assert [each["index.html"] for each in slow.taken] == [b"\x00", b"last"]


async def test_the_copy_reads_well_wherever_it_lies(
    installation: Watched, prober: Prober, rounds: Rounds, s3: S3Server
) -> None:
    """Its links are relative, so that it works below any address."""
    prober.copies = copies_wanted(environment(s3, "deep/below"))
    await rounds(1)
    await ended(prober)
    page = httpx.URL(f"{s3.place.endpoint}/{s3.place.bucket}/deep/below/fr/index.html")
    style = page.join("../status.css").path.removeprefix(f"/{s3.place.bucket}/")
    assert 'href="../status.css?' in text(s3, "deep/below/fr/index.html")
    assert style in names(s3)
