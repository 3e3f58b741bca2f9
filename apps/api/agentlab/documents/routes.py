from typing import Annotated
from urllib.parse import quote
from uuid import UUID

from annotated_types import Ge, Le
from fastapi import APIRouter, Query, Response
from sqlalchemy import select

from agentlab.auth.callers import Viewer
from agentlab.documents import service
from agentlab.documents.models import Document
from agentlab.documents.schemas import DocumentOut, DocumentPage
from agentlab.errors import NotFound
from agentlab.kit.db import DB
from agentlab.kit.problems import documents

router = APIRouter(tags=["documents"])

Number = Annotated[int, Ge(1), Le(2**31 - 1)]
"""Of a version, as far as the database can count."""


@router.get("/projects/{project_id}/documents")
async def list_documents(
    project_id: UUID,
    _: Viewer,
    db: DB,
    after: Annotated[str, Query(max_length=4096)] = "",
    search: Annotated[str, Query(max_length=200)] = "",
) -> DocumentPage:
    """A page of a project's documents by path; `search` looks in titles and paths."""
    return await service.page(db, project_id, after=after, search=search)


@router.get("/documents/{document_id}", responses=documents(NotFound))
async def get_document(
    document_id: UUID, _: Viewer, db: DB, version: Number | None = None
) -> DocumentOut:
    """A document with the text of one version, the newest by default."""
    return await service.find(db, document_id, version)


@router.get(
    "/documents/{document_id}/versions/{number}/content",
    responses=documents(NotFound),
    response_class=Response,
)
async def download_version(document_id: UUID, number: Number, _: Viewer, db: DB) -> Response:
    """A version byte for byte, as a download."""
    content = await service.content(db, document_id, number)
    path = await db.scalar(select(Document.path).where(Document.id == document_id))
    return as_download(content, str(path).rpartition("/")[2])


def as_download(content: bytes, name: str) -> Response:
    """Bytes that a browser saves and never shows, so that no script in them can run."""
    return Response(
        content,
        media_type="application/octet-stream",
        headers={
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}",
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "sandbox; default-src 'none'",
        },
    )
