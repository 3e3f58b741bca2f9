"""Following lines from one version of a text to the next."""

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

Span = tuple[int, int]
"""The first and the last line, both counted from 1."""

MOST_COMPARED = 4_000_000
"""Lines times lines. What is larger counts as rewritten between what stayed at both ends."""


def carried(old: Sequence[str], new: Sequence[str], spans: Sequence[Span]) -> list[Span | None]:
    """Where each span of the old lines is among the new ones; None when its lines are gone.

    Lines that were rewritten are carried to what replaced them.
    """
    changes = list(changes_between(old, new))
    return [carry(span, changes) for span in spans]


Change = tuple[str, int, int, int, int]
"""As difflib says it: what happened to `old[i1:i2]`, and that it is `new[j1:j2]` now."""


def changes_between(old: Sequence[str], new: Sequence[str]) -> Iterator[Change]:
    start = same_at_start(old, new)
    end = same_at_start(old[start:][::-1], new[start:][::-1])
    middle, fresh = old[start : len(old) - end], new[start : len(new) - end]
    yield "equal", 0, start, 0, start
    if middle and fresh and len(middle) * len(fresh) <= MOST_COMPARED:
        for tag, i1, i2, j1, j2 in SequenceMatcher(None, middle, fresh).get_opcodes():
            yield tag, start + i1, start + i2, start + j1, start + j2
    elif middle or fresh:
        tag = "replace" if middle and fresh else "delete" if middle else "insert"
        yield tag, start, start + len(middle), start, start + len(fresh)
    yield "equal", len(old) - end, len(old), len(new) - end, len(new)


def same_at_start(old: Sequence[str], new: Sequence[str]) -> int:
    for number, (left, right) in enumerate(zip(old, new, strict=False)):
        if left != right:
            return number
    return min(len(old), len(new))


def carry(span: Span, changes: Sequence[Change]) -> Span | None:
    found: list[int] = []
    for tag, i1, i2, j1, j2 in changes:
        first, last = max(span[0] - 1, i1), min(span[1] - 1, i2 - 1)
        if first > last or j1 == j2:
            continue
        if tag == "equal" or i2 - i1 == j2 - j1:
            found += [j1 + first - i1, j1 + last - i1]
        else:
            found += [j1, j2 - 1]
    return (min(found) + 1, max(found) + 1) if found else None
