"""Folders as the disk has them."""

import os
from pathlib import Path


def sync_folder(folder: Path) -> None:
    """Wait until the disk has the names in it: of what was made, renamed or removed."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def nearest_existing(path: Path) -> Path:
    """The path, or what is there of the folders above it: whose disk it will be on."""
    return next(each for each in (path, *path.parents) if each.exists())
