"""Threads as people and agents look at them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from agentlab.auth.callers import Caller
from agentlab.auth.models import User
from agentlab.documents.models import Document
from agentlab.errors import NotFound
from agentlab.gates.models import Submission
from agentlab.gates.threads.models import Thread, ThreadComment, ThreadMove, ThreadPlace
from agentlab.gates.threads.schemas import CommentOut, ThreadOut
from agentlab.gates.threads.service import editable_until
from agentlab.kit.pages import PAGE, Order, Orders, Page, read_page
from agentlab.workflows.models import Gate

SHOWN_COMMENTS = 50

Opener = aliased(User)

THREADS = Orders(Thread.id, {"opened": Order(Thread.opened_at, datetime)})
COMMENTS = Orders(ThreadComment.id, {"written": Order(ThreadComment.written_at, datetime)})


async def threads_at(
    db: AsyncSession,
    gate_id: UUID,
    caller: Caller,
    *,
    resolved: bool | None,
    limit: int = PAGE,
    after: str | None = None,
) -> Page[ThreadOut]:
    """The threads of a gate, oldest first, each where it stands now."""
    if await db.get(Gate, gate_id) is None:
        raise NotFound("There is no such gate.")
    query = threads().where(Thread.gate_id == gate_id)
    if resolved is not None:
        query = query.where(Thread.is_resolved.is_(resolved))
    rows, following = await read_page(db, query, THREADS, sort=None, limit=limit, after=after)
    return Page(items=await shown(db, rows, caller), next=following)


async def thread_out(db: AsyncSession, thread_id: UUID, caller: Caller) -> ThreadOut:
    await db.flush()
    rows = (await db.execute(threads().where(Thread.id == thread_id))).all()
    if not rows:
        raise NotFound("There is no such thread.")
    return (await shown(db, rows, caller))[0]


def threads() -> Select[*tuple[Any, ...]]:
    place = (
        select(ThreadPlace)
        .join(Submission, Submission.id == ThreadPlace.submission_id)
        .ext(distinct_on(ThreadPlace.thread_id))
        .order_by(ThreadPlace.thread_id, Submission.number.desc())
        .subquery()
    )
    newest = aliased(ThreadPlace, place)
    return (
        select(Thread, newest, Document.path, Opener.name)
        .join(newest, newest.thread_id == Thread.id)
        .join(Document, Document.id == newest.document_id)
        .join(Opener, Opener.id == Thread.opened_by)
    )


async def shown(
    db: AsyncSession, rows: Sequence[Row[*tuple[Any, ...]]], caller: Caller
) -> list[ThreadOut]:
    """In two more statements, whatever the number of threads."""
    ids = [row[0].id for row in rows]
    comments = await first_comments(db, ids, caller)
    moves = await newest_moves(db, ids)
    return [thread_of(row, comments.get(row[0].id, []), moves.get(row[0].id)) for row in rows]


def thread_of(
    row: Row[*tuple[Any, ...]],
    comments: list[tuple[CommentOut, int]],
    moved: tuple[ThreadMove, str] | None,
) -> ThreadOut:
    thread, place, path, opener = row[:4]
    resolution = moved if moved and thread.is_resolved else None
    return ThreadOut(
        id=thread.id,
        document_id=place.document_id,
        path=path,
        submission_id=place.submission_id,
        version=place.version,
        first_line=place.first_line,
        last_line=place.last_line,
        quote=thread.quote,
        opened_by=opener,
        opened_at=thread.opened_at,
        is_resolved=thread.is_resolved,
        resolved_by=resolution[1] if resolution else None,
        resolved_at=resolution[0].moved_at if resolution else None,
        comments=[comment for comment, _ in comments],
        comments_total=comments[0][1] if comments else 0,
    )


async def first_comments(
    db: AsyncSession, thread_ids: Sequence[UUID], caller: Caller
) -> dict[UUID, list[tuple[CommentOut, int]]]:
    """The first of each thread, with how many there are."""
    thread = ThreadComment.thread_id
    in_order = (ThreadComment.written_at, ThreadComment.id)
    numbered = (
        select(
            ThreadComment,
            func.row_number().over(partition_by=thread, order_by=in_order).label("number"),
            func.count().over(partition_by=thread).label("total"),
        )
        .where(ThreadComment.thread_id.in_(thread_ids))
        .subquery()
    )
    comment = aliased(ThreadComment, numbered)
    rows = await db.execute(
        select(comment, User.name, numbered.c.total)
        .join(User, User.id == comment.author_id)
        .where(numbered.c.number <= SHOWN_COMMENTS)
        .order_by(numbered.c.thread_id, numbered.c.number)
    )
    found: dict[UUID, list[tuple[CommentOut, int]]] = {}
    for each, name, total in rows:
        found.setdefault(each.thread_id, []).append((comment_of(each, name, caller), total))
    return found


async def newest_moves(
    db: AsyncSession, thread_ids: Sequence[UUID]
) -> dict[UUID, tuple[ThreadMove, str]]:
    rows = await db.execute(
        select(ThreadMove, User.name)
        .join(User, User.id == ThreadMove.moved_by)
        .where(ThreadMove.thread_id.in_(thread_ids))
        .ext(distinct_on(ThreadMove.thread_id))
        .order_by(ThreadMove.thread_id, ThreadMove.number.desc())
    )
    return {move.thread_id: (move, name) for move, name in rows}


async def comments_in(
    db: AsyncSession, thread_id: UUID, caller: Caller, *, limit: int, after: str | None
) -> Page[CommentOut]:
    """The comments of a thread, oldest first."""
    if await db.get(Thread, thread_id) is None:
        raise NotFound("There is no such thread.")
    query = (
        select(ThreadComment, User.name)
        .join(User, User.id == ThreadComment.author_id)
        .where(ThreadComment.thread_id == thread_id)
    )
    rows, following = await read_page(db, query, COMMENTS, sort=None, limit=limit, after=after)
    return Page(items=[comment_of(row[0], row[1], caller) for row in rows], next=following)


def comment_of(comment: ThreadComment, name: str, caller: Caller) -> CommentOut:
    return CommentOut(
        id=comment.id,
        text=comment.text,
        by=name,
        is_agents=comment.is_agents,
        is_mine=comment.author_id == caller.id and comment.is_agents == caller.is_agent,
        written_at=comment.written_at,
        edited_at=comment.edited_at,
        editable_until=editable_until(comment),
        version=comment.version,
    )
