"""Opening what lies inside a folder without ever following a symbolic link out of it.

Each step is taken from an open folder (`dir_fd`) with `O_NOFOLLOW`, so that nobody can swap a
folder for a link between our check and our use of it.
"""

import errno
import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from agentlab.workspaces.notices import Clause, Notice, shown

OPEN_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
# Without O_NONBLOCK, opening a named pipe would wait for a writer.
OPEN_FILE = os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC

LINK = (
    "symbolic_link",
    Clause("symbolic_link", "is a symbolic link; links are not followed"),
)
NOT_A_FILE = ("not_a_file", Clause("not_a_file", "is not a regular file"))
NOT_A_FOLDER = ("not_a_folder", Clause("not_a_folder", "is not a folder"))
NOT_TEXT = ("not_text", Clause("not_text", "holds binary data in spite of its name"))
LEFT_OUT = Clause("left_out", "so it was left out")


class LeftOut(Exception):
    """Something inside the folder cannot be taken, for this reason. `reason` follows its name."""

    def __init__(self, code: str, reason: Clause) -> None:
        super().__init__(code, reason)
        self.code = code
        self.reason = reason

    def notice(self, path: str) -> Notice:
        name = shown(path)
        text = f"{name} {self.reason.english}, {LEFT_OUT.english}."
        return Notice(name, None, self.code, text, (self.reason, LEFT_OUT))


def parts_of(relative: str) -> tuple[str, ...]:
    """The names that lead from the folder to `relative`. Raises `LeftOut` where they lead out."""
    parts = tuple(relative.split("/"))
    if "\0" in relative or any(part in ("", ".", "..") for part in parts):
        reason = Clause("path_leaves_workspace", "is not a path inside the project folder")
        raise LeftOut("path_leaves_workspace", reason)
    return parts


@contextmanager
def opened(folder: int, parts: Sequence[str]) -> Iterator[int]:
    """The folder that `parts` lead to, open while the block runs. Raises `LeftOut`."""
    with _refusals():
        inner = _descend(folder, parts)
    try:
        yield inner
    finally:
        os.close(inner)


def read_file(folder: int, name: str, limit: int) -> bytes:
    """The bytes of a regular file of at most `limit` bytes. Raises `LeftOut`."""
    with _refusals():
        file = os.open(name, OPEN_FILE, dir_fd=folder)
        try:
            return _read(file, limit)
        finally:
            os.close(file)


def read_inside(top: int, relative: str, limit: int) -> bytes:
    """The bytes of the regular file at `relative` below the open folder. Raises `LeftOut`."""
    *folders, name = parts_of(relative)
    with opened(top, folders) as folder:
        return read_file(folder, name, limit)


def entries_of(folder: int) -> list[os.DirEntry[str]]:
    """What an open folder holds, sorted by name. Raises `LeftOut`."""
    with _refusals(), os.scandir(folder) as entries:
        return sorted(entries, key=lambda entry: entry.name)


def _read(file: int, limit: int) -> bytes:
    status = os.fstat(file)
    if not stat.S_ISREG(status.st_mode):
        raise LeftOut(*NOT_A_FILE)
    data = os.read(file, min(status.st_size, limit) + 1)
    # A file may grow while it is read; one more read than bytes expected finds its end.
    while len(data) <= limit and (more := os.read(file, limit + 1 - len(data))):
        data += more
    if len(data) > limit:
        size = max(status.st_size, len(data))
        english = f"has {size:,} bytes and the limit is {limit:,}"
        raise LeftOut("too_large", Clause("too_large", english, {"size": size, "limit": limit}))
    return data


def _descend(folder: int, parts: Iterable[str]) -> int:
    current = os.dup(folder)
    for part in parts:
        try:
            inner = os.open(part, OPEN_FOLDER, dir_fd=current)
        except NotADirectoryError as error:
            # Linux answers a link with this code too when it is asked for a folder.
            raise LeftOut(*_kind_of(current, part)) from error
        finally:
            os.close(current)
        current = inner
    return current


def _kind_of(folder: int, name: str) -> tuple[str, Clause]:
    mode = os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode
    return LINK if stat.S_ISLNK(mode) else NOT_A_FOLDER


@contextmanager
def _refusals() -> Iterator[None]:
    """Turn what the operating system refuses into `LeftOut`."""
    try:
        yield
    except FileNotFoundError as error:
        reason = Clause("disappeared", "disappeared while it was read")
        raise LeftOut("disappeared", reason) from error
    except PermissionError as error:
        reason = Clause("may_not_be_read", "may not be read by AgentLab")
        raise LeftOut("unreadable", reason) from error
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise LeftOut(*LINK) from error
        if error.errno == errno.ENXIO:
            raise LeftOut(*NOT_A_FILE) from error
        system = str(error.strerror)
        reason = Clause("cannot_be_read", f"cannot be read ({system})", {"system": system})
        raise LeftOut("unreadable", reason) from error
