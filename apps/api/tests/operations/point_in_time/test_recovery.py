"""The files of a database change places, and each step can be taken back."""

from pathlib import Path

import pytest

from agentlab.operations.backup.archives import Which
from agentlab.operations.point_in_time.recovery import Recovery, RecoveryFailed
from agentlab.operations.point_in_time.repository import Repository


@pytest.fixture
def recovery(tmp_path: Path) -> Recovery:
    """A database that is used, and one that was restored beside it."""
    found = Recovery(
        Repository(Which.LOCAL, tmp_path / "local.conf"), "agentlab", tmp_path / "data"
    )
    write(found.data, "old")
    write(found.fresh, "new")
    return found


def write(folder: Path, text: str) -> None:
    (folder / "base").mkdir(parents=True)
    (folder / "base" / "1").write_text(text)
    (folder / "PG_VERSION").write_text(text)


def used(recovery: Recovery) -> set[str]:
    return {file.read_text() for file in recovery.data.glob("[!.]*") if file.is_file()} | {
        file.read_text() for file in recovery.data.glob("base/*")
    }


def test_what_was_restored_takes_the_place_of_what_was_used(recovery: Recovery) -> None:
    recovery.swap()
    assert used(recovery) == {"new"}
    recovery.forget()
    assert {each.name for each in recovery.data.iterdir()} == {"base", "PG_VERSION"}
    recovery.undo()
    assert used(recovery) == {"new"}


def test_a_swap_can_be_taken_back(recovery: Recovery) -> None:
    recovery.swap()
    recovery.undo()
    assert used(recovery) == {"old"}
    assert {each.name for each in recovery.data.iterdir()} == {"base", "PG_VERSION"}


@pytest.mark.parametrize("moves", range(1, 6))
def test_one_that_was_interrupted_anywhere_is_finished_or_taken_back(
    recovery: Recovery, moves: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for end, expected in (("swap", "new"), ("undo", "old")):
        with monkeypatch.context() as patch:
            interrupt(patch, after=moves)
            with pytest.raises(KeyboardInterrupt):
                recovery.swap()
        getattr(recovery, end)()
        assert used(recovery) == {expected}
        recovery.undo()
        assert used(recovery) == {"old"}
        if not recovery.fresh.exists():
            write(recovery.fresh, "new")


def interrupt(patch: pytest.MonkeyPatch, *, after: int) -> None:
    rename, done = Path.rename, 0

    def some(self: Path, target: Path) -> Path:
        nonlocal done
        if done == after - 1:
            raise KeyboardInterrupt
        done += 1
        return rename(self, target)

    patch.setattr(Path, "rename", some)


def test_nothing_is_swapped_that_was_not_restored(recovery: Recovery) -> None:
    recovery.undo()
    with pytest.raises(RecoveryFailed):
        recovery.swap()
    assert used(recovery) == {"old"}


async def test_a_base_backup_brings_nothing_of_an_earlier_restore(
    recovery: Recovery, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that was made while that restore proved itself has the files that it replaced."""

    async def run(_repository: Repository, _command: str, *_arguments: str) -> str:
        write(recovery.fresh / ".former", "older")
        (recovery.fresh / "PG_VERSION").write_text("new")
        return ""

    monkeypatch.setattr(Repository, "run", run)
    await recovery.prepare(None)
    recovery.swap()
    assert used(recovery) == {"new"}
    recovery.undo()
    assert used(recovery) == {"old"}
