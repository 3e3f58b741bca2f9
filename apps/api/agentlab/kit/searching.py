"""How every list is searched: each word has to occur, and capitals and accents do not matter."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import Query
from sqlalchemy import ColumnElement, SQLColumnExpression, and_, func, or_, true

from agentlab.kit.text import Word

Search = Annotated[
    Word,
    Query(
        description="Words that all occur in the names that the list shows; accents and capitals "
        "do not matter."
    ),
]
"""What a list is narrowed by, as a route parameter. Empty for all of it."""


def occurs(search: str, *texts: SQLColumnExpression[Any]) -> ColumnElement[bool]:
    """A condition: that each word of `search` is in one of the texts; true without a word."""
    folded = [func.folded(text) for text in texts]
    return and_(true(), *(in_one_of(folded, word) for word in search.split()))


def in_one_of(folded: Sequence[ColumnElement[str]], word: str) -> ColumnElement[bool]:
    return or_(*(func.strpos(text, func.folded(word)) > 0 for text in folded))
