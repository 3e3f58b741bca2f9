"""Documents and their immutable versions."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    CollectionAggregate,
    ColumnElement,
    Uuid,
    any_,
    func,
    literal,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.documents.encoding import decode, is_utf8
from agentlab.documents.models import Document, Version
from agentlab.documents.schemas import (
    DocumentOut,
    DocumentPage,
    DocumentPlace,
    DocumentSummary,
    VersionSummary,
)
from agentlab.errors import NotFound
from agentlab.kit.clock import now
from agentlab.kit.db import psycopg_connection
from agentlab.kit.ids import new_id
from agentlab.portfolio.models import Client, Project, Service

PAGE = 200
SHOWN_BYTES = 1_000_000
"""Longer texts are shown up to here; the download has all of them."""

SUMMARY = (
    Document.id,
    Document.path,
    Document.title,
    Document.version,
    Document.sha256,
    Document.size_bytes,
    Document.changed_at,
    Document.missing_since,
)


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


async def summaries(db: AsyncSession, project_id: UUID) -> list[DocumentSummary]:
    """All documents of a project, sorted by path, without their texts."""
    rows = await db.execute(
        select(*SUMMARY).where(Document.project_id == project_id).order_by(Document.path)
    )
    return [DocumentSummary.model_construct(**row) for row in rows.mappings()]


async def page(
    db: AsyncSession, project_id: UUID, *, after: str = "", search: str = ""
) -> DocumentPage:
    """One page by path, of the documents with `search` in their title or path."""
    wanted = conditions(project_id, search)
    total = await db.scalar(select(func.count()).select_from(Document).where(*wanted))
    if not total and await db.get(Project, project_id) is None:
        raise NotFound("There is no such project.")
    rows = await db.execute(
        select(*SUMMARY)
        .where(*wanted, Document.path > after)
        .order_by(Document.path)
        .limit(PAGE + 1)
    )
    return first_page(
        [DocumentSummary.model_construct(**row) for row in rows.mappings()], total or 0
    )


def first_page(items: list[DocumentSummary], total: int) -> DocumentPage:
    """Cut a list that may be longer than a page."""
    shown = items[:PAGE]
    return DocumentPage(
        items=shown, total=total, next_after=shown[-1].path if len(items) > PAGE else None
    )


def conditions(project_id: UUID, search: str) -> list[ColumnElement[bool]]:
    of_project = Document.project_id == project_id
    if not search:
        return [of_project]
    in_title = Document.title.icontains(search, autoescape=True)
    return [of_project, in_title | Document.path.icontains(search, autoescape=True)]


async def find(db: AsyncSession, document_id: UUID, number: int | None) -> DocumentOut:
    """A document with the text of version `number`, the newest by default."""
    row = (
        (
            await db.execute(
                select(
                    *SUMMARY,
                    Project.id.label("project_id"),
                    Project.name.label("project"),
                    Service.name.label("service"),
                    Client.name.label("client"),
                )
                .join(Project, Project.id == Document.project_id)
                .join(Service, Service.id == Project.service_id)
                .join(Client, Client.id == Service.client_id)
                .where(Document.id == document_id)
            )
        )
        .mappings()
        .one_or_none()
    )
    if row is None:
        raise NotFound("There is no such document.")
    fields = dict(row)
    place = DocumentPlace(
        **{key: fields.pop(key) for key in ("project_id", "project", "service", "client")}
    )
    versions = await versions_of(db, document_id)
    shown = next((v for v in versions if number in {None, v.number}), None)
    if shown is None:
        raise NotFound(f"This document has no version {number}.")
    start = await content(db, document_id, shown.number, limit=SHOWN_BYTES)
    is_whole = len(start) == shown.size_bytes
    return DocumentOut(
        **fields,
        place=place,
        versions=versions,
        shown=shown,
        text=decode(start, is_whole=is_whole),
        is_whole=is_whole,
        is_utf8=is_utf8(start, is_whole=is_whole),
    )


async def versions_of(db: AsyncSession, document_id: UUID) -> list[VersionSummary]:
    rows = await db.execute(
        select(Version.number, Version.sha256, Version.size_bytes, Version.seen_at)
        .where(Version.document_id == document_id)
        .order_by(Version.number.desc())
    )
    return [VersionSummary(**row) for row in rows.mappings()]


async def content(
    db: AsyncSession, document_id: UUID, number: int, *, limit: int | None = None
) -> bytes:
    """A version's bytes, or the first `limit` of them."""
    wanted = "content" if limit is None else "substring(content FROM 1 FOR %(limit)s)"
    statement = f"SELECT {wanted} FROM versions WHERE document_id = %(id)s AND number = %(number)s"  # noqa: S608 - two texts of our own
    connection = await psycopg_connection(db)
    # In binary form the bytes are not doubled on their way, as their hexadecimal text would be.
    cursor = await connection.execute(
        statement, {"id": document_id, "number": number, "limit": limit}, binary=True
    )
    row = await cursor.fetchone()
    if row is None:
        raise NotFound("There is no such version.")
    found: bytes = row[0]
    return found
