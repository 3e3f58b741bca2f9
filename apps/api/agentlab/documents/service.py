"""Recording documents and their immutable versions."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, CollectionAggregate, Uuid, any_, literal, select, update
from sqlalchemy.ext.asyncio import AsyncSession

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
    await copy_versions(db, zip(ids, (1 for _ in texts), texts, strict=True))


async def change(db: AsyncSession, changed: Sequence[tuple[Known, Text]]) -> None:
    """Record the next version of each document, and that its file is there."""
    if not changed:
        return
    await copy_versions(db, ((old.id, old.version + 1, text) for old, text in changed))
    at = now()
    for old, text in changed:
        await db.execute(
            update(Document)
            .where(Document.id == old.id)
            .values(
                title=text.title,
                version=old.version + 1,
                sha256=text.sha256,
                size_bytes=len(text.content),
                changed_at=at,
                missing_since=None,
            )
        )


async def copy_versions(db: AsyncSession, versions: Iterable[tuple[UUID, int, Text]]) -> None:
    at = now()
    await copy(
        db,
        "versions (document_id, number, sha256, size_bytes, seen_at, content)",
        ["uuid", "int4", "text", "int4", "timestamptz", "bytea"],
        (
            (id_, number, text.sha256, len(text.content), at, text.content)
            for id_, number, text in versions
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
