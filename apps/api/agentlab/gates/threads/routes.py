from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, status

from agentlab.auth.callers import ProductOwner, Reviewer, Viewer
from agentlab.errors import Forbidden, NotFound
from agentlab.gates.service import SubmissionDecided, SubmissionWithdrawn
from agentlab.gates.threads import reading, service
from agentlab.gates.threads.schemas import CommentIn, CommentOut, ThreadIn, ThreadOut
from agentlab.kit.db import DB
from agentlab.kit.pages import PAGE, After, InvalidCursor, Limit, Page
from agentlab.kit.preconditions import ChangedMeanwhile, IfMatch, Tagging, VersionMissing
from agentlab.kit.problems import documents

router = APIRouter(tags=["gates"])


@router.get("/gates/{gate_id}/threads", responses=documents(NotFound, InvalidCursor))
async def list_threads(  # noqa: PLR0917 - FastAPI names them
    gate_id: UUID,
    caller: Viewer,
    db: DB,
    resolved: Annotated[bool | None, Query(description="Only those; default: all.")] = None,
    limit: Limit = PAGE,
    after: After = None,
) -> Page[ThreadOut]:
    """Requests for changes at a gate, oldest first, each at the lines where it stands now."""
    return await reading.threads_at(
        db, gate_id, caller, resolved=resolved, limit=limit, after=after
    )


@router.post(
    "/submissions/{submission_id}/threads",
    status_code=status.HTTP_201_CREATED,
    responses=documents(NotFound, service.LinesNotThere, SubmissionDecided, SubmissionWithdrawn),
)
async def open_thread(submission_id: UUID, body: ThreadIn, reviewer: Reviewer, db: DB) -> ThreadOut:
    """Request a change of lines of a text that waits for a decision."""
    thread = await service.open_thread(db, submission_id, body, caller=reviewer)
    return await reading.thread_out(db, thread.id, reviewer)


@router.get("/threads/{thread_id}/comments", responses=documents(NotFound, InvalidCursor))
async def list_comments(
    thread_id: UUID, caller: Viewer, db: DB, limit: Limit = PAGE, after: After = None
) -> Page[CommentOut]:
    """The comments of a thread, oldest first."""
    return await reading.comments_in(db, thread_id, caller, limit=limit, after=after)


@router.post(
    "/threads/{thread_id}/comments",
    status_code=status.HTTP_201_CREATED,
    responses=documents(NotFound),
)
async def answer_thread(thread_id: UUID, body: CommentIn, owner: ProductOwner, db: DB) -> ThreadOut:
    """Answer in a thread; an agent may, too."""
    await service.answer(db, thread_id, body.text, caller=owner)
    return await reading.thread_out(db, thread_id, owner)


@router.patch(
    "/comments/{thread_comment_id}",
    responses=documents(
        NotFound, Forbidden, service.CommentSettled, ChangedMeanwhile, VersionMissing
    ),
)
async def edit_comment(  # noqa: PLR0917 - FastAPI names them
    thread_comment_id: UUID,
    body: CommentIn,
    owner: ProductOwner,
    db: DB,
    version: IfMatch,
    tag: Tagging,
) -> ThreadOut:
    """Change one's own comment, for 15 minutes; what it said before stays in the audit trail."""
    comment = await service.edit(db, thread_comment_id, body.text, caller=owner, version=version)
    tag(comment.version)
    return await reading.thread_out(db, comment.thread_id, owner)


@router.post("/threads/{thread_id}/resolution", responses=documents(NotFound, service.ThreadMoved))
async def resolve_thread(thread_id: UUID, reviewer: Reviewer, db: DB) -> ThreadOut:
    """Say that the request is met. Only a person does; agents answer."""
    await service.move(db, thread_id, is_resolved=True, by=reviewer.id)
    return await reading.thread_out(db, thread_id, reviewer)


@router.post("/threads/{thread_id}/reopening", responses=documents(NotFound, service.ThreadMoved))
async def reopen_thread(thread_id: UUID, reviewer: Reviewer, db: DB) -> ThreadOut:
    """Say that the request is not met after all."""
    await service.move(db, thread_id, is_resolved=False, by=reviewer.id)
    return await reading.thread_out(db, thread_id, reviewer)
