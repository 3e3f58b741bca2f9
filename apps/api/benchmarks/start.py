"""A warm `make up`: how long to the first page, and how much memory the whole product idles in."""

import os
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from benchmarks.measure import Measurement

REPOSITORY = Path(__file__).parent.parent.parent.parent
START_LIMIT_S = 5
MEMORY_LIMIT_MB = 350
SETTLE_S = 5
ROUNDS = 3


def warm(folder: Path) -> list[Measurement]:
    """The slowest of several starts after a first one; memory after a short rest."""
    with running(folder):
        pass
    seconds: list[float] = []
    megabytes = 0.0
    for _ in range(ROUNDS):
        with running(folder) as (process, elapsed):
            seconds.append(elapsed)
            time.sleep(SETTLE_S)
            megabytes = max(megabytes, memory_mb(process))
    return [
        Measurement(
            "warm `make up` to the first page",
            max(seconds),
            "s",
            START_LIMIT_S,
            f"slowest of {ROUNDS}",
        ),
        Measurement(
            "idle memory of the whole product",
            megabytes,
            "MB",
            MEMORY_LIMIT_MB,
            f"proportional set size of all processes, largest of {ROUNDS}",
        ),
    ]


@contextmanager
def running(folder: Path) -> Iterator[tuple[psutil.Process, float]]:
    """`make up` on `folder`, and how many seconds its first page took."""
    port = free_port()
    environment = os.environ | {"AGENTLAB_DATA_DIR": str(folder), "PORT": str(port)}
    started = time.perf_counter()
    process = subprocess.Popen(
        ["make", "up"],  # noqa: S607 - whichever make the person uses
        cwd=REPOSITORY,
        env=environment,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        wait_for_page(f"http://127.0.0.1:{port}/", process)
        yield psutil.Process(process.pid), time.perf_counter() - started
    finally:
        os.killpg(process.pid, signal.SIGINT)
        process.wait(timeout=60)


def wait_for_page(url: str, process: subprocess.Popen[bytes]) -> None:
    while process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5):  # noqa: S310 - our own address
                return
        except OSError:
            time.sleep(0.01)
    raise RuntimeError(f"make up ended with {process.returncode}")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def memory_mb(process: psutil.Process) -> float:
    tree = [process, *process.children(recursive=True)]
    return sum(each.memory_full_info().pss for each in tree) / 1024**2
