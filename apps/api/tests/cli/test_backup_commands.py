"""`agentlab backup`, run as a person runs it, on a desk where AgentLab does not run."""

import asyncio
import json
import os
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from agentlab.cli.backup import opened
from agentlab.operations.backup.place import Place
from agentlab.operations.backup.service import Watch
from agentlab.operations.backup.shelf import Stopped
from agentlab.settings import Settings
from tests.cli.test_commands import AGENTLAB
from tests.support.folders import open_folder


@pytest.fixture(scope="module")
def desk() -> Iterator[tuple[Path, str]]:
    """A desk with one backup, and what is said of it before any test has used it."""
    with open_folder() as folder:
        desk = folder / "data"
        assert run(desk, "migrate")[0] == 0
        code, output, errors = run(desk, "backup", "create")
        assert code == 0, errors
        assert "verified, proven" in output
        code, output, _ = run(desk, "backup", "list")
        assert code == 0
        yield desk, output


@pytest.fixture(scope="module")
def home(desk: tuple[Path, str]) -> Path:
    return desk[0]


def run(home: Path, *words: str, **environment: str) -> tuple[int, str, str]:
    done = subprocess.run(
        [AGENTLAB, *words],
        env={"PATH": os.environ["PATH"], "AGENTLAB_DATA_DIR": str(home), **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


def test_the_list_says_what_to_do(desk: tuple[Path, str]) -> None:
    home, output = desk
    assert "agentlab-" in output
    assert "There is no copy elsewhere" in output
    assert "The key was never rehearsed" in output
    (one,) = json.loads(run(home, "backup", "list", "--json")[1])
    assert one["is_good"]
    assert one["record"]["proof"]["ok"]


def test_the_key_is_taken_away_and_rehearsed(home: Path, tmp_path: Path) -> None:
    key = tmp_path / "key"
    code, output, errors = run(home, "backup", "export-key", str(key))
    assert (code, errors) == (0, "")
    assert key.stat().st_mode & 0o777 == 0o600
    assert "Keep two copies" in key.read_text()
    code, output, _ = run(home, "backup", "verify", "latest", "--key", str(key))
    assert (code, "The key opens it." in output) == (0, True)
    assert "never rehearsed" not in run(home, "backup", "list")[1]


def test_a_key_is_never_written_over(home: Path, tmp_path: Path) -> None:
    (tmp_path / "key").write_text("precious")
    code, _, errors = run(home, "backup", "export-key", str(tmp_path / "key"))
    assert (code, "exists already" in errors) == (1, True)
    assert (tmp_path / "key").read_text() == "precious"


def test_a_file_anywhere_is_verified(home: Path, tmp_path: Path) -> None:
    (bundle,) = (home / "backups").glob("*.bundle")
    copy = tmp_path / "copy.bundle"
    copy.write_bytes(bundle.read_bytes())
    code, output, _ = run(home, "backup", "verify", str(copy))
    assert (code, "is whole" in output) == (0, True)
    os.truncate(copy, 1000)
    code, _, errors = run(home, "backup", "verify", str(copy))
    assert (code, "is damaged" in errors) == (1, True)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("verify", "agentlab-20200101T000000Z-00000000"), "There is no backup"),
        (("verify", "latest", "--key", "/nonexistent"), "There is no key"),
        (("copy",), "Nowhere to copy to"),
    ],
)
def test_what_cannot_be_done_is_told_in_a_sentence(
    words: tuple[str, ...], sentence: str, home: Path
) -> None:
    code, _, errors = run(home, "backup", *words)
    assert code == 1
    assert sentence in errors.replace("\n", " ")
    assert "Traceback" not in errors


def test_a_copy_is_made_again(home: Path, tmp_path: Path) -> None:
    code, output, errors = run(home, "backup", "copy", BACKUP_SECOND_FOLDER=str(tmp_path))
    assert (code, output) == (0, "Copied.\n"), errors
    assert list(tmp_path.glob("*.bundle"))


def test_nothing_is_pruned_that_a_rule_keeps(home: Path) -> None:
    assert run(home, "backup", "prune") == (0, "None pruned.\n", "")


async def test_ctrl_c_ends_what_a_command_has_begun(home: Path) -> None:
    """The work is in a thread, which no signal interrupts."""
    began, ended = threading.Event(), threading.Event()

    def work(_: Place, watch: Watch) -> None:
        began.set()
        while not watch.is_stopped():
            time.sleep(0.01)
        ended.set()
        raise Stopped("The backup was stopped before it had ended.")

    settings = Settings(
        data_dir=home, database_url="postgresql://nowhere", redis_url="redis://nowhere"
    )
    running = asyncio.create_task(opened(settings, work, Watch.told))
    assert await asyncio.to_thread(began.wait, 60)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert ended.is_set()
