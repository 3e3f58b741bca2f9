"""A folder without a planning method: its documents can be imported, and nothing else."""

import stat
from pathlib import Path

from agentlab.workflows.importers.definitions import Detection
from agentlab.workspaces.folder import METHOD_FOLDERS
from agentlab.workspaces.inside import LINK, LeftOut
from agentlab.workspaces.notices import Notice


def detect(folder: Path) -> Detection:
    """Always an answer. A method's folder that is a symbolic link is named in a notice."""
    return Detection(
        method=None,
        generation=None,
        version=None,
        folder=None,
        evidence=(),
        notices=tuple(_link(name) for name in METHOD_FOLDERS if _is_link(folder / name)),
    )


def _is_link(path: Path) -> bool:
    try:
        return stat.S_ISLNK(path.lstat().st_mode)
    except OSError:
        return False


def _link(name: str) -> Notice:
    return LeftOut(*LINK).notice(name)
