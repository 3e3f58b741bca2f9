"""Deploys under load: ten in a row, three of them bad, a rollback; and no request fails."""

import asyncio
import time
from collections.abc import Iterator

import pytest
from agentlab.kit import migrations

from support.images import VERSION, Image
from support.releases import (
    BROKEN_POSTGRES,
    CRASHES,
    MIGRATES,
    NEVER_READY,
    PLAIN,
    Releases,
)
from support.stack import ADA, DOMAIN, Stack
from support.traffic import Places, Traffic

ALONE = True
RATE = 100
"""A second. Two slow cores on which releases start do not always serve twice as many."""
AT_LEAST = 30_000
TIMES_A_DEPLOY = 2
"""So many times longer than the longest deploy a rollback may take until people are led back."""
HEAD = str(migrations.head())
"""The schema of the code under test, which the releases below build on."""


@pytest.fixture
def deployed(
    images: tuple[Image, ...], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stack]:
    """A stack of its own, with the sample data in it."""
    stack = Stack(tmp_path_factory.mktemp("installation"), "agentlab-deploys")
    stack.init()
    stack.set(AGENTLAB_HTTP_PORT="28080", AGENTLAB_HTTPS_PORT="28443")
    stack.set(AGENTLAB_API_RATE="5000")  # all of the load comes from one address
    with stack.deployed(VERSION):
        yield stack


def traffic_on(stack: Stack) -> Traffic:
    with stack.browser() as browser:
        assert browser.post("/api/v1/setup", json=ADA).is_success
        assert browser.post("/api/v1/sample").is_success
        places = Places.found(browser)
    return Traffic(
        stack.place,
        DOMAIN,
        stack.trust,
        places=places,
        rate=RATE,
        enough=AT_LEAST,
    )


def submissions_of(stack: Stack, gate_id: str) -> int:
    """How many there are in truth: each that was asked for once, and none of them twice."""
    with stack.browser() as browser:
        assert browser.post("/api/v1/session", json=ADA).is_success
        return len(browser.get(f"/api/v1/gates/{gate_id}").json()["submissions"])


def until_switched(stack: Stack) -> float:
    """How long it was, in seconds, from the images being there until people were led to them."""
    steps: dict[str, float] = stack.last_deployment()["steps"]
    return sum(steps[each] for each in ("start", "ready", "switch"))


async def test_ten_deploys_under_load_fail_no_request(deployed: Stack, releases: Releases) -> None:
    good = [releases.make(f"1.{n}", PLAIN) for n in range(1, 4)]
    adds = releases.make(
        "2.0", MIGRATES, after=HEAD, statement="ALTER TABLE clients ADD COLUMN motto text"
    )
    never_ready = releases.make("9.1", NEVER_READY)
    bad_migration = releases.make(
        "9.2", MIGRATES, after=HEAD, statement="ALTER TABLE nothing ADD x int"
    )
    crashes = releases.make("9.3", CRASHES)

    led_within_s: list[float] = []

    async def deploy(version: str, *, well: bool = True) -> str:
        began = time.monotonic()
        done = await asyncio.to_thread(deployed.try_agentlab, "deploy", version)
        print(f"deploy {version}: exit {done.returncode} after {time.monotonic() - began:.1f} s")
        assert (done.returncode == 0) is well, done.stdout + done.stderr
        if well:
            led_within_s.append(until_switched(deployed))
        return done.stderr

    async def roll_back() -> None:
        began = time.monotonic()
        done = await asyncio.to_thread(deployed.try_agentlab, "rollback")
        took_s = time.monotonic() - began
        print(f"rollback: exit {done.returncode} after {took_s:.1f} s\n{done.stdout}")
        assert done.returncode == 0, done.stderr
        assert until_switched(deployed) < TIMES_A_DEPLOY * max(led_within_s)

    traffic = traffic_on(deployed)
    async with traffic.running() as report:
        await deploy(good[0])
        await deploy(good[1])
        assert "was not ready within" in await deploy(never_ready, well=False)
        await deploy(good[2])
        assert 'relation "nothing" does not exist' in await deploy(bad_migration, well=False)
        await deploy(good[0])
        assert "did not become healthy" in await deploy(crashes, well=False)
        await deploy(adds)
        await roll_back()
        assert deployed.livez()["version"] == good[0]
        await deploy(adds)
        await deploy(good[1])
        await traffic.has_enough.wait()
    print(report)
    print(*report.failures[:20], *report.failures[-5:], sep="\n")
    assert report.failures == []
    assert report.sent >= AT_LEAST
    assert set(report.versions) == {VERSION, *good, adds}
    assert report.streams > 1
    assert report.told == traffic.changes
    assert submissions_of(deployed, traffic.gate_id) == traffic.submissions


def test_an_upgrade_exchanges_what_runs_beside_the_release(
    deployed: Stack, releases: Releases
) -> None:
    """PostgreSQL too, with every row in it; and where that does not start, all of it goes back."""
    better = releases.make("3.1", PLAIN)
    broken = releases.make("3.2", PLAIN, postgres=BROKEN_POSTGRES)
    with deployed.browser() as browser:
        assert browser.post("/api/v1/setup", json=ADA).is_success
    before = deployed.containers("postgres")[0]["Image"]
    key = deployed.folder / "secrets" / "proof_key"
    key.unlink()  # as where the version before did not know it yet

    deployed.agentlab("upgrade", better)
    assert len(key.read_text()) >= 32
    after = deployed.containers("postgres")[0]["Image"]
    assert after != before
    assert sign_in(deployed) == 200
    assert deployed.livez()["version"] == better

    refused = deployed.try_agentlab("upgrade", broken)
    assert refused.returncode == 1
    assert "postgres" in refused.stderr
    assert deployed.containers("postgres")[0]["Image"] == after
    assert deployed.livez()["version"] == better
    assert sign_in(deployed) == 200


def sign_in(stack: Stack) -> int:
    with stack.browser() as browser:
        return browser.post("/api/v1/session", json=ADA).status_code
