"""The rights of an ordinary user, for tests that run as root too."""

import codecs
import os
from collections.abc import Iterator
from contextlib import contextmanager

NOBODY = 65534


@contextmanager
def ordinary_user() -> Iterator[None]:
    """Inside the block file permissions count, even when root runs the tests."""
    if os.geteuid() != 0:
        yield
        return
    codecs.lookup("utf-8-sig")  # Python reads a codec where nobody may not, and never asks again
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)
