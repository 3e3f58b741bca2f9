"""Which planning methods a project folder uses."""

from dataclasses import replace
from pathlib import Path

from agentlab.workflows.importers import (
    backlog_md,
    bmad_v4,
    bmad_v6,
    bmad_v6_alpha,
    openspec,
    plain,
    spec_kit,
)
from agentlab.workflows.importers.definitions import BrokenMethodFile, Detection, Importer
from agentlab.workspaces.notices import Notice

IMPORTERS: tuple[Importer, ...] = (
    bmad_v6,
    bmad_v6_alpha,
    bmad_v4,
    spec_kit,
    openspec,
    backlog_md,
)
"""Newest generation first: where a folder holds several, that is the order they are offered in."""


def candidates(folder: Path) -> tuple[Detection, ...]:
    """Every method and generation in `folder` (absolute, as `workspaces.folder.resolve` gives it).

    Never empty: without a method there is the one candidate that says so. Raises
    `BrokenMethodFile` where the only method there cannot be read, and what
    `workspaces.folder.opened_root` raises.
    """
    found: list[Detection] = []
    broken: list[BrokenMethodFile] = []
    passed_over: list[Notice] = []
    for importer in IMPORTERS:
        try:
            detection = importer.detect(folder)
        except BrokenMethodFile as error:
            broken.append(error)
            continue
        if detection is not None and detection.method is None:
            passed_over += detection.notices
        elif detection is not None:
            found.append(detection)
    if broken and not found:
        raise broken[0]
    notices = (*(error.notice for error in broken), *passed_over)
    if not found:
        return (_with(plain.detect(folder), notices),)
    return (_with(found[0], notices), *found[1:])


def _with(detection: Detection, notices: tuple[Notice, ...]) -> Detection:
    return replace(detection, notices=(*detection.notices, *notices)) if notices else detection
