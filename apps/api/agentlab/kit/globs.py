"""Globs over POSIX paths: `*` and `?` stay inside a folder, `**` crosses folders.

As in shells, no wild card takes in a hidden name: the dot that it begins with has to be spelled.

A glob may come from a file that somebody else wrote, so no glob may take long to match. Up to the
next star of its kind, the first place where a text fits is as good as any later one; so what was
found there is atomic, and the expression never tries again what it passed. Only the last star,
whose text has to end where the path or its segment ends, looks further.
"""

import re
from functools import lru_cache

CROSSING = re.compile(r"((?:(?<![^/])\*\*/)+|\*\*)")
"""`**/` where a segment starts stands for any number of folders, `**` elsewhere for any text."""
HIDDEN = re.compile(r"(?<![^/])\.")
"""Where a hidden name begins."""
SHOWN = f"(?!{HIDDEN.pattern})"


@lru_cache(maxsize=4096)
def matcher(glob: str) -> re.Pattern[str]:
    """The pattern whose `fullmatch` says whether a relative path fits `glob`.

    At worst, matching takes time in proportion to the glob's length and the path's, squared.
    """
    first, *rest = CROSSING.split(glob)
    legs = [segments(first, is_last=not rest)]
    for at in range(0, len(rest), 2):
        crossing, text = rest[at : at + 2]
        is_last = at + 2 == len(rest)
        passed = f"(?:{SHOWN}[^/]*/)*?" if crossing.endswith("/") else f"(?:{SHOWN}.)*?{SHOWN}"
        legs.append(passed + segments(text, is_last=is_last))
    *early, last = legs
    return re.compile("".join(f"(?>{leg})" for leg in early) + last, re.DOTALL)


def segments(text: str, *, is_last: bool) -> str:
    """The expression for a part of a glob without `**`; `is_last` where the path ends with it."""
    *closed, end = text.split("/")
    whole = (f"{segment(each, is_whole=True)}/" for each in closed)
    return "".join(whole) + segment(end, is_whole=is_last)


def segment(text: str, *, is_whole: bool) -> str:
    """The expression for a part of one segment; `is_whole` where the segment ends with it."""
    first, *rest = (literal(piece) for piece in text.split("*"))
    first = SHOWN + first if text.startswith(("*", "?")) else first
    if not rest:
        return first
    *middle, last = rest
    found = "".join(f"(?>[^/]*?{piece})" for piece in middle)
    return first + found + (f"[^/]*{last}" if is_whole else f"[^/]*?{last}")


def literal(text: str) -> str:
    return "".join("[^/]" if character == "?" else re.escape(character) for character in text)


def is_literal(glob: str) -> bool:
    """Whether it names exactly one path."""
    return "*" not in glob and "?" not in glob


def is_hidden(path: str) -> bool:
    """Whether it, or a folder that it lies in, has a name that begins with a dot."""
    return bool(HIDDEN.search(path))
