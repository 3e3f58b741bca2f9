"""Which folders people may point at, and what is listed of them while they choose one."""

import os
import stat
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from agentlab.errors import InvalidInput
from agentlab.kit.text import without_control_characters
from agentlab.workspaces.notices import shown

METHOD_FOLDERS = (".bmad-core", ".bmad-method", "_bmad", ".specify", "openspec")
"""Folders that planning methods leave in a project; the importers look inside."""

METHOD_FILES = ("backlog/config.yml", ".backlog/config.yml", "backlog.config.yml")
"""Files of methods whose folder might as well be anybody's."""

METHOD_SUBFOLDERS = ("bmad/_cfg", ".bmad/_cfg")
"""What early alphas of BMAD v6 left in the folders that most people chose."""

PACK_PREFIX, PACK_MANIFEST = ".bmad-", "install-manifest.yaml"
"""An expansion pack of BMAD v4, which may be there without its core."""

MAX_LISTED_FOLDERS = 500
MAX_TRIED_NAMES = 5_000
"""In a folder with more names than that, no pack is looked for among the rest."""

ROOTS_REMEDY = "Choose a folder below an allowed root or add its root to AGENTLAB_WORKSPACE_ROOTS."


class PathInvalid(InvalidInput):
    code = "path_invalid"


class PathNotAbsolute(InvalidInput):
    code = "path_not_absolute"


class PathOutsideRoots(InvalidInput):
    code = "path_outside_roots"


class PathLeavesRoots(InvalidInput):
    code = "path_leaves_roots"


class FolderMissing(InvalidInput):
    code = "folder_missing"


class NotAFolder(InvalidInput):
    code = "not_a_folder"


class FolderUnreadable(InvalidInput):
    code = "folder_unreadable"


UNUSABLE = (
    PathInvalid,
    PathNotAbsolute,
    PathOutsideRoots,
    PathLeavesRoots,
    FolderMissing,
    NotAFolder,
    FolderUnreadable,
)
"""What may be wrong with a path that somebody gives."""


@dataclass(frozen=True, slots=True)
class Folder:
    """`has_method`: a planning method left its folder in it."""

    name: str
    path: str
    has_method: bool


@dataclass(frozen=True, slots=True)
class FolderListing:
    """`path` is None for the list of roots; `parent` is None where a root ends the way up.

    `truncated`: there are more than `MAX_LISTED_FOLDERS`.
    """

    path: str | None
    parent: str | None
    folders: tuple[Folder, ...]
    truncated: bool


def resolve(path: str | Path, roots: Sequence[Path]) -> Path:
    """The readable folder that `path` means, absolute and free of symbolic links.

    `~` is the home folder. Nothing outside `roots` is looked at beyond its links, so the answer
    for it is the same whether it exists or not.
    """
    real = located(path, roots)
    with opened_root(real):
        return real


def located(path: str | Path, roots: Sequence[Path]) -> Path:
    """Where `path` leads, not opened yet: as `resolve`, whether there is a folder or not."""
    given = _absolute(path)
    real = Path(os.path.realpath(given))
    allowed = tuple(Path(os.path.realpath(root)) for root in roots)
    if not _is_below(real, allowed):
        _refuse_outside(given, (*roots, *allowed))
    if not _is_text(real):
        reason = "leads to a folder whose name is not text. Rename that folder."
        raise PathInvalid(_about(given, reason), field="path")
    return real


def is_inside(path: Path, folders: Collection[Path]) -> bool:
    """Whether it is one of the folders, or lies in one."""
    return any(each in folders for each in (path, *path.parents))


def list_folders(
    path: str | Path | None, roots: Sequence[Path], hidden: Collection[Path] = ()
) -> FolderListing:
    """What a person picks a project folder from: the folders in `path`, or the roots for None.

    Those in `hidden` are left out; so are hidden folders, symbolic links and names that are not
    UTF-8. Raises what `resolve` raises.
    """
    if path is None:
        there = (Path(os.path.realpath(root)) for root in roots if root.is_dir())
        shown_roots = (root for root in there if not is_inside(root, hidden))
        found = tuple(_folder(root) for root in shown_roots if _is_text(root))
        return FolderListing(None, None, found, truncated=False)
    real = resolve(path, roots)
    names = [name for name in _names_of_folders(real) if real / name not in hidden]
    allowed = tuple(Path(os.path.realpath(root)) for root in roots)
    return FolderListing(
        path=str(real),
        parent=str(real.parent)
        if real.parent != real and _is_below(real.parent, allowed)
        else None,
        folders=tuple(_folder(real / name) for name in names[:MAX_LISTED_FOLDERS]),
        truncated=len(names) > MAX_LISTED_FOLDERS,
    )


