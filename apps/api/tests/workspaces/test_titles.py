import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentlab.workspaces.titles import MAX_TITLE_CHARACTERS, SCANNED_BYTES, title_of


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("# A reader\n\n# Another\n", "A reader"),
        ("Intro.\r\n\r\n# Déjà vu #\r\n", "Déjà vu"),
        ("\ufeff# After a byte order mark", "After a byte order mark"),
        ("## Second level\n\nFirst level\n===========\n", "First level"),
        ("Two\nlines\n===\n", "Two lines"),
        ("```\n# in code\n```\n# Real\n", "Real"),
        ("~~~md\n# in code\n```\n~~~~\n# Real\n", "Real"),
        ("```inline``` text\n# Real\n", "Real"),
        ("<!--\n# in a comment\n-->\n# Real\n", "Real"),
        ("# <!-- Powered by something -->\n\n# Real\n", "Real"),
        ("---\ntitle: 'In front'\n---\n## Only second\n", "In front"),
        ("---\ntitle: In front\n# a comment\n---\n# Heading wins\n", "Heading wins"),
        ("---\n# Not front matter\n", "Not front matter"),
        ("---\n---\n# Empty front matter\n", "Empty front matter"),
        ("#no space\n#\n    # indented code\n# Real\n", "Real"),
        ("# **Bold** and [a link](x.md) `code`\n", "Bold and a link code"),
        ("# snake_case stays, _emphasis_ goes\n", "snake_case stays, emphasis goes"),
        ("- a list\n===\n", "notes"),
        ("old\r# Carriage returns\rmore\r", "Carriage returns"),
        ("", "notes"),
    ],
)
def test_the_title_is_the_first_heading_of_level_one(text: str, title: str) -> None:
    assert title_of(text.encode(), "docs/notes.md") == title


def test_a_title_is_bounded() -> None:
    title = title_of(b"# " + b"long " * 1000, "a.md")
    assert len(title) <= MAX_TITLE_CHARACTERS
    assert title.endswith("…")


def test_only_the_top_is_scanned() -> None:
    assert title_of(b"x\n" * SCANNED_BYTES + b"# Far below\n", "a.md") == "a"


@given(st.binary(max_size=300) | st.text(alphabet="#=-~`<>![]()*_\\ \t\n\rab", max_size=200))
def test_any_bytes_have_a_title_on_one_line(data: bytes | str) -> None:
    title = title_of(data.encode() if isinstance(data, str) else data, "docs/a.md")
    assert title
    assert title.isprintable()
    assert len(title) <= MAX_TITLE_CHARACTERS


def test_what_is_no_markdown_has_the_name_of_its_file() -> None:
    assert title_of(b"# generated: today\n", "plan/sprint-status.yaml") == "sprint-status.yaml"
