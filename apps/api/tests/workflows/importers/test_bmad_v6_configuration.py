"""Where BMAD v6 keeps its documents, in every form that its configuration took."""

from pathlib import Path

import pytest

from agentlab.workflows.importers.bmad_v6.configuration import (
    Configuration,
    configuration_in,
    read_configuration,
)
from agentlab.workflows.importers.project_files import ProjectFiles
from agentlab.workspaces.folder import opened_root
from agentlab.workspaces.notices import Notice
from tests.support.projects import write

DEFAULT = Configuration(
    output_folder="_bmad-output",
    planning_artifacts="_bmad-output/planning-artifacts",
    implementation_artifacts="_bmad-output/implementation-artifacts",
    project_knowledge="docs",
    stories="_bmad-output/implementation-artifacts",
)


def notices_of(folder: Path) -> list[Notice]:
    with opened_root(folder) as top:
        files = ProjectFiles(top)
        configuration_in(files, folder)
        return files.notices


def test_without_any_file_the_methods_own_locations_count(tmp_path: Path) -> None:
    assert read_configuration(tmp_path) == DEFAULT


def test_the_modules_yaml_says_where(tmp_path: Path) -> None:
    write(tmp_path / "_bmad/core/config.yaml", 'output_folder: "{project-root}/out"\n')
    write(
        tmp_path / "_bmad/bmm/config.yaml",
        'planning_artifacts: "{project-root}/{output_folder}/plans"\nproject_knowledge: known\n',
    )
    assert read_configuration(tmp_path) == Configuration(
        "out",
        "out/plans",
        "out/implementation-artifacts",
        "known",
        "out/implementation-artifacts",
    )


def test_of_the_toml_files_the_later_one_counts(tmp_path: Path) -> None:
    write(tmp_path / "_bmad/bmm/config.yaml", "planning_artifacts: from-yaml\n")
    names = ("config.toml", "config.user.toml", "custom/config.toml", "custom/config.user.toml")
    for name in names:
        text = f'[modules.bmm]\nplanning_artifacts = "{{project-root}}/{Path(name).stem}"\n'
        write(tmp_path / "_bmad" / name, text)
        assert read_configuration(tmp_path).planning_artifacts == Path(name).stem
    write(tmp_path / "_bmad/custom/config.toml", '[core]\noutput_folder = "o"\n')
    assert read_configuration(tmp_path).implementation_artifacts == "o/implementation-artifacts"


def test_an_alpha_is_found_in_a_folder_of_any_name(tmp_path: Path) -> None:
    write(tmp_path / ".method/_cfg/manifest.yaml", "installation:\n  version: 6.0.0-alpha.6\n")
    config = 'output_folder: "{project-root}/papers"\ntech_docs: "{project-root}/tech"\n'
    write(tmp_path / ".method/bmm/config.yaml", config)
    papers = Configuration("papers", "papers", "papers", "tech", "papers")
    assert read_configuration(tmp_path) == papers


@pytest.mark.parametrize(
    ("module", "name"), [("bmm", "dev_story_location"), ("bmgd", "game_story_location")]
)
def test_an_alpha_says_where_its_stories_are(tmp_path: Path, module: str, name: str) -> None:
    write(tmp_path / "bmad/_cfg/manifest.yaml", "installation:\n  version: 6.0.0-alpha.7\n")
    config = f"output_folder: '{{project-root}}/docs'\n{name}: '{{project-root}}/docs/stories'\n"
    write(tmp_path / f"bmad/{module}/config.yaml", config)
    assert read_configuration(tmp_path).stories == "docs/stories"
    write(tmp_path / f"bmad/{module}/config.yaml", config.replace("/docs/stories", "/../stories"))
    assert read_configuration(tmp_path).stories == "docs"
    [notice] = notices_of(tmp_path)
    assert notice.code == "location_assumed"
    assert "dev_story_location is not a path in the project" in notice.text


