"""`docker compose up` for those who work on AgentLab: our development images, with reload."""

import json
import os
import shutil
import subprocess
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from support.docker import REPOSITORY, docker, wait_for

PATIENCE_S = 240
"""Next compiles a page when it is asked for the first time."""


@dataclass(frozen=True)
class Checkout:
    """A copy of the repository that a developer changes, and its services."""

    folder: Path
    project: str

    def compose(self, *arguments: str) -> str:
        """Run Compose in the checkout. Ports are the engine's own: 0 is one that is free."""
        free = dict.fromkeys(PORTS, "0")
        return subprocess.run(
            ["docker", "compose", "--project-name", self.project, *arguments],
            cwd=self.folder,
            env={**os.environ, **free},
            check=True,
            capture_output=True,
            text=True,
        ).stdout

    def change(self, path: str, before: str, after: str) -> None:
        file = self.folder / path
        text = file.read_text()
        assert before in text
        file.write_text(text.replace(before, after))

    def api_says(self, path: str) -> str:
        """What the api answers, asked from inside: the ports are the engine's machine's alone."""
        ask = f"from urllib.request import urlopen; print(urlopen('http://127.0.0.1:8000{path}').read().decode())"
        return self.compose("exec", "-T", "api", "python", "-c", ask)

    def web_says(self, path: str) -> str:
        ask = f"console.log(await (await fetch('http://127.0.0.1:3000{path}')).text())"
        return self.compose("exec", "-T", "web", "node", "--input-type=module", "-e", ask)


PORTS = ("AGENTLAB_WEB_PORT", "AGENTLAB_API_PORT", "POSTGRES_PORT", "REDIS_PORT")


@pytest.fixture(scope="module")
def checkout(stand_ins: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checkout]:
    folder = tmp_path_factory.mktemp("checkout")
    copy_tracked_files(folder)
    open_to_containers(folder)
    checkout = Checkout(folder, f"agentlab-test-{uuid.uuid4().hex[:8]}")
    try:
        checkout.compose("up", "--detach", "--build", "--wait", "--wait-timeout", str(PATIENCE_S))
        yield checkout
    finally:
        checkout.compose("down", "--volumes", "--timeout", "5")


def copy_tracked_files(folder: Path) -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=REPOSITORY, check=True, capture_output=True, text=True
    ).stdout
    for name in filter(None, listed.split("\0")):
        if (REPOSITORY / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(REPOSITORY / name, folder / name)


def open_to_containers(folder: Path) -> None:
    """The folders of pytest are closed to others, as which the containers run."""
    for parent in (folder, *folder.parents[:2]):
        parent.chmod(0o755)
    (folder / "workspaces").mkdir(mode=0o777)


def eventually(condition: Callable[[], bool], what: str) -> None:
    def tried() -> bool:
        try:
            return condition()
        except subprocess.CalledProcessError:  # it starts anew
            return False

    wait_for(tried, what, timeout_s=PATIENCE_S)


def test_the_api_runs_and_starts_anew_when_its_source_changes(checkout: Checkout) -> None:
    eventually(lambda: json.loads(checkout.api_says("/livez"))["status"] == "alive", "the api")
    checkout.change("apps/api/agentlab/health.py", '"alive"', '"alive and changed"')
    eventually(
        lambda: json.loads(checkout.api_says("/livez"))["status"] == "alive and changed",
        "the api's reload",
    )


def test_the_web_app_shows_a_page_and_its_change(checkout: Checkout) -> None:
    eventually(lambda: "The control tower" in checkout.web_says("/sign-in"), "the web app")
    checkout.change("apps/web/src/app/layout.tsx", "The control tower", "The changed tower")
    eventually(lambda: "The changed tower" in checkout.web_says("/sign-in"), "the changed page")


def test_the_web_app_asks_the_api_for_what_is_below_api(checkout: Checkout) -> None:
    eventually(lambda: '"code"' in checkout.web_says("/api/v1/session"), "an answer of the api")


def test_ports_are_open_to_this_machine_alone_and_nothing_is_root(checkout: Checkout) -> None:
    for service in ("web", "api"):
        container = checkout.compose("ps", "--quiet", service).strip()
        [state] = json.loads(docker("inspect", container))
        assert state["Config"]["User"] not in {"", "0", "root"}
        bound = state["NetworkSettings"]["Ports"].values()
        assert {each["HostIp"] for ports in bound for each in ports or []} == {"127.0.0.1"}
