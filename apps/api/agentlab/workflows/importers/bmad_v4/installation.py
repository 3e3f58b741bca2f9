"""Recognising a BMAD v4 installation and reading all of it."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

from pydantic import JsonValue

from agentlab.workflows.importers.bmad_v4.artefacts import STANDARD_OUTPUTS, Artefacts
from agentlab.workflows.importers.bmad_v4.checklists import Checklists
from agentlab.workflows.importers.bmad_v4.locations import Locations, read_locations
from agentlab.workflows.importers.bmad_v4.references import (
    References,
    references_in,
    without_what_others_make,
)
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
from agentlab.workspaces.notices import FOLDER_LEFT_OUT, Clause, Notice, shown

CORE_FOLDERS = (".bmad-core", ".bmad-method")
"""The folder's name today, and the one of older installations."""

PACK_PREFIX = ".bmad-"
CONFIG = "core-config.yaml"
MANIFEST = "install-manifest.yaml"
VERSION = re.compile(r"v?4(?:[.-].*)?")
WORKFLOWS = "workflows"
CORRECT_FILE = Clause("correct_file", "Correct the file, then try again")
CORRECT_THAT = Clause("correct_that", "Correct that, then try again")

# All before the first key after `template:`; the rest of a template is instructions for agents.
TEMPLATE_HEADER = re.compile(rb"(?:(?:template:|[ \t#\r])[^\n]*\n|\n)*")


def detect(folder: Path) -> Detection | None:
    """What `folder` holds of BMAD v4; None when it is not there.

    Packs without a core are an installation, too. Where all there is has another version, what is
    returned is no method and says why.

    Raises `BrokenMethodFile` when the configuration cannot be read, because every location would
    be a guess, and what `opened_root` raises.
    """
    with opened_root(folder) as top:
        others: list[Notice] = []
        for core in CORE_FOLDERS:
            files = ProjectFiles(top)
            evidence = _evidence(files, core)
            version = as_text(_manifest(files, core).get("version"))
            if evidence and (version is None or VERSION.fullmatch(version)):
                return _read(files, core, version, evidence)
            if evidence and version is not None:
                others.append(_of_another_version(files, core, version))
        files = ProjectFiles(top, others)
        packs = tuple(folder for folder, _ in _packs(files))
        if packs:
            return _read(files, None, None, tuple(f"{pack}/{MANIFEST}" for pack in packs))
    return Detection(None, None, None, None, (), notices=tuple(others)) if others else None


def _of_another_version(files: ProjectFiles, core: str, version: str) -> Notice:
    path = f"{core}/{MANIFEST}"
    source = files.yaml(path)
    english = f"it is of BMAD {version}, and in this folder only version 4 is understood"
    clause = Clause("other_version", english, {"version": version})
    line = source.line("version") if source else None
    return Notice.of(path, line, "other_version", clause, FOLDER_LEFT_OUT)


def _evidence(files: ProjectFiles, core: str) -> tuple[str, ...]:
    there = files.names(core)
    return tuple(f"{core}/{name}" for name in (CONFIG, MANIFEST, WORKFLOWS) if name in there)


def _manifest(files: ProjectFiles, folder: str) -> Mapping[str, JsonValue]:
    source = files.yaml(f"{folder}/{MANIFEST}")
    return source.value if source and isinstance(source.value, dict) else {}


def _read(
    files: ProjectFiles, core: str | None, version: str | None, evidence: tuple[str, ...]
) -> Detection:
    """`core` is None where there are packs alone."""
    locations = _locations(files, f"{core or CORE_FOLDERS[0]}/{CONFIG}")
    packs = dict(_packs(files))
    shared = (core,) if core else ()
    outputs = dict(STANDARD_OUTPUTS)
    checklists = Checklists(files)
    workflows: list[WorkflowDefinition] = []
    if core:
        outputs |= _outputs(files, core)
        references = references_in(files, shared, outputs)
        read = _workflows(files, core, Artefacts(locations, outputs), references)
        workflows += (checklists.given_to(workflow, core) for workflow in read)
    for pack in packs:
        with_packs = {**outputs, **_outputs(files, pack)}
        references = references_in(files, (*shared, pack), with_packs)
        read = _workflows(files, pack, Artefacts(locations, with_packs), references)
        workflows += (checklists.given_to(workflow, pack, *shared) for workflow in read)
    return Detection(
        method="bmad",
        generation="v4",
        version=version,
        folder=core or next(iter(packs)),
        evidence=evidence,
        expansion_packs=tuple(packs.values()),
        workflows=tuple(with_keys_of_their_own(without_what_others_make(workflows))),
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
    files: ProjectFiles, folder: str, artefacts: Artefacts, references: References
) -> Iterator[WorkflowDefinition]:
    for path, data in files.yaml_files(f"{folder}/{WORKFLOWS}"):
        try:
            found = read_workflows(path, data, artefacts, references)
        except BrokenYaml as broken:
            files.notices.append(broken_workflow(path, broken))
            continue
        for workflow in found:
            if workflow.stages:
                yield workflow
            else:
                files.notices.extend(workflow.notices)
