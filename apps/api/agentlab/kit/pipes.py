"""What one function writes, as a stream that another reads, a little at a time."""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import BinaryIO

CHUNK = 1 << 20


@contextmanager
def written_by(write: Callable[[BinaryIO], None]) -> Iterator[BinaryIO]:
    """A stream of what `write` writes meanwhile, in a thread of its own.

    What the block has not read when it ends well is read and thrown away. Whatever `write` raises
    is raised where the block ends; when the block fails, `write` ends with it.
    """
    reads, writes = os.pipe()
    failures: list[BaseException] = []

    def work() -> None:
        try:
            with os.fdopen(writes, "wb") as pipe:
                write(pipe)
        except BrokenPipeError:
            pass  # whoever read has failed, and says why
        except BaseException as error:  # noqa: BLE001 - raised again where the block ends
            failures.append(error)

    writing = threading.Thread(target=work)
    writing.start()
    try:
        with os.fdopen(reads, "rb") as pipe:
            yield pipe
            while pipe.read(CHUNK):
                pass
    finally:
        writing.join()
        if failures:
            raise failures[0]
