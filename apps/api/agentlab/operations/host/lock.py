"""One command at a time changes an installation."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from agentlab.errors import Conflict
from agentlab.operations.host.folder import Installation, explained


class InstallationBusy(Conflict):
    code = "installation_busy"


@contextmanager
def locked(installation: Installation) -> Iterator[None]:
    """Hold the installation, or say that another command does. The kernel ends it with us."""
    with explained(installation.root):
        descriptor = os.open(installation.root, os.O_RDONLY | os.O_DIRECTORY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise InstallationBusy(
                f"Another `agentlab` command is changing {installation.root}. Wait for its end."
            ) from error
        yield
    finally:
        os.close(descriptor)
