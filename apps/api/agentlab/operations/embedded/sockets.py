"""Where the services listen: a private folder whose name fits into a socket's address."""

import os
import shutil
import tempfile
from pathlib import Path

from agentlab.operations.embedded.folder import DataFolder, DataFolderUnusable

POSTGRES_PORT = 5432
LONGEST_FOLDER_BYTES = 103 - len(f"/.s.PGSQL.{POSTGRES_PORT}")
"""macOS has 103 bytes for the whole address, Linux 107."""


def create(folder: DataFolder) -> Path:
    """An empty folder that only the services' account may enter: in the data folder if it fits."""
    inside = folder.path / "run"
    if not fits(inside):
        return _create_elsewhere(folder)
    with folder.account.acting():
        shutil.rmtree(inside, ignore_errors=True)
    return folder.subfolder("run")


def remove(sockets: Path, folder: DataFolder) -> None:
    with folder.account.acting():
        shutil.rmtree(sockets, ignore_errors=True)


def fits(folder: Path) -> bool:
    """Whether a socket may live there: short, and nothing that a list of folders would split."""
    return len(os.fsencode(folder)) <= LONGEST_FOLDER_BYTES and not set(',"\n') & set(str(folder))


def _create_elsewhere(folder: DataFolder) -> Path:
    bases = [os.environ.get("XDG_RUNTIME_DIR", "/nonexistent"), tempfile.gettempdir(), "/tmp"]  # noqa: S108 - mkdtemp makes the name unguessable and the folder private
    for base in bases:
        try:
            with folder.account.acting():
                created = Path(tempfile.mkdtemp(prefix="agentlab-", dir=base))
        except OSError:
            continue
        if fits(created):
            return created
        created.rmdir()
    raise DataFolderUnusable(
        f"The path of the data folder {folder.path} is too long for a socket, and none of "
        f"{', '.join(bases)} can hold one. Name a shorter folder with AGENTLAB_DATA_DIR=…"
    )
