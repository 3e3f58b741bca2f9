"""Documents as people look at them."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
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
from agentlab.kit.db import psycopg_connection
from agentlab.kit.searching import occurs
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
        items=shown, total=total, next=shown[-1].path if len(items) > PAGE else None
    )


def conditions(project_id: UUID, search: str) -> list[ColumnElement[bool]]:
    of_project = Document.project_id == project_id
    if not search:
        return [of_project]
    return [of_project, occurs(search, Document.title, Document.path)]


async def find(db: AsyncSession, document_id: UUID, number: int | None) -> DocumentOut:
    """A document with the text of version `number`, the newest by default."""
    fields = await summary_and_place(db, document_id)
    versions = await versions_of(db, document_id)
    shown = next((v for v in versions if number in {None, v.number}), None)
    if shown is None:
        raise NotFound(f"This document has no version {number}.")
    start = await content(db, document_id, shown.number, limit=SHOWN_BYTES)
    is_whole = len(start) == shown.size_bytes
    return DocumentOut(
        **fields,
        versions=versions,
        shown=shown,
        text=decode(start, is_whole=is_whole),
        is_whole=is_whole,
        is_utf8=is_utf8(start, is_whole=is_whole),
    )


async def summary_and_place(db: AsyncSession, document_id: UUID) -> dict[str, Any]:
    rows = await db.execute(
        select(
            *SUMMARY,
            Project.id.label("project_id"),
            Project.name.label("project"),
            Service.id.label("service_id"),
            Service.name.label("service"),
            Client.id.label("client_id"),
            Client.name.label("client"),
        )
        .join(Project, Project.id == Document.project_id)
        .join(Service, Service.id == Project.service_id)
        .join(Client, Client.id == Service.client_id)
        .where(Document.id == document_id)
    )
    row = rows.mappings().one_or_none()
    if row is None:
        raise NotFound("There is no such document.")
    place = DocumentPlace.model_validate(row)
    return {**{column.key: row[column.key] for column in SUMMARY}, "place": place}


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
