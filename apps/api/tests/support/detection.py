"""What a folder is taken for where nobody chooses."""

from pathlib import Path

from agentlab.workflows.importers.definitions import Detection
from agentlab.workflows.importers.detection import candidates


def detect(folder: Path) -> Detection:
    """The first of the candidates."""
    return candidates(folder)[0]
