"""Installations as people and accidents leave them: tolerated, told, never a crash."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentlab.workflows.importers.bmad_v4.artefacts import STANDARD_OUTPUTS, Artefacts, bare_name
from agentlab.workflows.importers.bmad_v4.locations import Locations
from agentlab.workflows.importers.bmad_v4.references import References
from agentlab.workflows.importers.bmad_v4.workflow_files import read_workflows
from agentlab.workflows.importers.definitions import (
    BrokenMethodFile,
    Detection,
    WorkflowDefinition,
)
from agentlab.workflows.importers.yaml_source import BrokenYaml
from tests.support.detection import detect
from tests.support.folders import open_folder
from tests.support.ledgers import bmad_v6_folder
from tests.support.privileges import ordinary_user
from tests.support.projects import CORE_CONFIG, WORKFLOW, bmad_folder, write

ARTEFACTS = Artefacts(Locations(), STANDARD_OUTPUTS)


def read(sequence: Any, **keys: Any) -> WorkflowDefinition:
    source = {"workflow": {"id": "w", "name": "W", "sequence": sequence, **keys}}
    (workflow,) = read_workflows("w.yaml", json.dumps(source).encode(), ARTEFACTS, References())
    return workflow


def codes(found: WorkflowDefinition | Detection) -> list[str]:
    assert all("\n" not in notice.text for notice in found.notices)
    return [notice.code for notice in found.notices]


def with_config(root: Path, config: str | bytes) -> Path:
    folder = bmad_folder(root)
    write(folder / ".bmad-core" / "core-config.yaml", config)
    return folder


# Items


@pytest.mark.parametrize("item", ["a string", 5, None, True, ["a", "list"]])
def test_an_item_that_is_no_mapping_is_kept_as_a_stage(item: Any) -> None:
    workflow = read([{"step": "first"}, item])
    stage = workflow.stages[1]
    assert (stage.key, stage.title, stage.extra) == ("stage-2", "Stage 2", {"item": item})
    assert codes(workflow) == ["malformed_item"]


def test_an_empty_item_is_kept_as_a_stage() -> None:
    assert [stage.key for stage in read([{}]).stages] == ["stage-1"]


def test_unknown_keys_are_kept_and_noticed_once_each() -> None:
    workflow = read(
        [{"step": "a", "duration": 5, "risk": [1]}, {"step": "b", "duration": {"h": 1}}],
        version="2",
    )
    assert [stage.extra for stage in workflow.stages] == [
        {"duration": 5, "risk": [1]},
        {"duration": {"h": 1}},
    ]
    assert workflow.extra == {"version": "2"}
    assert codes(workflow) == ["unknown_key"] * 3


def test_values_of_another_kind_are_kept_and_noticed() -> None:
    odd = {"notes": {"a": 1}, "optional": "perhaps", "creates": [["x"]], "routes": "none"}
    workflow = read([{"step": "a", **odd}], name={"en": "W"}, flow_diagram=[1], type=["x"])
    stage = workflow.stages[0]
    assert stage.extra == odd
    assert (stage.notes, stage.optional, stage.artefacts, stage.routes) == (None, False, (), None)
    assert workflow.extra == {"name": {"en": "W"}, "flow_diagram": [1], "type": ["x"]}
    assert codes(workflow) == ["unusual_value"] * 7


def test_numbers_stand_for_their_text() -> None:
    workflow = read([{"step": 1, "agent": 2.5, "optional": "yes"}], id=42, project_types="web")
    assert (workflow.key, workflow.project_types) == ("42", ("web",))
    assert (workflow.stages[0].key, workflow.stages[0].agent) == ("1", "2.5")
    assert workflow.stages[0].optional
    assert codes(workflow) == []


def test_keys_are_unique_even_against_those_made_unique() -> None:
    workflow = read([{"step": "a"}, {"step": "a-3"}, {"step": "a"}, {"step": "!?"}])
    assert [stage.key for stage in workflow.stages] == ["a", "a-3", "a-3-3", "stage-4"]


def test_several_files_in_one_text_are_several_artefacts() -> None:
    workflow = read([{"step": "a", "requires": "prd.md, notes/ideas.md"}])
    assert [(a.label, a.patterns[0]) for a in workflow.stages[0].artefacts] == [
        ("prd.md", "docs/prd.md"),
        ("notes/ideas.md", "notes/ideas.md"),
    ]


def test_a_long_list_of_files_names_each_of_them() -> None:
    files = [f"docs/chapters/chapter-{number:02}.md" for number in range(40)]
    workflow = read([{"creates": ", ".join(files)}])
    assert [a.patterns[0] for a in workflow.stages[0].artefacts] == files


@pytest.mark.parametrize(
    "text", ["../outside.md", "/etc/passwd.md", "a/../../b.md", "C:\\a.md", "", "some words"]
)
def test_no_pattern_leads_out_of_the_project(text: str) -> None:
    (artefact,) = read([{"step": "a", "creates": text}]).stages[0].artefacts
    assert (artefact.label, artefact.patterns) == (text, ())


@pytest.mark.parametrize(
    ("sequence", "code"),
    [
        ([{"step": "a"}] * 1_001, "too_many_stages"),
        (
            [{"creates": [f"{at}.md" for at in range(10_000)]}]
            + [{"requires": "all_artifacts"}] * 900,
            "too_many_artefacts",
        ),
        (
            [
                {"creates": [f"{at}.md" for at in range(4_000)]},
                {"requires": ["all_artifacts"] * 9_000},
            ],
            "too_many_artefacts",
        ),
    ],
)
def test_more_than_anybody_goes_through_is_refused(sequence: Any, code: str) -> None:
    with pytest.raises(BrokenYaml) as refused:
        read(sequence)
    assert refused.value.reason.name == code


def test_validating_everything_before_anything_is_made_names_nothing() -> None:
    (artefact,) = read([{"validates": "all_artifacts"}]).stages[0].artefacts
    assert (artefact.label, artefact.patterns) == ("all_artifacts", ())


def test_a_diagram_without_a_fence_is_taken_as_it_is() -> None:
    assert read([], flow_diagram="graph TD\n  A --> B\n").flow_diagram == "graph TD\n  A --> B"
    assert read([], flow_diagram="```mermaid\n```").flow_diagram is None


def test_a_diagram_ends_with_its_fence() -> None:
    fenced = "Look:\n``` mermaid\n```mermaid \t\ngraph TD\n  \n\t```\nA\n```"
    assert read([], flow_diagram=fenced).flow_diagram == "graph TD\n  "
    assert read([], flow_diagram="```mermaid\nA --> B ```").flow_diagram == "A --> B"


def test_a_fence_without_an_end_is_looked_for_once() -> None:
    sequences: dict[str, list[str]] = {f"{at}_sequence": [] for at in range(20)}
    diagram = f"```mermaid\n{' ' * 250_000}x"
    source = json.dumps({"workflow": {"flow_diagram": diagram, **sequences}})
    found = read_workflows("w.yaml", source.encode(), ARTEFACTS, References())
    assert [each.flow_diagram for each in found] == [diagram] * 20


@pytest.mark.parametrize(
    ("text", "name", "is_optional"),
    [
        ("prd.md (if needed)", "prd.md", True),
        (" prd.md\t( Optional ) ", "prd.md", True),
        ("prd.md (a) (optional)", "prd.md (a)", True),
        ("prd.md(new)", "prd.md", False),
        ("prd.md (a (b))", "prd.md (a (b))", False),
        ("prd.md (a))", "prd.md (a))", False),
        ("prd.md )", "prd.md )", False),
        ("prd.md (a) b", "prd.md (a) b", False),
        (f"prd.md{' ' * 1_000_000}(optional)", "prd.md", True),
        (f"a{' ' * 1_000_000}b", f"a{' ' * 1_000_000}b", False),
        (f"a{' (' * 500_000}", f"a{' (' * 500_000}", False),
    ],
    ids=range(11),
)
def test_what_stands_in_brackets_at_the_end_is_no_part_of_the_name(
    text: str, name: str, *, is_optional: bool
) -> None:
    (artefact,) = ARTEFACTS.define("creates", text, uses=None, made={})
    assert (bare_name(text), artefact.label, artefact.optional) == (name, text, is_optional)


def test_a_text_that_is_too_long_names_no_file() -> None:
    text = f"{'a' * 600}.md"
    (artefact,) = ARTEFACTS.define("creates", text, uses=None, made={})
    assert (artefact.label, artefact.patterns) == (text, ())


REFERRING = """\
workflow:
  id: referring
  inputs: [market-study.md]
  sequence:
    - agent: analyst/nobody
      creates: brief.md
      requires: market-study.md
      uses: brief-tmpl
    - agent: various
      uses: po-checklist
      requires: [docs/brief.md, notes.md, missing.md, all_design_documents]
    - agent: nobody
      uses: tasks/shard.md
      creates: outline
    - agent: Analyst
      uses: create-doc or anything else
      requires: [outline.md, prd, missing.md]
    - uses: unknown-tmpl
      requires: maybe.md (optional)
