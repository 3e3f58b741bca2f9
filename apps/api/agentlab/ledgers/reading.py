"""Where work stands, as people look at it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from agentlab.auth.models import User
from agentlab.documents import reading as documents
from agentlab.kit.clock import now
from agentlab.kit.pages import Order, Orders, Page, read_page
from agentlab.kit.searching import occurs
from agentlab.ledgers.contradictions import REASONS
from agentlab.ledgers.models import (
    ContradictionRow,
    Correction,
    LedgerReading,
    WorkItem,
    WorkStatement,
)
from agentlab.ledgers.progress import evidence_of, stages_that_disagree
from agentlab.ledgers.schemas import (
    ContradictionOut,
    CorrectionOut,
    KindCount,
    ProgressOut,
    ProposalOut,
    StatementOut,
    StatusCount,
    WorkItemOut,
)
from agentlab.ledgers.statements import Kind
from agentlab.ledgers.statuses import Status
from agentlab.workflows import reading as workflows
from agentlab.workspaces.schemas import NoticeOut

Applier, Undoer = aliased(User), aliased(User)

STALE_AFTER = timedelta(days=7)
"""As in BMAD's own view of the sprint."""

ITEMS = Orders(WorkItem.id, {"position": Order(WorkItem.position, int)})
CONTRADICTIONS = Orders(ContradictionRow.id, {"position": Order(ContradictionRow.position, int)})
CORRECTIONS = Orders(Correction.id, {"applied": Order(Correction.applied_at, datetime)})


@dataclass(frozen=True)
class Wanted:
    """Which items; everything that is left empty is no condition."""

    kinds: Sequence[Kind] = ()
    statuses: Sequence[Status] = ()
    parent: str | None = None
    search: str = ""
    is_disputed: bool | None = None
    is_outermost: bool = False


async def items(
    db: AsyncSession, project_id: UUID, wanted: Wanted, *, limit: int, after: str | None
) -> Page[WorkItemOut]:
    """One page in the order of the plan: each epic, its stories, its retrospective."""
    query = select(WorkItem).where(WorkItem.project_id == project_id, *conditions(wanted))
    rows, following = await read_page(db, query, ITEMS, sort=None, limit=limit, after=after)
    found: list[WorkItem] = [row[0] for row in rows]
    said = await statements_of(db, [item.id for item in found])
    parts = await parts_of(db, project_id, [item.key for item in found])
    return Page(items=[shown(item, said, parts) for item in found], next=following)


def conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.kinds:
        found.append(WorkItem.kind.in_(wanted.kinds))
    if wanted.statuses:
        found.append(WorkItem.status.in_(wanted.statuses))
    if wanted.parent is not None:
        found.append(WorkItem.parent == wanted.parent)
    if wanted.is_outermost:
        found.append(WorkItem.parent.is_(None))
    if wanted.is_disputed is not None:
        found.append(WorkItem.is_disputed.is_(wanted.is_disputed))
    if wanted.search:
        found.append(occurs(wanted.search, WorkItem.key, WorkItem.title))
    return found


async def statements_of(
    db: AsyncSession, item_ids: Sequence[UUID]
) -> dict[UUID, list[StatementOut]]:
    rows = await db.scalars(
        select(WorkStatement)
        .where(WorkStatement.item_id.in_(item_ids))
        .order_by(WorkStatement.item_id, WorkStatement.position)
    )
    said = defaultdict[UUID, list[StatementOut]](list)
    for each in rows:
        said[each.item_id].append(StatementOut.model_validate(each, from_attributes=True))
    return said


async def parts_of(
    db: AsyncSession, project_id: UUID, keys: Sequence[str]
) -> dict[str, list[StatusCount]]:
    """How many stories, or tasks, of each of these stand where."""
    rows = await db.execute(
        select(WorkItem.parent, WorkItem.status, func.count())
        .where(
            WorkItem.project_id == project_id,
            WorkItem.parent.in_(keys),
            WorkItem.kind.in_((Kind.STORY, Kind.TASK)),
        )
        .group_by(WorkItem.parent, WorkItem.status)
    )
    parts = defaultdict[str, list[StatusCount]](list)
    for parent, status, count in rows:
        parts[parent or ""].append(StatusCount(status=status, count=count))
    return parts


def shown(
    item: WorkItem, said: dict[UUID, list[StatementOut]], parts: dict[str, list[StatusCount]]
) -> WorkItemOut:
    is_whole = item.kind in {Kind.EPIC, Kind.SPEC, Kind.TASK}
    counts = parts.get(item.key, []) if is_whole else []
    return WorkItemOut(
        id=item.id,
        kind=item.kind,
        key=item.key,
        title=item.title,
        parent=item.parent,
        status=item.status,
        is_disputed=item.is_disputed,
        statements=said.get(item.id, []),
        parts=sorted(counts, key=lambda each: list(Status).index(each.status)),
    )


