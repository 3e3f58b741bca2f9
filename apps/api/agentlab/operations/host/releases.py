"""What was deployed when, which release runs, and the lock that lets one deploy run at a time."""

import fcntl
import getpass
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from agentlab.errors import Conflict, NotFound
from agentlab.kit import clock
from agentlab.operations.host.folder import SHARED_FOLDER, Installation, make_folder, replace_file

KEPT = 5
"""So many releases stay on the host, each a rollback away."""


class DeployRunning(Conflict):
    code = "deploy_running"


class NothingDeployed(NotFound):
    code = "nothing_deployed"


class NothingToRollBackTo(NotFound):
    code = "nothing_to_roll_back_to"


class Colour(StrEnum):
    BLUE = "blue"
    GREEN = "green"

    @property
    def other(self) -> "Colour":
        return Colour.GREEN if self is Colour.BLUE else Colour.BLUE


class Outcome(StrEnum):
    RUNNING = "running"
    DEPLOYED = "deployed"
    FAILED = "failed"


@dataclass(frozen=True)
class Release:
    """The images that belong together, by digest."""

    version: str
    revision: str
    api: str
    web: str
    backup: str = ""
    """Empty for releases of before it existed; the one that runs stays beside them."""

    @property
    def images(self) -> list[str]:
        return [each for each in (self.api, self.web, self.backup) if each]

    @property
    def settings(self) -> dict[str, str]:
        """What Compose has to know to start it."""
        images = {"AGENTLAB_API_IMAGE": self.api, "AGENTLAB_WEB_IMAGE": self.web}
        return images | ({"AGENTLAB_BACKUP_IMAGE": self.backup} if self.backup else {})


@dataclass(frozen=True)
class Deployment:
    """One attempt to make a release live: a JSON file in `state/releases`."""

    id: int
    kind: str
    """`deploy`, `rollback` or `restart`."""
    release: Release
    colour: Colour
    by: str
    started_at: datetime
    outcome: Outcome = Outcome.RUNNING
    finished_at: datetime | None = None
    reason: str = ""
    """Why it failed."""
    steps: dict[str, float] = field(default_factory=dict)
    """How long each step took, in seconds."""

    def ended(self, outcome: Outcome, *, reason: str = "") -> "Deployment":
        return replace(self, outcome=outcome, reason=reason, finished_at=clock.now())


class Records:
    """The deployments of an installation, oldest first."""

    def __init__(self, installation: Installation) -> None:
        self.folder = installation.releases

    def all(self) -> list[Deployment]:
        return [deployment_of(file) for file in sorted(self.folder.glob("[0-9]*.json"))]

    def of_a_server(self) -> list[Deployment]:
        """Those with a backup container, which restores need."""
        return [each for each in self.all() if each.release.backup]

    def begin(self, kind: str, release: Release, colour: Colour) -> Deployment:
        last = max((deployment.id for deployment in self.all()), default=0)
        deployment = Deployment(last + 1, kind, release, colour, operator(), clock.now())
        self.save(deployment)
        return deployment

    def save(self, deployment: Deployment) -> None:
        make_folder(self.folder, SHARED_FOLDER)
        flat = asdict(deployment) | asdict(deployment.release)
        content = json.dumps(flat, default=str, indent=2, ensure_ascii=False)
        replace_file(self.folder / f"{deployment.id:05}.json", f"{content}\n".encode(), 0o644)

    def unfinished(self) -> Deployment | None:
        """The attempt that was interrupted, if the last one was."""
        found = self.all()
        return found[-1] if found and found[-1].outcome is Outcome.RUNNING else None

    def successes(self) -> list[Deployment]:
        """What went live, newest first."""
        return [each for each in reversed(self.all()) if each.outcome is Outcome.DEPLOYED]

    def current(self) -> Deployment:
        """What is live. Raises `NothingDeployed` before the first deploy."""
        found = self.successes()
        if not found:
            raise NothingDeployed("Nothing is deployed yet. Start with `agentlab deploy VERSION`.")
        return found[0]

    def kept(self) -> list[Release]:
        """The last five different releases that were live, newest first."""
        releases = dict.fromkeys(deployment.release for deployment in self.successes())
        return list(releases)[:KEPT]

    def previous(self) -> Release:
        """What was live before what is live now; what was rolled back from does not count."""
        here = self.current().release
        stack: list[Release] = []
        for each in reversed(self.successes()):
            if each.kind == "rollback":
                while each.release in stack and stack[-1] != each.release:
                    stack.pop()
            else:
                stack = [release for release in stack if release != each.release]
                stack.append(each.release)
        if len(stack) < 2:  # noqa: PLR2004 - one to leave and one to go to
            raise NothingToRollBackTo(
                f"Before {here.version} no other release ran here, so there is none to go back to."
            )
        return stack[-2]


@contextmanager
def lock(installation: Installation) -> Iterator[None]:
    """Keep others from deploying. The lock is the kernel's, so a crash gives it back."""
    make_folder(installation.releases, SHARED_FOLDER)
    descriptor = os.open(installation.releases / "lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.pread(descriptor, 200, 0).decode(errors="replace") or "somebody"
            raise DeployRunning(
                f"A deploy runs already, by {holder}. Wait until it ends; it keeps nothing half "
                "done."
            ) from error
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{operator()} since {clock.now():%H:%M:%S} UTC".encode(), 0)
        yield
    finally:
        os.close(descriptor)


def operator() -> str:
    """Who is at the keyboard, also behind sudo."""
    return os.environ.get("SUDO_USER") or getpass.getuser()


def deployment_of(file: Path) -> Deployment:
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    finished_at = found["finished_at"]
    return Deployment(
        id=found["id"],
        kind=found["kind"],
        release=Release(**found["release"]),
        colour=Colour(found["colour"]),
        by=found["by"],
        started_at=datetime.fromisoformat(found["started_at"]),
        outcome=Outcome(found["outcome"]),
        finished_at=datetime.fromisoformat(finished_at) if finished_at else None,
        reason=found["reason"],
        steps=found["steps"],
    )
