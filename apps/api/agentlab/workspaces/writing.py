"""Files that AgentLab writes in a project folder: its own, and what a person corrects."""

import hashlib
import os
import secrets
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from agentlab.errors import Conflict
from agentlab.kit.preconditions import ChangedMeanwhile
from agentlab.workspaces.folder import opened_root
from agentlab.workspaces.inside import (
    OPEN_FOLDER,
    LeftOut,
    opened,
    parts_of,
    read_file,
    read_inside,
)
from agentlab.workspaces.notices import Clause, shown

MAX_REPLACED_BYTES = 25 * 1024 * 1024


class WorkspaceNotWritable(Conflict):
    code = "workspace_not_writable"


class FileChanged(ChangedMeanwhile):
    """The same for a file, which is named by its digest and not by `If-Match`."""

    status = Conflict.status


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


def holds(root: Path, relative: str, data: bytes) -> bool:
    """Whether the file at `relative` below `root` is `data`. Raises what `opened_root` raises."""
    with opened_root(root) as top:
        try:
            return read_inside(top, relative, len(data)) == data
        except LeftOut:
            return False


def replace_same(root: Path, relative: str, data: bytes, *, sha256: str) -> None:
    """Put `data` in place of the file at `relative`, if that still has this digest.

    The file keeps its permissions and its owner. It is looked at again when everything else is
    done, right before the one step that replaces it. Raises `FileChanged` when it is another file
    by then, or gone; `WorkspaceNotWritable`; and what `opened_root` raises.
    """
    with _refusals(relative):
        *folders, name = parts_of(relative)
        try:
            with opened_root(root) as top, opened(top, folders) as folder:
                _need_same(folder, name, relative, sha256)
                kept = os.stat(name, dir_fd=folder, follow_symlinks=False)
                _replace(
                    folder,
                    name,
                    data,
                    owner=(kept.st_uid, kept.st_gid) if os.geteuid() == 0 else None,
                    mode=stat.S_IMODE(kept.st_mode),
                    is_wanted=lambda: _need_same(folder, name, relative, sha256),
                )
        except LeftOut as refusal:
            if refusal.code == "disappeared":
                raise FileChanged(_changed(relative)) from refusal
            raise


def _need_same(folder: int, name: str, relative: str, sha256: str) -> None:
    if hashlib.sha256(read_file(folder, name, MAX_REPLACED_BYTES)).hexdigest() != sha256:
        raise FileChanged(_changed(relative))


def _changed(relative: str) -> str:
    return (
        f"{shown(relative)} was changed or removed meanwhile, so nothing was written. Scan the "
        "folder again and look at what it says now."
    )


@contextmanager
def _refusals(relative: str) -> Iterator[None]:
    remedy = "Correct that in the project folder, then try again; nothing was changed."
    try:
        yield
    except LeftOut as refusal:
        sentence = f"{shown(relative)} could not be written: it {refusal.reason.english}. {remedy}"
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
        english = f"needs {name} to be a folder, and no link"
        reason = Clause("needs_folder", english, {"name": name})
        raise LeftOut("not_a_folder", reason) from error
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


def _replace(
    folder: int,
    name: str,
    data: bytes,
    *,
    owner: tuple[int, int] | None,
    mode: int | None = None,
    is_wanted: Callable[[], None] | None = None,
) -> None:
    draft = f".{secrets.token_hex(8)}.agentlab"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        with open(os.open(draft, flags, 0o644, dir_fd=folder), "wb") as file:  # noqa: PTH123 - a descriptor
            file.write(data)
            file.flush()
            _give(file.fileno(), owner)
            if mode is not None:
                os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
        if is_wanted:
            is_wanted()
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
