"""Deploys that are killed, stopped, doubled or refused; and what ran before still runs."""

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from support.docker import docker
from support.images import VERSION
from support.releases import PLAIN, Releases
from support.stack import AGENTLAB, Stack


@pytest.mark.parametrize("after", ["migrate", "start", "switch"])
def test_a_killed_deploy_is_cleared_up_by_the_next_command(stack: Stack, after: str) -> None:
    """`kill -9` leaves two colours or a half-written record; people notice nothing of either."""
    kill_deploy(stack, after)
    assert stack.is_live()
    stack.agentlab("restart")
    assert stack.livez()["version"] == VERSION
    assert len(stack.containers("api")) == 2
    assert len(stack.containers("web")) == 1
    assert "interrupted" in stack.agentlab("releases") or after == "switch"


def kill_deploy(stack: Stack, after: str) -> None:
    """Kill it as soon as it says that it has done this step."""
    with begun(stack, "deploy", VERSION, until=after) as deploying:
        deploying.kill()


@contextmanager
def begun(stack: Stack, *command: str, until: str) -> "Iterator[subprocess.Popen[str]]":
    """A command that still runs, and has said that it did the step `until`."""
    with subprocess.Popen(
        [AGENTLAB, *command],
        cwd=stack.folder,
        env=stack.environment | {"PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        assert running.stdout
        assert any(f"✓ {until}" in line for line in running.stdout)
        yield running


def test_a_deploy_that_is_asked_to_stop_goes_back(stack: Stack) -> None:
    before = {each["Id"] for each in stack.containers("api", "web")}
    with begun(stack, "deploy", VERSION, until="start") as deploying:
        deploying.send_signal(signal.SIGTERM)
        _, complaint = deploying.communicate()
    assert deploying.returncode == 1
    assert "what ran before still runs. It was interrupted by SIGTERM." in complaint
    assert {each["Id"] for each in stack.containers("api", "web")} == before
    assert stack.is_live()


def test_two_deploys_at_once_are_one(stack: Stack) -> None:
    with begun(stack, "restart", until="start") as first:
        second = stack.try_agentlab("deploy", VERSION)
        assert "A deploy runs already" in second.stderr
        first.communicate()
    assert first.returncode == 0


def test_images_that_do_not_belong_together_are_refused(stack: Stack, releases: Releases) -> None:
    releases.make("5.1", PLAIN)
    releases.make("5.2", PLAIN)
    docker("tag", "agentlab/web:5.2", "agentlab/web:5.1")
    refused = stack.try_agentlab("deploy", "5.1")
    assert "These images are of different releases" in refused.stderr
    assert "There is no image agentlab/api:7.7" in stack.try_agentlab("deploy", "7.7").stderr
    assert "neither a version" in stack.try_agentlab("deploy", "../x").stderr
    assert stack.livez()["version"] == VERSION
