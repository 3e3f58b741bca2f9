from pathlib import Path

import pytest

from agentlab.workflows.importers.definitions import Detection
from agentlab.workspaces.folder import FolderMissing
from tests.support.detection import detect
from tests.support.projects import bmad_folder, write

NOTHING = Detection(method=None, generation=None, version=None, folder=None, evidence=())


def test_a_folder_without_a_method_has_documents_only(tmp_path: Path) -> None:
    write(tmp_path / "docs" / "prd.md", "# A PRD\n")
    assert detect(tmp_path) == NOTHING


def test_an_empty_method_folder_is_no_method(tmp_path: Path) -> None:
    (tmp_path / ".bmad-core").mkdir()
    assert detect(tmp_path) == NOTHING


def test_a_file_in_the_place_of_the_method_is_no_method(tmp_path: Path) -> None:
    write(tmp_path / ".bmad-core", "x")
    assert detect(tmp_path) == NOTHING


def test_a_linked_method_folder_is_named_and_not_followed(tmp_path: Path) -> None:
    bmad_folder(tmp_path, "other")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / ".bmad-core").symlink_to(tmp_path / "other" / ".bmad-core")
    found = detect(tmp_path / "mine")
    assert (found.method, found.workflows) == (None, ())
    assert [(n.path, n.code) for n in found.notices] == [(".bmad-core", "symbolic_link")]


def test_workflows_alone_are_evidence_enough(tmp_path: Path) -> None:
    folder = bmad_folder(tmp_path)
    (folder / ".bmad-core" / "core-config.yaml").unlink()
    (folder / ".bmad-core" / "install-manifest.yaml").unlink()
    found = detect(folder)
    assert (found.method, found.version, found.evidence) == (
        "bmad",
        None,
        (".bmad-core/workflows",),
    )


def test_a_missing_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FolderMissing):
        detect(tmp_path / "missing")
