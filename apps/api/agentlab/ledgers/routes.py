from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, status

from agentlab.auth.callers import Reviewer, Viewer
from agentlab.context import Ctx
from agentlab.documents.scan import UNSCANNABLE
from agentlab.errors import NotFound
from agentlab.kit.db import DB
from agentlab.kit.pages import PAGE, After, InvalidCursor, Limit, Page
from agentlab.kit.problems import documents
from agentlab.kit.searching import Search
from agentlab.kit.text import Storable
from agentlab.ledgers import corrections, reading
from agentlab.ledgers.editing import NotEditable
from agentlab.ledgers.schemas import (
    ContradictionOut,
    CorrectionIn,
    CorrectionOut,
    ProgressOut,
    WorkItemOut,
)
from agentlab.ledgers.statements import Kind
from agentlab.ledgers.statuses import Status
from agentlab.workspaces.writing import FileChanged, WorkspaceNotWritable

router = APIRouter(tags=["work"])

Kinds = Annotated[list[Kind] | None, Query(max_length=10)]
Statuses = Annotated[list[Status] | None, Query(max_length=10)]


@router.get("/projects/{project_id}/work-items", responses=documents(NotFound, InvalidCursor))
async def list_work_items(
    project_id: UUID,
    _: Viewer,
    db: DB,
    *,
    kind: Kinds = None,
    status: Statuses = None,
    parent: Annotated[Storable | None, Query(max_length=200)] = None,
    search: Search = "",
    disputed: bool | None = None,
    outermost: bool = False,
    limit: Limit = PAGE,
    after: After = None,
) -> Page[WorkItemOut]:
    """Epics with their stories, specs and the like, with what each ledger says of them.

    `outermost` leaves out what belongs to another item; ask for its parts by `parent`.
    """
    wanted = reading.Wanted(
        kind or (), status or (), parent, search, disputed, is_outermost=outermost
    )
    return await reading.items(db, project_id, wanted, limit=limit, after=after)


@router.get("/projects/{project_id}/progress", responses=documents(NotFound))
async def get_progress(project_id: UUID, _: Viewer, db: DB) -> ProgressOut:
    """How much work stands where by the files, and which stages' recorded state they belie."""
    return await reading.progress(db, project_id)


@router.get("/projects/{project_id}/contradictions", responses=documents(NotFound, InvalidCursor))
async def list_contradictions(
    project_id: UUID, _: Viewer, db: DB, limit: Limit = PAGE, after: After = None
) -> Page[ContradictionOut]:
    """Ledgers that disagree on an item, with the evidence and what would settle it."""
    return await reading.contradictions(db, project_id, limit=limit, after=after)


@router.get("/projects/{project_id}/corrections", responses=documents(NotFound, InvalidCursor))
async def list_corrections(
    project_id: UUID, _: Viewer, db: DB, limit: Limit = PAGE, after: After = None
) -> Page[CorrectionOut]:
    """Statuses that people replaced in ledgers, the newest first."""
    return await reading.corrections(db, project_id, limit=limit, after=after)


@router.post(
    "/projects/{project_id}/corrections",
    status_code=status.HTTP_201_CREATED,
    responses=documents(
        NotFound,
        corrections.ContradictionSettled,
        corrections.NothingProposed,
        FileChanged,
        NotEditable,
        WorkspaceNotWritable,
        *UNSCANNABLE,
    ),
)
async def apply_correction(
    project_id: UUID, body: CorrectionIn, person: Reviewer, db: DB, context: Ctx
) -> CorrectionOut:
    """Write the proposed status into the file, if that is still the one that was shown."""
    applied = await corrections.apply(db, project_id, body, by=person.id, context=context)
    return await reading.correction(db, applied.id)


@router.post(
    "/corrections/{correction_id}/undoing",
    responses=documents(
        NotFound,
        corrections.AlreadyUndone,
        FileChanged,
        NotEditable,
        WorkspaceNotWritable,
        *UNSCANNABLE,
    ),
)
async def undo_correction(
    correction_id: UUID, person: Reviewer, db: DB, context: Ctx
) -> CorrectionOut:
    """Put the status back that was there before, while the file is still as it was written."""
    await corrections.undo(db, correction_id, by=person.id, context=context)
    return await reading.correction(db, correction_id)
