"""Applying what was proposed, and taking it back: one word of one file, by a person.

The file is written last, when everything else is done, so that what fails has changed nothing. That
it is about to be written is kept before, apart from the transaction: whatever dies between the file
and the commit leaves an intent, and by that the next scan records what the file says by then.
"""

import asyncio
import hashlib
from pathlib import Path, PurePosixPath
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.context import Context
from agentlab.documents.scan import scan
from agentlab.errors import Conflict, NotFound
from agentlab.kit.clock import now
from agentlab.kit.ids import new_id
from agentlab.ledgers import service
from agentlab.ledgers.editing import replaced
from agentlab.ledgers.models import ContradictionRow, Correction, WorkItem
from agentlab.ledgers.recording import forget_intent, keep_intent, say, settle_intents
from agentlab.ledgers.schemas import CorrectionIn
from agentlab.ledgers.statuses import Ledger
from agentlab.workspaces import service as workspaces
from agentlab.workspaces.folder import opened_root
from agentlab.workspaces.inside import LeftOut, read_inside
from agentlab.workspaces.notices import shown
from agentlab.workspaces.walk import is_document
from agentlab.workspaces.writing import MAX_REPLACED_BYTES, FileChanged, replace_same


class ContradictionSettled(Conflict):
    code = "contradiction_settled"


class NothingProposed(Conflict):
    code = "nothing_proposed"


class AlreadyUndone(Conflict):
    code = "already_undone"


async def apply(
    db: AsyncSession, project_id: UUID, choice: CorrectionIn, *, by: UUID, context: Context
) -> Correction:
    """Write the proposed word into the file that was shown.

    Raises:
        ContradictionSettled, NothingProposed, FileChanged, NotEditable, WorkspaceNotWritable,
        ProjectWithoutFolder, BeingScanned, and what resolving the folder raises.
    """
    workspace = await workspaces.hold(db, project_id)
    root = await workspaces.folder(workspace, context.settings.allowed_roots)
    await settle_intents(db, project_id, root)
    contradiction, item = await find(db, project_id, choice.contradiction_id)
    proposal = contradiction.proposal
    if proposal is None:
        raise NothingProposed(
            "Only people can know which of these is true, so nothing is proposed. Change one of "
            "the files, then scan the folder again."
        )
    correction = Correction(
        id=new_id(),
        project_id=project_id,
        kind=contradiction.kind,
        item_kind=item.kind,
        item_key=item.key,
        ledger=Ledger(proposal["ledger"]),
        path=proposal["path"],
        line=proposal["line"],
        key=proposal["key"],
        word_before=proposal["before"],
        word_after=proposal["after"],
        sha256_before=proposal["sha256"],
        sha256_after="",
        applied_by=by,
        applied_at=now(),
    )
    if choice.sha256 != correction.sha256_before:
        raise changed(correction.path)
    edited = await asyncio.to_thread(edit, root, correction, is_undoing=False)
    correction.sha256_after = hashlib.sha256(edited).hexdigest()
    db.add(correction)
    await say(db, correction)
    await write(db, context, root, correction, edited, sha256=correction.sha256_before)
    return correction


async def undo(db: AsyncSession, correction_id: UUID, *, by: UUID, context: Context) -> Correction:
    """Put the word back that was there before, while the file is still as it was written.

    Raises:
        AlreadyUndone, FileChanged, NotEditable, WorkspaceNotWritable, BeingScanned, and what
        resolving the folder raises.
    """
    correction = await db.get(Correction, correction_id)
    if correction is None:
        raise NotFound("There is no such correction.")
    workspace = await workspaces.hold(db, correction.project_id)
    root = await workspaces.folder(workspace, context.settings.allowed_roots)
    await settle_intents(db, correction.project_id, root)
    await db.refresh(correction)
    if correction.undone_at is not None:
        raise AlreadyUndone("This correction was taken back already.")
    edited = await asyncio.to_thread(edit, root, correction, is_undoing=True)
    if hashlib.sha256(edited).hexdigest() != correction.sha256_before:
        raise changed(correction.path)
    correction.undone_by = by
    correction.undone_at = now()
    await say(db, correction)
    await write(db, context, root, correction, edited, sha256=correction.sha256_after)
    return correction


async def find(
    db: AsyncSession, project_id: UUID, contradiction_id: UUID
) -> tuple[ContradictionRow, WorkItem]:
    row = (
        await db.execute(
            select(ContradictionRow, WorkItem)
            .join(WorkItem, WorkItem.id == ContradictionRow.item_id)
            .where(
                ContradictionRow.id == contradiction_id, ContradictionRow.project_id == project_id
            )
        )
    ).one_or_none()
    if row is None:
        raise ContradictionSettled(
            "The ledgers no longer contradict each other here. Reload the list."
        )
    return row[0], row[1]


def edit(root: Path, correction: Correction, *, is_undoing: bool) -> bytes:
    """The file with the other word in it, if it is the one that is expected."""
    expected = correction.sha256_after if is_undoing else correction.sha256_before
    words = (correction.word_before, correction.word_after)
    before, after = reversed(words) if is_undoing else words
    try:
        with opened_root(root) as top:
            data = read_inside(top, correction.path, MAX_REPLACED_BYTES)
    except LeftOut as refusal:
        raise changed(correction.path) from refusal
    if hashlib.sha256(data).hexdigest() != expected:
        raise changed(correction.path)
    return replaced(
        data,
        path=correction.path,
        ledger=correction.ledger,
        key=correction.key,
        before=before,
        after=after,
    )


def changed(path: str) -> FileChanged:
    return FileChanged(
        f"{shown(path)} is no longer the file that was shown, so nothing was written. Scan the "
        "folder again and look at what it says now."
    )


async def write(
    db: AsyncSession,
    context: Context,
    root: Path,
    correction: Correction,
    data: bytes,
    *,
    sha256: str,
) -> None:
    """Replace the file, then have AgentLab know what it says by now."""
    await db.flush()
    intent_id = await keep_intent(context, correction)
    try:
        await asyncio.to_thread(replace_same, root, correction.path, data, sha256=sha256)
    except FileChanged:
        async with context.sessions.begin() as apart:
            await forget_intent(apart, intent_id)
        raise
    await forget_intent(db, intent_id)
    if is_document(PurePosixPath(correction.path).name):
        await scan(db, correction.project_id, root)  # it is a document too, and has a new version
    else:
        await service.keep(db, correction.project_id, root)
