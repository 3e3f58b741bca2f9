"""The real production stack: installed, deployed and looked at as an operator does."""

import json
import os
import shutil
import ssl
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Any, Self

import httpx
from agentlab.operations.backup.archives import read_state

from support.docker import REPOSITORY, address, docker, inspect, wait_for

DOMAIN = "agentlab.test"
AGENTLAB = Path(sys.executable).with_name("agentlab")
ADA = {"name": "Ada Lovelace", "email": "ada@example.com", "password": "correct horse battery"}
SERVICES = {"nginx", "web", "api", "worker", "postgres", "redis", "status", "backup"}
OVERRIDE = "infrastructure/testing/stack.yml"
LOCAL_ARCHIVE = "/etc/pgbackrest/local.conf"
PARTS = ("docker-compose.prod.yml", "docker-compose.staging.yml", "infrastructure")


class Stack:
    """An installation in a folder of its own, under a project name of its own.

    Args:
        folder: becomes the installation.
        project: what Compose calls its containers.
    """

    def __init__(self, folder: Path, project: str = "agentlab-test") -> None:
        self.folder = folder
        self.project = project
        for part in PARTS:
            copy(REPOSITORY / part, folder / part)
        self.workspaces = folder / "workspaces"
        self.workspaces.mkdir()
        self.workspaces.chmod(0o777)  # containers write into it as another user

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, "AGENTLAB_HOME": str(self.folder)}

    # --- what an operator does

    def init(self, domain: str = DOMAIN) -> None:
        self.agentlab("init", "--domain", domain, "--yes")
        own_engine = "AGENTLAB_ENGINE_ADDRESS" in os.environ
        self.set(
            COMPOSE_PROJECT_NAME=self.project,
            COMPOSE_FILE=f"docker-compose.prod.yml:{OVERRIDE}",
            AGENTLAB_HTTP_PORT="80" if own_engine else "18080",
            AGENTLAB_HTTPS_PORT="443" if own_engine else "18443",
            AGENTLAB_WORKSPACES=str(self.workspaces),
        )

    def set(self, **settings: str) -> None:
        """Change `.env`, as with an editor."""
        file = self.folder / ".env"
        lines = [
            line for line in file.read_text().splitlines() if line.partition("=")[0] not in settings
        ]
        lines += [f"{name}={value}" for name, value in settings.items()]
        file.write_text("\n".join([*lines, ""]))

    def setting(self, name: str) -> str:
        lines = (self.folder / ".env").read_text().splitlines()
        return dict(line.partition("=")[::2] for line in lines if "=" in line).get(name, "")

    def agentlab(self, *arguments: str, timeout_s: float = 600) -> str:
        """What a command prints that ends well."""
        done = self.try_agentlab(*arguments, timeout_s=timeout_s)
        if done.returncode:
            raise RuntimeError(f"agentlab {' '.join(arguments)}: {done.stdout}{done.stderr}")
        return done.stdout

    def try_agentlab(
        self, *arguments: str, timeout_s: float = 600
    ) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [AGENTLAB, *arguments],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=timeout_s,
        )

    def compose(self, *arguments: str, timeout_s: float = 300) -> str:
        done = subprocess.run(
            ["docker", "compose", *arguments],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=timeout_s,
        )
        if done.returncode:
            raise RuntimeError(f"compose {' '.join(arguments)}: {done.stdout}{done.stderr}")
        return done.stdout.strip()

    @contextmanager
    def deployed(self, version: str) -> Iterator[Self]:
        """It runs in the block, and nothing of it is left after that."""
        try:
            self.agentlab("deploy", version)
            self.wait_until_live()
            yield self
        finally:
            self.down()

    def down(self) -> None:
        self.set(AGENTLAB_API_IMAGE="none", AGENTLAB_WEB_IMAGE="none")
        profiles = ("--profile", "*")
        self.compose(*profiles, "down", "--volumes", "--remove-orphans", "--timeout", "5")

    # --- what there is

    def containers(self, *services: str) -> list[dict[str, Any]]:
        """What Docker knows of the containers that run."""
        ids = self.compose("ps", "--quiet", *services).split()
        return [inspect("container", each) for each in ids]

    def is_healthy(self, service: str) -> bool:
        """By the health checks of all its containers, of which there has to be one."""
        states = [each["State"] for each in self.containers(service)]
        return bool(states) and all(each["Health"]["Status"] == "healthy" for each in states)

    def psql(self, statement: str) -> str:
        words = ("psql", "-qAtX", "-U", "postgres", "agentlab", "-c", statement)
        return self.compose("exec", "-T", "postgres", *words)

    def is_archived(self, segment: str, configuration: str = LOCAL_ARCHIVE) -> bool:
        """Whether that repository of pgBackRest has the segment, whatever PostgreSQL believes."""
        ask = ("pgbackrest", f"--config={configuration}", "--stanza=agentlab", "repo-ls")
        folder = f"archive/agentlab/17-1/{segment[:16]}"
        return segment in self.compose("exec", "-T", "backup", *ask, folder)

    def base_backups(self) -> int:
        """In how many archives there is one."""
        found = read_state(self.folder / "state" / "backups")
        return sum(each.base_backup_at is not None for each in found)

    def last_deployment(self) -> dict[str, Any]:
        newest = max((self.folder / "state" / "releases").glob("*.json"))
        found: dict[str, Any] = json.loads(newest.read_text())
        return found

    # --- what people see

    @property
    def place(self) -> tuple[str, int]:
        """Where the edge is reached from here."""
        return address(), int(self.setting("AGENTLAB_HTTPS_PORT"))

    @property
    def trust(self) -> ssl.SSLContext:
        """Believes the installation's own authority, and nobody else."""
        return ssl.create_default_context(cafile=self.folder / "certificates" / "ca" / "ca.pem")

    def browser(self) -> httpx.Client:
        """Asks by name, as browsers do, and checks who answers."""
        host, port = self.place

        def name_the_domain(request: httpx.Request) -> None:
            request.headers["Host"] = DOMAIN
            request.extensions["sni_hostname"] = DOMAIN

        return httpx.Client(
            base_url=f"https://{host}:{port}",
            verify=self.trust,
            timeout=15,
            event_hooks={"request": [name_the_domain]},
        )

    @contextmanager
    def administrator(self) -> Iterator[httpx.Client]:
        """A browser in which Ada is signed in; she is made where she does not exist yet."""
        with self.browser() as browser:
            answer = browser.post("/api/v1/setup", json=ADA)
            if answer.status_code == HTTPStatus.CONFLICT:
                answer = browser.post("/api/v1/session", json=ADA)
            assert answer.is_success
            yield browser

    def livez(self) -> dict[str, str]:
        with self.browser() as browser:
            answer: dict[str, str] = browser.get("/livez").json()
            return answer

    def wait_until_live(self, *, timeout_s: float = 120) -> None:
        """Until somebody could sign in, which takes all of the stack."""
        wait_for(self.is_live, "an answer from the stack", timeout_s=timeout_s)

    def is_live(self) -> bool:
        """The web app, the database and Redis answer; no attempt to sign in is counted."""
        with self.browser() as browser:
            try:
                page, setup = browser.get("/sign-in"), browser.get("/api/v1/setup")
                nobody = {"Cookie": "agentlab_session=nobody"}
                session = browser.get("/api/v1/session", headers=nobody)
            except httpx.HTTPError:
                return False
        return (page.status_code, setup.status_code, session.status_code) == (200, 200, 401)


def copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copy(source, target)


def tag(version: str, names: Sequence[str], source: str) -> None:
    """Call images by another version too."""
    for name in names:
        docker("tag", f"agentlab/{name}:{source}", f"agentlab/{name}:{version}")
