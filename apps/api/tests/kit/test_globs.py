import pytest
from hypothesis import given
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
        ("**/" * 9 + "a.md", "a.md", True),
        ("**/a/" * 9 + "a.md", "a.md", False),
    ],
)
def test_globs_mean_what_people_expect(glob: str, path: str, *, fits: bool) -> None:
    assert bool(globs.matcher(glob).fullmatch(path)) is fits


@pytest.mark.parametrize(
    ("glob", "path"),
    [
        ("docs/" + "*a" * 50 + "b", "docs/" + "a" * 4000),
        ("**/a/" * globs.MAX_CROSSINGS + "x", "a/" * 40 + "y"),
        ("**/" * 50 + "x.md", "a/" * 1000 + "y.md"),
    ],
)
def test_no_glob_takes_for_ever(glob: str, path: str) -> None:
    """A matcher that tries everything would not come back from these."""
    assert not globs.matcher(glob).fullmatch(path)


def slow_but_sure(pattern: str, text: str) -> bool:
    """`*` and literal characters inside one segment, by definition."""
    if not pattern:
        return not text
    if pattern[0] == "*":
        return any(slow_but_sure(pattern[1:], text[at:]) for at in range(len(text) + 1))
    return bool(text) and text[0] == pattern[0] and slow_but_sure(pattern[1:], text[1:])


@given(st.text("ab*", max_size=6).filter(lambda glob: "**" not in glob), st.text("ab", max_size=8))
def test_stars_are_what_the_definition_says(glob: str, text: str) -> None:
    assert bool(globs.matcher(glob).fullmatch(text)) is slow_but_sure(glob, text)