async def contradictions(
    db: AsyncSession, project_id: UUID, *, limit: int, after: str | None
) -> Page[ContradictionOut]:
    """In the order of the plan; those that the method leaves for a while come last."""
    query = (
        select(ContradictionRow, WorkItem.kind, WorkItem.key, WorkItem.title)
        .join(WorkItem, WorkItem.id == ContradictionRow.item_id)
        .where(ContradictionRow.project_id == project_id)
    )
    rows, following = await read_page(
        db, query, CONTRADICTIONS, sort=None, limit=limit, after=after
    )
    return Page(items=[contradiction_out(row) for row in rows], next=following)


def contradiction_out(row: Row[*tuple[Any, ...]]) -> ContradictionOut:
    found: ContradictionRow = row[0]
    return ContradictionOut(
        id=found.id,
        kind=found.kind,
        item_id=found.item_id,
        item_kind=row[1],
        item_key=row[2],
        item_title=row[3],
        is_expected=found.is_expected,
        reason=REASONS[found.kind],
        evidence=[StatementOut.model_validate(each) for each in found.evidence],
        proposal=ProposalOut.model_validate(found.proposal) if found.proposal else None,
    )


CORRECTED: Select[*tuple[Any, ...]] = (
    select(Correction, Applier.name, Undoer.name)
    .join(Applier, Applier.id == Correction.applied_by)
    .outerjoin(Undoer, Undoer.id == Correction.undone_by)
)


async def corrections(
    db: AsyncSession, project_id: UUID, *, limit: int, after: str | None
) -> Page[CorrectionOut]:
    """The newest first."""
    query = CORRECTED.where(Correction.project_id == project_id)
    rows, following = await read_page(
        db, query, CORRECTIONS, sort="-applied", limit=limit, after=after
    )
    return Page(items=[correction_out(row) for row in rows], next=following)


async def correction(db: AsyncSession, correction_id: UUID) -> CorrectionOut:
    row = (await db.execute(CORRECTED.where(Correction.id == correction_id))).one()
    return correction_out(row)


def correction_out(row: Row[*tuple[Any, ...]]) -> CorrectionOut:
    found: Correction = row[0]
    own = {
        name: getattr(found, name)
        for name in CorrectionOut.model_fields
        if name not in {"applied_by", "undone_by"}
    }
    return CorrectionOut(**own, applied_by=row[1], undone_by=row[2])


async def progress(db: AsyncSession, project_id: UUID) -> ProgressOut:
    """Counts by kind and status, and the stages whose recorded state the files do not bear out."""
    reading = await db.get(LedgerReading, project_id)
    counts = await counts_of(db, project_id)
    disagreements = await db.execute(
        select(ContradictionRow.is_expected, func.count())
        .where(ContradictionRow.project_id == project_id)
        .group_by(ContradictionRow.is_expected)
    )
    by_expected = {row[0]: row[1] for row in disagreements}
    workflow = await workflows.workflow_of(db, project_id)
    stages = (
        await workflows.stages_of(db, workflow.id, await documents.summaries(db, project_id))
        if workflow
        else []
    )
    shown = evidence_of(stages, await carried_statuses(db, project_id))
    return ProgressOut(
        read_at=reading.read_at if reading else None,
        sprint_updated_on=reading.sprint_updated_on if reading else None,
        is_sprint_stale=is_stale(reading.sprint_updated_on if reading else None, counts),
        counts=counts,
        contradictions=by_expected.get(False, 0),
        expected=by_expected.get(True, 0),
        stages=stages_that_disagree(stages, counts, shown),
        evidence=shown,
        notices=[NoticeOut.model_validate(each) for each in (reading.notices if reading else [])],
    )


def is_stale(updated_on: date | None, counts: Sequence[KindCount]) -> bool:
    """Whether open work stands in a sprint status that nobody has written for days.

    It is dated by the clocks of whoever wrote it, so it is compared by the day.
    """
    open_ = any(each.kind is Kind.STORY and each.status is not Status.DONE for each in counts)
    return open_ and updated_on is not None and now().date() - updated_on > STALE_AFTER


async def carried_statuses(db: AsyncSession, project_id: UUID) -> dict[str, tuple[Status, str]]:
    """What planning documents say of themselves, by path."""
    rows = await db.execute(
        select(WorkStatement.path, WorkStatement.status, WorkStatement.raw)
        .join(WorkItem, WorkItem.id == WorkStatement.item_id)
        .where(
            WorkItem.project_id == project_id,
            WorkItem.kind == Kind.DOCUMENT,
            WorkStatement.raw.is_not(None),
        )
        .order_by(WorkStatement.path, WorkStatement.position)
    )
    return {path: (status, raw or "") for path, status, raw in rows}


async def counts_of(db: AsyncSession, project_id: UUID) -> list[KindCount]:
    rows = await db.execute(
        select(WorkItem.kind, WorkItem.status, func.count())
        .where(WorkItem.project_id == project_id)
        .group_by(WorkItem.kind, WorkItem.status)
    )
    found = [KindCount(kind=row[0], status=row[1], count=row[2]) for row in rows]
    return sorted(found, key=place_of)


def place_of(each: KindCount) -> tuple[int, int]:
    return list(Kind).index(each.kind), list(Status).index(each.status)
