"""What a document is called."""

import codecs
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import PurePosixPath

from agentlab.workspaces.walk import is_markdown

MAX_TITLE_CHARACTERS = 200

# A title stands at the top; a 20 MB document is not read to its end to find none.
SCANNED_BYTES = 64 * 1024

FENCE = re.compile(r" {0,3}(`{3,}(?=[^`]*$)|~{3,})")
HEADING = re.compile(r" {0,3}#(?:[ \t]+(?P<text>.*))?$")
CLOSING_HASHES = re.compile(r"(?:^|[ \t]+)#+$")
UNDERLINE = re.compile(r" {0,3}=+[ \t]*$")
NO_PARAGRAPH = re.compile(r" {4}| {0,3}(?:\t|[>#|]|[-*+][ \t]|\d{1,9}[.)][ \t])")
FRONT_MATTER_TITLE = re.compile(r"title:[ \t]+(?P<text>.+)", re.IGNORECASE)
COMMENT = re.compile(r"<!--.*?(?:-->|$)")
LINK = re.compile(r"!?\[([^\[\]]*)\](?:\([^()]*\)|\[[^\[\]]*\])")
MARKUP = re.compile(r"</?[A-Za-z][^<>]*>|[*`]|(?<!\w)_+|_+(?!\w)|\\(?=[^\w\s])")


def title_of(data: bytes, path: str) -> str:
    """The first level-one heading, else the front matter's title, else the file name's stem.

    What is no Markdown has the name of its file.

    Plain text on one line, at most `MAX_TITLE_CHARACTERS` long, never empty.
    """
    if not is_markdown(path):
        return _bounded(PurePosixPath(path).name) or path
    top = data[:SCANNED_BYTES].removeprefix(codecs.BOM_UTF8)
    front = _front_matter(top)
    headings = map(_plain, _headings(islice(_lines(top), len(front), None)))
    title = next(filter(None, headings), "") or _front_matter_title(front)
    return _bounded(title) or _bounded(PurePosixPath(path).stem) or path


def _lines(data: bytes) -> Iterator[str]:
    # Line by line: most titles stand in the first, and thousands of files are asked for theirs.
    for line in io.BytesIO(data):
        yield from line.decode("utf-8", "replace").rstrip("\r\n").split("\r")


def _front_matter(data: bytes) -> list[str]:
    """Its lines with both fences; empty when there is none or it has no end."""
    found: list[str] = []
    for line in _lines(data):
        if not found and line.rstrip() != "---":
            break
        found.append(line)
        if len(found) > 1 and line.rstrip() in ("---", "..."):
            return found
    return []


def _front_matter_title(front: Sequence[str]) -> str:
    titles = map(FRONT_MATTER_TITLE.match, front)
    found = next(filter(None, titles), None)
    return found["text"].strip().strip("\"'").strip() if found else ""


def _headings(body: Iterable[str]) -> Iterator[str]:
    """The texts of level-one headings, of both kinds, outside code and comments."""
    paragraph: list[str] = []
    for line in _prose(body):
        if heading := HEADING.match(line):
            yield heading["text"] or ""
        if UNDERLINE.match(line) and paragraph:
            yield " ".join(paragraph)
        if not line.strip() or NO_PARAGRAPH.match(line) or UNDERLINE.match(line):
            paragraph = []
        else:
            paragraph.append(line.strip())


def _prose(body: Iterable[str]) -> Iterator[str]:
    """The lines outside code fences and HTML comments."""
    until: re.Pattern[str] | None = None
    for line in body:
        if until is not None:
            until = None if until.search(line) else until
        elif fence := FENCE.match(line):
            until = re.compile(rf"^ {{0,3}}{fence[1][0]}{{{len(fence[1])},}}[ \t]*$")
            yield ""
        elif line.lstrip().startswith("<!--") and "-->" not in line:
            until = re.compile("-->")
        else:
            yield line


def _plain(heading: str) -> str:
    # Longer than any title needs and short enough for patterns that look back and forth.
    text = COMMENT.sub("", heading[: 5 * MAX_TITLE_CHARACTERS].strip())
    text = LINK.sub(r"\1", CLOSING_HASHES.sub("", text.strip()))
    return MARKUP.sub("", text).strip()


def _bounded(title: str) -> str:
    line = " ".join("".join(c if c.isprintable() else " " for c in title).split())
    if len(line) <= MAX_TITLE_CHARACTERS:
        return line
    return line[: MAX_TITLE_CHARACTERS - 1].rstrip() + "…"
