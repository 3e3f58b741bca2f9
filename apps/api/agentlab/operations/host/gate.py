"""What nginx would get from a release: asked through a socket of its own, live or not."""

import time
from collections.abc import Callable, Sequence

from agentlab.errors import Unavailable
from agentlab.operations.host.compose import Compose, DockerFailed
from agentlab.operations.host.releases import Colour

READY_ANSWERS = 4
"""So many in a row, for nginx asks the copies in turn and each has to have answered."""
READY_WITHIN_S = 60

Judge = Callable[[str], bool]
"""Whether an answer of `/livez` is what it should be."""


class NotReady(Unavailable):
    code = "release_not_ready"


def wait_until_ready(compose: Compose, colour: Colour, is_right: Judge) -> None:
    """Return when each copy of this colour reaches its database and Redis, and its pages are there.

    Raises:
        NotReady: that did not come about; the sentence has the last complaint.
    """
    live = [f"/{colour}/livez"] * READY_ANSWERS
    paths = [*[f"/{colour}/readyz"] * READY_ANSWERS, f"/web-{colour}/healthz", *live]
    ends, complaint = time.monotonic() + READY_WITHIN_S, ""
    while time.monotonic() < ends:
        try:
            answers = ask(compose, paths)
        except DockerFailed as error:
            complaint = error.detail
        else:
            if all(map(is_right, answers[-len(live) :])):
                return
            complaint = f"{live[0]} said {answers[-1]}"
        time.sleep(0.3)
    raise NotReady(
        f"It was not ready within {READY_WITHIN_S} s, so nobody was sent there. {complaint}"
    )


def ask(compose: Compose, paths: Sequence[str]) -> list[str]:
    """What nginx gets from these addresses, one line each; the first that fails raises."""
    addresses = [f"http://gate{path}" for path in paths]
    socket = ("--unix-socket", "/tmp/gate.sock")  # noqa: S108 - in nginx's own container
    line = ("--fail-early", "--write-out", "\\n")
    return ask_nginx(compose, *line, *socket, *addresses).splitlines()


def ask_as_people_do(compose: Compose) -> str:
    """What `/livez` says over https, under the installation's own name."""
    domain = compose.installation.domain
    return ask_nginx(
        compose,
        *("--insecure", "--resolve", f"{domain}:8443:127.0.0.1"),
        f"https://{domain}:8443/livez",
    )


def ask_nginx(compose: Compose, *arguments: str) -> str:
    return compose.run(
        *("exec", "-T", "nginx", "curl", "--silent", "--show-error", "--fail", "--max-time", "5"),
        *arguments,
    )
