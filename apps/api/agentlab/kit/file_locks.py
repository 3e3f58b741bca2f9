"""Locks of the kernel (`flock`) on open files: a crash gives them back."""

import fcntl
import time

PAUSE_S = 0.02
MOST_PAUSES = 250


def lock(descriptor: int) -> None:
    """Take the lock, until the file is closed.

    Who only looks (`is_locked`) has it for a moment, too: that is waited for, and is no refusal.

    Raises:
        BlockingIOError: somebody else took it, or looks and does not end.
    """
    for _ in range(MOST_PAUSES):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if is_locked(descriptor):
                raise
            time.sleep(PAUSE_S)
        else:
            return
    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def is_locked(descriptor: int) -> bool:
    """Whether somebody else took the lock. Not for who has it: it would be given back."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    fcntl.flock(descriptor, fcntl.LOCK_UN)
    return False
