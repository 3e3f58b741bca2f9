"""The six workflows that BMAD 4.44.3 ships, from a real installation."""

import hashlib
from collections import Counter
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from agentlab.kit import globs
from agentlab.workflows.importers.definitions import (
    USUAL_RULES,
    ArtefactDefinition,
    Detection,
    ProposedItem,
    StageDefinition,
    WorkflowDefinition,
)
from tests.support.bmad import VERSION, copy_of_installed_project, installed_project
from tests.support.detection import detect

STAGES = {
    "brownfield-fullstack": 18,
    "brownfield-service": 14,
    "brownfield-ui": 15,
    "greenfield-fullstack": 19,
    "greenfield-service": 15,
    "greenfield-ui": 18,
}

REVIEWS = {"review_draft_story", "review_implementation"}
GATES = {
    "brownfield-fullstack": {
        *("project_analysis", "prd.md", "architecture.md", "all_artifacts"),
        *REVIEWS,
    },
    "brownfield-service": {"prd.md", "architecture.md", "all_artifacts", *REVIEWS},
    "brownfield-ui": {
        *("prd.md", "front-end-spec.md", "architecture.md", "all_artifacts"),
        *REVIEWS,
    },
    "greenfield-fullstack": {
        *("project-brief.md", "prd.md", "front-end-spec.md", "fullstack-architecture.md"),
        *("all_artifacts", *REVIEWS),
    },
    "greenfield-service": {
        *("project-brief.md", "prd.md", "architecture.md", "all_artifacts"),
        *REVIEWS,
    },
    "greenfield-ui": {
        *("project-brief.md", "prd.md", "front-end-spec.md", "front-end-architecture.md"),
        *("all_artifacts", *REVIEWS),
    },
}

each_workflow = pytest.mark.parametrize("key", STAGES)


@cache
def detection() -> Detection:
    return detect(installed_project())


def workflow(key: str, found: Detection | None = None) -> WorkflowDefinition:
    return next(w for w in (found or detection()).workflows if w.key == key)


def stage(workflow_key: str, key: str, found: Detection | None = None) -> StageDefinition:
    return next(s for s in workflow(workflow_key, found).stages if s.key == key)


def items(key: str) -> list[dict[str, Any]]:
    """The sequence as ruamel's own loader reads it: a second opinion."""
    parsed = YAML(typ="safe", pure=True).load(workflow(key).source)
    return list(parsed["workflow"]["sequence"])


@each_workflow
def test_the_gate_of_a_stage_that_uses_a_long_checklist_asks_its_sections(key: str) -> None:
    ruled = [stage for stage in workflow(key).stages if stage.rules]
    assert [stage.uses for stage in ruled] == ["po-master-checklist"]
    (rules,) = [stage.rules for stage in ruled if stage.rules]
    assert len(rules.checklist) == 10
    assert rules.checklist[0] == ProposedItem("1. PROJECT SETUP & INITIALIZATION", required=False)
    assert rules.checklist[-1].text == "10. POST-MVP CONSIDERATIONS"
    assert replace(rules, checklist=()) == USUAL_RULES


def test_the_installation_is_recognised() -> None:
    found = detection()
    assert (found.method, found.generation, found.version) == ("bmad", "v4", VERSION)
    assert found.folder == ".bmad-core"
    assert found.evidence == (
        ".bmad-core/core-config.yaml",
        ".bmad-core/install-manifest.yaml",
        ".bmad-core/workflows",
    )
    assert found.notices == ()
    assert found.expansion_packs == ()


def test_every_stage_of_every_workflow_is_there() -> None:
    assert {w.key: len(w.stages) for w in detection().workflows} == STAGES
    assert sum(STAGES.values()) == 99


def test_nothing_shipped_is_unusual() -> None:
    assert [notice for w in detection().workflows for notice in w.notices] == []
    assert [s.extra for w in detection().workflows for s in w.stages if s.extra] == []
    assert [w.extra for w in detection().workflows if w.extra] == []


@each_workflow
def test_the_source_is_kept_byte_for_byte(key: str) -> None:
    found = workflow(key)
    data = (installed_project() / found.source_path).read_bytes()
    assert found.source_path == f".bmad-core/workflows/{key}.yaml"
    assert found.source == data
    assert found.sha256 == hashlib.sha256(data).hexdigest()


