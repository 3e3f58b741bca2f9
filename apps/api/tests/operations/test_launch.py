"""`agentlab up` as a person meets it: its lines, its end, and its sentences when it cannot."""

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from agentlab.kit.waiting import until
from tests.operations import tiny_up
from tests.support.holding import held, kill_all_on, services_on


@pytest.fixture
def port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        number: int = free.getsockname()[1]
        return number


def test_it_says_what_it_does_and_is_ready_when_it_says_so(data_dir: Path, port: int) -> None:
    with up(data_dir, port) as launched:
        lines = launched.lines_until("Press Ctrl-C to stop")
        assert httpx.get(f"http://127.0.0.1:{port}/readyz").json() == "ready"
        assert lines == [
            "Starting PostgreSQL…",
            "Starting Valkey…",
            "Bringing the database up to date…",
            "migrated",
            f"AgentLab is ready at http://127.0.0.1:{port}",
            "Press Ctrl-C to stop",
        ]


def test_a_caller_cannot_name_another_address_as_its_own(data_dir: Path, port: int) -> None:
    with up(data_dir, port) as launched:
        launched.lines_until("Press Ctrl-C to stop")
        forged = {"X-Forwarded-For": "203.0.113.9"}
        reply = httpx.get(f"http://127.0.0.1:{port}/caller", headers=forged)
        assert reply.json() == "127.0.0.1"


@pytest.mark.parametrize("sig", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_lets_requests_end_then_stops_everything(
    sig: signal.Signals, data_dir: Path, port: int
) -> None:
    with up(data_dir, port) as launched, ThreadPoolExecutor() as pool:
        launched.lines_until("Press Ctrl-C to stop")
        reply = pool.submit(httpx.get, f"http://127.0.0.1:{port}/slow", timeout=20)
        launched.lines_until("request began")
        launched.signal_group(sig)
        launched.lines_until("Stopping… (Ctrl-C again to hurry)")
        assert refuses_new_connections(port)
        launched.write("the answer")
        assert reply.result().json() == "the answer\n"
        assert launched.rest() == (0, ["app closed", "Stopped."], "")
    assert services_on(data_dir) == []


def test_a_draining_server_answers_and_says_that_it_is_not_ready(data_dir: Path, port: int) -> None:
    with up(data_dir, port, AGENTLAB_DRAIN_S="300") as launched:
        launched.lines_until("Press Ctrl-C to stop")
        launched.signal_group(signal.SIGTERM)
        launched.lines_until("Stopping… (Ctrl-C again to hurry)")
        reply = httpx.get(f"http://127.0.0.1:{port}/readyz")
        assert (reply.status_code, reply.json()) == (503, "stopping")
        launched.signal_group(signal.SIGTERM)
        code, lines, _errors = launched.rest()
        assert (code, lines[-1]) == (0, "Stopped.")
    assert services_on(data_dir) == []


def test_a_second_ctrl_c_does_not_wait_for_requests(data_dir: Path, port: int) -> None:
    with up(data_dir, port) as launched, ThreadPoolExecutor() as pool:
        launched.lines_until("Press Ctrl-C to stop")
        pool.submit(httpx.get, f"http://127.0.0.1:{port}/endless")
        launched.lines_until("request began")
        launched.signal_group(signal.SIGINT)
        launched.lines_until("Stopping… (Ctrl-C again to hurry)")
        launched.signal_group(signal.SIGINT)
        code, lines, _errors = launched.rest()
        assert (code, lines[-1]) == (0, "Stopped.")
    assert services_on(data_dir) == []


def test_ctrl_c_during_the_start_stops_it(folder: Path, port: int) -> None:
    with up(folder / "data", port) as launched:
        launched.lines_until("Creating the database, on the first start only…")
        launched.signal_group(signal.SIGINT)
        code, lines, errors = launched.rest()
        assert (code, lines[-1], errors) == (0, "Stopped.", "")
    assert services_on(folder) == []


def test_a_port_in_use_is_named_with_the_way_out(folder: Path, port: int) -> None:
    with closing(socket.create_server(("127.0.0.1", port))):
        assert refusal_of_up(folder / "data", port) == (
            f"Port {port} on 127.0.0.1 is in use by another program. Stop it, or choose another "
            f"port: `PORT={port + 1} make up`\n"
        )
    assert list(folder.iterdir()) == []


def test_an_address_of_another_machine_is_refused(folder: Path, port: int) -> None:
    refusal = refusal_of_up(folder / "data", port, AGENTLAB_HOST="192.0.2.1")
    assert refusal.startswith(f"AgentLab cannot listen on 192.0.2.1, port {port}: ")


def test_a_wrong_setting_is_one_line(folder: Path) -> None:
    expected = "PORT: Input should be less than or equal to 65535\n"
    assert refusal_of_up(folder / "data", 70000) == expected


def test_a_second_up_says_that_the_first_runs_and_where(data_dir: Path, port: int) -> None:
    with held(data_dir) as first:
        assert refusal_of_up(data_dir, port) == (
            f"AgentLab already runs at http://127.0.0.1:8123 on the data folder {data_dir} "
            f"(process {first.process.pid}). Stop it first, or name another folder with "
            "AGENTLAB_DATA_DIR=…\n"
        )


async def test_it_keeps_serving_after_everything_it_started_was_killed(
    data_dir: Path, port: int
) -> None:
    with up(data_dir, port) as launched:
        launched.lines_until("Press Ctrl-C to stop")
        kill_all_on(data_dir)
        ready = f"http://127.0.0.1:{port}/readyz"
        assert await until(lambda: httpx.get(ready).status_code == 200, timeout_s=20)
        launched.signal_group(signal.SIGTERM)
        assert launched.rest()[0] == 0


def refusal_of_up(data_dir: Path, port: int, **environment: str) -> str:
    """What `up` says when it ends with code 1 and nothing on standard output."""
    settings = {"AGENTLAB_DATA_DIR": str(data_dir), "PORT": str(port), **environment}
    result = CliRunner().invoke(tiny_up.command, env=settings)
    assert (result.exit_code, result.stdout) == (1, "")
    return result.stderr


class Launched:
    """A running `up`; reading its lines waits for them."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def lines_until(self, last: str) -> list[str]:
        lines: list[str] = []
        assert self._process.stdout
        for line in self._process.stdout:
            lines.append(line.rstrip("\n"))
            if lines[-1] == last:
                return lines
        raise AssertionError(f"{last!r} was never said: {lines}")

    def write(self, line: str) -> None:
        assert self._process.stdin
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()

    def signal_group(self, sig: signal.Signals) -> None:
        """As a terminal does: to every process of the group."""
        os.killpg(self._process.pid, sig)

    def rest(self) -> tuple[int, list[str], str]:
        out, errors = self._process.communicate(timeout=30)
        return self._process.returncode, out.splitlines(), errors


@contextmanager
def up(data_dir: Path, port: int, **environment: str) -> Iterator[Launched]:
    settings = {"AGENTLAB_DATA_DIR": str(data_dir), "PORT": str(port), **environment}
    with subprocess.Popen(
        [sys.executable, "-m", "tests.operations.tiny_up"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | settings,
        start_new_session=True,
    ) as process:
        # A launch that hangs must fail its test, not stop the suite.
        limit = threading.Timer(60, process.kill)
        limit.start()
        try:
            yield Launched(process)
        finally:
            process.terminate()
            process.wait()
            limit.cancel()


def refuses_new_connections(port: int) -> bool:
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionResetError:
            continue  # it closed while we knocked
        except ConnectionRefusedError:
            return True
