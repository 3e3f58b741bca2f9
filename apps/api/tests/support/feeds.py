"""Whether a feed is what it says it is: by a grammar of its format, and by a strict reader."""

from functools import cache
from pathlib import Path
from typing import Any

import feedparser  # type: ignore[import-untyped] # it has no types
from lxml import etree  # type: ignore[import-untyped] # it has none either

GRAMMARS = Path(__file__).parent / "grammars"


def read_valid(name: str, feed: bytes) -> Any:
    """What a reader finds in `history.rss` or `history.atom`, which has to be valid."""
    grammar = grammar_of(Path(name).suffix)
    assert grammar.validate(etree.fromstring(feed)), grammar.error_log
    found = feedparser.parse(feed)
    assert not found.bozo, found.bozo_exception
    return found


@cache
def grammar_of(suffix: str) -> Any:
    source = (GRAMMARS / f"{suffix[1:]}.rnc").read_text(encoding="utf-8")
    return etree.RelaxNG.from_rnc_string(source)