@contextmanager
def opened_root(root: Path) -> Iterator[int]:
    """`root`, as `resolve` gave it, open while the block runs.

    Raises `FolderMissing`, `NotAFolder` or `FolderUnreadable`, each with the sentence for people.
    """
    try:
        descriptor = _open(root)
    except FileNotFoundError as error:
        raise FolderMissing(
            _about(root, "does not exist. Check the spelling."), field="path"
        ) from error
    except NotADirectoryError as error:
        reason = "is not a folder. Name the folder that holds the project."
        raise NotAFolder(_about(root, reason), field="path") from error
    except OSError as error:
        reason = f"cannot be read ({error.strerror}). Let AgentLab's user read and enter it."
        raise FolderUnreadable(_about(root, reason), field="path") from error
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _open(root: Path) -> int:
    descriptor = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        # Reading the list of names is one permission, entering the folder another.
        os.stat(".", dir_fd=descriptor)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def _absolute(path: str | Path) -> Path:
    text = os.fspath(path)
    try:
        encodable = "\0" not in text and bool(os.fsencode(text))
    except UnicodeEncodeError:
        encodable = False
    if not encodable:
        raise PathInvalid("The path is empty or not text. Give the path of a folder.", field="path")
    try:
        given = Path(text).expanduser()
    except RuntimeError as error:
        reason = "names a home folder that does not exist. Write the path in full."
        raise PathNotAbsolute(_about(path, reason), field="path") from error
    if not given.is_absolute():
        reason = "is not absolute. Write the path in full, from / or from ~."
        raise PathNotAbsolute(_about(path, reason), field="path")
    return given


def _refuse_outside(given: Path, roots: Sequence[Path]) -> None:
    # By name it may lie below a root all the same: then a link on the way leads out.
    if _is_below(Path(os.path.normpath(given)), roots):
        reason = f"leads out of the allowed roots through a symbolic link. {ROOTS_REMEDY}"
        raise PathLeavesRoots(_about(given, reason), field="path")
    reason = f"is outside the allowed roots. {ROOTS_REMEDY}"
    raise PathOutsideRoots(_about(given, reason), field="path")


def _about(path: str | Path, reason: str) -> str:
    return f"{shown(str(path))} {reason}"


def _is_text(path: Path) -> bool:
    """Whether it can be stored and shown: UTF-8 without control characters."""
    try:
        without_control_characters(str(path))
    except ValueError:
        return False
    return True


def _is_below(path: Path, roots: Sequence[Path]) -> bool:
    return any(path.is_relative_to(root) for root in roots)


def _names_of_folders(folder: Path) -> list[str]:
    with opened_root(folder) as descriptor, os.scandir(descriptor) as entries:
        names = [entry.name for entry in entries if entry.is_dir(follow_symlinks=False)]
    return sorted(filter(_is_offered, names), key=lambda name: (name.casefold(), name))


def _is_offered(name: str) -> bool:
    return not name.startswith(".") and shown(name) == name


def _folder(path: Path) -> Folder:
    folders = any(_is(stat.S_ISDIR, path / each) for each in (*METHOD_FOLDERS, *METHOD_SUBFOLDERS))
    files = any(_is(stat.S_ISREG, path / each) for each in METHOD_FILES)
    return Folder(path.name or "/", str(path), folders or files or _has_pack(path))


def _has_pack(path: Path) -> bool:
    try:
        with os.scandir(path) as entries:
            tried = [e for e in islice(entries, MAX_TRIED_NAMES) if e.name.startswith(PACK_PREFIX)]
            packs = [each.name for each in tried if each.is_dir(follow_symlinks=False)]
    except OSError:
        return False
    return any(_is(stat.S_ISREG, path / name / PACK_MANIFEST) for name in packs)


def _is(kind: Callable[[int], bool], path: Path) -> bool:
    try:
        return kind(path.lstat().st_mode)
    except OSError:
        return False
