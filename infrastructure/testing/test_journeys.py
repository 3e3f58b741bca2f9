"""The journeys of e2e/ in a real browser, on the production stack over HTTPS."""

import os
import subprocess

from support.docker import REPOSITORY
from support.stack import Stack

WITHIN_S = 1200


def test_every_journey_passes_over_https(stack: Stack) -> None:
    """They find and leave the stack without anybody in it."""
    done = subprocess.run(
        ["npm", "run", "test", "-w", "e2e"],
        cwd=REPOSITORY,
        env={
            **os.environ,
            "CHROMIUM": (REPOSITORY / ".tools" / "browser").read_text().strip(),
            "E2E_STACK": str(stack.folder),
            "E2E_STACK_ADDRESS": stack.place[0],
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=WITHIN_S,
    )
    print(done.stdout)
    assert done.returncode == 0, done.stdout
    assert stack.psql("SELECT count(*) FROM users") == "0"
