"""Every document of a project folder, in a stable order, as a stream.

That is every Markdown file, and the plans that methods keep as data and have approved.
"""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from agentlab.workspaces.folder import opened_root
from agentlab.workspaces.inside import LINK, LeftOut, entries_of, opened
from agentlab.workspaces.notices import Clause, Notice

MARKDOWN = (".md", ".markdown")
LEDGERS = frozenset({"sprint-status.yaml"})
"""Plans that are approved once and whose entries move on with the work afterwards."""
SKIPPED_FOLDERS = frozenset({"node_modules", "__pycache__"})
VIRTUAL_ENVIRONMENT = "pyvenv.cfg"

# What macOS and Emacs leave beside a file under the file's own name: never a document.
SHADOWS = ("._", ".#")

# PATH_MAX of Linux: no other program could open a longer path either.
MAX_PATH_BYTES = 4096


@dataclass(frozen=True, slots=True)
class FoundDocument:
    """`path` is relative to the project folder, with `/`, exactly as the file system spells it."""

    path: str


class Place(NamedTuple):
    """A document and the open folder it is in; valid until the next one is asked for."""

    folder: int
    name: str
    path: str


def walk_documents(root: Path) -> Iterator[FoundDocument | Notice]:
    """The documents below `root` and a notice for each that cannot be taken.

    Files come before the folders beside them, both sorted. Hidden folders, `node_modules`,
    `__pycache__` and virtual environments are skipped; links are not followed. Memory does not
    grow with the number of files, only with the widest folder.
    """
    for found in places(root):
        yield found if isinstance(found, Notice) else FoundDocument(found.path)


def places(root: Path) -> Iterator[Place | Notice]:
    """The same walk, for those who read each file on the way."""
    with opened_root(root) as top:
        pending: list[tuple[str, ...]] = [()]
        while pending:
            parts = pending.pop()
            try:
                # From the top each time: a tree deeper than the limit of open files is no trouble.
                with opened(top, parts) as folder:
                    listing = _Listing(folder, parts)
                    yield from listing.found
            except LeftOut as refusal:
                yield refusal.notice("/".join(parts))
            else:
                pending.extend(reversed(listing.folders))


class _Listing:
    """What one folder holds: documents and notices, and the folders to go on with."""

    def __init__(self, folder: int, parts: Sequence[str]) -> None:
        self.found: list[Place | Notice] = []
        self.folders: list[tuple[str, ...]] = []
        entries = entries_of(folder)
        if parts and any(entry.name == VIRTUAL_ENVIRONMENT for entry in entries):
            return
        for entry in entries:
            try:
                self._take(folder, (*parts, entry.name), entry)
            except LeftOut as refusal:
                self.found.append(refusal.notice("/".join((*parts, entry.name))))

    def _take(self, folder: int, parts: tuple[str, ...], entry: os.DirEntry[str]) -> None:
        document = is_document(entry.name)
        if entry.is_dir(follow_symlinks=False):
            if not _is_skipped(entry.name):
                self.folders.append(_checked(parts))
        elif entry.is_symlink():
            if document or (not _is_skipped(entry.name) and _leads_to_folder(entry)):
                raise LeftOut(*LINK)
        elif document:
            self.found.append(Place(folder, entry.name, "/".join(_checked(parts))))


def is_document(name: str) -> bool:
    """Whether a file of this name is one."""
    return (is_markdown(name) and not name.startswith(SHADOWS)) or name in LEDGERS


def is_markdown(path: str) -> bool:
    return path.lower().endswith(MARKDOWN)


def is_ledger(path: str) -> bool:
    return path.rpartition("/")[2] in LEDGERS


def _is_skipped(name: str) -> bool:
    return name.startswith(".") or name in SKIPPED_FOLDERS


def _leads_to_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _checked(parts: tuple[str, ...]) -> tuple[str, ...]:
    try:
        length = len("/".join(parts).encode())
    except UnicodeEncodeError as error:
        reason = Clause("name_not_utf8", "has a name that is not UTF-8")
        raise LeftOut("name_not_utf8", reason) from error
    if length > MAX_PATH_BYTES:
        english = f"lies deeper than {MAX_PATH_BYTES:,} bytes of path"
        raise LeftOut("path_too_long", Clause("path_too_long", english, {"limit": MAX_PATH_BYTES}))
    return parts
