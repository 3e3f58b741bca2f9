"""Files that AgentLab itself puts into a project folder: decisions, feedback."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from agentlab.errors import Conflict
from agentlab.workspaces.folder import opened_root
from agentlab.workspaces.inside import OPEN_FOLDER, LeftOut, parts_of, read_file
from agentlab.workspaces.notices import shown


class WorkspaceNotWritable(Conflict):
    code = "workspace_not_writable"


def write_atomically(root: Path, relative: str, data: bytes) -> bool:
    """Put `data` at `relative` below `root`, whole or not at all; False when it is there already.

    Missing folders are made. Nothing is followed: a symbolic link on the way or in the place of
    the file is refused. What root creates belongs to the folder's owner. When this returns, the
    file survives a power cut. Raises `WorkspaceNotWritable` and what `opened_root` raises.
    """
    with _refusals(relative):
        *folders, name = parts_of(relative)
        with opened_root(root) as top, _made(top, folders) as folder:
            if _holds(folder, name, data):
                return False
            _replace(folder, name, data, owner=_owner_of(top))
            return True


@contextmanager
def _refusals(relative: str) -> Iterator[None]:
    remedy = "Correct that in the project folder, then try again; nothing was changed."
    try:
        yield
    except LeftOut as refusal:
        sentence = f"{shown(relative)} could not be written: it {refusal.reason}. {remedy}"
        raise WorkspaceNotWritable(sentence) from refusal
    except OSError as error:
        sentence = f"{shown(relative)} could not be written ({error.strerror}). {remedy}"
        raise WorkspaceNotWritable(sentence) from error


@contextmanager
def _made(top: int, folders: list[str]) -> Iterator[int]:
    """The folder that `folders` lead to, made where missing, open while the block runs."""
    owner = _owner_of(top)
    current = os.dup(top)
    try:
        for name in folders:
            inner = _enter(current, name, owner)
            os.close(current)
            current = inner
        yield current
    finally:
        os.close(current)


def _enter(parent: int, name: str, owner: tuple[int, int] | None) -> int:
    try:
        os.mkdir(name, dir_fd=parent)
        is_new = True
    except FileExistsError:
        is_new = False
    try:
        folder = os.open(name, OPEN_FOLDER, dir_fd=parent)
    except NotADirectoryError as error:
        raise LeftOut("not_a_folder", f"needs {name} to be a folder, and no link") from error
    if is_new:
        _give(folder, owner)
        os.fsync(parent)
    return folder


def _holds(folder: int, name: str, data: bytes) -> bool:
    try:
        return read_file(folder, name, len(data)) == data
    except LeftOut as refusal:
        if refusal.code in {"disappeared", "too_large"}:
            return False
        raise


def _replace(folder: int, name: str, data: bytes, *, owner: tuple[int, int] | None) -> None:
    draft = f".{secrets.token_hex(8)}.agentlab"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        with open(os.open(draft, flags, 0o644, dir_fd=folder), "wb") as file:  # noqa: PTH123 - a descriptor
            file.write(data)
            file.flush()
            _give(file.fileno(), owner)
            os.fsync(file.fileno())
        os.replace(draft, name, src_dir_fd=folder, dst_dir_fd=folder)
    except BaseException:
        with suppress(FileNotFoundError):
            os.unlink(draft, dir_fd=folder)
        raise
    os.fsync(folder)


def _owner_of(top: int) -> tuple[int, int] | None:
    """Who owns what is made: the folder's owner when root works for somebody else."""
    if os.geteuid() != 0:
        return None
    status = os.fstat(top)
    return status.st_uid, status.st_gid


def _give(descriptor: int, owner: tuple[int, int] | None) -> None:
    if owner is not None:
        os.fchown(descriptor, *owner)
