"""The files of one project as ledgers are read from them: open, bounded, without links."""

from collections.abc import Iterator
from pathlib import PurePosixPath

from agentlab.ledgers.statements import Found, Source, digest_of
from agentlab.ledgers.yaml_places import Places, places_in
from agentlab.workflows.importers.yaml_source import BrokenYaml
from agentlab.workspaces.inside import NOT_TEXT, LeftOut, entries_of, opened, parts_of, read_inside
from agentlab.workspaces.notices import FILE_LEFT_OUT, Clause

MAX_BYTES = 2 * 1024 * 1024
"""Of one ledger; a sprint status of 20,000 stories has as many."""
MAX_FILES = 20_000
"""Of one folder."""
MAX_TOTAL_BYTES = 128 * 1024 * 1024


class ProjectLedgers:
    """An open project folder, and everything that was found in it so far."""

    def __init__(self, top: int) -> None:
        self.top = top
        self.found = Found()
        self.bytes_read = 0
        self.taken: set[str] = set()

    def names(self, folder: str) -> list[str]:
        """What `folder` holds, sorted; nothing where it is missing or no folder of the project."""
        parts = () if folder in {"", "."} else tuple(PurePosixPath(folder).parts)
        try:
            with opened(self.top, parts_of("/".join(parts)) if parts else ()) as descriptor:
                names = [entry.name for entry in entries_of(descriptor)]
        except LeftOut as refusal:
            if refusal.code not in {"disappeared", "not_a_folder"}:
                self.found.notices.append(refusal.notice(folder))
            return []
        if len(names) > MAX_FILES:
            english = f"it holds {len(names):,} files; the first {MAX_FILES:,} are read"
            what = Clause("too_many_files", english, {"count": len(names), "limit": MAX_FILES})
            self.found.odd(folder, None, "too_many_files", what)
        return names[:MAX_FILES]

    def sources(self, folder: str, suffixes: tuple[str, ...] = (".md",)) -> Iterator[Source]:
        """The files directly in `folder` with one of these suffixes."""
        for name in self.names(folder):
            if name.lower().endswith(suffixes) and not name.startswith("."):
                source = self.source(joined(folder, name))
                if source:
                    yield source

    def source(self, path: str) -> Source | None:
        """One file's text; None when there is none, and a notice when it cannot be taken."""
        try:
            data = read_inside(self.top, path, MAX_BYTES)
            return self._text(path, data)
        except LeftOut as refusal:
            if refusal.code != "disappeared":
                self.found.notices.append(refusal.notice(path))
            return None

    def _text(self, path: str, data: bytes) -> Source:
        self.bytes_read += len(data)
        if self.bytes_read > MAX_TOTAL_BYTES:
            english = f"comes after {MAX_TOTAL_BYTES:,} bytes of other ledgers"
            reason = Clause("after_other_ledgers", english, {"limit": MAX_TOTAL_BYTES})
            raise LeftOut("too_large", reason)
        if b"\0" in data:
            raise LeftOut(*NOT_TEXT)
        try:
            return Source(path, data.decode(), digest_of(data))
        except UnicodeDecodeError as error:
            raise LeftOut("invalid_utf8", Clause("not_utf8", "is not UTF-8")) from error

    def places(self, source: Source) -> Places | None:
        """The values of a YAML file; None and a notice when it is broken."""
        try:
            return places_in(source.text)
        except BrokenYaml as broken:
            self.found.odd(source.path, broken.line, "broken_yaml", broken.reason, FILE_LEFT_OUT)
            return None


def joined(*parts: str) -> str:
    """A path from the project folder; a part `.` is that folder itself."""
    return str(PurePosixPath(*parts))
