"""Recognising a BMAD v4 installation and reading all of it."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

from pydantic import JsonValue

from agentlab.workflows.importers.bmad_v4.artefacts import STANDARD_OUTPUTS, Artefacts
from agentlab.workflows.importers.bmad_v4.checklists import Checklists
from agentlab.workflows.importers.bmad_v4.locations import Locations, read_locations
from agentlab.workflows.importers.bmad_v4.workflow_files import read_workflows
from agentlab.workflows.importers.definitions import (
    BrokenMethodFile,
    Detection,
    WorkflowDefinition,
)
from agentlab.workflows.importers.keys import with_keys_of_their_own
from agentlab.workflows.importers.project_files import ProjectFiles, broken_workflow
from agentlab.workflows.importers.values import as_text, nested
from agentlab.workflows.importers.yaml_source import NO_MAPPING, BrokenYaml, YamlSource, read_yaml
from agentlab.workspaces.folder import opened_root
from agentlab.workspaces.inside import LeftOut
from agentlab.workspaces.notices import Clause, Notice, shown

CORE_FOLDERS = (".bmad-core", ".bmad-method")
"""The folder's name today, and the one of older installations."""

PACK_PREFIX = ".bmad-"
CONFIG = "core-config.yaml"
MANIFEST = "install-manifest.yaml"
WORKFLOWS = "workflows"
CORRECT_FILE = Clause("correct_file", "Correct the file, then try again")
CORRECT_THAT = Clause("correct_that", "Correct that, then try again")

# All before the first key after `template:`; the rest of a template is instructions for agents.
TEMPLATE_HEADER = re.compile(rb"(?:(?:template:|[ \t#\r])[^\n]*\n|\n)*")


def detect(folder: Path) -> Detection | None:
    """What `folder` holds of BMAD v4; None when it is not there.

    Raises `BrokenMethodFile` when the configuration cannot be read, because every location would
    be a guess, and what `opened_root` raises.
    """
    with opened_root(folder) as top:
        for core in CORE_FOLDERS:
            files = ProjectFiles(top)
            evidence = _evidence(files, core)
            manifest = _manifest(files, core)
            version = as_text(manifest.get("version"))
            if evidence and (version is None or version.startswith("4.")):
                return _read(files, core, version, evidence)
    return None


def _evidence(files: ProjectFiles, core: str) -> tuple[str, ...]:
    there = files.names(core)
    return tuple(f"{core}/{name}" for name in (CONFIG, MANIFEST, WORKFLOWS) if name in there)


def _manifest(files: ProjectFiles, folder: str) -> Mapping[str, JsonValue]:
    source = files.yaml(f"{folder}/{MANIFEST}")
    return source.value if source and isinstance(source.value, dict) else {}


def _read(
    files: ProjectFiles, core: str, version: str | None, evidence: tuple[str, ...]
) -> Detection:
    locations = _locations(files, f"{core}/{CONFIG}")
    packs = dict(_packs(files))
    outputs = {**STANDARD_OUTPUTS, **_outputs(files, core)}
    checklists = Checklists(files)
    workflows = [
        checklists.given_to(workflow, core)
        for workflow in _workflows(files, core, Artefacts(locations, outputs))
    ]
    for pack in packs:
        artefacts = Artefacts(locations, {**outputs, **_outputs(files, pack)})
        workflows += (
            checklists.given_to(workflow, pack, core)
            for workflow in _workflows(files, pack, artefacts)
        )
    return Detection(
        method="bmad",
        generation="v4",
        version=version,
        folder=core,
        evidence=evidence,
        expansion_packs=tuple(packs.values()),
        workflows=tuple(with_keys_of_their_own(workflows)),
        notices=tuple(files.notices),
    )


def _locations(files: ProjectFiles, path: str) -> Locations:
    source = _config(files, path)
    if source is None:
        english = "it is missing, so BMAD's own locations, below docs/, are assumed"
        clause = Clause("no_configuration", english)
        files.notices.append(Notice.of(path, None, "location_assumed", clause))
        return Locations()
    locations, notices = read_locations(source, path)
    files.notices.extend(notices)
    return locations


def _config(files: ProjectFiles, path: str) -> YamlSource | None:
    try:
        data = files.read(path)
        return _mapping(data) if data is not None else None
    except BrokenYaml as broken:
        notice = Notice.of(path, broken.line, BrokenMethodFile.code, broken.reason, CORRECT_FILE)
        raise BrokenMethodFile(notice) from broken
    except LeftOut as refusal:
        text = f"{shown(path)} {refusal.reason.english}. {CORRECT_THAT.english}."
        says = (refusal.reason, CORRECT_THAT)
        notice = Notice(shown(path), None, BrokenMethodFile.code, text, says)
        raise BrokenMethodFile(notice) from refusal


def _mapping(data: bytes) -> YamlSource:
    source = read_yaml(data)
    if not isinstance(source.value, dict):
        raise BrokenYaml(NO_MAPPING, source.line())
    return source


def _packs(files: ProjectFiles) -> Iterator[tuple[str, str]]:
    """The folder and the name of each expansion pack."""
    for folder in files.names():
        is_pack = folder.startswith(PACK_PREFIX) and folder not in CORE_FOLDERS
        if is_pack and MANIFEST in files.names(folder):
            name = as_text(_manifest(files, folder).get("expansion_pack_name"))
            yield folder, name or folder.removeprefix(".")


def _outputs(files: ProjectFiles, folder: str) -> dict[str, str]:
    """What each template of an installation writes, by the template's name."""
    outputs: dict[str, str] = {}
    for path, data in files.yaml_files(f"{folder}/templates"):
        header = TEMPLATE_HEADER.match(data)
        source = files.parse(path, header[0] if header else data)
        output = nested(source.value if source else None, "template", "output", "filename")
        if isinstance(output, str):
            outputs[PurePosixPath(path).stem] = output
    return outputs


def _workflows(
    files: ProjectFiles, folder: str, artefacts: Artefacts
) -> Iterator[WorkflowDefinition]:
    for path, data in files.yaml_files(f"{folder}/{WORKFLOWS}"):
        try:
            found = read_workflows(path, data, artefacts)
        except BrokenYaml as broken:
            files.notices.append(broken_workflow(path, broken))
            continue
        for workflow in found:
            if workflow.stages:
                yield workflow
            else:
                files.notices.extend(workflow.notices)
