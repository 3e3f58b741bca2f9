from typing import Annotated

from fastapi import APIRouter, Query

from agentlab.auth.callers import ProductOwner
from agentlab.context import Ctx
from agentlab.kit.db import DB
from agentlab.kit.problems import documents
from agentlab.workspaces import walls
from agentlab.workspaces.folder import UNUSABLE
from agentlab.workspaces.schemas import FolderPage

router = APIRouter(tags=["workspaces"])


@router.get("/folders", responses=documents(*UNUSABLE, walls.FolderNotYours))
async def get_folders(
    owner: ProductOwner,
    db: DB,
    context: Ctx,
    path: Annotated[str | None, Query(max_length=4096)] = None,
) -> FolderPage:
    """The folders in `path` on the server, or the allowed roots without it.

    Without those of projects that one does not see.
    """
    roots = context.settings.workspace_roots
    listing = await walls.browse(db, path or None, by=owner, roots=roots)
    return FolderPage.model_validate(listing)
