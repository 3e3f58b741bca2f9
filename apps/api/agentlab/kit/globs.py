"""Globs over POSIX paths: `*` and `?` stay inside a folder, `**` crosses folders.

A glob may come from a file that somebody else wrote, so no glob may take long to match: every star
but the last of its segment is atomic, which keeps the expression from trying again what it passed.
"""

import re
from functools import lru_cache

MAX_CROSSINGS = 4
"""How many `**` a glob may have; matching time grows with the power of their number."""


@lru_cache(maxsize=4096)
def matcher(glob: str) -> re.Pattern[str]:
    """The pattern whose `fullmatch` says whether a relative path fits `glob`.

    A glob with more than `MAX_CROSSINGS` crossings fits nothing.
    """
    collapsed = re.sub(r"(?:\*\*/)+", "**/", glob)
    parts = re.split(r"(\*\*/|\*\*)", collapsed)
    if len(parts) // 2 > MAX_CROSSINGS:
        return re.compile(r"(?!)")
    crossings = {"**/": "(?:.*/)?", "**": ".*"}
    return re.compile("".join(crossings.get(part) or segments(part) for part in parts))


def segments(text: str) -> str:
    """The expression for a part of a glob without `**`."""
    return "/".join(segment(each) for each in text.split("/"))


def segment(text: str) -> str:
    first, *rest = (literal(piece) for piece in text.split("*"))
    if not rest:
        return first
    *middle, last = rest
    return first + "".join(f"(?>[^/]*?{piece})" for piece in middle) + f"[^/]*{last}"


def literal(text: str) -> str:
    return "".join("[^/]" if character == "?" else re.escape(character) for character in text)


def is_literal(glob: str) -> bool:
    """Whether it names exactly one path."""
    return "*" not in glob and "?" not in glob
