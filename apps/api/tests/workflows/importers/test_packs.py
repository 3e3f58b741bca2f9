"""Expansion packs, whose workflow files differ from the core's in every way they can."""

import shutil
from functools import cache
from pathlib import Path, PurePosixPath

from agentlab.workflows.importers.definitions import Detection, WorkflowDefinition
from tests.support.bmad import PACKS, installed_project_with_packs
from tests.support.detection import detect


@cache
def detection() -> Detection:
    return detect(installed_project_with_packs())


def workflow(key: str) -> WorkflowDefinition:
    return next(w for w in detection().workflows if w.key == key)


def test_packs_are_named_and_their_workflows_follow_those_of_the_core() -> None:
    assert detection().expansion_packs == PACKS
    assert [(w.key, len(w.stages)) for w in detection().workflows[6:]] == [
        ("unity-game-dev-greenfield-full_game", 6),
        ("unity-game-dev-greenfield-prototype", 3),
        ("unity-game-prototype-prototype", 5),
        ("unity-game-prototype-game_jam", 2),
        ("novel-greenfield-workflow", 9),
        ("novel-serial-workflow", 8),
        ("novel-snowflake-workflow", 11),
        ("novel-writing", 9),
        ("screenplay-development", 9),
        ("series-planning", 7),
        ("short-story-creation", 6),
        ("godot-game-dev-greenfield", 19),
        ("godot-game-prototype-prototype", 5),
        ("godot-game-prototype-game_jam", 2),
    ]
    assert [(n.path, n.code) for n in detection().notices] == []


def test_packs_alone_are_read_like_those_beside_a_core(tmp_path: Path) -> None:
    for folder in installed_project_with_packs().glob(".bmad-*"):
        if folder.name != ".bmad-core":
            shutil.copytree(folder, tmp_path / folder.name)
    found = detect(tmp_path)
    assert (found.method, found.generation, found.expansion_packs) == ("bmad", "v4", PACKS)
    assert [notice.code for notice in found.notices] == ["location_assumed"]
    beside = detection().workflows[6:]
    assert [(w.key, len(w.stages)) for w in found.workflows] == [
        (w.key, len(w.stages)) for w in beside
    ]


def test_phases_are_stages_in_their_order_and_each_keeps_its_phase() -> None:
    novel = workflow("novel-greenfield-workflow")
    phases = [stage.extra["phase"] for stage in novel.stages]
    assert phases == [
        *("ideation", "ideation", "ideation", "outlining", "drafting", "drafting"),
        *("revision", "revision", "critique"),
    ]
    draft = novel.stages[4]
    assert (draft.key, draft.agent, draft.repeats) == (
        "create-draft-section",
        "editor",
        "per-chapter",
    )
    assert [(a.role, a.label, a.patterns[0]) for a in draft.artefacts] == [
        ("creates", "draft-manuscript.md", "docs/draft-manuscript.md"),
        ("requires", "story-outline.md", "docs/story-outline.md"),
    ]
    assert novel.extra == {"completion_criteria": ["critic-review.md exists"]}
    assert [(n.line, n.code) for n in novel.notices] == [(55, "unknown_key")]


def test_a_file_without_a_workflow_at_its_top_is_read_by_its_steps() -> None:
    series = workflow("series-planning")
    assert series.name == "Series Planning Workflow"
    assert [stage.title for stage in series.stages[:2]] == [
        "Define series high concept",
        "Build series bible (world, rules, tone)",
    ]
    assert series.stages[3].repeats == "num_installments"
    assert [a.label for a in series.stages[3].artefacts if a.role == "requires"] == [
        "high_concept",
        "character_arc_map",
    ]
    assert set(series.extra) == {"triggers", "inputs", "agents", "outputs"}


def test_a_step_spelled_as_a_key_is_understood_and_noticed() -> None:
    godot = workflow("godot-game-dev-greenfield")
    malformed = [n.line for n in godot.notices if n.code == "malformed_item"]
    assert malformed == [75, 153, 170]
    assert [s.key for s in godot.stages if s.position in (9, 17, 19)] == [
        "project_setup_guidance",
        "repeat_development_cycle",
        "workflow_end",
    ]


def test_keys_of_a_pack_are_kept_and_noticed_once_each() -> None:
    prototype = workflow("unity-game-prototype-prototype")
    assert prototype.stages[0].extra == {"duration": "15-30 minutes"}
    assert prototype.stages[4].extra == {"duration": "varies", "implements": "prototype-stories/"}
    assert "success_metrics" in prototype.extra
    unknown = [n.text for n in prototype.notices if n.code == "unknown_key"]
    assert len(unknown) == len(set(unknown))
    assert sum("`duration`, in 5 items," in text for text in unknown) == 1


def test_what_packs_name_and_do_not_have_is_told_and_nothing_else() -> None:
    dangling = [
        (n.path, n.line, n.says[0].values["name"])
        for each in detection().workflows
        for n in each.notices
        if n.code == "dangling_reference"
    ]
    unity, godot = (f".bmad-{name}-game-dev/workflows/" for name in ("2d-unity", "godot"))
    # There the agents are called game-architect and game-developer.
    assert {(f"{PurePosixPath(str(path)).parent}/", name) for path, _, name in dangling} == {
        (unity, "solution-architect"),
        (godot, "game-dev"),
    }
    assert all(line for _, line, _ in dangling)


def test_templates_of_a_pack_say_where_its_documents_are() -> None:
    design = workflow("unity-game-dev-greenfield-full_game").stages[1].artefacts[0]
    assert design.patterns[0] == "docs/game-design-document.md"
