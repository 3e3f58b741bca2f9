"""Expansion packs, whose workflow files differ from the core's in every way they can."""

from functools import cache

from agentlab.workflows.importers.definitions import Detection, WorkflowDefinition
from agentlab.workflows.importers.detection import detect
from tests.support.bmad import PACKS, installed_project_with_packs


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
        ("godot-game-dev-greenfield", 19),
        ("godot-game-prototype-prototype", 5),
        ("godot-game-prototype-game_jam", 2),
    ]


def test_files_of_another_shape_are_named_and_left_out() -> None:
    notices = detection().notices
    assert len(notices) == 7
    assert {notice.code for notice in notices} == {"broken_workflow"}
    assert all(n.path and ".bmad-creative-writing/workflows/" in n.path for n in notices)
    assert all(n.line for n in notices)


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


def test_templates_of_a_pack_say_where_its_documents_are() -> None:
    design = workflow("unity-game-dev-greenfield-full_game").stages[1].artefacts[0]
    assert design.patterns[0] == "docs/game-design-document.md"
