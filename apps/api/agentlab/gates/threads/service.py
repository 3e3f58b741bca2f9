"""Opening, answering, editing, resolving and reopening threads."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.auth.callers import Caller
from agentlab.changes.schemas import Noun
from agentlab.changes.service import announce
from agentlab.errors import Conflict, Forbidden, InvalidInput, NotFound
from agentlab.gates import service as gates
from agentlab.gates.models import SubmissionArtefact
from agentlab.gates.threads.keeping import lines_of
from agentlab.gates.threads.models import Thread, ThreadComment, ThreadMove, ThreadPlace
from agentlab.gates.threads.schemas import ThreadIn
from agentlab.kit.clock import now
from agentlab.kit.ids import new_id
from agentlab.kit.preconditions import need_unchanged
from agentlab.portfolio.records import record_of_project
from agentlab.workflows.models import Gate, Stage

EDITABLE = timedelta(minutes=15)
LONGEST_QUOTE = 2_000


class LinesNotThere(InvalidInput):
    code = "lines_not_there"


class ThreadMoved(Conflict):
    code = "thread_already_so"


class CommentSettled(Conflict):
    code = "comment_not_editable"


async def open_thread(
    db: AsyncSession, submission_id: UUID, wanted: ThreadIn, *, caller: Caller
) -> Thread:
    """Request a change of lines of a text that was submitted.

    Raises:
        NotFound: there is no such submission, or the document is not among its artefacts.
        LinesNotThere: the text has fewer lines.
    """
    submission, *_ = await gates.lock_submission(db, submission_id)
    artefact = await db.get(SubmissionArtefact, (submission_id, wanted.document_id))
    if artefact is None:
        raise NotFound("This submission has no such text.", field="document_id")
    lines = await lines_of(db, artefact.document_id, artefact.version)
    if wanted.last_line > len(lines):
        raise LinesNotThere(
            f"{artefact.path} has {len(lines):,} lines in this version. Name lines that it has.",
            field="last_line",
        )
    quote = "\n".join(lines[wanted.first_line - 1 : wanted.last_line])[:LONGEST_QUOTE]
    thread = Thread(
        id=new_id(),
        gate_id=submission.gate_id,
        # A text may hold what PostgreSQL cannot store as one.
        quote=quote.replace("\x00", "\ufffd"),
        opened_by=caller.id,
    )
    db.add(thread)
    await db.flush()
    db.add(
        ThreadPlace(
            thread_id=thread.id,
            submission_id=submission_id,
            document_id=artefact.document_id,
            version=artefact.version,
            first_line=wanted.first_line,
            last_line=wanted.last_line,
        )
    )
    add_comment(db, thread, wanted.text, caller)
    lines_named = [wanted.first_line, wanted.last_line]
    await tell(db, thread, "opened", after={"path": artefact.path, "lines": lines_named})
    return thread


def add_comment(db: AsyncSession, thread: Thread, text: str, caller: Caller) -> ThreadComment:
    comment = ThreadComment(
        id=new_id(),
        thread_id=thread.id,
        text=text,
        author_id=caller.id,
        is_agents=caller.is_agent,
        written_at=now(),
    )
    db.add(comment)
    return comment


async def answer(db: AsyncSession, thread_id: UUID, text: str, *, caller: Caller) -> ThreadComment:
    """Write in a thread; also when it is resolved, which does not open it again."""
    thread = await lock(db, thread_id)
    comment = add_comment(db, thread, text, caller)
    await tell(db, thread, "answered", after={"text": text})
    return comment


async def edit(
    db: AsyncSession, comment_id: UUID, text: str, *, caller: Caller, version: int | None
) -> ThreadComment:
    """Change one's own words for a while; what they were stays in the trail.

    Raises:
        Forbidden: somebody else wrote it.
        CommentSettled: it was written too long ago.
        ChangedMeanwhile: another edit was faster.
    """
    comment = await db.get(ThreadComment, comment_id, with_for_update=True)
    if comment is None:
        raise NotFound("There is no such comment.")
    if comment.author_id != caller.id or comment.is_agents != caller.is_agent:
        raise Forbidden("Only who wrote a comment may change it.")
    if now() > editable_until(comment):
        raise CommentSettled(
            "A comment can be changed for 15 minutes; this one is older. Write another one."
        )
    need_unchanged(comment.version, version)
    thread = await db.get_one(Thread, comment.thread_id)
    before = comment.text
    comment.text, comment.edited_at, comment.version = text, now(), comment.version + 1
    await tell(db, thread, "comment_edited", before={"text": before}, after={"text": text})
    return comment


def editable_until(comment: ThreadComment) -> datetime:
    return comment.written_at + EDITABLE


async def move(db: AsyncSession, thread_id: UUID, *, is_resolved: bool, by: UUID) -> Thread:
    """Resolve a thread, or open it again.

    Raises:
        ThreadMoved: it is so already.
    """
    thread = await lock(db, thread_id)
    word = "resolved" if is_resolved else "reopened"
    if thread.is_resolved == is_resolved:
        raise ThreadMoved(f"Somebody {word} this thread already. Reload the page.")
    latest = await db.scalar(select(func.max(ThreadMove.number)).filter_by(thread_id=thread_id))
    thread.is_resolved = is_resolved
    db.add(
        ThreadMove(
            thread_id=thread_id, number=(latest or 0) + 1, is_resolved=is_resolved, moved_by=by
        )
    )
    await tell(db, thread, word)
    return thread


async def lock(db: AsyncSession, thread_id: UUID) -> Thread:
    thread = await db.get(Thread, thread_id, with_for_update=True)
    if thread is None:
        raise NotFound("There is no such thread.")
    return thread


async def tell(
    db: AsyncSession,
    thread: Thread,
    word: str,
    *,
    before: dict[str, object] | None = None,
    after: dict[str, object] | None = None,
) -> None:
    """Everybody who watches, and the trail."""
    gate = await db.get_one(Gate, thread.gate_id)
    stage = await db.get_one(Stage, gate.stage_id)
    project_id = await gates.project_of(db, stage)
    announce(db, Noun.GATE, of=gate.id, project_id=project_id)
    await record_of_project(
        db,
        project_id,
        f"thread.{word}",
        subject=thread.id,
        label=stage.title,
        before=before,
        after={"gate_id": gate.id, **(after or {})},
    )
