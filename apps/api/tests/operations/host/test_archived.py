"""`agentlab restore --at` that is killed leaves the old or the new, and can be run again."""

import multiprocessing
import os
import signal
from pathlib import Path

import pytest

from agentlab.operations.backup.archives import Which
from agentlab.operations.host import deploy, point_in_time, restore_points
from agentlab.operations.host.archived import Moment, journal_of
from agentlab.operations.host.compose import Compose
from agentlab.operations.host.folder import Installation
from agentlab.operations.host.releases import Colour, Records, Release
from agentlab.operations.host.releases import Outcome as Deployed
from agentlab.operations.point_in_time.recovery import Recovery
from agentlab.operations.point_in_time.repository import Repository
from agentlab.operations.restore.journal import Outcome, Step
from agentlab.operations.restore.restoring import RestoreFailed

LATEST = Moment(None, Which.LOCAL)
ORDERS = range(1, 15)
"""What Docker is told in one restore, from `prepare` to `forget`."""

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload([__name__])


class Containers:
    """What Compose is told is done here, to a folder in place of the database's volume."""

    def __init__(self, data: Path, *, dies_at: int = 0, fails_at: str = "") -> None:
        self.recovery = Recovery(Repository(Which.LOCAL, Path("local.conf")), "agentlab", data)
        self.dies_at = dies_at
        self.fails_at = fails_at
        self.told = 0

    def install(self, patch: pytest.MonkeyPatch) -> None:
        patch.setattr(Compose, "run", lambda _, *words, **__: self.run(*words))
        patch.setattr(Compose, "remove_leftovers", lambda *_: None)
        patch.setattr(restore_points, "create", lambda _: Path("20261129T101500.dump"))
        patch.setattr(point_in_time, "start_writers", lambda _: None)

    def run(self, *words: str) -> str:
        self.told += 1
        if self.told == self.dies_at:
            os.kill(os.getpid(), signal.SIGKILL)
        if self.fails_at in words:
            raise RuntimeError(f"{self.fails_at} failed")
        if "point-in-time" in words:
            match words[words.index("agentlab.cli.point_in_time") + 1]:
                case "prepare":
                    self.recovery.need_settled()
                    write(self.recovery.fresh, "archived")
                case "finish":
                    assert (self.recovery.data / "PG_VERSION").read_text() == "archived"
                case step:
                    getattr(self.recovery, step)()
        return ""


def write(folder: Path, text: str) -> None:
    folder.mkdir(parents=True)
    (folder / "PG_VERSION").write_text(text)


@pytest.fixture
def data(installation: Installation) -> Path:
    records = Records(installation)
    release = Release("1.0", "abc", "sha256:1", "sha256:2", "sha256:3")
    records.save(records.begin("deploy", release, Colour.BLUE).ended(Deployed.DEPLOYED))
    write(installation.root / "volume", "used")
    return installation.root / "volume"


def restore(installation: Installation) -> None:
    point_in_time.restore(installation, LATEST, say=lambda _: None, tell=lambda _: None)


def die(installation: Installation, data: Path, at: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        Containers(data, dies_at=at).install(patch)
        restore(installation)


@pytest.mark.parametrize("order", ORDERS)
def test_killed_before_any_order_it_leaves_the_old_or_the_new_and_can_be_run_again(
    order: int, installation: Installation, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    process = PROCESSES.Process(target=die, args=(installation, data, order))
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    found = journal_of(installation).read()
    assert found
    expected = "archived" if found.step is Step.CLEAN else "used"

    Containers(data).install(monkeypatch)
    with deploy.alone(installation, lambda _: None):
        """As any other command does."""
    assert {each.name: each.read_text() for each in data.iterdir()} == {"PG_VERSION": expected}
    assert not installation.maintenance_flag.exists()

    restore(installation)
    assert {each.name: each.read_text() for each in data.iterdir()} == {"PG_VERSION": "archived"}
    entry = journal_of(installation).read()
    assert entry
    assert (entry.outcome, entry.restore_point) == (Outcome.RESTORED, "20261129T101500.dump")


@pytest.mark.parametrize("order", ["prepare", "finish", "migrate"])
def test_what_fails_goes_back_by_itself(
    order: str, installation: Installation, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Containers(data, fails_at=order).install(monkeypatch)
    failure = RuntimeError if order == "prepare" else RestoreFailed
    with pytest.raises(failure, match=f"{order} failed"):
        restore(installation)
    assert {each.name: each.read_text() for each in data.iterdir()} == {"PG_VERSION": "used"}
    entry = journal_of(installation).read()
    assert entry
    assert entry.outcome is Outcome.FAILED


def test_the_last_order_is_to_forget_what_was_used_before(
    installation: Installation, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = Containers(data)
    here.install(monkeypatch)
    restore(installation)
    assert here.told == max(ORDERS)
