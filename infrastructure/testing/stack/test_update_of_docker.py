"""The engine restarts below the production stack, as when Docker is updated."""

import os
import subprocess
from pathlib import Path

import pytest

from support.docker import REPOSITORY, wait_for
from support.stack import ADA, SERVICES, Stack

ALONE = True
"""What runs on the engine meanwhile, ends."""

ENGINE = REPOSITORY / "infrastructure" / "testing" / "engine"


def test_the_stack_comes_back_after_the_engine_restarts(stack: Stack) -> None:
    folder = Path(os.environ.get("DOCKER_HOST", "").removeprefix("unix://")).parent
    if not (folder / "network").exists():
        pytest.skip("this engine is somebody's own, and other containers run on it")
    with stack.administrator() as ada:
        before = {each["Id"] for each in stack.containers()}
        subprocess.run([ENGINE, "restart", folder], check=True)
        stack.wait_until_live(timeout_s=180)
        wait_for(
            lambda: all(stack.is_healthy(service) for service in SERVICES),
            "health everywhere after the restart",
            timeout_s=120,
        )
        assert {each["Id"] for each in stack.containers()} == before
        assert ada.get("/api/v1/session").json()["email"] == ADA["email"]
