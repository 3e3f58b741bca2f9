"""The sample portfolio is what newcomers read first: it holds together and is well set."""

import hashlib
import re
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

import agentlab
from agentlab.workflows.importers import bmad_v4
from agentlab.workflows.importers.definitions import StageDefinition

SAMPLE = Path(agentlab.__file__).resolve().parent / "sample"
NARROW, WIDE = "\u202f", "\u00a0"
FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
CODE_OR_ADDRESS = re.compile(r"`[^`\n]+`|\]\([^)]*\)")


def read_yaml(path: Path) -> Any:
    return YAML(typ="safe").load(path)


PROJECTS: list[dict[str, Any]] = [
    project
    for client in read_yaml(SAMPLE / "portfolio.yaml")["clients"]
    for service in client["services"]
    for project in service["projects"]
]
DOCUMENTS = sorted(SAMPLE.rglob("*.md"))
BUSINESS = [d for d in DOCUMENTS if re.match(r"brief|prd|epic-|entretiens", d.name)]

each_project = pytest.mark.parametrize("project", PROJECTS, ids=lambda project: project["folder"])


def each(documents: list[Path]) -> pytest.MarkDecorator:
    names = [str(document.relative_to(SAMPLE)) for document in documents]
    return pytest.mark.parametrize("document", documents, ids=names)


def test_every_folder_belongs_to_one_project() -> None:
    folders = [folder.name for folder in (SAMPLE / "folders").iterdir()]
    assert sorted(folders) == sorted(project["folder"] for project in PROJECTS)


def test_exactly_one_gate_waits() -> None:
    outcomes = [step["outcome"] for project in PROJECTS for step in project["history"]]
    assert outcomes.count("waiting") == 1


@each_project
def test_the_history_is_one_that_the_workflow_allows(project: dict[str, Any]) -> None:
    stages = stages_of(project)
    for step in project["history"]:
        assert step["stage"] == stages[0].key
        assert is_allowed(step, stages[0]), step
        is_answer = step["outcome"] in {"applies", "does_not_apply"}
        is_shown = "note" in step and not is_answer
        assert not is_shown or has_something_to_show(stages[0], project), step
        if step["outcome"] in {"approved", "completed", "skipped", "does_not_apply"}:
            stages.pop(0)
    assert stages


def stages_of(project: dict[str, Any]) -> list[StageDefinition]:
    detection = bmad_v4.detect(SAMPLE / "folders" / project["folder"])
    assert detection is not None
    assert (detection.version, detection.notices) == ("4.44.3", ())
    (workflow,) = detection.workflows
    assert (workflow.key, workflow.notices) == (project["workflow"], ())
    return list(workflow.stages)


def is_allowed(step: dict[str, Any], stage: StageDefinition) -> bool:
    match step["outcome"]:
        case "approved" | "rejected":
            return bool(stage.gate and step["note"] and step["reason"])
        case "waiting":
            return bool(stage.gate and step["note"])
        case "skipped":
            return bool((stage.optional or stage.condition) and step["reason"])
        case "applies" | "does_not_apply":
            return bool(stage.condition and step["note"])
        case outcome:
            return outcome == "completed" and stage.gate is None


def has_something_to_show(stage: StageDefinition, project: dict[str, Any]) -> bool:
    folder = SAMPLE / "folders" / project["folder"]
    patterns = [p for a in stage.artefacts if a.role != "requires" for p in a.patterns]
    return any(True for pattern in patterns for _ in folder.glob(pattern))


@each_project
def test_a_revised_file_has_an_earlier_text(project: dict[str, Any]) -> None:
    folder, earlier = (SAMPLE / place / project["folder"] for place in ("folders", "earlier"))
    revised = {path for step in project["history"] for path in step.get("revised", [])}
    assert revised == {str(f.relative_to(earlier)) for f in earlier.rglob("*") if f.is_file()}
    for path in revised:
        assert (earlier / path).read_bytes() != (folder / path).read_bytes()


@each_project
def test_the_manifest_lists_the_files_of_the_method(project: dict[str, Any]) -> None:
    folder = SAMPLE / "folders" / project["folder"]
    manifest = folder / ".bmad-core" / "install-manifest.yaml"
    assert {entry["path"]: entry["hash"] for entry in read_yaml(manifest)["files"]} == {
        str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest()[:16]
        for file in manifest.parent.rglob("*.yaml")
        if file != manifest
    }


@each(DOCUMENTS)
def test_a_document_is_well_formed(document: Path) -> None:
    text = document.read_text("utf-8")
    assert text.startswith("# ")
    assert text.endswith("\n")
    assert not re.search(rf"[ {NARROW}{WIDE}]$|[\t\r]", text, re.MULTILINE)
    assert "```" not in FENCE.sub("", text)


@each(DOCUMENTS)
def test_a_link_leads_to_a_document(document: Path) -> None:
    text = FENCE.sub("", document.read_text("utf-8"))
    for target in re.findall(r"\]\(([^)#]+)", text):
        assert (document.parent / target).is_file(), target


@each(BUSINESS)
def test_french_is_set_as_french(document: Path) -> None:
    prose = CODE_OR_ADDRESS.sub("", FENCE.sub("", document.read_text("utf-8")))
    assert not re.search(r"""['"“”]""", prose)
    assert not re.search(rf"[^{NARROW}][;?!](?=\W|$)| :", prose)
    assert not re.search(rf"«(?!{WIDE})|(?<!{WIDE})»", prose)
