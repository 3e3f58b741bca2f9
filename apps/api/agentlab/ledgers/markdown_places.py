"""Where a Markdown file says its status: in its front matter, in a line, or below a heading.

Every line is looked at by itself and long ones not at all, so no text takes long.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from agentlab.ledgers.yaml_places import Place, Places, places_in
from agentlab.workflows.importers.yaml_source import BrokenYaml

LONGEST = 500
"""Characters of a line that can hold a heading or a status."""
MOST_LINES = 100_000
"""Of one file; the epics of 5,000 stories have as many."""
NEAR_THE_TOP = 2_000
"""Lines among which a file says its title and its status."""

FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
HEADING = re.compile(r"(#{1,6})[ \t]+(.*)")
PROTECTED = re.compile(r"<(frozen-after-approval|intent-contract)\b", re.IGNORECASE)
"""What people wrote and alone may change: nothing in it is taken for a status or ever edited."""

STATUS_LINE = re.compile(
    r"(?:[-*>] )?(?:\*\*|__)?status(?:\*\*|__)?:(?:\*\*|__)? *(?:`|\*\*|__)?"
    r"(?P<word>[a-z][a-z0-9 _-]*[a-z0-9]|[a-z])(?:`|\*\*|__)? *",
    re.IGNORECASE,
)
STATUS_WORD = re.compile(
    r"(?:[-*>] )?(?:`|\*\*|__)?(?P<word>[a-z][a-z0-9 _-]*[a-z0-9]|[a-z])(?:`|\*\*|__)?[. ]*",
    re.IGNORECASE,
)
ANY_STATUS = re.compile(r"(?:[-*>] )?(?:\*\*|__)?status(?:\*\*|__)?:(?P<word>.*)", re.IGNORECASE)
FRONT = re.compile(r"\ufeff?---[ \t]*\r?\n")
FRONT_END = re.compile(r"^(?:---|\.\.\.)[ \t]*\r?$", re.MULTILINE)
SIMPLE_FRONT_STATUS = re.compile(
    r"^status:[ \t]{0,8}(?P<quote>['\"]?)(?P<word>[A-Za-z][A-Za-z0-9 _-]{0,60}?)(?P=quote)"
    r"[ \t]{0,8}(?:[ \t]#[^\n]*)?\r?$",
    re.MULTILINE,
)
SIMPLE_FRONT_TITLE = re.compile(
    r"^title:[ \t]{0,8}(?P<quote>['\"])(?P<words>[^'\"\\\n]{1,200})(?P=quote)[ \t]{0,8}\r?$",
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the text proper: outside of code, comments and blocks that are protected."""

    start: int
    number: int
    text: str


