"""Docker and Compose as the host's commands use them: the programs people know, and their words."""

import json
import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO, Any

from agentlab.errors import Unavailable
from agentlab.operations.host.folder import COMPOSE_FILE, Installation

QUICK_S = 120
LAST_LINES = 12


class DockerMissing(Unavailable):
    code = "docker_missing"


class DockerFailed(Unavailable):
    code = "docker_failed"


@dataclass(frozen=True)
class Container:
    """A container as Docker describes it."""

    id: str
    name: str
    service: str
    image: str
    state: str
    """`running`, `exited`, `restarting`…"""
    health: str
    """`healthy`, `starting`, `unhealthy`, or empty where there is no health check."""
    aliases: frozenset[str]
    restarts: int
    config_hash: str
    """Of what Compose made it from."""


@dataclass(frozen=True)
class Compose:
    """The Compose project of one installation.

    `settings` win over the same names in `.env`, as the process's environment does.
    """

    installation: Installation
    settings: Mapping[str, str] = field(default_factory=dict)

    def with_settings(self, settings: Mapping[str, str]) -> "Compose":
        return Compose(self.installation, {**self.settings, **settings})

    def run(
        self,
        *arguments: str,
        timeout_s: float = QUICK_S,
        stdin: bytes | None = None,
        reads: IO[bytes] | None = None,
        writes: IO[bytes] | None = None,
    ) -> str:
        """`docker compose …` in the installation's folder; what it printed.

        Args:
            arguments: after `compose`.
            timeout_s: how long it may take, in seconds.
            stdin: what it reads.
            reads: an open file that it reads instead.
            writes: an open file for what it prints, for what is too much to hold.

        Raises:
            DockerFailed: it did not end well; the sentence has its last lines.
        """
        return docker(
            "compose",
            *self.files(),
            *arguments,
            cwd=str(self.installation.root),
            env={**os.environ, **self.settings},
            timeout_s=timeout_s,
            stdin=stdin,
            reads=reads,
            writes=writes,
        )

    def containers(self, *services: str) -> list[Container]:
        """What exists of these services, running or not; of all of them when none is named."""
        ids = self.run("ps", "--all", "--quiet", *services).split()
        return [container_of(found) for found in inspect(ids)]

    def has_changed(self, *services: str) -> bool:
        """Whether a container, of these services or of any, is not what the files say by now."""
        wanted = dict(line.split() for line in self.run("config", "--hash", "*").splitlines())
        return any(
            wanted.get(each.service) != each.config_hash for each in self.containers(*services)
        )

    def remove_leftovers(self, service: str) -> None:
        """Remove what `docker compose run` started, where its end was not waited for."""
        project = json.loads(self.run("config", "--format", "json"))["name"]
        labels = {"project": project, "service": service, "oneoff": "True"}
        filters = [
            f"--filter=label=com.docker.compose.{key}={value}" for key, value in labels.items()
        ]
        for left in docker("ps", "--all", "--quiet", *filters).split():
            docker("rm", "--force", left)

    def services(self) -> set[str]:
        """The services that this installation starts, those of its profiles included."""
        return set(self.run("config", "--services").split())

    def files(self) -> list[str]:
        named = os.environ.get("COMPOSE_FILE") or self.installation.read_env().get("COMPOSE_FILE")
        return [part for file in (named or COMPOSE_FILE).split(":") for part in ("--file", file)]


