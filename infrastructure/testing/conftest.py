"""What every test of this folder stands on: a Docker engine, and our images built on it."""

import fcntl
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from typing_extensions import override
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped] # it has no types

from support.docker import REPOSITORY, docker
from support.images import OURS, VERSION, Image
from support.releases import Releases

HERE = Path(__file__).parent


class ByModule(LoadScopeScheduling):  # type: ignore[misc] # for the same reason
    """One process does a module, with containers of its own, or a folder, which shares some."""

    @override
    def _split_scope(self, nodeid: str) -> str:
        return nodeid.partition("::")[0].partition("/")[0]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Function]) -> None:
    """Modules that run alone come last: nobody else's tests wait behind them."""
    items.sort(key=is_alone)


def is_alone(item: pytest.Function) -> bool:
    """Whether the module restarts the engine, or every request of it has to be answered in time."""
    return bool(getattr(item.module, "ALONE", False))


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> ByModule:
    return ByModule(config, log)


@pytest.fixture(scope="session")
def of_all_processes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for the whole run, however many processes do it."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@contextmanager
def locked(file: Path, how: int) -> Iterator[None]:
    """Hold a lock that the kernel takes back should this process die.

    Args:
        file: made when it is missing.
        how: `fcntl.LOCK_EX`, or `fcntl.LOCK_SH` beside others who share it.
    """
    with file.open("w") as held:
        fcntl.flock(held, how)
        yield


@pytest.fixture(scope="module", autouse=True)
def engine_stays(request: pytest.FixtureRequest, of_all_processes: Path) -> Iterator[None]:
    """A module that is `ALONE` waits for the others, and they for it."""
    how = fcntl.LOCK_EX if is_alone(request.node) else fcntl.LOCK_SH
    with locked(of_all_processes / "engine", how):
        yield


@pytest.fixture(scope="session")
def engine() -> None:
    """The engine that answers; `make test-deploy` sees to one."""
    if subprocess.run(["docker", "info"], capture_output=True, check=False).returncode:
        pytest.fail("No Docker engine answers. Run this with infrastructure/testing/with-engine.")


@pytest.fixture(scope="session")
def stand_ins(engine: None, of_all_processes: Path) -> None:
    """The public base images: the real ones, or stand-ins where no registry can be reached."""
    with locked(of_all_processes / "stand-ins", fcntl.LOCK_EX):
        subprocess.run([HERE / "stand-ins" / "build"], check=True)


@pytest.fixture(scope="session")
def images(stand_ins: None, of_all_processes: Path) -> tuple[Image, ...]:
    """All our images, tagged with `support.images.VERSION`."""
    build = ("make", f"--directory={REPOSITORY}", "images", f"VERSION={VERSION}")
    with locked(of_all_processes / "images", fcntl.LOCK_EX):
        # Two at a time: one waits for packages while the other compiles.
        subprocess.run([*build, "--jobs=2", "--output-sync=target"], check=True)
    return OURS


@pytest.fixture
def releases(images: tuple[Image, ...], tmp_path: Path) -> Iterator[Releases]:
    yield Releases(tmp_path)
    for version in (each.name for each in tmp_path.iterdir()):
        names = (f"agentlab/{part}:{version}" for part in ("api", "web", "backup", "postgres"))
        docker("image", "rm", "--force", *names)
