from typing import Annotated
from uuid import UUID

from annotated_types import Ge, Le
from fastapi import APIRouter, Query, Response, status
from sqlalchemy import select

from agentlab.auth.callers import Person, ProductOwner, Viewer
from agentlab.context import Ctx
from agentlab.documents import reading, readings
from agentlab.documents.models import Document
from agentlab.documents.scan import UNSCANNABLE, scan
from agentlab.documents.schemas import DocumentOut, DocumentPage, ScanOut
from agentlab.errors import NotFound
from agentlab.kit.db import DB
from agentlab.kit.downloads import as_download
from agentlab.kit.problems import documents
from agentlab.kit.searching import Search
from agentlab.kit.text import Storable
from agentlab.workspaces import service as workspaces

router = APIRouter(tags=["documents"])


Number = Annotated[int, Ge(1), Le(2**31 - 1)]
"""Of a version, as far as the database can count."""


@router.get("/projects/{project_id}/documents")
async def list_documents(
    project_id: UUID,
    _: Viewer,
    db: DB,
    after: Annotated[Storable, Query(max_length=4096)] = "",
    search: Search = "",
) -> DocumentPage:
    """A page of a project's documents by path; `search` looks in titles and paths."""
    return await reading.page(db, project_id, after=after, search=search)


@router.post("/projects/{project_id}/scans", responses=documents(NotFound, *UNSCANNABLE))
async def scan_project(project_id: UUID, _: ProductOwner, db: DB, context: Ctx) -> ScanOut:
    """Read the workspace again: record new and changed documents, and which ones are gone."""
    workspace = await workspaces.find(db, project_id)
    root = await workspaces.folder(workspace, context.settings.allowed_roots)
    return ScanOut.model_validate(await scan(db, project_id, root))


@router.get("/documents/{document_id}", responses=documents(NotFound))
async def get_document(
    document_id: UUID, _: Viewer, db: DB, version: Number | None = None
) -> DocumentOut:
    """A document with the text of one version, the newest by default."""
    return await reading.find(db, document_id, version)


@router.get(
    "/documents/{document_id}/versions/{number}/content",
    responses=documents(NotFound),
    response_class=Response,
)
async def download_version(document_id: UUID, number: Number, _: Viewer, db: DB) -> Response:
    """A version byte for byte, as a download."""
    content = await reading.content(db, document_id, number)
    path = await db.scalar(select(Document.path).where(Document.id == document_id))
    return as_download(content, str(path))


@router.put(
    "/documents/{document_id}/versions/{number}/reading",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=documents(NotFound),
)
async def note_reading(document_id: UUID, number: Number, person: Person, db: DB) -> None:
    """Say that one has read a version; nobody else learns of it. A second time changes nothing."""
    await readings.keep_one(db, person.id, document_id, number)
