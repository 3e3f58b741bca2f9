"""The status page tells of a failure: how long the prober takes, at its own pace, at its worst.

The prober runs in a process of its own with the interval that installations have. The page fails
just after a round has seen it work, and works again just after a round has seen it fail.
"""

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import trustme

from agentlab.kit.waiting import until
from agentlab.operations.status.incidents import Incident
from agentlab.operations.status.places import Places
from agentlab.operations.status.store import Store
from benchmarks.measure import Measurement
from tests.support.watched import AWAY, DOMAIN, PAGE, Watched, watched

LIMIT_S = 90
GIVES_UP_S = 300


async def life(folder: Path) -> list[Measurement]:
    places = Places(folder / "state")
    for name in ("status", "prober", "releases", "edge", "backups"):
        (places.state / name).mkdir(parents=True)
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(places.authority))
    async with watched(authority) as installation, probing(installation, places):
        await a_round(installation)
        await a_round(installation)  # it has worked
        installation.edge.answers["/"] = AWAY
        opened_s = await seconds_until(lambda: is_open(places))
        await a_round(installation)
        installation.edge.answers["/"] = PAGE
        closed_s = await seconds_until(lambda: not is_open(places))
    how = "the prober's own interval; just after a round"
    return [
        Measurement("an incident opens after a failure", opened_s, "s", LIMIT_S, how),
        Measurement("and is resolved after the recovery", closed_s, "s", LIMIT_S, how),
    ]


@asynccontextmanager
async def probing(installation: Watched, places: Places) -> AsyncIterator[None]:
    options = {
        "state": places.state,
        "domain": DOMAIN,
        "edge": f"127.0.0.1:{installation.edge.port}",
        "api": f"127.0.0.1:{installation.api.port}",
        "host": "127.0.0.1",
        "port": 0,
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "agentlab.cli.status", "probe"),
        *(word for name, value in options.items() for word in (f"--{name}", str(value))),
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        process.terminate()
        await process.wait()


async def a_round(installation: Watched) -> None:
    """Return just after the page was looked at once more, and what was found is kept."""
    asked = installation.edge.asked.count("/")
    await need(lambda: installation.edge.asked.count("/") > asked)
    await asyncio.sleep(1)


async def seconds_until(condition: Callable[[], bool]) -> float:
    began = time.monotonic()
    await need(condition)
    return time.monotonic() - began


async def need(condition: Callable[[], bool]) -> None:
    if not await until(condition, timeout_s=GIVES_UP_S, every_s=0.1):
        raise RuntimeError("the prober did not get on")


def is_open(places: Places) -> bool:
    store = Store(places.store, read_only=True)
    try:
        found: list[Incident] = list(store.incidents())
    finally:
        store.close()
    return bool(found) and found[0].is_open
