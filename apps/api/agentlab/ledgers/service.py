"""Keeping what ledgers say: read at every scan, written when it changed."""

import asyncio
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from psycopg.types.json import Jsonb
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.changes.schemas import Noun
from agentlab.changes.service import announce
from agentlab.documents.scan import after_scan, as_kept
from agentlab.documents.service import copy
from agentlab.kit.clock import now, now_after
from agentlab.ledgers.contradictions import Contradiction, contradictions_of
from agentlab.ledgers.items import Item, items_of
from agentlab.ledgers.models import ContradictionRow, LedgerReading, WorkItem
from agentlab.ledgers.scanning import read_ledgers
from agentlab.ledgers.statements import Statement
from agentlab.workspaces.notices import Notice


@dataclass(frozen=True, slots=True)
class Reading:
    """What the ledgers of a project say by now."""

    items: list[Item]
    contradictions: list[Contradiction]
    notices: list[Notice]
    sprint_updated_on: date | None

    @property
    def digest(self) -> str:
        """The same for the same words in the same places, and only for those."""
        digest = hashlib.sha256()
        for item in self.items:
            digest.update(repr(item).encode())
        for each in self.contradictions:
            digest.update(repr((each.kind, each.item.key, proposal_of(each))).encode())
        for notice in self.notices:
            digest.update(repr(notice).encode())
        if self.sprint_updated_on:
            digest.update(repr(self.sprint_updated_on).encode())
        return digest.hexdigest()


def read(root: Path) -> Reading:
    found = read_ledgers(root)
    items = items_of(found)
    return Reading(items, contradictions_of(items), found.notices, found.sprint_updated_on)


@after_scan
async def keep(db: AsyncSession, project_id: UUID, root: Path) -> None:
    """Read the ledgers again. The workspace is locked, so nobody else does the same."""
    reading = await asyncio.to_thread(read, root)
    digest = await asyncio.to_thread(lambda: reading.digest)
    kept = await db.get(LedgerReading, project_id)
    if kept and kept.digest == digest:
        return
    if kept is None:
        if not reading.items and not reading.notices:
            return
        kept = LedgerReading(project_id=project_id)
        db.add(kept)
    kept.digest = digest
    kept.notices = as_kept(reading.notices)
    kept.sprint_updated_on = reading.sprint_updated_on
    kept.read_at = now()
    await replace(db, project_id, reading)
    announce(db, Noun.WORK, project_id=project_id)


async def replace(db: AsyncSession, project_id: UUID, reading: Reading) -> None:
    """Write all of it anew. The ids follow from the keys, so that addresses stay good."""
    await db.flush()
    known = await known_since(db, project_id)
    found_at = now_after(*known.values())
    await db.execute(delete(ContradictionRow).where(ContradictionRow.project_id == project_id))
    await db.execute(delete(WorkItem).where(WorkItem.project_id == project_id))
    ids = {(item.kind, item.key): id_of(project_id, item) for item in reading.items}
    disputed = {
        (each.item.kind, each.item.key) for each in reading.contradictions if not each.is_expected
    }
    await copy(
        db,
        "work_items (id, project_id, position, kind, key, title, parent, status, is_disputed)",
        ["uuid", "uuid", "int4", "text", "text", "text", "text", "text", "bool"],
        (
            (
                ids[item.kind, item.key],
                project_id,
                position,
                item.kind.value,
                item.key,
                item.title,
                item.parent,
                item.status.value,
                (item.kind, item.key) in disputed,
            )
            for position, item in enumerate(reading.items)
        ),
    )
    await copy(
        db,
        "work_statements (item_id, position, ledger, raw, status, path, line, text, sha256)",
        ["uuid", "int4", "text", "text", "text", "text", "int4", "text", "text"],
        (
            (
                ids[item.kind, item.key],
                position,
                said.ledger.value,
                said.raw,
                said.status.value,
                said.path,
                said.line,
                said.text,
                said.sha256,
            )
            for item in reading.items
            for position, said in enumerate(item.statements)
        ),
    )
    await copy(
        db,
        "contradictions (id, project_id, item_id, position, kind, is_expected, found_at, "
        "evidence, proposal)",
        ["uuid", "uuid", "uuid", "int4", "text", "bool", "timestamptz", "jsonb", "jsonb"],
        (
            (
                id_ := contradiction_id(project_id, each),
                project_id,
                ids[each.item.kind, each.item.key],
                position,
                each.kind.value,
                each.is_expected,
                known.get(id_, found_at),
                Jsonb([evidence_of(said) for said in each.evidence]),
                Jsonb(proposal) if (proposal := proposal_of(each)) else None,
            )
            for position, each in enumerate(reading.contradictions)
        ),
    )


async def known_since(db: AsyncSession, project_id: UUID) -> dict[UUID, datetime]:
    """When each contradiction was found; one that ended and came back is another one."""
    rows = await db.execute(
        select(ContradictionRow.id, ContradictionRow.found_at).filter_by(project_id=project_id)
    )
    return {row.id: row.found_at for row in rows}


def id_of(project_id: UUID, item: Item) -> UUID:
    return uuid5(project_id, f"item:{item.kind}:{item.key}")


def contradiction_id(project_id: UUID, each: Contradiction) -> UUID:
    return uuid5(project_id, f"contradiction:{each.kind}:{each.item.kind}:{each.item.key}")


def evidence_of(said: Statement) -> Mapping[str, Any]:
    return {
        "ledger": said.ledger,
        "raw": said.raw,
        "status": said.status,
        "path": said.path,
        "line": said.line,
        "text": said.text,
        "sha256": said.sha256,
    }


def proposal_of(each: Contradiction) -> Mapping[str, Any] | None:
    if each.proposal is None:
        return None
    said = each.proposal.statement
    return {
        "ledger": said.ledger,
        "path": said.path,
        "line": said.line,
        "key": said.key,
        "before": said.raw,
        "after": each.proposal.word,
        "sha256": said.sha256,
    }
