"""Every ledger of a project folder, read in one pass."""

from pathlib import Path

from agentlab.ledgers.project import ProjectLedgers, joined
from agentlab.ledgers.readers import documents, gates, planning, sprint_status, stories, task_lists
from agentlab.ledgers.statements import Found
from agentlab.ledgers.yaml_places import Place
from agentlab.workflows.importers.bmad_v4.locations import Locations, read_locations
from agentlab.workflows.importers.bmad_v6.configuration import (
    Configuration,
    place_in_project,
    read_configuration,
)
from agentlab.workflows.importers.bmad_v6.method_folder import method_folder
from agentlab.workflows.importers.bmad_v6_alpha import status as alpha_status
from agentlab.workflows.importers.project_files import ProjectFiles
from agentlab.workflows.importers.spec_kit import installation as spec_kit
from agentlab.workflows.importers.yaml_source import BrokenYaml, read_yaml
from agentlab.workspaces.folder import opened_root
from agentlab.workspaces.inside import LeftOut, read_inside
from agentlab.workspaces.notices import Clause

V4_FOLDERS = (".bmad-core", ".bmad-method")
V4_CONFIG = "core-config.yaml"
MAX_CONFIG_BYTES = 256 * 1024


def read_ledgers(root: Path) -> Found:
    """What they say; nothing where there is no method. Raises what `opened_root` raises."""
    with opened_root(root) as top:
        project = ProjectLedgers(top)
        read_v4(project)
        files = ProjectFiles(top)
        if method_folder(files):
            read_v6(project, root)
        if files.is_folder(spec_kit.FOLDER):
            task_lists.read_features(project, files)
        task_lists.read_changes(project, files)
        task_lists.read_board(project, files)
        return project.found


def read_v4(project: ProjectLedgers) -> None:
    for folder in V4_FOLDERS:
        locations = locations_in(project, joined(folder, V4_CONFIG))
        if locations:
            stories.read_v4(project, locations.stories)
            gates.read(project, locations.qa)
            planning.read_prd(project, locations.prd, locations.prd_shards)
            documents.read_of_v4(
                project, locations.docs, locations.prd_shards, locations.architecture_shards
            )
            return


def locations_in(project: ProjectLedgers, path: str) -> Locations | None:
    """What an installation's configuration says; None where there is none."""
    try:
        return read_locations(read_yaml(read_inside(project.top, path, MAX_CONFIG_BYTES)), path)[0]
    except LeftOut as refusal:
        return None if refusal.code == "disappeared" else Locations()
    except BrokenYaml:  # the import has said so
        return Locations()


def read_v6(project: ProjectLedgers, root: Path) -> None:
    places = read_configuration(root)
    usual = places.implementation_artifacts
    sprint = joined(usual, sprint_status.NAME)
    said = sprint_status.read(project, sprint)
    planning.read_epics(project, places.planning_artifacts)
    of_sprint = story_folder(project, root, places, sprint, said) if said else usual
    for folder in dict.fromkeys((usual, places.stories, of_sprint)):
        stories.read_implementation(project, folder)
    stories.read_spec_folders(project, joined(places.output_folder, "specs"))
    planning.read_readiness(project, places.planning_artifacts, places.implementation_artifacts)
    for name in alpha_status.NAMES:
        planning.read_workflow_status(project, joined(places.output_folder, name))
    documents.read_of_v6(project, places.planning_artifacts)


def story_folder(
    project: ProjectLedgers, root: Path, places: Configuration, sprint: str, said: Place
) -> str:
    """Where the sprint status says that stories are; BMAD's own place and a notice if it cannot."""
    usual = places.implementation_artifacts
    folder = place_in_project(said.value, root, output=places.output_folder)
    path = said.value.rstrip("/")
    is_usual = path.startswith("/") and path.endswith(f"/{usual}")  # on the machine that wrote it
    if folder is None and path and not is_usual:
        name = sprint_status.STORIES
        english = f"{name} is not a path in the project, so BMAD's own {usual} is assumed"
        what = Clause("setting_no_path", english, {"setting": name, "default": usual})
        project.found.odd(sprint, said.line, "location_assumed", what)
    return folder or usual
