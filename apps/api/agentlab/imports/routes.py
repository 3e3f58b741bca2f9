from uuid import UUID

from fastapi import APIRouter, status

from agentlab.auth.callers import ProductOwner
from agentlab.context import Ctx
from agentlab.errors import NotFound
from agentlab.imports import jobs, service
from agentlab.imports.schemas import ImportIn, ImportOut, Inspection, InspectionIn
from agentlab.kit.db import DB
from agentlab.kit.problems import documents
from agentlab.workspaces.folder import FolderMissing, PathOutsideRoots

router = APIRouter(tags=["imports"])


@router.post("/inspections", responses=documents(FolderMissing, PathOutsideRoots))
async def inspect_folder(body: InspectionIn, _: ProductOwner, db: DB, context: Ctx) -> Inspection:
    """What an import of this folder would find. Changes nothing."""
    return await service.inspect(db, body.path, roots=context.settings.allowed_roots)


@router.post("/imports", status_code=status.HTTP_202_ACCEPTED)
async def request_import(body: ImportIn, owner: ProductOwner, db: DB, context: Ctx) -> ImportOut:
    """Import a folder as a project. Runs in the background: ask for the import until it ends."""
    requested = await jobs.request(db, body, by=owner.id)
    return await jobs.find(db, context, requested.id, by=owner)


@router.get("/imports/{import_id}", responses=documents(NotFound))
async def get_import(import_id: UUID, owner: ProductOwner, db: DB, context: Ctx) -> ImportOut:
    """How far an import is, or how it ended."""
    return await jobs.find(db, context, import_id, by=owner)