def keys_of(stage: StageDefinition, item: dict[str, Any]) -> set[str]:
    """The keys that the source must have had for this stage to come out."""
    names = ("agent", "action", "condition", "repeats", "notes", "uses", "optional_steps", "routes")
    keys = {name for name in names if getattr(stage, name)}
    keys |= {artefact.role for artefact in stage.artefacts}
    keys |= {"optional"} if stage.optional else set()
    return keys | ({"step"} if stage.key == item.get("step") else set())


def test_all_key_sets_survive() -> None:
    pairs = [pair for key in STAGES for pair in zip(workflow(key).stages, items(key), strict=True)]
    assert [keys_of(stage, item) for stage, item in pairs] == [set(item) for _, item in pairs]
    assert len({frozenset(item) for _, item in pairs}) == 22


@each_workflow
def test_every_value_survives(key: str) -> None:
    for found, item in zip(workflow(key).stages, items(key), strict=True):
        for name in ("agent", "action", "condition", "repeats", "notes", "uses", "routes"):
            assert getattr(found, name) == item.get(name)
        assert list(found.optional_steps) == item.get("optional_steps", [])
        for role in ("creates", "requires", "updates", "validates"):
            given = item.get(role, [])
            expected = dict.fromkeys(given if isinstance(given, list) else [given])
            sources = dict.fromkeys(a.source for a in found.artefacts if a.role == role)
            assert sources == expected


@each_workflow
def test_what_the_workflow_says_of_itself_survives(key: str) -> None:
    source = YAML(typ="safe", pure=True).load(workflow(key).source)["workflow"]
    found = workflow(key)
    assert (found.name, found.description, found.kind) == (
        source["name"],
        source["description"],
        source["type"],
    )
    assert list(found.project_types) == source["project_types"]
    assert list(found.when_to_use) == source["decision_guidance"]["when_to_use"]
    assert found.handoff_prompts == source["handoff_prompts"]


@each_workflow
def test_the_diagram_comes_without_its_fence(key: str) -> None:
    diagram = workflow(key).flow_diagram
    assert diagram is not None
    assert diagram.startswith("graph TD")
    assert "```" not in diagram


@each_workflow
def test_stages_are_numbered_and_their_keys_are_unique(key: str) -> None:
    stages = workflow(key).stages
    assert [s.position for s in stages] == list(range(1, len(stages) + 1))
    assert Counter(s.key for s in stages).most_common(1)[0][1] == 1
    assert all(s.title for s in stages)


@each_workflow
def test_gates_are_proposed_where_people_decide(key: str) -> None:
    gates = {s.key: s.gate for s in workflow(key).stages if s.gate}
    choices = {"routing_decision"} if key == "brownfield-fullstack" else set()
    assert {k for k, gate in gates.items() if gate.kind == "approval"} == GATES[key]
    assert {k for k, gate in gates.items() if gate.kind == "choice"} == choices


def test_titles_read_like_a_person_wrote_them() -> None:
    assert [s.title for s in workflow("greenfield-fullstack").stages] == [
        "Create the project brief",
        "Create the PRD",
        "Create the front-end spec",
        "Create the v0 prompt",
        "Create the fullstack architecture",
        "Update the PRD",
        "Validate all artifacts",
        "Update any flagged documents",
        "Project setup guidance",
        "Development order guidance",
        "Shard documents",
        "Create story",
        "Review draft story",
        "Implement story",
        "Review implementation",
        "Address QA feedback",
        "Repeat development cycle",
        "Epic retrospective",
        "Workflow end",
    ]


def patterns(workflow_key: str, key: str, found: Detection | None = None) -> list[tuple[str, ...]]:
    return [a.patterns for a in stage(workflow_key, key, found).artefacts]


def test_a_brief_is_looked_for_under_both_of_its_names() -> None:
    brief = ("docs/brief.md", "docs/project-brief.md", "**/project-brief.md")
    assert patterns("greenfield-service", "project-brief.md") == [brief]


