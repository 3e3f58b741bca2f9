"""Path files of the alphas that nobody has shipped."""

from io import StringIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from agentlab.workflows.importers.bmad_v6.artefacts import Artefacts
from agentlab.workflows.importers.bmad_v6.configuration import Configuration
from agentlab.workflows.importers.bmad_v6_alpha.path_files import read_path_file
from agentlab.workflows.importers.bmad_v6_alpha.status import Status
from agentlab.workflows.importers.definitions import WorkflowDefinition
from agentlab.workflows.importers.detection import candidates
from agentlab.workflows.importers.values import nested
from agentlab.workflows.importers.yaml_source import BrokenYaml
from tests.support.projects import write

PATH = "bmad/bmm/workflows/workflow-status/paths/ours.yaml"
ARTEFACTS = Artefacts(Configuration("docs", "docs", "docs", "docs", "docs"))


def read(text: str | bytes, status: Status | None = None) -> WorkflowDefinition:
    data = text.encode() if isinstance(text, str) else text
    return read_path_file(PATH, data, ARTEFACTS, status or Status())


def test_malformed_parts_are_noticed_and_the_rest_is_read() -> None:
    definition = read(
        "method_name: Ours\nodd: 1\nphases:\n"
        "- not a mapping\n"
        "- {phase: 1, name: Empty}\n"
        "- phase: 2\n  name: Implementation\n  workflows:\n"
        "  - {id: a, required: true}\n  - just text\n  - {id: a, colour: red}\n"
    )
    assert [stage.key for stage in definition.stages] == ["a", "just-text", "a-3"]
    assert [nested(stage.extra["phase"], "group") for stage in definition.stages] == ["ship"] * 3
    assert {notice.code for notice in definition.notices} == {
        "malformed_item",
        "id_taken",
        "unknown_key",
    }
    assert definition.extra == {"odd": 1}
    assert all(notice.line for notice in definition.notices)


def test_the_loops_of_the_first_alphas_are_repeats_and_end_with_each_epic() -> None:
    definition = read(
        "phases:\n"
        "- {phase: 1, name: Planning, workflows: [{id: prd, required: true}]}\n"
        "- {phase: 3, name: Solutioning, skip: true}\n"
        "- phase: 4\n  name: Implementation\n"
        "  epic_loop: for_each_epic\n  epic_workflows: [{id: tech-spec, required: true}]\n"
        "  story_loop: for_each_story_in_epic\n"
        "  story_workflows: [{id: dev-story, required: true}, {id: review-story, colour: red}]\n"
        "  epic_completion: [{id: retrospective}]\n"
        "- phase: 5\n  name: Small things\n  loop_type: for_each_story\n"
        "  workflows: [{id: quick-dev}]\n  epic_completion: [{id: playtest}]\n"
    )
    assert {stage.key: stage.repeats for stage in definition.stages} == {
        "prd": None,
        "tech-spec": "for_each_epic",
        "dev-story": "for_each_story_in_epic",
        "review-story": "for_each_story_in_epic",
        "retrospective": "for_each_epic",
        "quick-dev": "for_each_story",
        "playtest": "for_each_epic",
    }
    assert {stage.together for stage in definition.stages} == {None}
    [notice] = definition.notices
    assert (notice.code, notice.line) == ("unknown_key", 9)


@pytest.mark.parametrize("text", ["", "a: 1", "phases: 1", "- 1", "phases: [", b"\xff", "a: \0"])
def test_what_is_no_path_file_is_broken(text: str | bytes) -> None:
    with pytest.raises(BrokenYaml) as broken:
        read(text)
    assert broken.value.reason


def test_a_bomb_is_refused_and_named(tmp_path: Path) -> None:
    bomb = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"{chr(98 + at)}: &{chr(98 + at)} [{', '.join([f'*{chr(97 + at)}'] * 10)}]\n"
        for at in range(8)
    )
    write(tmp_path / "bmad/_cfg/manifest.yaml", "installation: {version: 6.0.0-alpha.7}\n")
    write(tmp_path / PATH, bomb)
    write(tmp_path / PATH.replace("ours", "large"), b"# " + b"x" * 5_000_000)
    write(tmp_path / PATH.replace("ours", "none"), "phases: []\n")
    (found,) = candidates(tmp_path)
    assert found.workflows == ()
    assert sorted(notice.code for notice in found.notices) == [
        "broken_workflow",
        "empty_sequence",
        "too_large",
    ]


@pytest.mark.parametrize(
    ("said", "file"),
    [
        ("docs/prd.md", "docs/prd.md"),
        ("{project-root}/docs/prd.md", "docs/prd.md"),
        ("required", None),
        ("skipped", None),
        ("../prd.md", None),
        ("/etc/passwd.md", None),
        ("docs/*.md", None),
    ],
)
def test_a_status_is_a_file_of_the_project_or_none(said: str, file: str | None) -> None:
    assert Status(steps={"prd": said}).file_of("prd") == file


VALUE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "workflows", "phases", "name", "required", "conditional", "x"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(VALUE)
def test_any_phases_are_stages_or_broken(phases: object) -> None:
    text = StringIO()
    YAML(typ="safe", pure=True).dump({"phases": phases}, text)
    try:
        definition = read(text.getvalue())
    except BrokenYaml:
        return
    keys = [stage.key for stage in definition.stages]
    assert len(set(keys)) == len(keys)
    assert [stage.position for stage in definition.stages] == list(range(1, len(keys) + 1))
