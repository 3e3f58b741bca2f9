"""Reading a method's files in a project without following links out of it."""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from agentlab.workflows.importers.yaml_source import MAX_BYTES, BrokenYaml, YamlSource, read_yaml
from agentlab.workspaces.inside import LeftOut, entries_of, opened, parts_of, read_inside
from agentlab.workspaces.notices import FILE_LEFT_OUT, WORKFLOW_LEFT_OUT, Clause, Notice

# An installation has six workflows and thirteen templates; a folder of thousands is no such thing.
MAX_FILES = 100
MAX_TOTAL_BYTES = 2 * 1024 * 1024

YAML_SUFFIXES = (".yaml", ".yml")


@dataclass(slots=True)
class ProjectFiles:
    """An open project folder, and what could not be read in it so far."""

    top: int
    notices: list[Notice] = field(default_factory=list)
    bytes_read: int = 0

    def names(self, folder: str = "") -> tuple[str, ...]:
        """What `folder` holds, sorted; nothing where it is missing or no folder of the project."""
        try:
            with opened(self.top, parts_of(folder) if folder else ()) as descriptor:
                return tuple(entry.name for entry in entries_of(descriptor))
        except LeftOut as refusal:
            if refusal.code != "disappeared":
                self.notices.append(refusal.notice(folder))
            return ()

    def folders(self, folder: str = "") -> tuple[str, ...]:
        """The folders in `folder`, sorted, without links."""
        return tuple(name for name in self.names(folder) if self.is_folder(_joined(folder, name)))

    def is_file(self, path: str) -> bool:
        """Whether a regular file is at `path`, on a way without links."""
        return stat.S_ISREG(self._mode(path))

    def is_folder(self, path: str) -> bool:
        return stat.S_ISDIR(self._mode(path))

    def _mode(self, path: str) -> int:
        try:
            *folders, name = parts_of(path)
            with opened(self.top, folders) as folder:
                return os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode
        except (LeftOut, OSError):
            return 0

    def yaml_files(self, folder: str) -> Iterator[tuple[str, bytes]]:
        """The YAML files directly in `folder`, as path and bytes; a notice for each unreadable."""
        names = [name for name in self.names(folder) if name.lower().endswith(YAML_SUFFIXES)]
        if len(names) > MAX_FILES:
            english = f"it holds {len(names):,} files; the first {MAX_FILES} are read"
            clause = Clause("too_many_files", english, {"count": len(names), "limit": MAX_FILES})
            self.notices.append(Notice.of(folder, None, "too_many_files", clause))
        for name in names[:MAX_FILES]:
            path = str(PurePosixPath(folder, name))
            if (data := self.read_within_budget(path)) is not None:
                yield path, data

    def read_within_budget(self, path: str) -> bytes | None:
        """The bytes of one of many files; a notice and None for what cannot or may not be read."""
        try:
            return self._within_budget(read_inside(self.top, path, MAX_BYTES))
        except LeftOut as refusal:
            self.notices.append(refusal.notice(path))
            return None

    def _within_budget(self, data: bytes) -> bytes:
        if self.bytes_read + len(data) > MAX_TOTAL_BYTES:
            english = f"comes after {MAX_TOTAL_BYTES:,} bytes of other files of the method"
            reason = Clause("after_other_files", english, {"limit": MAX_TOTAL_BYTES})
            raise LeftOut("too_large", reason)
        self.bytes_read += len(data)
        return data

    def read(self, path: str) -> bytes | None:
        """The bytes of one file, None when there is none. Raises `LeftOut`."""
        try:
            return read_inside(self.top, path, MAX_BYTES)
        except LeftOut as refusal:
            if refusal.code == "disappeared":
                return None
            raise

    def read_or_say(self, path: str) -> bytes | None:
        """The same, with a notice in place of `LeftOut`."""
        try:
            return self.read(path)
        except LeftOut as refusal:
            self.notices.append(refusal.notice(path))
            return None

    def yaml(self, path: str) -> YamlSource | None:
        """What the YAML file at `path` says; None without one, and a notice when it is broken."""
        data = self.read_or_say(path)
        return self.parse(path, data) if data is not None else None

    def parse(self, path: str, data: bytes) -> YamlSource | None:
        """What a YAML file says; a notice and None when it is broken."""
        try:
            return read_yaml(data)
        except BrokenYaml as broken:
            notice = Notice.of(path, broken.line, "broken_yaml", broken.reason, FILE_LEFT_OUT)
            self.notices.append(notice)
            return None


def broken_workflow(path: str, broken: BrokenYaml) -> Notice:
    """What is said of a workflow file that cannot be used."""
    return Notice.of(path, broken.line, "broken_workflow", broken.reason, WORKFLOW_LEFT_OUT)


def _joined(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name
