"""Every process of the stack is killed at random moments while people write."""

import os
import random
import secrets
import time
from collections.abc import Iterator
from contextlib import suppress

import httpx
import pytest

from support.docker import Container, docker, inspect, running, wait_for
from support.images import WEB
from support.stack import SERVICES, Stack
from support.traffic import Places
from support.writers import assert_nothing_is_lost_or_doubled, writing

LONGEST_PAUSE_S = 4
JOBS_WITHIN_S = 120
"""A job whose worker was killed is found after ten seconds; one that failed waits for a minute."""
UNFINISHED = "SELECT count(*) FROM procrastinate_jobs WHERE id > {} AND status <> 'succeeded'"
UNWRITTEN = """
SELECT count(*) FROM decision_files f JOIN decisions d ON d.id = f.decision_id
WHERE d.reason LIKE 'Survivor %' AND f.written_at IS NULL
"""


@pytest.fixture
def dice() -> random.Random:
    """Thrown alike again where `AGENTLAB_SEED` is what a run before has printed."""
    seed = int(os.environ.get("AGENTLAB_SEED") or secrets.randbelow(1 << 32))
    print(f"AGENTLAB_SEED={seed}")
    return random.Random(seed)  # noqa: S311 - no secret


@pytest.fixture
def host(stack: Stack) -> Iterator[Container]:
    """A container that sees the host's processes, as whoever runs the tests may not end them."""
    options = ("--init", "--pid=host", "--user=0", "--entrypoint=sleep")
    with running(WEB.base, "infinity", options=options) as container:
        yield container


@pytest.fixture
def ada(stack: Stack) -> Iterator[httpx.Client]:
    """The administrator, with the sample data."""
    with stack.administrator() as browser:
        browser.post("/api/v1/sample", timeout=120)
        yield browser


def test_what_was_acknowledged_survives_kill_9_at_random_moments(
    stack: Stack, ada: httpx.Client, host: Container, dice: random.Random
) -> None:
    before = {each["Id"]: each["State"]["Pid"] for each in stack.containers()}
    last_job = stack.psql("SELECT coalesce(max(id), 0) FROM procrastinate_jobs")
    gate_id = Places.found(ada).gate_id
    with writing(stack, ada.cookies, gate_id=gate_id) as written:
        for is_whole in (True, False):  # each service, then any one process of each
            for container in dice.sample(sorted(before), len(before)):
                time.sleep(dice.uniform(0, LONGEST_PAUSE_S))
                kill(host, victim_in(container, dice, is_whole=is_whole))
    print(written)
    wait_for(
        lambda: all(stack.is_healthy(service) for service in SERVICES),
        "health everywhere",
        timeout_s=120,
    )
    assert {each["Id"] for each in stack.containers()} == before.keys()
    for container in stack.containers():
        assert container["State"]["Pid"] != before[container["Id"]]
    stack.wait_until_live()

    assert_nothing_is_lost_or_doubled(stack, written)
    for table in ("clients", "projects", "decisions"):
        assert written.names(table), f"nothing was acknowledged in {table}"
    unfinished = UNFINISHED.format(last_job)
    wait_for(lambda: stack.psql(unfinished) == "0", "the end of every job", timeout_s=JOBS_WITHIN_S)
    assert stack.psql(UNWRITTEN) == "0"
    said = stack.compose("exec", "-T", "api", "agentlab", "audit", "verify")
    assert "The trail is whole" in said


def victim_in(container: str, dice: random.Random, *, is_whole: bool) -> int:
    """Its first process, with which all others end, or any of them; waits until it has one."""
    while not (found := processes_of(container)):
        time.sleep(0.1)
    first, *others = found
    return first if is_whole else dice.choice([first, *others])


def processes_of(container: str) -> list[int]:
    """The first one first; none while Docker starts it anew."""
    with suppress(RuntimeError):
        first = int(inspect("container", container)["State"]["Pid"])
        _, *found = docker("top", container, "-o", "pid").split()
        return [first, *(pid for pid in map(int, found) if pid != first)]
    return []


def kill(host: Container, process: int) -> None:
    host.run("sh", "-c", f"kill -9 {process} || true")  # it may have ended meanwhile