def docker(
    *arguments: str,
    cwd: str | None = None,
    env: Mapping[str, str] | None = None,
    timeout_s: float = QUICK_S,
    stdin: bytes | None = None,
    reads: IO[bytes] | None = None,
    writes: IO[bytes] | None = None,
) -> str:
    """`docker …`; what it printed on standard output, without the last line break."""
    given: dict[str, Any] = {"stdin": reads or subprocess.DEVNULL}
    if stdin is not None:
        given = {"input": stdin}
    try:
        done: subprocess.CompletedProcess[bytes] = subprocess.run(  # noqa: S603 - a fixed program; arguments are never a shell's
            ["docker", *arguments],  # noqa: S607 - the one that the operator uses
            cwd=cwd,
            env=env,
            stdout=writes or subprocess.PIPE,
            stderr=subprocess.PIPE,
            timeout=timeout_s,
            check=False,
            start_new_session=True,  # Ctrl-C is for us, who may be going back already
            **given,
        )
    except FileNotFoundError as error:
        raise DockerMissing(
            "The program `docker` is not there. Install Docker with Compose 2.24 or newer; "
            "`agentlab doctor` says what else is missing."
        ) from error
    except subprocess.TimeoutExpired as error:
        raise DockerFailed(
            f"`docker {' '.join(arguments)}` did not end within {timeout_s:.0f} s. Look at the "
            "machine's load and at `docker ps`."
        ) from error
    if done.returncode != 0:
        raise DockerFailed(f"`docker {shortened(arguments)}` failed: {last_lines(done.stderr)}")
    return (done.stdout or b"").decode(errors="replace").rstrip("\n")


def inspect(ids: Sequence[str]) -> list[dict[str, Any]]:
    """What Docker knows of containers; those that went away meanwhile are left out."""
    found = []
    for each in ids:
        try:
            found += json.loads(docker("container", "inspect", each))
        except DockerFailed as error:
            if "No such container" not in error.detail:
                raise
    return found


def container_of(found: Mapping[str, Any]) -> Container:
    state = found["State"]
    networks = found["NetworkSettings"]["Networks"].values()
    return Container(
        id=found["Id"],
        name=found["Name"].removeprefix("/"),
        service=found["Config"]["Labels"]["com.docker.compose.service"],
        image=found["Config"]["Image"],
        state=state["Status"],
        health=state.get("Health", {}).get("Status", ""),
        aliases=frozenset(
            alias for network in networks for alias in (network.get("Aliases") or ())
        ),
        restarts=found["RestartCount"],
        config_hash=found["Config"]["Labels"]["com.docker.compose.config-hash"],
    )


def wait_until_healthy(ids: Sequence[str], *, timeout_s: float, every_s: float = 0.3) -> None:
    """Return when all are healthy; raise `DockerFailed` with a log's end when one will not be."""
    ends = time.monotonic() + timeout_s
    while True:
        found = [container_of(each) for each in inspect(ids)]
        if len(found) == len(ids) and all(each.health == "healthy" for each in found):
            return
        lost = [each for each in found if is_lost(each)]
        if lost or len(found) < len(ids) or time.monotonic() > ends:
            troubled = next((each for each in lost or found if each.health != "healthy"), None)
            raise DockerFailed(complaint(troubled, timeout_s))
        time.sleep(every_s)


def is_lost(container: Container) -> bool:
    return (
        container.state in {"exited", "dead", "restarting"}
        or container.restarts > 0
        or container.health == "unhealthy"
    )


def complaint(container: Container | None, timeout_s: float) -> str:
    if container is None:
        return "A container that was being started is gone. Look at `docker events`."
    state = container.health if container.state == "running" else container.state
    return (
        f"{container.name} is {state or container.state} and did not become healthy within "
        f"{timeout_s:.0f} s. The end of its log:\n{log_of(container.id)}"
    )


def log_of(container_id: str) -> str:
    """The last lines that a container said, on either of its outputs."""
    done = subprocess.run(  # noqa: S603 - as above
        ["docker", "logs", "--tail", str(LAST_LINES), container_id],  # noqa: S607 - as above
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=QUICK_S,
        check=False,
    )
    return last_lines(done.stdout)


def last_lines(output: bytes) -> str:
    lines = output.decode(errors="replace").strip().splitlines()
    return "\n".join(lines[-LAST_LINES:]) or "it said nothing"


def shortened(arguments: Sequence[str]) -> str:
    """The words of a command that tell which one it was."""
    return " ".join(word for word in arguments if not word.startswith("-"))[:120]
