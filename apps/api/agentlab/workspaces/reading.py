"""The bytes of a project's documents, kept exactly as they are."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from agentlab.workspaces.folder import opened_root
from agentlab.workspaces.inside import NOT_TEXT, LeftOut, read_file, read_inside
from agentlab.workspaces.notices import Clause, Notice, shown
from agentlab.workspaces.walk import places

MAX_DOCUMENT_BYTES = 25 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class ReadDocument:
    """`sha256` is the lower-case hex digest of `data`. `notice` is about text that is not UTF-8."""

    path: str
    data: bytes
    sha256: str
    notice: Notice | None

    @property
    def size(self) -> int:
        return len(self.data)


def read_documents(root: Path) -> Iterator[ReadDocument | Notice]:
    """Walk and read in one pass: the documents of `walk_documents`, one in memory at a time."""
    for found in places(root):
        if isinstance(found, Notice):
            yield found
            continue
        try:
            yield _document(found.path, read_file(found.folder, found.name, MAX_DOCUMENT_BYTES))
        except LeftOut as refusal:
            yield refusal.notice(found.path)


def read_document(root: Path, path: str) -> ReadDocument | Notice:
    """The document at `path`, relative to `root`, or the notice that says why it cannot be had."""
    try:
        with opened_root(root) as top:
            return _document(path, read_inside(top, path, MAX_DOCUMENT_BYTES))
    except LeftOut as refusal:
        return refusal.notice(path)


def _document(path: str, data: bytes) -> ReadDocument:
    if b"\0" in data:
        raise LeftOut(*NOT_TEXT)
    return ReadDocument(path, data, hashlib.sha256(data).hexdigest(), _encoding_notice(path, data))


def _encoding_notice(path: str, data: bytes) -> Notice | None:
    try:
        data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        english = f"is not UTF-8 in line {line}; its bytes are kept as they are"
        clause = Clause("bytes_kept", english, {"line": line})
        return Notice(shown(path), line, "invalid_utf8", f"{shown(path)} {english}.", (clause,))
    return None