def test_an_absolute_path_in_the_project_is_one_of_the_project(tmp_path: Path) -> None:
    write(tmp_path / "_bmad/bmm/config.yaml", f"planning_artifacts: {tmp_path}/plans\n")
    assert read_configuration(tmp_path).planning_artifacts == "plans"


@pytest.mark.parametrize(
    "given",
    [
        "'/etc'",
        "'{project-root}/../other'",
        "'..\\other'",
        "'plans*'",
        "'{somewhere}/plans'",
        "'https://example.org/plans'",
        "42",
        "[a, b]",
        "''",
        '"a\\nb"',
    ],
)
def test_what_is_no_path_in_the_project_is_refused_and_said(tmp_path: Path, given: str) -> None:
    write(tmp_path / "_bmad/bmm/config.yaml", f"planning_artifacts: {given}\n")
    assert read_configuration(tmp_path) == DEFAULT
    assert [(n.path, n.code) for n in notices_of(tmp_path)] == [
        ("_bmad/bmm/config.yaml", "location_assumed")
    ]


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("config.toml", b"[core\n", "broken_toml"),
        ("config.toml", b"a = " + b"[" * 100_000, "broken_toml"),
        ("config.toml", b"a = '\xe9'", "broken_toml"),
        ("config.toml", b"a = " + b"9" * 5000, "broken_toml"),
        ("config.toml", b"a" + b".a" * 120_000 + b" = 1", "broken_toml"),
        ("config.toml", b"[a" + b" . 'a'" * 40_000 + b"]", "broken_toml"),
        ("config.toml", b'a = {"a"' + b'."\\"#"' * 40_000 + b" = 1}", "broken_toml"),
        ("config.toml", b'a = "' + b'\\"' * 120_000, "broken_toml"),
        ("config.toml", b'a = """' + b'\\"""' * 60_000, "broken_toml"),
        ("config.toml", b"# " + b"x" * 5_000_000, "too_large"),
        ("bmm/config.yaml", b"a: [", "broken_yaml"),
        ("bmm/config.yaml", b"a: \0", "broken_yaml"),
    ],
)
def test_a_broken_file_is_named_and_left_out(
    tmp_path: Path, name: str, content: bytes, code: str
) -> None:
    write(tmp_path / "_bmad" / name, content)
    assert read_configuration(tmp_path) == DEFAULT
    assert [(n.path, n.code) for n in notices_of(tmp_path)] == [(f"_bmad/{name}", code)]


@pytest.mark.parametrize(
    "dotted",
    [
        "# {}",
        "text = '{}'",
        'text = "\\"{}"',
        'text = """\n"{}\\""" ""{}""""',
        "text = '''\n'{}''''",
        "list = ['{}', \"{}\"]",
    ],
)
def test_dots_in_texts_are_no_keys(tmp_path: Path, dotted: str) -> None:
    text = f"{dotted.format('a.' * 60, '.' * 60)}\n[core]\noutput_folder = 'out'\n"
    write(tmp_path / "_bmad/config.toml", text)
    assert read_configuration(tmp_path).output_folder == "out"
    assert notices_of(tmp_path) == []


def test_a_linked_file_is_not_followed(tmp_path: Path) -> None:
    write(tmp_path / "elsewhere.toml", '[core]\noutput_folder = "x"\n')
    (tmp_path / "_bmad").mkdir()
    (tmp_path / "_bmad" / "config.toml").symlink_to(tmp_path / "elsewhere.toml")
    assert read_configuration(tmp_path) == DEFAULT
    assert [n.code for n in notices_of(tmp_path)] == ["symbolic_link"]


def test_the_project_is_called_what_the_strongest_file_says(tmp_path: Path) -> None:
    write(tmp_path / "_bmad/core/config.yaml", "project_name: reader\n")
    assert read_configuration(tmp_path).project_name == "reader"
    write(tmp_path / "_bmad/config.toml", '[core]\nproject_name = "Reader 2"\n')
    assert read_configuration(tmp_path).project_name == "Reader 2"
    write(tmp_path / "_bmad/config.toml", "[core]\nproject_name = []\n")
    assert read_configuration(tmp_path).project_name is None
