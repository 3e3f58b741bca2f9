"""BMAD v6 from its registry, of every generation, as its own installer writes it."""

import hashlib
import shutil
from functools import cache
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from agentlab.workflows.importers.definitions import Detection, WorkflowDefinition
from agentlab.workflows.importers.detection import candidates
from agentlab.workflows.importers.values import as_text, nested
from tests.support import shipped
from tests.support.projects import write

INSTALLED = {
    # version: stages, stages with a gate, notices about the module's own catalogue
    "6.12.0": (13, 5, []),
    "6.8.0": (21, 7, ["rows_mended"]),
    "6.5.0": (22, 7, ["rows_mended"]),
    "6.2.0": (20, 7, []),
}

PACKAGED = {"6.0.0-Beta.5": (23, 7), "6.0.4": (20, 7), "6.10.0": (20, 7), "6.11.0": (13, 5)}
"""Those that are read from the package, as an installer would lay it out."""

GATES = {
    "6.12.0": [
        "bmad-prd",
        "bmad-architecture",
        "bmad-create-epics-and-stories",
        "bmad-sprint-planning",
        "bmad-build",
    ],
}

each_installed = pytest.mark.parametrize("version", INSTALLED)


@cache
def found(version: str) -> Detection:
    (detection,) = candidates(shipped.bmad_v6(version))
    return detection


def workflow(version: str) -> WorkflowDefinition:
    (definition,) = found(version).workflows
    return definition


@each_installed
def test_an_installation_is_one_workflow_of_its_steps(version: str) -> None:
    stages, gates, notices = INSTALLED[version]
    definition = workflow(version)
    assert (definition.key, definition.name) == ("bmm", "BMad Method")
    assert len(definition.stages) == stages
    assert sum(stage.gate is not None for stage in definition.stages) == gates
    assert [notice.code for notice in definition.notices] == notices
    assert [notice.code for notice in found(version).notices if notice.code != "rows_mended"] == [
        "no_sequence"
    ]


@each_installed
def test_the_evidence_says_why_and_which_version(version: str) -> None:
    detection = found(version)
    assert (detection.method, detection.generation, detection.version) == ("bmad", "v6", version)
    assert detection.evidence[0] == f"_bmad/_config/manifest.yaml: version {version}"
    assert any(line.startswith("_bmad/bmm/module-help.csv: ") for line in detection.evidence)


@each_installed
def test_the_source_is_the_files_own_bytes(version: str) -> None:
    definition = workflow(version)
    data = (shipped.bmad_v6(version) / definition.source_path).read_bytes()
    assert definition.source == data
    assert definition.sha256 == hashlib.sha256(data).hexdigest()


@each_installed
def test_planning_comes_before_shipping_and_each_step_after_what_it_names(version: str) -> None:
    stages = workflow(version).stages
    groups = [as_text(nested(stage.extra["phase"], "group")) for stage in stages]
    assert groups == sorted(groups, key=str)
    keys = [stage.key for stage in stages]
    prd, architecture, epics = (
        next(at for at, key in enumerate(keys) if word in key)
        for word in ("prd", "architecture", "epics")
    )
    assert prd < architecture < epics


@each_installed
def test_what_fits_at_any_time_is_kept_beside_the_steps(version: str) -> None:
    anytime = workflow(version).extra["anytime"]
    assert isinstance(anytime, list)
    labels = {nested(entry, "phase", "label") for entry in anytime}
    assert labels == {"anytime"}


def test_required_steps_are_gates_and_the_others_may_be_skipped() -> None:
    stages = workflow("6.12.0").stages
    assert [stage.key for stage in stages if stage.gate] == GATES["6.12.0"]
    assert all(stage.optional is (stage.gate is None) for stage in stages)


def test_the_agents_of_a_step_are_named_by_their_titles() -> None:
    agents = {stage.key: stage.agent for stage in workflow("6.12.0").stages}
    assert agents["bmad-prd"] == "Product Manager"
    assert agents["bmad-build"] == "Senior Software Engineer"
    assert agents["bmad-walkthrough"] is None
    assert {stage.agent for stage in workflow("6.2.0").stages} >= {"pm", "sm", "dev"}


LOOP = {
    "6.12.0": {"bmad-build", "bmad-code-review"},
    "6.8.0": {"bmad-create-story", "bmad-dev-story", "bmad-code-review"},
    "6.2.0": {"bmad-bmm-create-story", "bmad-bmm-dev-story", "bmad-bmm-code-review"},
}


@pytest.mark.parametrize("version", LOOP)
def test_stories_and_epics_are_gone_through_again_and_again(version: str) -> None:
    stages = workflow(version).stages
    of_stories = {stage.uses for stage in stages if stage.repeats == "for_each_story"}
    assert of_stories == LOOP[version]
    [last] = [stage for stage in stages if stage.repeats == "for_each_epic"]
    assert str(last.uses).endswith("retrospective")
    assert last is [stage for stage in stages if stage.repeats][-1]


def test_phases_keep_the_words_of_their_version() -> None:
    labels = {stage.key: stage.extra["phase"] for stage in workflow("6.12.0").stages}
    assert labels["bmad-prd"] == {"label": "2-planning", "group": "plan"}
    assert labels["bmad-architecture"] == {"label": "plan", "group": "plan"}
    assert labels["bmad-build"] == {"label": "ship", "group": "ship"}


