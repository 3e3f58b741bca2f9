"""The prober as a process: its rounds, its end, what it says of itself."""

import asyncio
import json
import os
import socket
import sys
import time as real_time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from agentlab import alive
from agentlab.kit.waiting import until
from agentlab.operations.status import exporter as exporter_module
from agentlab.operations.status import prober as prober_module
from agentlab.operations.status.components import Component, Finding, State
from agentlab.operations.status.exporter import Exporter, ExporterServer
from agentlab.operations.status.places import Places
from agentlab.operations.status.prober import INTERVAL_S, Address, Prober
from agentlab.operations.status.store import Store
from tests.operations.status.conftest import Clock, Rounds
from tests.support.watched import AWAY, DOMAIN, Watched


@dataclass
class Running:
    """A prober in a process of its own."""

    process: asyncio.subprocess.Process
    port: int

    async def stop(self) -> tuple[int | None, str]:
        """Exit code and log after SIGTERM."""
        self.process.terminate()
        _, errors = await self.process.communicate()
        return self.process.returncode, errors.decode()


@asynccontextmanager
async def running(
    installation: Watched,
    places: Places,
    *,
    interval_s: float = INTERVAL_S,
    **environment: str,
) -> AsyncIterator[Running]:
    port = free_port()
    options = {
        "state": places.state,
        "domain": DOMAIN,
        "edge": f"127.0.0.1:{installation.edge.port}",
        "api": f"127.0.0.1:{installation.api.port}",
        "host": "127.0.0.1",
        "port": port,
        "interval": interval_s,
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "agentlab.cli.status", "probe"),
        *(word for name, value in options.items() for word in (f"--{name}", str(value))),
        stderr=asyncio.subprocess.PIPE,
        env=os.environ | environment,
    )
    yield Running(process, port)
    if process.returncode is None:
        process.kill()
        await process.wait()


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


async def test_a_prober_publishes_within_seconds_and_ends_cleanly(
    installation: Watched, places: Places
) -> None:
    async with running(installation, places) as prober:
        page = places.site / "index.html"
        assert await until(page.exists, timeout_s=20)
        assert "<h1>Everything works</h1>" in page.read_text()
        assert await asyncio.to_thread(alive.answers, prober.port)
        code, log = await prober.stop()
    assert (code, "Traceback" in log) == (0, False)
    store = Store(places.store, read_only=True)
    assert set(store.standings()) == set(Component)
    store.close()


async def test_a_prober_does_not_wait_for_answers_when_it_is_told_to_stop(
    installation: Watched, places: Places
) -> None:
    installation.edge.delay_s = 60
    async with running(installation, places) as prober:
        assert await until(lambda: "/" in installation.edge.asked, timeout_s=20)
        told_at = real_time.monotonic()
        code, log = await prober.stop()
    assert (code, "Traceback" in log) == (0, False)
    assert real_time.monotonic() - told_at < 5


class Hanging:
    async def look(self) -> list[Finding]:
        await asyncio.Event().wait()
        return []


class Crashing:
    async def look(self) -> list[Finding]:
        raise RuntimeError("on purpose")


async def test_rounds_that_are_running_are_left_when_it_stops(places: Places) -> None:
    stopping = asyncio.Event()
    run = asyncio.create_task(Prober([Hanging()], places, Address(DOMAIN)).run(stopping))
    await asyncio.sleep(0)
    stopping.set()
    await asyncio.wait_for(run, timeout=5)


