"""Journeys of e2e/ in a real browser, on the production stack over HTTPS.

Those for which the way through the edge matters: certificates, cookies, streams, limits, the status
page, files that are uploaded and downloaded. `make test` has walked all of them at a desk.
"""

import os
import subprocess

from support.docker import REPOSITORY
from support.stack import Stack

WITHIN_S = 1200
JOURNEYS = ("https", "live", "main-job", "sessions", "status", "tokens")


def test_journeys_pass_over_https(stack: Stack) -> None:
    """They find and leave the stack without anybody in it."""
    done = subprocess.run(
        ["npm", "run", "test", "-w", "e2e", "--", *JOURNEYS],
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
