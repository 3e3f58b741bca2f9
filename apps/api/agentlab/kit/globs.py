"""Globs over POSIX paths: `*` and `?` stay inside a folder, `**` crosses folders."""

import re
from functools import lru_cache


@lru_cache(maxsize=4096)
def matcher(glob: str) -> re.Pattern[str]:
    """The pattern whose `fullmatch` says whether a relative path fits `glob`."""
    tokens = re.split(r"(\*\*/|\*\*|\*|\?)", glob)
    meaning = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return re.compile("".join(meaning.get(token, re.escape(token)) for token in tokens))


def is_literal(glob: str) -> bool:
    """Whether it names exactly one path."""
    return "*" not in glob and "?" not in glob
