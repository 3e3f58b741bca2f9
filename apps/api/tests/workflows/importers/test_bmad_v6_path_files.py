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
