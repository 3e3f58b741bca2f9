"""How many words a text has, and how many of them are new to who read the version before it.

Counted once, where a version is kept, so that no list of what is to be read needs a text.
"""

from collections import Counter
from collections.abc import Mapping
from io import BytesIO
from uuid import UUID

from sqlalchemy import ARRAY, Integer, Uuid, bindparam, select
from sqlalchemy import text as sql
from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.context import Context
from agentlab.documents.models import Version
from agentlab.kit.db import psycopg_connection

A_MINUTE = 220
"""So many words people read in a minute."""

MOST_COMPARED_BYTES = 1_000_000
"""Of what is longer all words count as new."""

COUNTED_AT_ONCE = 200


def count(text: bytes) -> int:
    """Line by line: the words of a large text at once would take ten times its memory."""
    return sum(len(line.split()) for line in BytesIO(text))


def count_changed(before: bytes, after: bytes) -> int:
    """The words in lines of `after` that `before` has not, or has fewer times."""
    known = Counter(BytesIO(before))
    found = 0
    for line in BytesIO(after):
        if known[line] > 0:
            known[line] -= 1
        else:
            found += len(line.split())
    return found


async def changed(db: AsyncSession, texts: Mapping[tuple[UUID, int], bytes]) -> dict[UUID, int]:
    """The new words of each text, compared with the version that is named beside it.

    One statement, and one of the versions in memory at a time.
    """
    short = {at: text for at, text in texts.items() if len(text) <= MOST_COMPARED_BYTES}
    connection = await psycopg_connection(db)
    found: dict[UUID, int] = {}
    async with connection.cursor(binary=True) as cursor:
        rows = cursor.stream(
            "SELECT v.document_id, v.number, v.content FROM versions v "
            "JOIN unnest(%(ids)s::uuid[], %(numbers)s::int[]) AS w(id, number) "
            "ON v.document_id = w.id AND v.number = w.number WHERE v.size_bytes <= %(most)s",
            {
                "ids": [id_ for id_, _ in short],
                "numbers": [number for _, number in short],
                "most": MOST_COMPARED_BYTES,
            },
        )
        async for id_, number, content in rows:
            found[id_] = count_changed(content, short[id_, number])
    return found


COUNTED = sql(
    "UPDATE versions v SET words = n.words FROM unnest(:ids, :numbers, :words) "
    "AS n(id, number, words) WHERE v.document_id = n.id AND v.number = n.number"
).bindparams(
    bindparam("ids", type_=ARRAY(Uuid)),
    bindparam("numbers", type_=ARRAY(Integer)),
    bindparam("words", type_=ARRAY(Integer)),
)


async def count_missing(context: Context) -> None:
    """A sweep: the words of versions that code from before these columns kept."""
    uncounted = (
        select(Version.document_id, Version.number, Version.content)
        .where(Version.words.is_(None))
        .limit(COUNTED_AT_ONCE)
        .execution_options(yield_per=1)  # one text in memory at a time
    )
    for _ in range(50):
        async with context.sessions.begin() as db:
            stream = await db.stream(uncounted)
            rows = [(id_, number, count(text)) async for id_, number, text in stream]
            if not rows:
                return
            ids, numbers, words = (list(column) for column in zip(*rows, strict=True))
            await db.execute(COUNTED, {"ids": ids, "numbers": numbers, "words": words})
