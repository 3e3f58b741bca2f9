"""How BMAD names epics, stories and retrospectives."""

import re
from typing import NamedTuple

from agentlab.ledgers.statements import Kind

EPIC = re.compile(r"epic-(\d{1,6})")
RETROSPECTIVE = re.compile(r"epic-(\d{1,6})-retrospective")
STORY = re.compile(r"(\d{1,6})-(\d{1,6})([a-z]?)-(.+)", re.DOTALL)
V4_STORY = re.compile(r"(\d{1,6})\.(\d{1,6})([a-z]?)(?:[.\- _](.*))?", re.DOTALL)


class Named(NamedTuple):
    """What a key names. `number` is `1` for an epic, `1.2a` for a story."""

    kind: Kind
    number: str | None
    title: str | None


def named(key: str) -> Named | None:
    """What a key of the sprint status names; None outside of its grammar."""
    if found := RETROSPECTIVE.fullmatch(key):
        return Named(Kind.RETROSPECTIVE, plain(found[1]), None)
    if found := EPIC.fullmatch(key):
        return Named(Kind.EPIC, plain(found[1]), None)
    if found := STORY.fullmatch(key):
        return Named(Kind.STORY, number_of(*found.groups()[:3]), in_words(found[4]))
    return None


def named_in_v4(stem: str) -> Named | None:
    """What the file `1.2.sign-in.md` is about, without its suffix."""
    found = V4_STORY.fullmatch(stem)
    if found is None:
        return None
    return Named(
        Kind.STORY, number_of(*found.groups()[:3]), in_words(found[4]) if found[4] else None
    )


def number_of(epic: str, story: str, letter: str) -> str:
    return f"{plain(epic)}.{plain(story)}{letter}"


def plain(digits: str) -> str:
    """`01` and `1` are one number."""
    return str(int(digits))


def in_words(slug: str) -> str:
    words = slug.replace("-", " ").replace("_", " ").strip()
    return words[:1].upper() + words[1:]
