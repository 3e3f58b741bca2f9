import asyncio
from typing import Annotated

from fastapi import APIRouter, Query

from agentlab.auth.callers import ProductOwner
from agentlab.context import Ctx
from agentlab.kit.problems import documents
from agentlab.workspaces.folder import UNUSABLE, list_folders
from agentlab.workspaces.schemas import FolderPage

router = APIRouter(tags=["workspaces"])


@router.get("/folders", responses=documents(*UNUSABLE))
async def get_folders(
    _: ProductOwner, context: Ctx, path: Annotated[str | None, Query(max_length=4096)] = None
) -> FolderPage:
    """The folders in `path` on the server, or the allowed roots without it."""
    listing = await asyncio.to_thread(list_folders, path or None, context.settings.workspace_roots)
    return FolderPage.model_validate(listing)
