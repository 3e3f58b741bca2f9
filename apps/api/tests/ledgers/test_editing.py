"""A correction changes the bytes of one word, and nothing else that anybody can read."""

import string
from contextlib import suppress
from dataclasses import dataclass

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from agentlab.ledgers.editing import NotEditable, replaced
from agentlab.ledgers.statuses import Ledger
from agentlab.ledgers.yaml_places import places_in
from tests.support.ledgers import SPEC_TEXT, SPRINT_STATUS, STORY_TEXT

WORDS = ("backlog", "ready-for-dev", "in-progress", "review", "done", "drafted", "polishing")


@dataclass(frozen=True)
class Entry:
    key: str
    word: str
    quote: str
    space: str
    tail: str

    def line(self, indent: str) -> str:
        return f"{indent}{self.key}:{self.space}{self.quote}{self.word}{self.quote}{self.tail}"


slugs = st.text(alphabet=string.ascii_lowercase + "éñ-", min_size=1, max_size=20).map(
    lambda slug: slug.strip("-") or "x"
)
keys = st.one_of(
    st.builds("epic-{}".format, st.integers(1, 99)),
    st.builds("epic-{}-retrospective".format, st.integers(1, 99)),
    st.builds(
        "{}-{}{}-{}".format,
        st.integers(1, 99),
        st.integers(1, 99),
        st.sampled_from(["", "a"]),
        slugs,
    ),
)
entries = st.builds(
    Entry,
    keys,
    st.sampled_from(WORDS),
    st.sampled_from(["", "'", '"']),
    st.sampled_from([" ", "  ", "     "]),
    st.sampled_from(["", "  ", " # a note: with 'quotes'", "   # été"]),
)
between = st.sampled_from(["", "\n", "  # backlog -> done\n", "\n# done\n\n"])
heads = st.sampled_from(
    [
        "",
        "# sprint\n",
        "---\n",
        "\ufeff# with a mark\n",
        "generated: 13-45-2025\nnote: |\n  done\n  epic-1: done\n",
    ]
)
tails = st.sampled_from(
    [
        "",
        "action_items:\n  - {epic: 1, action: x, status: open}\n",
        "more: [done, {a: done}]\n",
        "...\n",
    ]
)


@st.composite
def sprints(draw: st.DrawFn) -> tuple[str, list[Entry]]:
    found = draw(st.lists(entries, min_size=1, max_size=8, unique_by=lambda each: each.key))
    indent = draw(st.sampled_from(["  ", "    ", " "]))
    lines = "".join(f"{each.line(indent)}\n{draw(between)}" for each in found)
    text = f"{draw(heads)}development_status: # of all\n{lines}{draw(tails)}"
    newline = draw(st.sampled_from(["\n", "\r\n"]))
    return text.replace("\n", newline), found


@given(sprints(), st.sampled_from(WORDS), st.data())
@example((SPRINT_STATUS, [Entry("1-2-sign-in", "in-progress", "", " ", "")]), "done", None)
def test_only_the_bytes_of_the_word_change(
    made: tuple[str, list[Entry]], after: str, data: st.DataObject | None
) -> None:
    text, found = made
    chosen = data.draw(st.sampled_from(found)) if data else found[0]
    assume(after != chosen.word)
    before = text.encode()
    edited = replaced(
        before,
        path="sprint-status.yaml",
        ledger=Ledger.SPRINT_STATUS,
        key=chosen.key,
        before=chosen.word,
        after=after,
    )
    same = common_prefix(before, edited)
    rest = common_suffix(before[same:], edited[same:])
    assert len(before) - same - rest <= len(chosen.word.encode())
    assert len(edited) - len(before) == len(after) - len(chosen.word)
    way = ("development_status", chosen.key)
    old, new = (dict(places_in(each.decode()).as_values()) for each in (before, edited))
    assert new.pop(way) == after
    assert old.pop(way) == chosen.word
    assert old == new
    assert (
        replaced(
            edited,
            path="sprint-status.yaml",
            ledger=Ledger.SPRINT_STATUS,
            key=chosen.key,
            before=after,
            after=chosen.word,
        )
        == before
    )


def common_prefix(one: bytes, other: bytes) -> int:
    length = min(len(one), len(other))
    return next((at for at in range(length) if one[at] != other[at]), length)


def common_suffix(one: bytes, other: bytes) -> int:
    return common_prefix(one[::-1], other[::-1])


@given(st.binary(max_size=400), st.sampled_from(list(Ledger)), st.sampled_from(["epic-1", "x", ""]))
def test_whatever_the_file_is_it_is_refused_or_one_word_changes(
    data: bytes, ledger: Ledger, key: str
) -> None:
    with suppress(NotEditable):
        edited = replaced(data, path="x", ledger=ledger, key=key, before="done", after="review")
        assert edited.count(b"review") == data.count(b"review") + 1
        assert len(edited) == len(data) + 2


@pytest.mark.parametrize(
    ("ledger", "text", "before", "after", "edited"),
    [
        (
            Ledger.STORY_FILE,
            STORY_TEXT.replace("\n", "\r\n"),
            "review",
            "done",
            STORY_TEXT.replace("review", "done", 1).replace("\n", "\r\n"),
        ),
        (
            Ledger.STORY_FILE,
            "# S\n\n## Status\n\n**Review**\n\nReview all.\n",
            "Review",
            "Done",
            "# S\n\n## Status\n\n**Done**\n\nReview all.\n",
        ),
        (
            Ledger.SPEC,
            SPEC_TEXT,
            "ready-for-dev",
            "in-review",
            SPEC_TEXT.replace("status: 'ready-for-dev' #", "status: 'in-review' #", 1),
        ),
        (
            Ledger.SPEC,
            "---\nstatus: done # done\n---\nstatus: done\n",
            "done",
            "in-review",
            "---\nstatus: in-review # done\n---\nstatus: done\n",
        ),
    ],
)
def test_markdown_is_edited_in_its_one_word(
    ledger: Ledger, text: str, before: str, after: str, edited: str
) -> None:
    found = replaced(text.encode(), path="x.md", ledger=ledger, key="x", before=before, after=after)
    assert found == edited.encode()


@pytest.mark.parametrize(
    ("ledger", "text"),
    [
        (Ledger.STORY_FILE, "<frozen-after-approval>\nStatus: done\n</frozen-after-approval>\n"),
        (Ledger.STORY_FILE, "```\nStatus: done\n```\n"),
        (Ledger.STORY_FILE, "<!--\nStatus: done\n-->\n"),
        (Ledger.STORY_FILE, "Status: done, I think (see below)\n"),
        (Ledger.SPEC, "<intent-contract>\n---\nstatus: done\n---\n</intent-contract>\n"),
        (Ledger.SPEC, "---\nstatus: &a done\nother: *a\n---\n"),
        (Ledger.SPEC, "---\nstatus: >\n  done\n---\n"),
        (Ledger.SPEC, "---\nstatus: done\n"),
        (Ledger.SPRINT_STATUS, "development_status: {x: !!str done}\n"),
        (Ledger.SPRINT_STATUS, "development_status:\n  x: done\n  x: done\n"),
        (Ledger.SPRINT_STATUS, 'development_status:\n  x: "d\\x6fne"\n'),
        (Ledger.EPICS, "# x\n"),
        (Ledger.QA_GATE, "gate: done\n"),
    ],
)
def test_what_is_no_word_by_itself_is_left_alone(ledger: Ledger, text: str) -> None:
    with pytest.raises(NotEditable):
        replaced(text.encode(), path="x", ledger=ledger, key="x", before="done", after="review")