@dataclass(frozen=True)
class Markdown:
    """A Markdown file's text with its front matter, its lines and its status."""

    text: str

    @cached_property
    def front(self) -> tuple[int, int] | None:
        """Where the front matter's YAML begins and ends."""
        opening = FRONT.match(self.text)
        closing = FRONT_END.search(self.text, opening.end()) if opening else None
        return (opening.end(), closing.start()) if opening and closing else None

    @cached_property
    def front_places(self) -> Places:
        """Every value of the front matter; none where that is broken or missing."""
        if self.front is None:
            return Places()
        start, end = self.front
        try:
            found = places_in(self.text[start:end])
        except BrokenYaml:
            return Places()
        before = self.text.count("\n", 0, start)
        for way, each in found.values.items():
            found.values[way] = Place(
                each.value,
                each.start + start,
                each.end + start,
                each.line + before,
                each.is_plain_word,
            )
        return found

    @cached_property
    def protected(self) -> list[tuple[int, int]]:
        """The blocks that only people change, from `<` to the end of the closing tag."""
        found = []
        opening = PROTECTED.search(self.text)
        while opening:
            closing = re.compile(f"</{opening[1]}[^>\n]*>?", re.IGNORECASE).search(
                self.text, opening.end()
            )
            end = closing.end() if closing else len(self.text)
            found.append((opening.start(), end))
            opening = PROTECTED.search(self.text, end)
        return found

    def is_protected(self, start: int, end: int) -> bool:
        return any(start < last and first < end for first, last in self.protected)

    @property
    def lines(self) -> Iterator[Line]:
        """One after the other, as far as they are asked for: most answers stand at the top."""
        read, rest = self._read
        at = 0
        while True:
            if at == len(read):
                line = next(rest, None)
                if line is None:
                    return
                read.append(line)
            yield read[at]
            at += 1

    @cached_property
    def _read(self) -> tuple[list[Line], Iterator[Line]]:
        return [], self._lines()

    def _lines(self) -> Iterator[Line]:
        left_out = _Passing(sorted([*self.protected, *self._comments()]))
        start = self.front[1] if self.front else 0
        number = self.text.count("\n", 0, start)
        fence = ""
        while start < len(self.text) and number < MOST_LINES:
            number += 1
            end = self.text.find("\n", start)
            end = len(self.text) if end < 0 else end
            text = self.text[start : min(end, start + LONGEST)]
            if found := FENCE.match(text):
                fence = _fence_after(fence, found[1], text)
            elif not fence and end - start <= LONGEST and not left_out.holds(start):
                yield Line(start, number, text.rstrip("\r"))
            start = end + 1

    def _comments(self) -> Iterator[tuple[int, int]]:
        start = self.text.find("<!--")
        while start >= 0:
            end = self.text.find("-->", start)
            if end < 0:
                return
            yield start, end
            start = self.text.find("<!--", end)

    def headings(self, most: int = MOST_LINES) -> Iterator[tuple[Line, int, str]]:
        """Every heading's line, level and words."""
        for line in islice(self.lines, most):
            if found := HEADING.match(line.text):
                yield line, len(found[1]), found[2].strip().rstrip("#").rstrip()

    @cached_property
    def title(self) -> str | None:
        """Of the front matter, or the first heading."""
        if self.front and self.text.find("title:", *self.front) >= 0:
            simple = SIMPLE_FRONT_TITLE.search(self.text, *self.front)
            if simple:
                return simple["words"]
            place = self.front_places.values.get(("title",))
            if place and place.value:
                return place.value
        headings = self.headings(NEAR_THE_TOP)
        return next((words for _, level, words in headings if level == 1 and words), None)

    def front_status(self) -> Place | None:
        """The `status` of the front matter. Nearly every file says it in one plain line."""
        if self.front is None:
            return None
        start, end = self.front
        simple = list(SIMPLE_FRONT_STATUS.finditer(self.text, start, end))
        if len(simple) == 1 and self.text.count("status", start, end) == 1:
            word = simple[0]
            line = self.text.count("\n", 0, word.start()) + 1
            return Place(word["word"], word.start("word"), word.end("word"), line, True)  # noqa: FBT003
        return self.front_places.values.get(("status",))

    def story_status(self) -> Place | None:
        """A story's: the line `Status: …` or what stands below the heading `Status`, the first.

        Further down a story may quote the status of something else. Without either, that of the
        front matter counts.
        """
        said = [each for each in (self._status_line(), self._status_section()) if each]
        return min(said, key=lambda each: each.start, default=None) or self.front_status()

    def _status_line(self) -> Place | None:
        for line in islice(self.lines, NEAR_THE_TOP):
            stripped = line.text.lstrip(" \t")
            if not stripped[:12].lower().lstrip("-*>_ ").startswith("status"):
                continue
            at = line.start + len(line.text) - len(stripped)
            if found := STATUS_LINE.fullmatch(stripped):
                return _placed(line, at + found.start("word"), found["word"], is_word=True)
            if (found := ANY_STATUS.fullmatch(stripped)) and found["word"].strip():
                word = found["word"].strip()
                return _placed(line, at + stripped.index(word, found.start("word")), word)
        return None

    def _status_section(self) -> Place | None:
        is_below = False
        for line in islice(self.lines, NEAR_THE_TOP):
            heading = HEADING.match(line.text)
            if heading:
                is_below = heading[2].strip(" \t#:*").lower() == "status"
            elif is_below and (word := line.text.strip()):
                at = line.start + line.text.index(word)
                found = STATUS_WORD.fullmatch(word)
                if found:
                    return _placed(line, at + found.start("word"), found["word"], is_word=True)
                return _placed(line, at, word)
        return None


def _placed(line: Line, start: int, word: str, *, is_word: bool = False) -> Place:
    return Place(word, start, start + len(word), line.number, is_word)


def _fence_after(fence: str, marks: str, line: str) -> str:
    """The fence that is open after a line that begins with these marks."""
    if not fence:
        return marks
    is_closing = marks.startswith(fence) and not line.strip(" `~\r")
    return "" if is_closing else fence


class _Passing:
    """Spans in their order, asked about places that only go forward."""

    def __init__(self, spans: list[tuple[int, int]]) -> None:
        self.spans = spans
        self.at = 0
        self.end = 0

    def holds(self, place: int) -> bool:
        while self.at < len(self.spans) and self.spans[self.at][0] <= place:
            self.end = max(self.end, self.spans[self.at][1])
            self.at += 1
        return place < self.end
