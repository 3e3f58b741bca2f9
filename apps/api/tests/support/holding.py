"""Hold a data folder in a process of its own, which the tests may kill."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from agentlab.errors import AgentLabError
from agentlab.operations.embedded import Connections, EmbeddedServices


@dataclass(frozen=True)
class Held:
    process: subprocess.Popen[str]
    connections: Connections | None
    refusal: str

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@contextmanager
def held(data_dir: Path, *wrapper: str, **environment: str) -> Iterator[Held]:
    """Start the services there, in a child that lives until the block ends or kills it."""
    with subprocess.Popen(
        [*wrapper, sys.executable, "-m", "tests.support.holding", str(data_dir)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | environment,
    ) as process:
        assert process.stdout
        answer = json.loads(process.stdout.readline())
        connections = answer.get("connections")
        yield Held(
            process,
            Connections(**connections) if connections else None,
            answer.get("refusal", ""),
        )


def services_on(data_dir: Path) -> list[psutil.Process]:
    """Every process that works inside the folder: its working directory tells."""
    found = []
    for process in psutil.process_iter():
        try:
            if Path(process.cwd()).is_relative_to(data_dir.resolve()):
                found.append(process)
        except psutil.Error:
            continue
    return found


def postmaster_on(data_dir: Path) -> psutil.Process:
    """The PostgreSQL process that the others on the folder descend from."""
    pid_file = data_dir / "postgresql" / "postmaster.pid"
    return psutil.Process(int(pid_file.read_text().splitlines()[0]))


def valkey_on(data_dir: Path) -> psutil.Process:
    return next(each for each in services_on(data_dir) if each.name() == "valkey-server")


def kill_all_on(data_dir: Path) -> None:
    for process in services_on(data_dir):
        with suppress(psutil.NoSuchProcess):  # it ended with the one before
            process.send_signal(signal.SIGKILL)


async def _hold(data_dir: Path) -> None:
    services = EmbeddedServices(data_dir, address="http://127.0.0.1:8123")
    try:
        connections = await services.start()
        print(json.dumps({"connections": asdict(connections)}), flush=True)  # noqa: T201 - the parent reads it
        await asyncio.to_thread(sys.stdin.read)
    except AgentLabError as error:
        print(json.dumps({"refusal": error.detail}), flush=True)  # noqa: T201 - the same
    finally:
        await services.stop()


if __name__ == "__main__":
    asyncio.run(_hold(Path(sys.argv[1])))
