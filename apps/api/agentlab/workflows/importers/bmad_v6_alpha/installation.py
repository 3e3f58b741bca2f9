"""Recognising an alpha of BMAD v6, in a folder of any name, and reading its path files."""

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from agentlab.workflows.importers.bmad_v6.artefacts import Artefacts
from agentlab.workflows.importers.bmad_v6.configuration import configuration_in
from agentlab.workflows.importers.bmad_v6.installation import version_of
from agentlab.workflows.importers.bmad_v6.method_folder import (
    ALPHA_MANIFEST,
    FOLDER,
    MANIFEST,
    alpha_folder,
)
from agentlab.workflows.importers.bmad_v6_alpha.path_files import read_path_file
from agentlab.workflows.importers.bmad_v6_alpha.status import Status, read_status
from agentlab.workflows.importers.definitions import Detection, WorkflowDefinition
from agentlab.workflows.importers.keys import with_keys_of_their_own
from agentlab.workflows.importers.project_files import ProjectFiles, broken_workflow
from agentlab.workflows.importers.yaml_source import BrokenYaml
from agentlab.workspaces.folder import opened_root
from agentlab.workspaces.notices import shown

PATHS = "workflows/workflow-status/paths"


def detect(folder: Path) -> Detection | None:
    """What `folder` holds of an alpha; None when it is not there.

    Raises what `opened_root` raises.
    """
    with opened_root(folder) as top:
        files = ProjectFiles(top)
        method = alpha_folder(files)
        manifest = f"{method}/{ALPHA_MANIFEST}"
        if method is None and _has_paths(files, FOLDER):
            method, manifest = FOLDER, f"{FOLDER}/{MANIFEST}"
        if method is None:
            return None
        version = version_of(files, manifest)
        configuration = configuration_in(files, folder)
        status = read_status(files, configuration.output_folder)
        workflows = list(_workflows(files, method, Artefacts(configuration), status))
        workflows.sort(key=lambda each: PurePosixPath(each.source_path).name != status.follows)
        return Detection(
            method="bmad",
            generation="v6-alpha",
            version=version,
            folder=method,
            evidence=tuple(_evidence(files, method, manifest, version, status)),
            workflows=tuple(with_keys_of_their_own(workflows)),
            notices=tuple(files.notices),
            project_name=configuration.project_name,
        )


def _has_paths(files: ProjectFiles, method: str) -> bool:
    return next(_path_folders(files, method), None) is not None


def _path_folders(files: ProjectFiles, method: str) -> Iterator[str]:
    """The folder of path files of each module that has one, BMAD's main module first."""
    modules = sorted(files.folders(method), key=lambda name: (name != "bmm", name))
    places = (f"{method}/{module}/{PATHS}" for module in modules)
    return filter(files.is_folder, places)


def _workflows(
    files: ProjectFiles, method: str, artefacts: Artefacts, status: Status
) -> Iterator[WorkflowDefinition]:
    for folder in _path_folders(files, method):
        for path, data in files.yaml_files(folder):
            try:
                workflow = read_path_file(path, data, artefacts, status)
            except BrokenYaml as broken:
                files.notices.append(broken_workflow(path, broken))
                continue
            if workflow.stages:
                yield workflow
            else:
                files.notices.extend(workflow.notices)


def _evidence(
    files: ProjectFiles, method: str, manifest: str, version: str | None, status: Status
) -> Iterator[str]:
    if files.is_file(manifest):
        yield f"{shown(manifest)}: version {shown(version)}" if version else shown(manifest)
    yield from map(shown, _path_folders(files, method))
    if status.path:
        follows = f": follows {shown(status.follows)}" if status.follows else ""
        yield f"{shown(status.path)}{follows}"
