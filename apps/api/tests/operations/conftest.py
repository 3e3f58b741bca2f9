"""Data folders for the tests of the embedded services."""

import asyncio
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from agentlab.operations.embedded import Connections, EmbeddedServices, embedded
from tests.support.folders import open_folder
from tests.support.holding import kill_all_on


@pytest.fixture
def folder() -> Iterator[Path]:
    """An empty folder for one test. What a failed test left running in it is ended."""
    with open_folder() as path:
        yield path
        kill_all_on(path)


@pytest.fixture(scope="session")
def pristine() -> Iterator[Path]:
    """A data folder after its first start; the tests work on copies, which takes less time."""
    with open_folder() as path:
        asyncio.run(_start_and_stop(path / "data"))
        yield path / "data"


@pytest.fixture
def data_dir(folder: Path, pristine: Path) -> Path:
    """A data folder that was used before and belongs to this test."""
    return copy_of(pristine, folder / "data")


@pytest.fixture
async def own_services(data_dir: Path) -> AsyncIterator[EmbeddedServices]:
    """Services that are not started yet, and stopped in any case."""
    own_services = EmbeddedServices(data_dir)
    yield own_services
    await own_services.stop()


@pytest.fixture(scope="session")
def shared_dir(pristine: Path) -> Iterator[Path]:
    """The data folder of `running`."""
    with open_folder() as path:
        yield copy_of(pristine, path / "data")


@pytest.fixture(scope="session")
async def running(shared_dir: Path) -> AsyncIterator[Connections]:
    """Services that run for the tests that only look at them."""
    async with embedded(shared_dir) as connections:
        yield connections


def copy_of(pristine: Path, target: Path) -> Path:
    subprocess.run(["cp", "-a", str(pristine), str(target)], check=True)
    return target


async def _start_and_stop(data_dir: Path) -> None:
    async with embedded(data_dir):
        pass
