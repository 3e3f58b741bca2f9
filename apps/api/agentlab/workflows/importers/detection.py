"""Which planning method a project folder uses."""

from pathlib import Path

from agentlab.workflows.importers import bmad_v4, plain
from agentlab.workflows.importers.definitions import Detection, Importer

IMPORTERS: tuple[Importer, ...] = (bmad_v4,)
"""Newest generation first; a folder belongs to the first that knows it."""


def detect(folder: Path) -> Detection:
    """What `folder` (absolute, as `workspaces.folder.resolve` gives it) holds.

    Raises `BrokenMethodFile`, and what `workspaces.folder.opened_root` raises.
    """
    for importer in IMPORTERS:
        detection = importer.detect(folder)
        if detection is not None:
            return detection
    return plain.detect(folder)
