"""What happens to open threads when others submit and decide."""

import asyncio
from collections.abc import Sequence
from itertools import groupby
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.documents import reading as documents
from agentlab.documents.encoding import decode
from agentlab.documents.models import Document
from agentlab.gates.models import Decision, Submission, SubmissionArtefact
from agentlab.gates.threads.carrying import carried
from agentlab.gates.threads.models import DecidedThread, Thread, ThreadComment, ThreadPlace


async def carry_open(
    db: AsyncSession, submission: Submission, artefacts: Sequence[SubmissionArtefact]
) -> None:
    """Have the open threads of the gate travel with a new submission."""
    places = sorted(await places_of_open(db, submission.gate_id), key=of_text)
    versions = {artefact.document_id: artefact.version for artefact in artefacts}
    for (document_id, version), group in groupby(places, key=of_text):
        there = list(group)
        now_at = versions.get(document_id)
        spans = [(p.first_line, p.last_line) for p in there if p.first_line and p.last_line]
        found = iter(await follow(db, document_id, version, now_at, spans))
        for place in there:
            span = next(found) if place.first_line and place.last_line else None
            db.add(
                ThreadPlace(
                    thread_id=place.thread_id,
                    submission_id=submission.id,
                    document_id=document_id,
                    version=now_at,
                    first_line=span[0] if span else None,
                    last_line=span[1] if span else None,
                )
            )


def of_text(place: ThreadPlace) -> tuple[UUID, int]:
    return place.document_id, place.version or 0


async def places_of_open(db: AsyncSession, gate_id: UUID) -> Sequence[ThreadPlace]:
    """Where each open thread of a gate stands now: in the newest submission that it is in."""
    rows = await db.scalars(
        select(ThreadPlace)
        .join(Thread, Thread.id == ThreadPlace.thread_id)
        .join(Submission, Submission.id == ThreadPlace.submission_id)
        .where(Thread.gate_id == gate_id, Thread.is_resolved.is_(False))
        .ext(distinct_on(ThreadPlace.thread_id))
        .order_by(ThreadPlace.thread_id, Submission.number.desc())
    )
    return rows.all()


async def follow(
    db: AsyncSession,
    document_id: UUID,
    version: int,
    now_at: int | None,
    spans: Sequence[tuple[int, int]],
) -> Sequence[tuple[int, int] | None]:
    if now_at is None:
        return [None] * len(spans)
    if version == now_at or not spans:
        return spans
    old, new = [await lines_of(db, document_id, number) for number in (version, now_at)]
    return await asyncio.to_thread(carried, old, new, spans)


async def lines_of(db: AsyncSession, document_id: UUID, version: int) -> list[str]:
    """The lines of a version, as pages number them."""
    text = decode(await documents.content(db, document_id, version), is_whole=True)
    return text.replace("\r\n", "\n").removesuffix("\n").split("\n")


async def keep_for(db: AsyncSession, decision: Decision, *, gate_id: UUID) -> None:
    """Keep the open threads as they are, so that the decision's file always says the same."""
    places = {p.thread_id: p for p in await places_of_open(db, gate_id)}
    if not places:
        return
    threads = await db.execute(
        select(Thread, Document.id, Document.path)
        .join(ThreadPlace, ThreadPlace.thread_id == Thread.id)
        .join(Document, Document.id == ThreadPlace.document_id)
        .where(Thread.id.in_(places))
        .distinct()
    )
    comments = await comments_of(db, list(places))
    for thread, _, path in threads:
        place = places[thread.id]
        db.add(
            DecidedThread(
                decision_id=decision.id,
                thread_id=thread.id,
                path=path,
                first_line=place.first_line,
                last_line=place.last_line,
                quote=thread.quote,
                comments=[
                    {"by": str(c.author_id), "is_agents": c.is_agents, "text": c.text}
                    for c in comments
                    if c.thread_id == thread.id
                ],
            )
        )


async def comments_of(db: AsyncSession, thread_ids: Sequence[UUID]) -> Sequence[ThreadComment]:
    rows = await db.scalars(
        select(ThreadComment)
        .where(ThreadComment.thread_id.in_(thread_ids))
        .order_by(ThreadComment.id)
    )
    return rows.all()
