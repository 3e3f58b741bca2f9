from uuid import UUID

from fastapi import APIRouter, status

from agentlab.auth.callers import ProductOwner
from agentlab.context import Ctx
from agentlab.documents.scan import UNSCANNABLE
from agentlab.documents.schemas import ScanOut
from agentlab.errors import NotFound
from agentlab.imports import jobs, service
from agentlab.imports.schemas import (
    FolderIn,
    FolderMove,
    ImportIn,
    ImportOut,
    Inspection,
    InspectionIn,
)
from agentlab.kit.db import DB
from agentlab.kit.problems import documents
from agentlab.portfolio.levels.places import PlaceArchived
from agentlab.workspaces.folder import UNUSABLE
from agentlab.workspaces.walls import FolderNotYours

router = APIRouter(tags=["imports"])


@router.post(
    "/inspections",
    responses=documents(*UNUSABLE, FolderNotYours, service.UnknownMethod, service.MethodAmbiguous),
)
async def inspect_folder(
    body: InspectionIn, owner: ProductOwner, db: DB, context: Ctx
) -> Inspection:
    """What an import of this folder would find, and why. Changes nothing."""
    return await service.inspect(db, body, by=owner, roots=context.settings.allowed_roots)


@router.post("/imports", status_code=status.HTTP_202_ACCEPTED)
async def request_import(body: ImportIn, owner: ProductOwner, db: DB, context: Ctx) -> ImportOut:
    """Import a folder as a project. Runs in the background: ask for the import until it ends."""
    requested = await jobs.request(db, body, by=owner)
    return await jobs.find(db, context, requested.id, by=owner)


@router.post(
    "/projects/{project_id}/imports",
    status_code=status.HTTP_202_ACCEPTED,
    responses=documents(NotFound, service.ProjectHasFolder, PlaceArchived),
)
async def give_folder(
    project_id: UUID, body: FolderIn, owner: ProductOwner, db: DB, context: Ctx
) -> ImportOut:
    """Import a folder into a project that was made without one, as `request_import` does."""
    requested = await jobs.request_folder(db, project_id, body, by=owner)
    return await jobs.find(db, context, requested.id, by=owner)


@router.put(
    "/projects/{project_id}/workspace",
    responses=documents(
        NotFound,
        *UNSCANNABLE,
        FolderNotYours,
        service.AlreadyImported,
        service.ImportedInBin,
        service.OtherMethod,
        service.OtherDocuments,
        service.OtherTexts,
    ),
)
async def move_folder(
    project_id: UUID, body: FolderMove, owner: ProductOwner, db: DB, context: Ctx
) -> ScanOut:
    """Give a project its folder again that lies elsewhere now, and scan it there.

    A file at the path that a document had in the folder is that document, with its history, its
    gates and their decisions.
    """
    roots = context.settings.allowed_roots
    found = await service.move_folder(db, project_id, body, by=owner, roots=roots)
    return ScanOut.model_validate(found)


@router.get("/imports/{import_id}", responses=documents(NotFound))
async def get_import(import_id: UUID, owner: ProductOwner, db: DB, context: Ctx) -> ImportOut:
    """How far an import is, or how it ended."""
    return await jobs.find(db, context, import_id, by=owner)