def test_outputs_are_looked_for_where_the_configuration_puts_them(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(shipped.bmad_v6("6.12.0"), tmp_path / "project"))
    write(
        folder / "_bmad/custom/config.toml",
        '[modules.bmm]\nplanning_artifacts = "{project-root}/plans"\n',
    )
    (detection,) = candidates(folder)
    stages = {stage.key: stage for stage in detection.workflows[0].stages}
    (product_brief, prd) = stages["bmad-prd"].artefacts
    assert (product_brief.role, product_brief.optional) == ("requires", True)
    assert (prd.role, prd.label) == ("creates", "prd")
    assert prd.patterns[:2] == ("plans/prd.md", "plans/prds/**/*.md")
    (sprint, spec) = stages["bmad-build"].artefacts
    assert sprint.patterns == ("_bmad-output/implementation-artifacts/sprint-status.yaml",)
    assert spec.patterns[0] == "_bmad-output/implementation-artifacts/spec-*.md"


@pytest.mark.parametrize("version", INSTALLED)
def test_the_merged_catalogue_says_the_same_where_modules_have_none(
    version: str, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(shipped.bmad_v6(version), tmp_path / "project"))
    for catalogue in folder.glob("_bmad/*/module-help.csv"):
        catalogue.unlink()
    (detection,) = candidates(folder)
    (definition,) = detection.workflows
    assert definition.source_path == "_bmad/_config/bmad-help.csv"
    own = workflow(version)
    assert {s.key for s in definition.stages if s.gate} == {s.key for s in own.stages if s.gate}
    assert {s.title for s in definition.stages} == {s.title for s in own.stages}
    assert "order_assumed" in {notice.code for notice in detection.notices}


@pytest.mark.parametrize("version", PACKAGED)
def test_catalogues_of_other_versions_are_read_from_their_packages(
    version: str, tmp_path: Path
) -> None:
    source = shipped.package(f"bmad-method@{version}") / "src"
    for module in ("bmm", "core"):
        folder = next(
            each for each in (source / module, source / f"{module}-skills") if each.is_dir()
        )
        write(
            tmp_path / "_bmad" / module / "module-help.csv",
            (folder / "module-help.csv").read_bytes(),
        )
    write(tmp_path / "_bmad/_config/manifest.yaml", f"installation:\n  version: {version}\n")
    (detection,) = candidates(tmp_path)
    (definition,) = detection.workflows
    gates = sum(stage.gate is not None for stage in definition.stages)
    assert (detection.version, len(definition.stages), gates) == (version, *PACKAGED[version])
    assert definition.notices == ()


def alpha(version: str) -> Detection:
    places = {"6.0.0-alpha.7": ("bmad", "_cfg"), "6.0.0-alpha.22": ("_bmad", "_config")}
    (detection,) = candidates(shipped.bmad_alpha(version, *places[version]))
    return detection


STEPS = {
    "6.0.0-alpha.7": {
        "enterprise-brownfield": 15,
        "enterprise-greenfield": 14,
        "game-design": 1,
        "method-brownfield": 11,
        "method-greenfield": 10,
        "quick-flow-brownfield": 5,
        "quick-flow-greenfield": 4,
    },
    "6.0.0-alpha.22": {
        "enterprise-brownfield": 11,
        "enterprise-greenfield": 10,
        "method-brownfield": 11,
        "method-greenfield": 10,
        "gamedev-brownfield": 6,
        "gamedev-greenfield": 7,
        "quickflow-brownfield": 2,
        "quickflow-greenfield": 3,
    },
}


@pytest.mark.parametrize("version", STEPS)
def test_each_path_file_of_an_alpha_is_a_workflow(version: str) -> None:
    detection = alpha(version)
    assert (detection.generation, detection.version) == ("v6-alpha", version)
    assert {each.key: len(each.stages) for each in detection.workflows} == STEPS[version]
    for definition in detection.workflows:
        phases = YAML(typ="safe").load(definition.source)["phases"]
        required = [
            step["id"]
            for phase in phases
            for step in phase["workflows"]
            if step.get("required") and "conditional" not in phase
        ]
        assert [stage.uses for stage in definition.stages if stage.gate] == required


def test_the_status_of_an_alpha_says_what_is_there(tmp_path: Path) -> None:
    source = shipped.bmad_alpha("6.0.0-alpha.7", "bmad", "_cfg")
    folder = Path(shutil.copytree(source, tmp_path / "project"))
    write(
        folder / "docs/bmm-workflow-status.yaml",
        "workflow_path: bmad/bmm/workflows/workflow-status/paths/quick-flow-greenfield.yaml\n"
        "workflow_status:\n  research: skipped\n  tech-spec: docs/our-spec.md\n  gone: required\n",
    )
    (detection,) = candidates(folder)
    followed = detection.workflows[0]
    assert followed.key == "quick-flow-greenfield"
    assert detection.evidence[-1] == (
        "docs/bmm-workflow-status.yaml: follows quick-flow-greenfield.yaml"
    )
    stages = {stage.key: stage for stage in followed.stages}
    assert stages["tech-spec"].artefacts[0].patterns[0] == "docs/our-spec.md"
    assert stages["research"].extra["status"] == "skipped"
    assert [notice.code for notice in followed.notices] == ["dangling_reference"]
    assert followed.extra["status_of_others"] == {"gone": "required"}
