"""What is left behind of an AgentLab that was killed, and what is another one's."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from agentlab.operations.embedded.account import Account
from agentlab.operations.point_in_time.receiver import NAME, end_leftovers

WAITS = "import time; print('ready', flush=True); time.sleep(300)"


@contextmanager
def receiving(folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    command = [NAME, "-c", WAITS, f"--directory={folder / 'wal'}"]
    with subprocess.Popen(command, executable=sys.executable, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout
            process.stdout.readline()
            yield process
        finally:
            process.kill()


async def test_only_what_works_on_this_archive_is_ended(tmp_path: Path) -> None:
    root = tmp_path / "archive"
    with receiving(root) as ours, receiving(tmp_path / "archive-2") as theirs:
        await end_leftovers(Account(os.geteuid(), os.getegid(), switched=False), root)
        assert ours.wait(60)
        assert theirs.poll() is None
