"""The traffic of the proofs, against a server with moods: what goes wrong is seen, and once."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from support.moody import GATE, Mood, Moody, moody
from support.traffic import Places, Traffic

ALONE = True
PATIENCE_S = 10
SUBMIT = f"/api/v1/gates/{GATE}/submissions"


@pytest.fixture
async def server() -> AsyncIterator[Moody]:
    async with moody() as server:
        yield server


def traffic_on(server: Moody, *, rate: float = 200, enough: int = 40, **options: Any) -> Traffic:
    return Traffic(
        server.place,
        "agentlab.test",
        None,
        places=Places("secret", {"page": "/", "session": "/api/v1/session"}, GATE),
        rate=rate,
        enough=enough,
        **options,
    )


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not condition():  # noqa: ASYNC110 - many kinds of conditions, looked at in one way
            await asyncio.sleep(0.01)


async def test_good_answers_are_counted_by_kind_and_version(server: Moody) -> None:
    traffic = traffic_on(server)
    async with traffic.running() as report:
        await traffic.has_enough.wait()
    assert report.failures == []
    assert report.answered["page"] + report.answered["session"] >= 40
    assert abs(report.answered["page"] - report.answered["session"]) <= 1
    assert report.answered["submit"] == report.answered["withdraw"] == traffic.submissions >= 1
    assert set(report.versions) == {"1.0"}
    assert report.told == 2 * traffic.submissions
    assert 0 < report.latency_s(0.5) <= report.latency_s(0.99) <= report.latency_s(1)
    assert len(server.asked) == report.sent + report.streams


async def test_it_goes_on_until_it_is_told_to_stop(server: Moody) -> None:
    traffic = traffic_on(server, enough=5)
    async with traffic.running() as report:
        await traffic.has_enough.wait()
        await until(lambda: report.sent > 50)
    sent = report.sent
    await asyncio.sleep(0.05)
    assert (report.sent, report.failures) == (sent, [])


@pytest.mark.parametrize("mood", [Mood.REFUSES, Mood.CUTS, Mood.DROPS])
async def test_what_goes_wrong_once_fails_once_and_is_not_asked_again(
    server: Moody, mood: Mood
) -> None:
    server.will(mood, "/api/v1/session")
    traffic = traffic_on(server)
    async with traffic.running() as report:
        await traffic.has_enough.wait()
    assert len(report.failures) == 1
    assert " session " in report.failures[0]
    assert len(server.asked) == report.sent + report.streams


async def test_it_follows_a_server_that_ends_a_connection_and_says_so(server: Moody) -> None:
    server.will(Mood.LAST, "/", times=10)
    traffic = traffic_on(server, rate=50)
    async with traffic.running() as report:
        await traffic.has_enough.wait()
    assert report.failures == []
    assert server.connections > 10


async def test_a_server_that_hangs_is_a_failure_and_slows_nobody_else(server: Moody) -> None:
    server.will(Mood.HANGS, "/", times=5)
    traffic = traffic_on(server, rate=100, enough=100, patience_s=1.5)
    began = time.monotonic()
    async with traffic.running() as report:
        await traffic.has_enough.wait()
        assert 0.9 < time.monotonic() - began < 1.5
    assert len(report.failures) == 5
    assert all("TimeoutError" in failure for failure in report.failures)


async def test_a_deploy_ends_the_stream_and_it_goes_on_where_it_was(server: Moody) -> None:
    traffic = traffic_on(server)
    async with traffic.running() as report:
        await until(lambda: report.told >= 2)
        server.end_streams(whole=True)
        await until(lambda: report.streams == 2 and report.told >= 4)
    assert report.failures == []
    assert server.positions[0] == ""
    assert int(server.positions[1]) >= 2


async def test_a_stream_that_breaks_off_is_a_failure(server: Moody) -> None:
    traffic = traffic_on(server)
    async with traffic.running() as report:
        await until(lambda: report.streams == 1 and report.told >= 1)
        server.end_streams(whole=False)
        await until(lambda: report.streams == 2)
    assert [failure.split()[1] for failure in report.failures] == ["stream"]


async def test_a_stream_that_is_refused_is_a_failure(server: Moody) -> None:
    server.will(Mood.REFUSES, "/api/v1/events")
    traffic = traffic_on(server)
    async with traffic.running() as report:
        await until(lambda: report.streams == 1)
    [failure] = report.failures
    assert "status 503" in failure


async def test_a_reset_is_a_failure(server: Moody) -> None:
    traffic = traffic_on(server)
    async with traffic.running() as report:
        await until(lambda: report.streams == 1)
        server.lose_events()
        await until(lambda: len(report.failures) == 1)
    assert "events were lost" in report.failures[0]


async def test_a_change_that_is_never_told_is_a_failure(server: Moody) -> None:
    server.will(Mood.FORGETS, SUBMIT)
    traffic = traffic_on(server, told_within_s=0.5)
    async with traffic.running() as report:
        await until(lambda: traffic.submissions >= 2)
    [failure] = report.failures
    assert failure.endswith("1 of the changes was never told")


async def test_a_change_that_is_told_twice_is_a_failure(server: Moody) -> None:
    server.will(Mood.REPEATS, SUBMIT)
    traffic = traffic_on(server)
    async with traffic.running() as report:
        await until(lambda: traffic.submissions >= 2)
    [failure] = report.failures
    assert "was told again" in failure


async def test_a_change_that_failed_may_be_told_or_not(server: Moody) -> None:
    server.will(Mood.CUTS, SUBMIT)
    traffic = traffic_on(server)
    async with traffic.running() as report:
        await until(lambda: traffic.submissions >= 1)
    [failure] = report.failures
    assert " submit " in failure
