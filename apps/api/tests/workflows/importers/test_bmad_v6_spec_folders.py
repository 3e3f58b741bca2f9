"""Spec folders whose list of stories says where people are asked."""

from pathlib import Path

from agentlab.workflows.importers.bmad_v6.spec_folders import PAUSE, SPEC_REVIEWED
from agentlab.workflows.importers.definitions import Detection
from agentlab.workflows.importers.detection import candidates
from tests.support.projects import write

CATALOGUE = "module,skill,display-name,phase\nM,bmad-build,Build,ship\n"
STORIES = """\
- id: "1"
  title: Limit the rate
  description: A bucket of tokens.
  spec_checkpoint: true
  invoke_dev_with: Use Redis.
- id: "2"
  title: Show it
  description: On the dashboard.
  done_checkpoint: true
  colour: red
- id: "3"
  title: Tell of it
"""


def detected(folder: Path, **stories: str) -> Detection:
    write(folder / "_bmad/_config/manifest.yaml", "installation:\n  version: 6.12.0\n")
    write(folder / "_bmad/m/module-help.csv", CATALOGUE)
    for spec, text in stories.items():
        write(folder / f"_bmad-output/specs/spec-{spec}/stories.yaml", text)
    (detection,) = candidates(folder)
    return detection


def test_checkpoints_are_gates_before_and_after_a_story(tmp_path: Path) -> None:
    detection = detected(tmp_path, limits=STORIES)
    path = "_bmad-output/specs/spec-limits/stories.yaml"
    assert detection.evidence[-1] == f"{path}: 2 checkpoints"
    module, spec = detection.workflows
    assert (module.key, spec.key, spec.source_path) == ("m", "spec-limits", path)
    assert spec.source == STORIES.encode()
    assert [(stage.title, stage.gate and stage.gate.reason) for stage in spec.stages] == [
        ("1 spec: Limit the rate", SPEC_REVIEWED),
        ("1: Limit the rate", None),
        ("2: Show it", PAUSE),
        ("3: Tell of it", None),
    ]
    assert [[a.role for a in stage.artefacts] for stage in spec.stages] == [
        ["creates"],
        ["updates"],
        ["creates"],
        ["creates"],
    ]
    assert spec.stages[0].artefacts[0].patterns == (
        "_bmad-output/specs/spec-limits/stories/1-*.md",
    )
    assert spec.stages[0].notes == "A bucket of tokens.\n\nUse Redis."
    assert [(notice.code, notice.line) for notice in spec.notices] == [("unknown_key", 10)]


def test_lists_without_checkpoints_and_broken_ones_are_no_workflows(tmp_path: Path) -> None:
    lists = {"a": "- id: '1'\n", "b": "stories: 1\n", "c": "- [", "d": "", "e": "[]"}
    detection = detected(tmp_path, **lists)
    assert [workflow.key for workflow in detection.workflows] == ["m"]
    assert [notice.code for notice in detection.notices] == ["broken_yaml"]


def test_odd_stories_are_stages_too(tmp_path: Path) -> None:
    stories = "- text\n- {id: ../1, done_checkpoint: yes}\n- {id: 1}\n- {id: 1}\n- 7\n"
    _, spec = detected(tmp_path, odd=stories).workflows
    assert [stage.key for stage in spec.stages] == ["1", "1-2", "1-3", "1-4", "5"]
    assert [len(stage.artefacts) for stage in spec.stages] == [0, 0, 1, 1, 0]
    assert {notice.code for notice in spec.notices} == {"id_taken"}
