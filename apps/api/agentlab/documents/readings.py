"""What people have read, and how much of a text is new to them."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ARRAY, Integer, Uuid, bindparam
from sqlalchemy import text as sql
from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.changes.schemas import Noun
from agentlab.changes.service import announce
from agentlab.documents.models import Version
from agentlab.errors import NotFound

WORDS = "coalesce(v.words, v.size_bytes / 6)"
"""Of a version `v`; six bytes each where nobody has counted them yet."""


def unread(texts: str) -> str:
    """In SQL, each of the texts with how many words of it `:user_id` has not read, as `words`.

    All of them, or those that changed since the newest version that this person read. `texts`
    selects a `document_id` and a `version`, and whatever else is wanted beside the words. They are
    joined rather than looked up one by one, so PostgreSQL may read many of them at once.
    """
    return f"""
        SELECT t.*, CASE
            WHEN mine.version IS NULL THEN {WORDS}
            WHEN mine.version >= v.number THEN 0
            ELSE least({WORDS},
                (SELECT sum(coalesce(x.words_changed, x.words, x.size_bytes / 6))
                 FROM versions x WHERE x.document_id = v.document_id
                     AND x.number > mine.version AND x.number <= v.number)) END AS words
        FROM ({texts}) t
        JOIN versions v ON v.document_id = t.document_id AND v.number = t.version
        LEFT JOIN document_readings mine
            ON mine.user_id = :user_id AND mine.document_id = t.document_id
            AND NOT EXISTS (
                SELECT FROM document_readings newer
                WHERE newer.user_id = :user_id AND newer.document_id = mine.document_id
                    AND newer.version > mine.version)
    """  # noqa: S608 - texts of our own


KEEP = sql(
    f"""
    INSERT INTO document_readings (user_id, document_id, version, words, read_at)
    SELECT :user_id, document_id, version, words, statement_timestamp()
    FROM ({unread("SELECT * FROM unnest(:document_ids, :versions) AS x(document_id, version)")}) t
    ON CONFLICT DO NOTHING
    RETURNING document_id
    """  # noqa: S608 - texts of our own
).bindparams(
    bindparam("document_ids", type_=ARRAY(Uuid)), bindparam("versions", type_=ARRAY(Integer))
)


async def keep(db: AsyncSession, user_id: UUID, texts: Sequence[tuple[UUID, int]]) -> None:
    """That a person read these versions, which are there; what they read before stays as it was."""
    if not texts:
        return
    kept = await db.scalars(
        KEEP,
        {
            "user_id": user_id,
            "document_ids": [document_id for document_id, _ in texts],
            "versions": [version for _, version in texts],
        },
    )
    if kept.all():
        announce(db, Noun.INBOX, to=user_id)


async def keep_one(db: AsyncSession, user_id: UUID, document_id: UUID, version: int) -> None:
    """Raises NotFound for a version that is not there."""
    if await db.get(Version, (document_id, version)) is None:
        raise NotFound("There is no such version.")
    await keep(db, user_id, [(document_id, version)])
