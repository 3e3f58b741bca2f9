"""Docker, and what runs in it."""

import json
import re
from collections.abc import Iterable

from agentlab.operations.host.compose import DockerFailed, DockerMissing, docker
from agentlab.operations.host.doctor.findings import (
    Finding,
    Kind,
    Place,
    Table,
    Verdict,
    ok,
    problem,
    warning,
)

checks = Table()

ENGINE_NEEDED = 24
COMPOSE_NEEDED = (2, 24)
RESTARTS_TOLERATED = 3
INSTALL = "Install Docker Engine 24 or newer with Compose 2.24: docs.docker.com/engine/install"


@checks.on(Kind.HOST)
def engine(place: Place) -> Verdict:
    """Docker's engine answers and is new enough."""
    version = place.engine_version
    if version is None:
        return problem("No Docker engine answers: " + why_no_engine(), INSTALL)
    if numbers(version)[0] < ENGINE_NEEDED:
        return problem(f"Docker's engine is {version}, older than {ENGINE_NEEDED}.", INSTALL)
    return ok(f"Docker's engine {version} answers.")


def why_no_engine() -> str:
    try:
        docker("version", "--format", "{{.Server.Version}}", timeout_s=5)
    except DockerMissing:
        return "the program `docker` is not there."
    except DockerFailed as error:
        return error.detail.splitlines()[0]
    return "it came up this moment."


def numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version)[:2]) or (0,)


@checks.on(Kind.HOST)
def compose(_: Place) -> Verdict:
    """Docker Compose is there and new enough."""
    try:
        version = docker("compose", "version", "--short", timeout_s=5)
    except (DockerFailed, DockerMissing):
        return problem("`docker compose` is not there.", INSTALL)
    if numbers(version) < COMPOSE_NEEDED:
        return problem(f"Compose is {version}, older than 2.24.", INSTALL)
    return ok(f"Compose {version} is there.")


@checks.on(Kind.HOST, within_s=20)
def containers(place: Place) -> Verdict | None:
    """What was deployed runs and is healthy."""
    if not place.has_engine:
        return None
    if not place.is_deployed:
        return warning("Nothing is deployed yet.", "`agentlab deploy VERSION`")
    found = [each for each in place.stack.containers() if each.service != "migrate"]
    if not found:
        return problem("No container exists.", "`agentlab restart` starts what was deployed.")
    ill = {
        each.name: each.health or each.state
        for each in found
        if each.state != "running" or each.health not in {"", "healthy"}
    }
    if ill:
        states = ", ".join(f"{name} is {state}" for name, state in ill.items())
        return problem(f"{states}.", f"`docker logs {next(iter(ill))}` says why.")
    return ok(f"All {len(found)} containers run and are healthy.")


@checks.on(Kind.HOST, within_s=20)
def restarts(place: Place) -> Verdict | None:
    """No container dies again and again."""
    if not place.is_deployed:
        return None
    found = place.stack.containers()
    often = {each.name: each.restarts for each in found if each.restarts > RESTARTS_TOLERATED}
    if often:
        counts = ", ".join(f"{name} {count} times" for name, count in often.items())
        return warning(f"Docker restarted {counts}.", f"`docker logs {next(iter(often))}`")
    return ok("No container was restarted often.") if found else None


@checks.on(Kind.HOST, within_s=40)
def inside(place: Place) -> Iterable[Finding] | Verdict | None:
    """What only the containers can reach: the databases and the model servers."""
    if not place.is_deployed or not any(
        each.service == "api" and each.state == "running" for each in place.stack.containers("api")
    ):
        return None
    command = ("exec", "-T", "api", "agentlab", "doctor", "--json", "--exit-zero")
    answer = place.stack.run(*command, timeout_s=30)
    return [Finding(**finding) for finding in json.loads(answer)]