async def test_a_check_that_crashes_spoils_no_other(
    places: Places, time: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    class Fine:
        async def look(self) -> list[Finding]:
            return [Finding(Component.WEB, State.UP)]

    prober = Prober([Crashing(), Fine()], places, Address(DOMAIN), now=time)
    await prober.round()
    assert set(prober.store().standings()) == {Component.WEB}
    prober.close()
    assert "status_check_crashed" in caplog.text


async def test_a_store_that_is_away_costs_nothing_but_time(
    installation: Watched, prober: Prober, places: Places, rounds: Rounds
) -> None:
    await rounds(1)
    prober.close()
    folder, aside = places.store.parent, places.state / "aside"
    folder.rename(aside)
    await rounds(2)
    assert samples(prober.exporter)["agentlab_status_failed_rounds_total"] == 2
    aside.rename(folder)
    await rounds(1)
    [count] = prober.store().db.execute("SELECT count(*) FROM result").fetchone()
    assert count == 4 * len(Component)


async def test_a_wrong_time_at_the_start_forgets_nothing(
    installation: Watched, prober: Prober, places: Places, rounds: Rounds, time: Clock
) -> None:
    await rounds(1)
    time.go_on(10 * 365 * 86_400)
    await rounds(1)
    time.go_on(-10 * 365 * 86_400)
    await rounds(1)
    assert prober.store().days(time())[Component.WEB][-1].up == 2


async def test_what_is_old_is_forgotten_every_hour(
    installation: Watched,
    prober: Prober,
    rounds: Rounds,
    time: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(prober_module, "PRUNED_AFTER_S", 0)
    await rounds(1)
    time.go_on(100 * 86_400)
    await rounds(1)
    [count] = prober.store().db.execute("SELECT count(*) FROM result").fetchone()
    assert count == len(Component)


async def test_prometheus_reads_what_was_found(
    installation: Watched, prober: Prober, rounds: Rounds
) -> None:
    await rounds(1)
    found = samples(prober.exporter)
    assert {found[f"agentlab_status_up/{each.value}"] for each in Component} == {1}
    assert found["agentlab_status_figure/certificate_days"] > 14
    assert found["agentlab_status_figure/replicas_ready"] == 1
    assert 0 < found["agentlab_status_figure/disk_free_ratio"] < 1
    assert 0 < found["agentlab_status_response_seconds/web"] < 3
    assert found["agentlab_status_open_incidents"] == 0
    installation.edge.answers["/"] = AWAY
    await installation.api.stop()
    await rounds(2)
    found = samples(prober.exporter)
    assert found["agentlab_status_up/web"] == 0
    assert "agentlab_status_up/database" not in found  # nobody could see it
    assert found["agentlab_status_open_incidents"] == 1


def samples(exporter: Exporter) -> dict[str, float]:
    """Every sample by its name, and by its label where it has one."""
    _, _, text = exporter.answer("/metrics")
    return {
        "/".join([sample.name, *sample.labels.values()]): sample.value
        for family in text_string_to_metric_families(text.decode())
        for sample in family.samples
    }


@pytest.fixture
def serving() -> Iterator[tuple[Exporter, str]]:
    exporter = Exporter()
    server = ExporterServer(exporter, "127.0.0.1", 0)
    server.start()
    yield exporter, f"http://127.0.0.1:{server.port}"
    server.stop()


async def test_a_prober_lives_as_long_as_it_keeps_what_it_finds(
    serving: tuple[Exporter, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    exporter, address = serving
    async with httpx.AsyncClient(base_url=address) as client:
        assert (await client.get("/livez")).status_code == 503
        exporter.note_success([])
        assert (await client.get("/livez")).status_code == 200
        monkeypatch.setattr(exporter_module, "LOST_AFTER_S", 0)
        assert (await client.get("/livez")).status_code == 503
        assert (await client.get("/metrics")).status_code == 200
        assert (await client.get("/elsewhere")).status_code == 404


async def run_status(*words: str) -> tuple[int | None, str, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "agentlab.cli.status", *words),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    output, errors = await process.communicate()
    return process.returncode, output.decode(), errors.decode()


async def test_what_the_prober_knows_can_be_shown(
    installation: Watched, rounds: Rounds, places: Places
) -> None:
    await rounds(1)
    installation.edge.answers["/"] = AWAY
    await rounds(2)
    code, output, _ = await run_status("show", "--state", str(places.state))
    assert code == 0
    assert "A part that people use is not available" in output
    assert "/ answered 502" in output
    assert "Trouble with Web app: Checks of Web app fail. The cause is not known yet." in output
    code, output, _ = await run_status("show", "--state", str(places.state), "--json")
    found = json.loads(output)
    assert (code, found["status"]) == (0, "major")
    assert [each["id"] for each in found["components"]] == list(Component)
    assert found["components"][0]["detail"] == "/ answered 502, text/html"
    assert [each["title"] for each in found["open_incidents"]] == ["Trouble with Web app"]


async def test_without_a_prober_there_is_nothing_to_show(places: Places) -> None:
    code, output, errors = await run_status("show", "--state", str(places.state))
    assert (code, output) == (1, "")
    assert "look whether the service `status` runs" in errors


async def test_an_address_that_is_none_is_refused(places: Places) -> None:
    words = ("probe", "--state", str(places.state), "--edge", "nowhere")
    code, _, errors = await run_status(*words)
    assert code == 2
    assert "nowhere is not an address" in errors


async def test_the_prober_does_not_load_the_application() -> None:
    """It runs all day beside it, and needs a third of its memory."""
    code = "import sys, agentlab.cli.status; print(*sys.modules)"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, stdout=asyncio.subprocess.PIPE
    )
    output, _ = await process.communicate()
    loaded = set(output.decode().split())
    assert "agentlab.operations.status.prober" in loaded
    assert loaded & {"fastapi", "sqlalchemy", "agentlab.app", "pydantic"} == set()
