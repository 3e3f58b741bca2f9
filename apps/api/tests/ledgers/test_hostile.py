"""Ledgers that somebody made to hurt: each is one notice, and the rest is read."""

import time
from pathlib import Path

import pytest

from agentlab.ledgers.service import Reading, read
from agentlab.ledgers.statements import Kind
from tests.support.ledgers import ARTEFACTS, PLANNING, SPRINT, bmad_v6_folder
from tests.support.projects import write

BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [*{last}, *{last}, *{last}, *{last}, *{last}, *{last}, *{last}]\n"
    for last, name in zip("abcdefgh", "bcdefghi", strict=True)
)


def codes_at(reading: Reading, path: str) -> set[str]:
    return {notice.code for notice in reading.notices if notice.path == path}


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"x" * 5_000_000, "too_large"),
        (b"development_status:\n  epic-1: do\0ne\n", "not_text"),
        (b"development_status:\n  epic-1: caf\xe9\n", "invalid_utf8"),
        (b"development_status: [\n", "broken_yaml"),
        (b"[" * 10_000, "broken_yaml"),
        (b"a: " + b"{b: " * 60, "broken_yaml"),
        (b"? [a, b]\n: c\n", "broken_yaml"),
        ("".join(f"k{at}: 1\n" * 2 for at in range(300)).encode(), "broken_yaml"),
        (b"development_status:\n  epic-1: \x07done\n", "broken_yaml"),
    ],
    ids=["5MB", "nul", "latin", "open", "brackets", "deep", "complex", "twice", "bell"],
)
def test_a_hostile_sprint_status_is_one_notice(tmp_path: Path, content: bytes, code: str) -> None:
    folder = bmad_v6_folder(tmp_path)
    write(folder / SPRINT, content)
    reading = read(folder)
    assert code in codes_at(reading, SPRINT)
    assert "1-2-sign-in" in {each.key for each in reading.items}


def test_aliases_are_never_followed(tmp_path: Path) -> None:
    folder = bmad_v6_folder(tmp_path)
    write(folder / SPRINT, f"{BOMB}development_status:\n  epic-1: *i\n  1-1-a: *a\n")
    started = time.monotonic()
    reading = read(folder)
    assert time.monotonic() - started < 5
    said = next(each for each in reading.items if each.key == "epic-1").statements[0]
    assert (said.raw, said.is_editable) == ("*i", False)


@pytest.mark.parametrize(
    "text",
    [
        "status:" + " " * 1_000_000 + "x",
        "<!--" * 250_000,
        "<!-- -->\n" * 200_000,
        "<frozen-after-approval>" * 50_000,
        "```\n" * 300_000,
        "# " * 500_000,
        "---\n" * 300_000,
        "*" * 1_500_000,
    ],
    ids=["spaces", "comments", "closed", "frozen", "fences", "hashes", "rules", "stars"],
)
def test_no_markdown_takes_long(tmp_path: Path, text: str) -> None:
    folder = bmad_v6_folder(tmp_path)
    write(folder / f"{ARTEFACTS}/1-1-accounts.md", text)
    write(folder / f"{ARTEFACTS}/spec-1-1-accounts.md", text)
    write(folder / f"{PLANNING}/epics.md", text)
    started = time.monotonic()
    reading = read(folder)
    assert time.monotonic() - started < 10
    assert "1-2-sign-in" in {each.key for each in reading.items}


def test_links_out_of_the_project_are_not_followed(tmp_path: Path) -> None:
    folder = bmad_v6_folder(tmp_path)
    secret = tmp_path / "secret.md"
    write(secret, "# Story 1.1: Secret\n\nStatus: done\n")
    (folder / ARTEFACTS / "1-1-accounts.md").symlink_to(secret)
    (folder / SPRINT).unlink()
    (folder / SPRINT).symlink_to(secret)
    reading = read(folder)
    assert codes_at(reading, SPRINT) == {"symbolic_link"}
    assert codes_at(reading, f"{ARTEFACTS}/1-1-accounts.md") == {"symbolic_link"}
    assert "Secret" not in {each.title for each in reading.items}


def test_names_that_no_database_takes_are_shown_another_way(tmp_path: Path) -> None:
    folder = bmad_v6_folder(tmp_path)
    text = 'development_status:\n  "1-1-a\\0b": "do\\0ne"\n  1-2-sign-in: "\\ud800"\n'
    write(folder / SPRINT, text)
    for each in read(folder).items:
        for said in each.statements:
            assert f"{each.key}{each.title}{said.raw}{said.text}".isprintable()


def test_thousands_of_stories_are_read(tmp_path: Path) -> None:
    folder = bmad_v6_folder(tmp_path)
    keys = [f"{epic}-{story}-of-many" for epic in range(1, 501) for story in range(1, 11)]
    lines = "".join(f"  {key}: backlog\n" for key in keys)
    write(folder / SPRINT, f"development_status:\n{lines}")
    reading = read(folder)
    stories = [each for each in reading.items if each.kind is Kind.STORY]
    assert len(stories) >= 5_000
