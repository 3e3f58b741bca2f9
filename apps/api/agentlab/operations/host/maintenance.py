"""The flag file that closes the edge: nginx then answers with a page that says so."""

from collections.abc import Iterator
from contextlib import contextmanager

from agentlab.operations.host.folder import (
    SHARED_FOLDER,
    Installation,
    explained,
    make_folder,
    replace_file,
)

UPGRADE = b"upgrade\n"
"""In the flag of an upgrade, so that one that was interrupted does not close the edge for ever."""


def close(installation: Installation, *, reason: bytes = b"") -> None:
    with explained(installation.root):
        make_folder(installation.edge_state, SHARED_FOLDER)
        replace_file(installation.maintenance_flag, reason, 0o644)


def reopen(installation: Installation) -> None:
    with explained(installation.root):
        installation.maintenance_flag.unlink(missing_ok=True)


@contextmanager
def closed_for_upgrade(installation: Installation) -> Iterator[None]:
    """Closed for the length of the block; what an operator has closed stays closed after it."""
    if installation.maintenance_flag.exists():
        yield
        return
    close(installation, reason=UPGRADE)
    try:
        yield
    finally:
        reopen(installation)


def reopen_after_crash(installation: Installation) -> None:
    """Take away the flag of an upgrade that did not come to its end."""
    flag = installation.maintenance_flag
    if flag.exists() and flag.read_bytes() == UPGRADE:
        reopen(installation)
