"""Docker as the tests use it: images, containers that end with the test, and networks."""

import json
import os
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).parents[3]
HARDENED = ("--read-only", "--cap-drop=ALL", "--security-opt=no-new-privileges", "--tmpfs=/tmp")
"""How every service runs in production."""


def docker(*arguments: str, timeout_s: float = 120) -> str:
    """What `docker …` prints.

    Raises:
        RuntimeError: it failed; with all that it said.
    """
    done = subprocess.run(
        ["docker", *arguments], capture_output=True, text=True, check=False, timeout=timeout_s
    )
    if done.returncode:
        raise RuntimeError(f"docker {' '.join(arguments)}: {done.stdout}{done.stderr}")
    return done.stdout.strip()


def inspect(kind: str, name: str) -> Any:
    return json.loads(docker(kind, "inspect", name))[0]


def address() -> str:
    """Where ports that containers publish are reached: an engine may be in another network."""
    return os.environ.get("AGENTLAB_ENGINE_ADDRESS", "127.0.0.1")


def wait_for(condition: Callable[[], bool], what: str, *, timeout_s: float = 60) -> None:
    end = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(f"{what} did not happen within {timeout_s} s")
        time.sleep(0.1)


@dataclass(frozen=True)
class Container:
    name: str

    def run(self, *command: str, user: str | None = None) -> str:
        """What a command prints that runs inside."""
        options = ["--user", user] if user else []
        return docker("exec", *options, self.name, *command)

    def address(self, port: int) -> tuple[str, int]:
        """Where the published `port` is reached from here."""
        published = docker("port", self.name, str(port)).splitlines()[0]
        return address(), int(published.rpartition(":")[2])

    def url(self, port: int) -> str:
        host, published = self.address(port)
        return f"http://{host}:{published}"

    def logs(self) -> str:
        done = subprocess.run(
            ["docker", "logs", self.name], capture_output=True, text=True, check=True
        )
        return done.stdout + done.stderr

    @property
    def health(self) -> str:
        state = inspect("container", self.name)["State"]
        if not state["Running"]:
            raise RuntimeError(f"{self.name} ended: {self.logs()}")
        return str(state["Health"]["Status"])

    def wait_until_healthy(self) -> None:
        """By its own health check, which Docker runs."""
        try:
            wait_for(lambda: self.health == "healthy", f"{self.name} becoming healthy")
        except TimeoutError as error:
            raise RuntimeError(self.logs()) from error


@contextmanager
def running(image: str, *command: str, options: tuple[str, ...] = ()) -> Iterator[Container]:
    """A container, gone with its volumes at the end."""
    container = Container(f"agentlab-test-{uuid.uuid4().hex[:12]}")
    try:
        docker("run", "--detach", "--name", container.name, *options, image, *command)
        yield container
    finally:
        docker("rm", "--force", "--volumes", container.name)


@contextmanager
def network() -> Iterator[str]:
    name = f"agentlab-test-{uuid.uuid4().hex[:12]}"
    docker("network", "create", name)
    try:
        yield name
    finally:
        docker("network", "rm", name)


def output(image: str, *command: str, options: tuple[str, ...] = ()) -> str:
    """What a program of the image prints, in place of what the image starts."""
    program, *arguments = command
    words = ("run", "--rm", *options, "--entrypoint", program, image, *arguments)
    return docker(*words, timeout_s=600)


def write_secrets(folder: Path, secrets: Mapping[str, str]) -> str:
    """Write a file for each secret and return the option that mounts them where Compose does."""
    folder.mkdir(mode=0o755)
    for name, value in secrets.items():
        (folder / name).write_text(value)
        (folder / name).chmod(0o444)
    return f"--volume={folder}:/run/secrets:ro"
