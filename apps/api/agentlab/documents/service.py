"""Recording documents and their immutable versions."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    CollectionAggregate,
    Integer,
    String,
    Uuid,
    any_,
    bindparam,
    literal,
    select,
    update,
)
from sqlalchemy import text as sql
from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.documents import words
from agentlab.documents.models import Document
from agentlab.kit.clock import now
from agentlab.kit.db import psycopg_connection
from agentlab.kit.ids import new_id


@dataclass(frozen=True, slots=True)
class Text:
    """The content of a file at one moment."""

    path: str
    title: str
    content: bytes
    sha256: str


@dataclass(frozen=True, slots=True)
class Known:
    """What is recorded of a document, to compare a file with."""

    id: UUID
    version: int
    sha256: str
    is_missing: bool


async def known(db: AsyncSession, project_id: UUID) -> dict[str, Known]:
    """All documents of a project, by path."""
    rows = await db.execute(
        select(
            Document.path,
            Document.id,
            Document.version,
            Document.sha256,
            Document.missing_since.is_not(None),
        ).where(Document.project_id == project_id)
    )
    return {row[0]: Known(row[1], row[2], row[3], row[4]) for row in rows}


async def add(db: AsyncSession, project_id: UUID, texts: Sequence[Text]) -> None:
    """Record new documents with their first version, by COPY."""
    if not texts:
        return
    at = now()
    ids = [new_id() for _ in texts]
    await copy(
        db,
        "documents (id, project_id, path, title, version, sha256, size_bytes, changed_at)",
        ["uuid", "uuid", "text", "text", "int4", "text", "int4", "timestamptz"],
        (
            (id_, project_id, text.path, text.title, 1, text.sha256, len(text.content), at)
            for id_, text in zip(ids, texts, strict=True)
        ),
    )
    await copy_versions(db, ((id_, 1, text, None) for id_, text in zip(ids, texts, strict=True)))


NEXT_VERSIONS = sql(
    """
    UPDATE documents d
    SET title = n.title, version = n.version, sha256 = n.sha256, size_bytes = n.size,
        changed_at = :at, missing_since = NULL
    FROM unnest(:ids, :versions, :titles, :digests, :sizes)
        AS n(id, version, title, sha256, size)
    WHERE d.id = n.id
    """
).bindparams(
    bindparam("ids", type_=ARRAY(Uuid)),
    bindparam("versions", type_=ARRAY(Integer)),
    bindparam("titles", type_=ARRAY(String)),
    bindparam("digests", type_=ARRAY(String)),
    bindparam("sizes", type_=ARRAY(Integer)),
)


async def change(db: AsyncSession, changed: Sequence[tuple[Known, Text]]) -> None:
    """Record the next version of each document, and that its file is there."""
    if not changed:
        return
    before = {(old.id, old.version): text.content for old, text in changed}
    fresh = await words.changed(db, before)
    await copy_versions(
        db, ((old.id, old.version + 1, text, fresh.get(old.id)) for old, text in changed)
    )
    await db.execute(
        NEXT_VERSIONS,
        {
            "ids": [old.id for old, _ in changed],
            "versions": [old.version + 1 for old, _ in changed],
            "titles": [text.title for _, text in changed],
            "digests": [text.sha256 for _, text in changed],
            "sizes": [len(text.content) for _, text in changed],
            "at": now(),
        },
    )


async def copy_versions(
    db: AsyncSession, versions: Iterable[tuple[UUID, int, Text, int | None]]
) -> None:
    """Each with how many of its words are in lines that its version before had not."""
    at = now()
    await copy(
        db,
        "versions (document_id, number, sha256, size_bytes, seen_at, content, words, "
        "words_changed)",
        ["uuid", "int4", "text", "int4", "timestamptz", "bytea", "int4", "int4"],
        (
            (
                id_,
                number,
                text.sha256,
                len(text.content),
                at,
                text.content,
                words.count(text.content),
                fresh,
            )
            for id_, number, text, fresh in versions
        ),
    )


async def copy(
    db: AsyncSession, target: str, types: list[str], rows: Iterable[tuple[Any, ...]]
) -> None:
    """COPY rows into `table (columns)` in binary form, in this transaction."""
    connection = await psycopg_connection(db)
    async with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {target} FROM STDIN (FORMAT BINARY)".encode()) as stream,
    ):
        stream.set_types(types)
        for row in rows:
            await stream.write_row(row)


async def mark_missing(db: AsyncSession, ids: Sequence[UUID]) -> None:
    if ids:
        await db.execute(
            update(Document).where(Document.id == among(ids)).values(missing_since=now())
        )


async def mark_found(db: AsyncSession, ids: Sequence[UUID]) -> None:
    if ids:
        await db.execute(
            update(Document).where(Document.id == among(ids)).values(missing_since=None)
        )


def among(ids: Sequence[UUID]) -> CollectionAggregate[bool]:
    """`= ANY (array)`: one parameter, however many ids."""
    return any_(literal(list(ids), ARRAY(Uuid)))
