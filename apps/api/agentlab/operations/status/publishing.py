"""Writes the site so that nginx never serves half a file."""

from collections.abc import Mapping
from pathlib import Path

READABLE = 0o644
OPEN_FOLDER = 0o755


class Site:
    """The folder that nginx serves.

    Each file is renamed into place, and only when its content changed. It is not forced onto the
    disk: after a crash of the machine the prober's first round writes everything again.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.published: dict[str, bytes] = {}

    def publish(self, files: Mapping[str, bytes]) -> None:
        for name, content in files.items():
            if self.published.get(name) != content:
                write(self.folder / name, content)
                self.published[name] = content


def write(file: Path, content: bytes) -> None:
    file.parent.mkdir(mode=OPEN_FOLDER, parents=True, exist_ok=True)
    fresh = file.with_name(f".{file.name}.new")
    fresh.write_bytes(content)
    fresh.chmod(READABLE)  # nginx is another user, whatever the umask says
    fresh.replace(file)
