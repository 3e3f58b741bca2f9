"""What stays of a correction: its trace, and before its file is touched, an intent.

An intent is committed by itself. The transaction that writes the file takes it away again, so one
that is there when a project is scanned is of a transaction that died, before or after it wrote.
What the file says by then tells which.
"""

import asyncio
from pathlib import Path
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.audit import actors
from agentlab.audit.models import ActorKind
from agentlab.auth.models import User
from agentlab.changes.schemas import Noun
from agentlab.changes.service import announce
from agentlab.context import Context
from agentlab.documents.scan import after_scan
from agentlab.kit import logging
from agentlab.kit.ids import new_id
from agentlab.ledgers.contradictions import Disagreement
from agentlab.ledgers.editing import says
from agentlab.ledgers.models import Correction, CorrectionIntent
from agentlab.ledgers.statements import Kind
from agentlab.ledgers.statuses import Ledger
from agentlab.portfolio.records import record_of_project
from agentlab.workspaces.folder import opened_root
from agentlab.workspaces.inside import LeftOut, read_inside
from agentlab.workspaces.writing import MAX_REPLACED_BYTES

log = logging.get(__name__)

FACTS = (
    *("kind", "item_kind", "item_key", "ledger", "path", "line", "key"),
    *("word_before", "word_after", "sha256_before", "sha256_after"),
)


async def say(db: AsyncSession, correction: Correction) -> None:
    """In the trail: which word of which file became which."""
    is_undoing = correction.undone_at is not None
    words = (correction.word_before, correction.word_after)
    before, after = reversed(words) if is_undoing else words
    at = {"item": correction.item_key, "path": correction.path}
    await record_of_project(
        db,
        correction.project_id,
        "project.correction_undone" if is_undoing else "project.corrected",
        before={**at, "status": before},
        after={**at, "status": after},
    )
    announce(db, Noun.WORK, project_id=correction.project_id)


async def keep_intent(context: Context, correction: Correction) -> UUID:
    """Keep for good that this correction is about to be written, or taken back. Its id."""
    is_undoing = correction.undone_at is not None
    intent = CorrectionIntent(
        id=new_id() if is_undoing else correction.id,
        project_id=correction.project_id,
        undoes_id=correction.id if is_undoing else None,
        facts={} if is_undoing else {name: getattr(correction, name) for name in FACTS},
        intended_by=correction.undone_by or correction.applied_by,
        intended_at=correction.undone_at or correction.applied_at,
    )
    async with context.sessions.begin() as apart:
        apart.add(intent)
    return intent.id


async def forget_intent(db: AsyncSession, intent_id: UUID) -> None:
    await db.execute(delete(CorrectionIntent).where(CorrectionIntent.id == intent_id))


@after_scan
async def settle_intents(db: AsyncSession, project_id: UUID, root: Path) -> None:
    """Record corrections that stand in a file and not here; forget those that do not.

    The workspace is locked, so nobody writes one meanwhile.
    """
    left = await db.scalars(
        select(CorrectionIntent)
        .filter_by(project_id=project_id)
        .order_by(CorrectionIntent.intended_at)
    )
    for intent in left.all():
        await settle(db, intent, root)


async def settle(db: AsyncSession, intent: CorrectionIntent, root: Path) -> None:
    correction = await correction_of(db, intent)
    is_undoing = intent.undoes_id is not None
    word = correction.word_before if is_undoing else correction.word_after
    was_written = await asyncio.to_thread(stands_in_file, root, correction, word)
    log.warning("correction_intent_left", correction_id=str(correction.id), written=was_written)
    await db.delete(intent)
    if not was_written:
        return
    if is_undoing:
        correction.undone_by, correction.undone_at = intent.intended_by, intent.intended_at
    else:
        db.add(correction)
    name = await db.scalar(select(User.name).where(User.id == intent.intended_by))
    with actors.acting(actors.Actor(ActorKind.PERSON, intent.intended_by, name or "")):
        await say(db, correction)


async def correction_of(db: AsyncSession, intent: CorrectionIntent) -> Correction:
    if intent.undoes_id is not None:
        return await db.get_one(Correction, intent.undoes_id)
    facts = intent.facts
    return Correction(
        **facts
        | {
            "id": intent.id,
            "project_id": intent.project_id,
            "kind": Disagreement(facts["kind"]),
            "item_kind": Kind(facts["item_kind"]),
            "ledger": Ledger(facts["ledger"]),
            "applied_by": intent.intended_by,
            "applied_at": intent.intended_at,
        }
    )


def stands_in_file(root: Path, correction: Correction, word: str) -> bool:
    try:
        with opened_root(root) as top:
            data = read_inside(top, correction.path, MAX_REPLACED_BYTES)
    except LeftOut:
        return False
    return says(data, ledger=correction.ledger, key=correction.key) == word
