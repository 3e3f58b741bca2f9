"""Folders that the embedded services can reach when the tests run as root.

pytest's own `tmp_path` lies below a folder that only root may enter.
"""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def open_folder() -> Iterator[Path]:
    """A temporary folder that every user may pass through, removed at the end."""
    folder = Path(tempfile.mkdtemp(prefix="al-")).resolve()
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)
