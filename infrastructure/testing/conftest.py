"""What every test of this folder stands on: a Docker engine, and our images built on it."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.docker import REPOSITORY
from support.images import OURS, VERSION, Image
from support.stack import Stack

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def engine() -> Iterator[None]:
    """The engine that answers, else a private one for the length of the run."""
    if answers():
        yield
        return
    with tempfile.TemporaryDirectory(prefix="agentlab-engine-", ignore_cleanup_errors=True) as made:
        folder = Path(made) / "engine"
        subprocess.run([HERE / "engine", "up", folder], check=True)
        with pytest.MonkeyPatch.context() as patch:
            for name, value in environment_of(folder).items():
                patch.setenv(name, value)
            try:
                yield
            finally:
                subprocess.run([HERE / "engine", "down", folder], check=True)


def answers() -> bool:
    if shutil.which("docker") is None:
        return False
    return subprocess.run(["docker", "info"], capture_output=True, check=False).returncode == 0


def environment_of(folder: Path) -> dict[str, str]:
    """What the engine's own file exports, as a shell understands it."""
    command = f'. "{folder}/env" && env -0'
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=True)
    told = dict(line.split("=", 1) for line in done.stdout.split("\0") if "=" in line)
    return {name: value for name, value in told.items() if os.environ.get(name) != value}


@pytest.fixture(scope="session")
def stand_ins(engine: None) -> None:
    """The public base images: the real ones, or stand-ins where no registry can be reached."""
    subprocess.run([HERE / "stand-ins" / "build"], check=True)


@pytest.fixture(scope="session")
def images(stand_ins: None) -> tuple[Image, ...]:
    """All our images, tagged with `support.images.VERSION`."""
    subprocess.run(["make", "--directory", REPOSITORY, "images", f"VERSION={VERSION}"], check=True)
    return OURS


@pytest.fixture(scope="session")
def stack(images: tuple[Image, ...], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The production stack, deployed once for the run. Who changes it leaves it as it was."""
    stack = Stack(tmp_path_factory.mktemp("installation"))
    stack.init()
    try:
        stack.agentlab("deploy", VERSION)
        stack.wait_until_live()
        yield stack
    finally:
        stack.down()