"""


def test_what_names_nothing_in_the_installation_is_told_once(tmp_path: Path) -> None:
    folder = bmad_folder(tmp_path, workflow=REFERRING)
    core = folder / ".bmad-core"
    named = ("agents/analyst.md", "tasks/shard.md", "checklists/po-checklist.md")
    for name in (*named, "templates/brief-tmpl.yaml", "../docs/notes.md"):
        write(core / name, "")
    (workflow,) = detect(folder).workflows
    assert [(n.line, n.says[0].name, n.says[0].values) for n in workflow.notices[1:]] == [
        (5, "agent_unknown_v4", {"name": "nobody"}),
        (11, "requires_unknown_v4", {"name": "missing.md"}),
        (18, "uses_unknown_v4", {"name": "unknown-tmpl"}),
    ]
    assert codes(workflow) == ["unknown_key", *["dangling_reference"] * 3]


def test_what_another_workflow_of_the_installation_makes_is_not_told(tmp_path: Path) -> None:
    folder = bmad_folder(tmp_path, workflow=REFERRING)
    write(
        folder / ".bmad-pack/workflows/study.yaml",
        "workflow:\n  id: study\n  sequence:\n  - {agent: po, creates: docs/missing.md}\n",
    )
    write(folder / ".bmad-pack/install-manifest.yaml", "version: 4.44.3\n")
    referring, study = detect(folder).workflows
    told = [notice.says[0] for notice in referring.notices[1:]]
    assert [(each.name, each.values["name"]) for each in told] == [
        ("requires_unknown_v4", "notes.md")
    ]
    assert study.notices == ()


def test_of_what_an_installation_lacks_altogether_nothing_is_said(tmp_path: Path) -> None:
    sequence = WORKFLOW + "    - agent: nobody\n      uses: nothing-tmpl\n"
    (workflow,) = detect(bmad_folder(tmp_path, workflow=sequence)).workflows
    assert codes(workflow) == []


# Files


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"workflow:\n  id: [a\n  b: c\n", 3),
        (b"workflow:\n  id: a\n\tname: b\n", 3),
        (b"# caf\xe9\nworkflow: {}\n", 1),
        (b"- a\n- list\n", 1),
        (b"just text\n", 1),
        (b"", None),
        (b"workflow: text\n", 1),
        (b"workflow:\n  id: a\n", 1),
        (b"workflow:\n  id: a\n  sequence: text\n", 3),
        (b"a: &a [x]\n" * 3 + b"workflow: *missing\n", 4),
        (b"#" * 10_000_000, None),
        (b"workflow:\n" + b"".join(b"  a%d_sequence: [x]\n" % n for n in range(9_000)), 1),
    ],
)
def test_a_broken_workflow_is_noticed_and_the_others_stay(
    tmp_path: Path, content: bytes, line: int | None
) -> None:
    folder = bmad_folder(tmp_path)
    write(folder / ".bmad-core" / "workflows" / "broken.yaml", content)
    found = detect(folder)
    assert [workflow.key for workflow in found.workflows] == ["short"]
    assert [(n.path, n.line) for n in found.notices] == [(".bmad-core/workflows/broken.yaml", line)]


def test_a_workflow_is_not_read_through_a_link(tmp_path: Path) -> None:
    folder = bmad_folder(tmp_path)
    write(tmp_path / "secret.yaml", WORKFLOW.replace("short", "secret"))
    (folder / ".bmad-core" / "workflows" / "x.yaml").symlink_to(tmp_path / "secret.yaml")
    found = detect(folder)
    assert [workflow.key for workflow in found.workflows] == ["short"]
    assert codes(found) == ["symbolic_link"]


def test_a_workflow_that_may_not_be_read_is_noticed() -> None:
    with open_folder() as root:
        folder = bmad_folder(root)
        (folder / ".bmad-core" / "workflows" / "short.yaml").chmod(0o000)
        with ordinary_user():
            found = detect(folder)
    assert (found.workflows, codes(found)) == ((), ["unreadable"])


def test_two_workflows_with_one_id_get_keys_of_their_own(tmp_path: Path) -> None:
    folder = bmad_folder(tmp_path)
    write(folder / ".bmad-core" / "workflows" / "zweite.yml", WORKFLOW)
    found = detect(folder)
    assert [workflow.key for workflow in found.workflows] == ["short", "short-2"]
    assert codes(found.workflows[1]) == ["id_taken"]


def test_a_key_given_twice_is_noticed(tmp_path: Path) -> None:
    folder = bmad_folder(tmp_path, workflow=f"{WORKFLOW}  name: Another\n")
    (workflow,) = detect(folder).workflows
    assert (workflow.name, codes(workflow)) == ("Another", ["given_twice"])


def test_a_flood_of_files_is_bounded(tmp_path: Path) -> None:
    folder = bmad_folder(tmp_path)
    for number in range(150):
        write(folder / ".bmad-core" / "workflows" / f"{number:03}.yaml", "#" * 100_000)
    assert {"too_many_files", "too_large"} <= set(codes(detect(folder)))


# Configuration and manifest


@pytest.mark.parametrize(
    ("config", "line"),
    [(b"prd:\n  prdFile: [a\n", 3), (b"- a list\n", 1), (b"a: 1\nb: \xff\n", 2)],
)
def test_a_broken_configuration_is_refused_with_file_and_line(
    tmp_path: Path, config: bytes, line: int
) -> None:
    with pytest.raises(BrokenMethodFile) as caught:
        detect(with_config(tmp_path, config))
    error = caught.value
    assert (error.code, error.status, error.field) == ("method_file_broken", 422, "path")
    assert error.detail.startswith(f".bmad-core/core-config.yaml, line {line}: ")


def test_a_linked_configuration_is_refused(tmp_path: Path) -> None:
    folder = bmad_folder(tmp_path)
    config = folder / ".bmad-core" / "core-config.yaml"
    config.rename(tmp_path / "elsewhere.yaml")
    config.symlink_to(tmp_path / "elsewhere.yaml")
    with pytest.raises(BrokenMethodFile, match="symbolic link"):
        detect(folder)


def test_a_missing_configuration_means_the_standard_places(tmp_path: Path) -> None:
    folder = bmad_folder(tmp_path)
    (folder / ".bmad-core" / "core-config.yaml").unlink()
    found = detect(folder)
    assert codes(found) == ["location_assumed"]
    assert found.workflows[0].stages[0].artefacts[0].patterns[0] == "docs/prd.md"


@pytest.mark.parametrize("value", ["/etc", "../x.md", "5", "[a]", "{a: b}", "''", "."])
def test_a_location_outside_the_project_is_not_used(tmp_path: Path, value: str) -> None:
    config = CORE_CONFIG.replace("prdFile: docs/prd.md", f"prdFile: {value}")
    found = detect(with_config(tmp_path, config))
    assert codes(found) == ["location_assumed"]
    assert "prd.prdFile" in found.notices[0].text
    assert found.notices[0].line == 2
    assert found.workflows[0].stages[0].artefacts[0].patterns[0] == "docs/prd.md"


@pytest.mark.parametrize("value", ["docs/*a*a*a*a*a*a*a*b", "'**/prd.md'", "docs/prd?.md"])
def test_a_location_is_a_path_and_no_glob(tmp_path: Path, value: str) -> None:
    config = CORE_CONFIG.replace("prdFile: docs/prd.md", f"prdFile: {value}")
    found = detect(with_config(tmp_path, config))
    assert codes(found) == ["location_assumed"]
    assert found.workflows[0].stages[0].artefacts[0].patterns[0] == "docs/prd.md"


def test_a_document_that_is_not_sharded_has_no_shards(tmp_path: Path) -> None:
    found = detect(with_config(tmp_path, CORE_CONFIG.replace("Sharded: true", "Sharded: false")))
    assert codes(found) == []
    assert found.workflows[0].stages[0].artefacts[0].patterns == ("docs/prd.md", "**/prd.md")


def test_documents_at_the_top_of_the_project_are_found(tmp_path: Path) -> None:
    found = detect(with_config(tmp_path, CORE_CONFIG.replace("docs/prd.md", "prd.md")))
    spec = found.workflows[0].stages[1].artefacts[0]
    assert spec.patterns == ("front-end-spec.md", "**/front-end-spec.md")


@pytest.mark.parametrize("manifest", ["version: [4\n", "- 4\n", "version: {a: b}\n", ""])
def test_a_broken_manifest_only_hides_the_version(tmp_path: Path, manifest: str) -> None:
    folder = bmad_folder(tmp_path)
    write(folder / ".bmad-core" / "install-manifest.yaml", manifest)
    found = detect(folder)
    assert (found.method, found.version) == ("bmad", None)
    assert [workflow.key for workflow in found.workflows] == ["short"]


def test_another_generation_is_not_taken_for_v4(tmp_path: Path) -> None:
    folder = bmad_folder(tmp_path)
    write(folder / ".bmad-core" / "install-manifest.yaml", "# new\nversion: 6.0.0\n")
    found = detect(folder)
    assert (found.method, found.workflows) == (None, ())
    [notice] = found.notices
    assert (notice.line, notice.code) == (2, "other_version")
    assert notice.text.endswith(
        "it is of BMAD 6.0.0, and in this folder only version 4 is understood. "
        "The folder was left out."
    )
    bmad_v6_folder(tmp_path, folder.name)
    beside = detect(folder)
    assert (beside.generation, notice in beside.notices) == ("v6", True)


@pytest.mark.parametrize("version", ["4", "4.44", "v4.44.3", "4.0.0-beta.1", "'4.1.2'"])
def test_every_spelling_of_version_4_is_understood(tmp_path: Path, version: str) -> None:
    folder = bmad_folder(tmp_path)
    write(folder / ".bmad-core" / "install-manifest.yaml", f"version: {version}\n")
    assert (detect(folder).generation, detect(folder).version) == ("v4", version.strip("'"))


def test_packs_without_a_core_are_read(tmp_path: Path) -> None:
    folder = bmad_folder(tmp_path)
    pack = folder / ".bmad-games"
    (folder / ".bmad-core").rename(pack)
    write(pack / "install-manifest.yaml", "version: 1.6.0\nexpansion_pack_name: games\n")
    found = detect(folder)
    assert (found.generation, found.version, found.folder) == ("v4", None, ".bmad-games")
    assert found.evidence == (".bmad-games/install-manifest.yaml",)
    assert (found.expansion_packs, codes(found)) == (("games",), ["location_assumed"])
    assert [workflow.key for workflow in found.workflows] == ["short"]
    write(folder / ".bmad-core" / "workflows" / "other.yaml", WORKFLOW)
    write(folder / ".bmad-core" / "install-manifest.yaml", "version: 5.0.0\n")
    found = detect(folder)
    assert (found.folder, codes(found)) == (".bmad-games", ["other_version", "location_assumed"])
    assert [workflow.key for workflow in found.workflows] == ["short"]


# Whatever the values are

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=15),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
NAMES = st.sampled_from(
    [
        *("step", "agent", "action", "creates", "requires", "updates", "validates", "uses"),
        *("optional", "optional_steps", "notes", "condition", "repeats", "routes", "odd"),
    ]
)
WORDS = st.sampled_from(["prd.md", "all_artifacts", "sharded_docs", "story.md (optional)", "a/"])
ITEMS = st.lists(VALUES | st.dictionaries(NAMES, VALUES | WORDS), max_size=5)
KEYS = st.sampled_from(
    ["id", "name", "type", "flow_diagram", "decision_guidance", "handoff_prompts", "x", "sequence"]
)


@given(ITEMS, st.dictionaries(KEYS, VALUES))
def test_any_mapping_is_read_or_answered(items: list[Any], keys: dict[str, Any]) -> None:
    source = json.dumps({"workflow": {"sequence": items, **keys}}).encode()
    try:
        (workflow,) = read_workflows("w.yaml", source, ARTEFACTS, References())
    except BrokenYaml:
        assert not isinstance(keys.get("sequence", []), list)
        return
    stages = workflow.stages
    assert len(stages) == len(keys.get("sequence", items))
    assert len({stage.key for stage in stages}) == len(stages)
    assert all(stage.title for stage in stages)
    assert workflow.key
