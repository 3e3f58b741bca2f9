"""Stories are read from where each generation says that they are, within the project's folder."""

from pathlib import Path

import pytest

from agentlab.ledgers.service import Reading, read
from agentlab.ledgers.statuses import Ledger
from tests.support.ledgers import (
    ARTEFACTS,
    SPRINT,
    SPRINT_STATUS,
    STORY,
    STORY_TEXT,
    bmad_v6_folder,
)
from tests.support.projects import CORE_CONFIG, bmad_folder, write

SAID = "{project-root}/_bmad-output/implementation-artifacts"
ELSEWHERE = "docs/stories/1-2-sign-in.md"


def story_of(reading: Reading, key: str = "1-2-sign-in") -> list[tuple[str, str | None]]:
    item = next(each for each in reading.items if each.key == key)
    return [(s.path, s.raw) for s in item.statements if s.ledger is Ledger.STORY_FILE]


def assumed(reading: Reading) -> list[tuple[str | None, int | None, str]]:
    found = (each for each in reading.notices if each.code == "location_assumed")
    return [(each.path, each.line, each.text) for each in found]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = bmad_v6_folder(tmp_path)
    (folder / STORY).unlink()
    write(folder / ELSEWHERE, STORY_TEXT)
    return folder


@pytest.mark.parametrize(
    "said", ["docs/stories", "docs/stories/", "{project-root}/docs/stories", "./docs/stories"]
)
def test_the_sprint_status_says_where_stories_are(folder: Path, said: str) -> None:
    write(folder / SPRINT, SPRINT_STATUS.replace(SAID, said))
    reading = read(folder)
    assert story_of(reading) == [(ELSEWHERE, "review")]
    assert assumed(reading) == []


def test_an_absolute_path_within_the_project_is_one_of_it(folder: Path) -> None:
    write(folder / SPRINT, SPRINT_STATUS.replace(SAID, f"{folder}/docs/stories"))
    assert story_of(read(folder)) == [(ELSEWHERE, "review")]


def test_stories_at_both_places_are_read_each_once(folder: Path) -> None:
    write(folder / SPRINT, SPRINT_STATUS.replace(SAID, "docs/stories"))
    write(folder / f"{ARTEFACTS}/1-1-accounts.md", "# Story 1.1: Accounts\n\nStatus: done\n")
    reading = read(folder)
    assert story_of(reading) == [(ELSEWHERE, "review")]
    assert story_of(reading, "1-1-accounts") == [(f"{ARTEFACTS}/1-1-accounts.md", "done")]


@pytest.mark.parametrize(
    "said",
    [
        "/etc",
        "../stories",
        "{project-root}/../stories",
        "{story_location}",
        "https://jira.example.org/browse/LECTEUR",
        "docs/*",
    ],
)
def test_what_is_no_folder_of_the_project_is_said_and_never_read(folder: Path, said: str) -> None:
    write(folder.parent / "stories/1-2-sign-in.md", STORY_TEXT)
    write(folder / SPRINT, SPRINT_STATUS.replace(SAID, said))
    reading = read(folder)
    assert story_of(reading) == []
    english = f"story_location is not a path in the project, so BMAD's own {ARTEFACTS} is assumed"
    assert assumed(reading) == [(SPRINT, 8, f"{SPRINT}, line 8: {english}.")]


@pytest.mark.parametrize(
    "said", [f"/home/ada/lecteur/{ARTEFACTS}", SAID, ARTEFACTS, "docs/later", ""]
)
def test_what_the_generations_write_is_no_oddity(folder: Path, said: str) -> None:
    write(folder / STORY, STORY_TEXT)
    write(folder / SPRINT, SPRINT_STATUS.replace(SAID, said))
    reading = read(folder)
    assert story_of(reading) == [(STORY, "review")]
    assert assumed(reading) == []


def test_a_link_to_other_stories_is_not_followed(folder: Path) -> None:
    write(folder.parent / "theirs/1-2-sign-in.md", STORY_TEXT)
    (folder / "linked").symlink_to(folder.parent / "theirs")
    write(folder / SPRINT, SPRINT_STATUS.replace(SAID, "linked"))
    reading = read(folder)
    assert story_of(reading) == []
    assert "symbolic_link" in {each.code for each in reading.notices}


def test_an_early_alpha_keeps_them_where_its_configuration_says(tmp_path: Path) -> None:
    write(tmp_path / "bmad/_cfg/manifest.yaml", "installation:\n  version: 6.0.0-alpha.7\n")
    config = "output_folder: '{project-root}/docs'\n"
    config += "dev_story_location: '{project-root}/docs/stories'\n"
    write(tmp_path / "bmad/bmm/config.yaml", config)
    write(tmp_path / ELSEWHERE, STORY_TEXT.replace("Status: review", "Status: drafted"))
    assert story_of(read(tmp_path)) == [(ELSEWHERE, "drafted")]


@pytest.mark.parametrize(
    ("said", "path"),
    [
        ("work/stories", "work/stories/1.1.read.md"),
        ('"{project-root}/work/stories"', "work/stories/1.1.read.md"),
        ('"{somewhere}/stories"', "docs/stories/1.1.read.md"),
        ("/etc", "docs/stories/1.1.read.md"),
        ("../stories", "docs/stories/1.1.read.md"),
    ],
)
def test_v4_says_it_in_its_core_configuration(tmp_path: Path, said: str, path: str) -> None:
    folder = bmad_folder(tmp_path)
    config = CORE_CONFIG.replace("devStoryLocation: docs/stories", f"devStoryLocation: {said}")
    write(folder / ".bmad-core/core-config.yaml", config)
    write(folder / path, "# Story 1.1: Read\n\n## Status\n\nApproved\n")
    assert story_of(read(folder), "1.1.read") == [(path, "Approved")]
