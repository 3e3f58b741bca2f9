"""What the Markdown files of a method say of themselves: front matter, a status, boxes to tick."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pydantic import JsonValue

from agentlab.workflows.importers.yaml_source import BrokenYaml, read_yaml
from agentlab.workspaces.notices import Clause, shown

FRONT_MATTER = re.compile(
    r"\ufeff?---[ \t]*\r?\n(?P<yaml>.*?)^(?:---|\.\.\.)[ \t]*\r?$", re.DOTALL | re.MULTILINE
)
BOX = re.compile(r"^[ \t]{0,12}[-*+][ \t]+\[(?P<mark>[ xX])\][ \t]", re.MULTILINE)
ITEM = re.compile(BOX.pattern + r"(?P<text>[^\r\n]*)", re.MULTILINE)
SECTION = re.compile(r"^##[ \t]+(?P<text>[^\r\n]*)", re.MULTILINE)
STATUS = re.compile(
    r"^[ \t]*(?:[-*][ \t]+)?\**status\**[ \t]*:\**[ \t]*(?P<status>\S[^\r\n]{0,99})",
    re.IGNORECASE | re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Boxes:
    """How many boxes a text has, and how many of them are ticked."""

    ticked: int
    total: int

    @property
    def sentence(self) -> str:
        return f"{self.ticked} of {self.total} tasks done"


def boxes_of(text: str) -> Boxes:
    marks = [found["mark"] for found in BOX.finditer(text)]
    return Boxes(sum(mark in "xX" for mark in marks), len(marks))


def items_of(text: str) -> Iterator[str]:
    """What stands beside each box, on one line and safe to show and store."""
    for found in ITEM.finditer(text):
        if item := " ".join(found["text"].split()):
            yield shown(item)


def sections_of(text: str) -> Iterator[str]:
    """The sections that have boxes, as their headings of the second level call them."""
    headings = list(SECTION.finditer(text))
    ends = [each.start() for each in headings[1:]] + [len(text)]
    for heading, end in zip(headings, ends, strict=True):
        if BOX.search(text, heading.end(), end) and (name := " ".join(heading["text"].split())):
            yield shown(name)


def status_of(text: str) -> str | None:
    """What a line such as `**Status**: Draft` says; None without one."""
    found = STATUS.search(text)
    return found["status"].strip().strip("*").strip() or None if found else None


def front_matter_of(text: str) -> Mapping[str, JsonValue] | None:
    """The mapping between the fences at the top; None without one. Raises `BrokenYaml`."""
    found = FRONT_MATTER.match(text)
    if found is None:
        return None
    value = read_yaml(found["yaml"].encode("utf-8", "replace")).value
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise BrokenYaml(Clause("front_matter_no_mapping", "its front matter is not a mapping"), 1)
    return value
