import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentlab.kit import globs


@pytest.mark.parametrize(
    ("glob", "path", "fits"),
    [
        ("docs/prd.md", "docs/prd.md", True),
        ("docs/prd.md", "docs/prdxmd", False),
        ("docs/*.md", "docs/a.md", True),
        ("docs/*.md", "docs/a/b.md", False),
        ("docs/**/*.md", "docs/a.md", True),
        ("docs/**/*.md", "docs/a/b/c.md", True),
        ("**/prd.md", "prd.md", True),
        ("**/prd.md", "a/b/prd.md", True),
        ("**/prd.md", "a/xprd.md", False),
        ("docs/stories/*.*.*.md", "docs/stories/1.1.read.md", True),
        ("docs/stories/*.*.*.md", "docs/stories/1.1.md", False),
        ("docs/**", "docs/a/b", True),
        ("?.md", "a.md", True),
        ("?.md", "ab.md", False),
        ("[a].md", "a.md", False),
        ("a**c/*.md", "ab/bc/a.md", True),
        ("**/" * 9 + "a.md", "a.md", True),
        ("**/a/" * 9 + "a.md", "a/" * 9 + "a.md", True),
        ("**/a/" * 9 + "a.md", "a.md", False),
        ("docs/*.md", "docs/.log.md", False),
        ("docs/**/*.md", "docs/.log.md", False),
        ("docs/**/*.md", "docs/a/.log.md", False),
        ("docs/**/*.md", "docs/.a/log.md", False),
        ("docs/**", "docs/a/.log.md", False),
        ("a**.md", "a/.md", False),
        ("?log.md", ".log.md", False),
        ("docs/**/.log.md", "docs/a/.log.md", True),
        ("docs/**/.*.md", "docs/a/.log.md", True),
        ("docs/.a/*.md", "docs/.a/log.md", True),
        ("docs/*.md", "docs/a.log.md", True),
    ],
)
def test_globs_mean_what_people_expect(glob: str, path: str, *, fits: bool) -> None:
    assert bool(globs.matcher(glob).fullmatch(path)) is fits


@pytest.mark.parametrize(
    ("glob", "path"),
    [
        ("docs/" + "*a" * 50 + "b", "docs/" + "a" * 4000),
        ("**/a/" * 50 + "x", "a/" * 1000 + "y"),
        ("**a" * 50 + "b", "a" * 4000),
        ("**/" * 50 + "x.md", "a/" * 1000 + "y.md"),
    ],
)
def test_no_glob_takes_for_ever(glob: str, path: str) -> None:
    """A matcher that tries everything would not come back from these."""
    assert not globs.matcher(glob).fullmatch(path)


def plain(glob: str) -> re.Pattern[str]:
    """What each wild card stands for and nothing else: right, and too slow for long paths."""
    tokens = re.split(r"((?<![^/])\*\*/|\*\*|\*|\?)", glob)
    shown = r"(?!(?<![^/])\.)"
    meaning = {
        "**/": f"(?:(?:{shown}.)*/)?",
        "**": f"(?:{shown}.)*{shown}",
        "*": f"{shown}[^/]*",
        "?": f"{shown}[^/]",
    }
    return re.compile("".join(meaning.get(token, re.escape(token)) for token in tokens))


PIECES = ["a", "b", ".", "/", "?", "*", "**", "**/"]
GLOBS = st.lists(st.sampled_from(PIECES), max_size=8).map("".join)


@settings(max_examples=1000)
@given(GLOBS, st.text("ab./", max_size=9))
def test_every_glob_means_what_its_wild_cards_stand_for(glob: str, path: str) -> None:
    assert bool(globs.matcher(glob).fullmatch(path)) is bool(plain(glob).fullmatch(path))


@pytest.mark.parametrize(
    ("path", "hidden"),
    [(".a.md", True), ("a/.b.md", True), (".a/b.md", True), ("a.md", False), ("a/b.c.md", False)],
)
def test_a_name_that_begins_with_a_dot_is_hidden(path: str, *, hidden: bool) -> None:
    assert globs.is_hidden(path) is hidden