def test_templates_say_where_documents_are_written() -> None:
    prd = ("docs/prd.md", "docs/prd/**/*.md", "**/prd.md")
    assert patterns("brownfield-fullstack", "architecture.md") == [
        ("docs/architecture.md", "docs/architecture/**/*.md", "**/architecture.md"),
        prd,
    ]
    assert patterns("greenfield-ui", "front-end-architecture.md")[0] == (
        *("docs/ui-architecture.md", "docs/front-end-architecture.md"),
        "**/front-end-architecture.md",
    )
    assert patterns("greenfield-fullstack", "fullstack-architecture.md")[0] == (
        *("docs/architecture.md", "docs/fullstack-architecture.md"),
        *("docs/architecture/**/*.md", "**/fullstack-architecture.md"),
    )


def test_the_analysis_of_an_existing_system_is_not_taken_for_its_architecture() -> None:
    analysis = ("docs/brownfield-architecture.md", "**/brownfield-architecture.md")
    assert patterns("brownfield-fullstack", "project_analysis") == [analysis]


def test_validating_everything_names_each_document_made_before() -> None:
    validated = stage("greenfield-fullstack", "all_artifacts").artefacts
    assert [(a.label, a.source, a.optional) for a in validated] == [
        ("project-brief.md", "all_artifacts", False),
        ("prd.md", "all_artifacts", False),
        ("front-end-spec.md", "all_artifacts", False),
        ("fullstack-architecture.md", "all_artifacts", False),
    ]
    assert all(a.role == "validates" and a.patterns for a in validated)
    flagged = stage("greenfield-fullstack", "any_flagged_documents").artefacts
    assert all(a.role == "updates" and a.optional for a in flagged)


def test_sharded_documents_belong_together() -> None:
    sharded = stage("greenfield-ui", "shard_documents").artefacts[0]
    assert sharded == ArtefactDefinition(
        role="creates",
        label="sharded_docs",
        source="sharded_docs",
        patterns=("docs/prd/**/*.md", "docs/architecture/**/*.md"),
        every=True,
    )


def test_words_that_no_file_stands_for_have_no_patterns() -> None:
    prompt = stage("greenfield-ui", "v0_prompt").artefacts[0]
    assert (prompt.label, prompt.optional, prompt.patterns) == ("v0_prompt (optional)", True, ())
    implementation = stage("greenfield-ui", "review_implementation").artefacts
    assert [a.patterns for a in implementation] == [(), ()]


def test_stories_are_found_where_bmad_puts_them() -> None:
    story = patterns("greenfield-ui", "create_story")[0]
    assert story[:2] == ("docs/stories/*.*.*.md", "docs/stories/**/*.md")
    assert globs.matcher(story[0]).fullmatch("docs/stories/1.2.read-a-feed.md")


def test_locations_come_from_the_configuration(tmp_path: Path) -> None:
    project = copy_of_installed_project(tmp_path / "project")
    config = project / ".bmad-core" / "core-config.yaml"
    moved = config.read_text().replace("docs/prd.md", "plan/product/PRD.md")
    moved = moved.replace("docs/architecture.md", "plan/arch.md").replace("docs/", "./papers/")
    config.write_text(moved)
    found = detect(project)
    assert found.notices == ()
    assert patterns("greenfield-service", "architecture.md", found) == [
        (
            *("plan/arch.md", "plan/product/architecture.md"),
            *("papers/architecture/**/*.md", "**/architecture.md"),
        ),
        ("plan/product/PRD.md", "plan/product/prd.md", "papers/prd/**/*.md", "**/prd.md"),
    ]
    assert patterns("greenfield-service", "project-brief.md", found)[0][0] == (
        "plan/product/brief.md"
    )
    assert patterns("greenfield-service", "create_story", found)[0][0] == (
        "papers/stories/*.*.*.md"
    )


def test_an_older_folder_name_is_recognised(tmp_path: Path) -> None:
    project = copy_of_installed_project(tmp_path / "project")
    (project / ".bmad-core").rename(project / ".bmad-method")
    found = detect(project)
    assert (found.folder, found.version) == (".bmad-method", VERSION)
    assert {w.key: len(w.stages) for w in found.workflows} == STAGES


def test_without_its_templates_the_standard_places_are_known(tmp_path: Path) -> None:
    project = copy_of_installed_project(tmp_path / "project")
    for template in (project / ".bmad-core" / "templates").iterdir():
        template.unlink()
    bare = detect(project)
    for key in STAGES:
        assert [s.artefacts for s in workflow(key, bare).stages] == [
            s.artefacts for s in workflow(key).stages
        ]
