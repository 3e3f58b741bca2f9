"""A restore in a process of its own that kills itself, at a moment that a test chooses."""

import multiprocessing
import os
import signal
from collections.abc import Callable
from pathlib import Path

from typing_extensions import override

from agentlab.operations.backup import keys
from agentlab.operations.restore import restoring
from agentlab.operations.restore.databases import Databases
from agentlab.operations.restore.desk import Desk, NotHealthy
from agentlab.operations.restore.journal import Step
from agentlab.operations.restore.restoring import Run
from agentlab.operations.restore.source import find
from agentlab.operations.restore.swapped import Swapped

BETWEEN_THE_SWAPS = "between the swaps"
WHILE_CLEANING = "while cleaning"
WHILE_GOING_BACK = "while going back"

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload([__name__])


def killed(desk: Desk, bundle: Path, key: Path, moment: str) -> None:
    """Return when the process is gone: by its own hand, at this moment."""
    parts = (desk.place, desk.folder, desk.settings, desk.create_app)
    process = PROCESSES.Process(target=restore, args=(parts, bundle, key, moment))
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL


def restore(parts: tuple, bundle: Path, key: Path, moment: str) -> None:  # type: ignore[type-arg]
    desk = Desk(*parts)
    PREPARATIONS.get(moment, lambda: die_after(Step(moment)))()
    restoring.restore(desk, find(desk.place, str(bundle), keys.read(key)))


def die(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def die_after(chosen: Step) -> None:
    """When its work is done, and nobody has noted it yet."""

    class DyingRun(Run):
        @override
        def step(self, step: Step, action: Callable[[], None]) -> None:
            def act() -> None:
                action()
                if step is chosen:
                    die()

            super().step(step, act)

    restoring.Run = DyingRun  # type: ignore[misc]


def die_between_the_swaps() -> None:
    Swapped.swap = die  # type: ignore[method-assign,assignment]


def die_while_cleaning() -> None:
    """What was there before is forgotten, but its database is there still."""
    drop = Databases.drop

    def drop_or_die(self: Databases, name: str) -> None:
        drop(self, name) if name != self.before else die()

    Databases.drop = drop_or_die  # type: ignore[method-assign]


def die_while_going_back() -> None:
    """The files went back, the database has still to."""
    Desk.check_health = fail  # type: ignore[method-assign,assignment]
    Databases.swap_back = die  # type: ignore[method-assign,assignment]


def fail(*_: object) -> None:
    raise NotHealthy("It is not well.")


PREPARATIONS = {
    BETWEEN_THE_SWAPS: die_between_the_swaps,
    WHILE_CLEANING: die_while_cleaning,
    WHILE_GOING_BACK: die_while_going_back,
}
