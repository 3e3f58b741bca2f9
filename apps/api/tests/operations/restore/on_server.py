"""A server whose containers are this process: what they are told is done to real databases."""

import multiprocessing
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from agentlab.operations.backup import keys
from agentlab.operations.backup.place import Place
from agentlab.operations.host import initialisation, restoring
from agentlab.operations.host.compose import Compose, DockerFailed
from agentlab.operations.host.folder import COMPOSE_FILE, Installation
from agentlab.operations.host.initialisation import Answers
from agentlab.operations.host.releases import Colour, Outcome, Records, Release
from agentlab.operations.host.unfinished_restore import Files
from agentlab.operations.restore import restoring as in_container
from agentlab.operations.restore import source
from agentlab.operations.restore.databases import Databases
from agentlab.operations.restore.desk import Desk
from agentlab.operations.restore.server import Server
from tests.operations.restore.conftest import Backup

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload([__name__])

BEFORE_THE_END = [
    "prepared",
    "database swapped",
    "secret kept",
    "files swapped",
    "files went back",
]
AT_THE_END = ["cleaning", "cleaned"]


@dataclass(frozen=True)
class OnServer:
    """An installation in use, with the databases of a desk."""

    root: Path
    desk_place: Place

    @classmethod
    def on(cls, desk: Desk, root: Path) -> "OnServer":
        (root / COMPOSE_FILE).touch()
        server = cls(root, desk.place)
        here = server.installation
        initialisation.initialise(here, Answers(), certify=lambda _: None)
        (here.data / "samples").mkdir()
        records = Records(here)
        release = Release("1.0", "abc", "sha256:1", "sha256:2", "sha256:3")
        records.save(records.begin("deploy", release, Colour.BLUE).ended(Outcome.DEPLOYED))
        return server

    @property
    def installation(self) -> Installation:
        return Installation(self.root)

    @property
    def place(self) -> Place:
        return replace(self.desk_place, folder=self.installation.backups)

    def restore(self, backup: Backup) -> None:
        opened = source.opened(backup.bundle, keys.read(backup.key))
        restoring.restore(
            self.installation, opened, release=None, say=lambda _: None, tell=lambda _: None
        )

    def is_killed(self, backup: Backup, moment: str) -> bool:
        """Restore in a process that kills itself at this moment."""
        process = PROCESSES.Process(target=die_restoring, args=(self, backup, moment))
        process.start()
        process.join()
        return process.exitcode == -signal.SIGKILL

    def run(self, *words: str, stdin: bytes = b"") -> str:
        """What Compose is told."""
        if "agentlab.cli.restoring" not in words:
            return ""
        step, ground = words[words.index("agentlab.cli.restoring") + 1], Server(self.place)
        if step == "prepare":
            mounted = next(word for word in words if word.startswith("--volume="))
            file = mounted.removeprefix("--volume=").partition(":")[0]
            key = keys.parse(stdin.decode(), "Standard input")
            in_container.prepare(ground, source.find(self.place, file, key))
        elif step == "undo":
            in_container.undo(ground, "It was interrupted.")
        else:
            {"swap": in_container.swap, "clean": in_container.clean}[step](ground)
        return ""


def contain(server: OnServer, patch: pytest.MonkeyPatch, at: Callable[[str], None]) -> None:
    """Let containers be here; `at` is told when a moment has come."""

    def run(_: Compose, *words: str, timeout_s: float = 0, stdin: bytes = b"") -> str:
        said = server.run(*words, stdin=stdin)
        for word, moment in MOMENTS.items():
            if word in words:
                at(moment)
        return said

    patch.setattr(Compose, "run", run)
    patch.setattr(Compose, "remove_leftovers", lambda *_: None)
    patch.setattr(restoring, "start_writers", lambda _: at("started"))


MOMENTS = {"prepare": "prepared", "swap": "database swapped", "clean": "cleaned"}
"""What has come when a container has done this."""


def die_restoring(server: OnServer, backup: Backup, moment: str) -> None:
    def die(*_: object) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def at(come: str) -> None:
        if come == moment:
            die()
        if come == "started" and moment == "files went back":
            raise DockerFailed("It did not start.")

    with pytest.MonkeyPatch.context() as patch:
        contain(server, patch, at)
        die_in(moment, patch, die)
        server.restore(backup)


def die_in(moment: str, patch: pytest.MonkeyPatch, die: Callable[..., None]) -> None:
    """Where it comes while the host is at work, and no container."""
    drop, swap = Databases.drop, Files.swap

    def drop_or_die(databases: Databases, name: str) -> None:
        drop(databases, name) if name != databases.before else die()

    def swap_and_die(files: Files) -> None:
        swap(files)
        die()

    match moment:
        case "secret kept":
            patch.setattr(Installation, "write_secret", die)
        case "files swapped":
            patch.setattr(Files, "swap", swap_and_die)
        case "files went back":
            patch.setattr(Databases, "swap_back", die)
        case "cleaning":
            patch.setattr(Databases, "drop", drop_or_die)
        case _:
            """A container's, which is told where it ends."""
