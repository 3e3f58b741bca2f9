from collections.abc import AsyncIterator
from typing import Any

from fastapi import APIRouter, status
from fastapi.responses import StreamingResponse

from agentlab.audit import forgetting, jobs, reading
from agentlab.audit.schemas import AuditEntryOut, Filtered, RetentionOut, VerificationsOut
from agentlab.auth.callers import Administrator
from agentlab.context import Ctx
from agentlab.kit.clock import now
from agentlab.kit.db import DB
from agentlab.kit.pages import PAGE, After, InvalidCursor, Limit, Page
from agentlab.kit.problems import documents

router = APIRouter(prefix="/audit", tags=["audit"])


@router.get("/entries", responses=documents(InvalidCursor))
async def list_audit_entries(
    asked: Filtered, _: Administrator, db: DB, limit: Limit = PAGE, after: After = None
) -> Page[AuditEntryOut]:
    """The audit trail, newest first."""
    return await reading.page(db, asked, limit=limit, after=after)


def file_of(media_type: str) -> dict[int | str, dict[str, Any]]:
    return {200: {"content": {media_type: {}}, "description": "Everything that matches, as a file"}}


@router.get("/entries.csv", response_class=StreamingResponse, responses=file_of("text/csv"))
async def export_audit_entries_csv(
    asked: Filtered, _: Administrator, context: Ctx
) -> StreamingResponse:
    """The audit trail for a spreadsheet: everything that matches, newest first."""
    lines = reading.as_csv(reading.every(context.sessions, asked))
    return as_file(lines, "csv", "text/csv")


@router.get(
    "/entries.jsonl",
    response_class=StreamingResponse,
    responses=file_of("application/x-ndjson"),
)
async def export_audit_entries_jsonl(
    asked: Filtered, _: Administrator, context: Ctx
) -> StreamingResponse:
    """The audit trail for programs: one JSON object a line, newest first."""
    lines = reading.as_json_lines(reading.every(context.sessions, asked))
    return as_file(lines, "jsonl", "application/x-ndjson")


def as_file(lines: AsyncIterator[bytes], suffix: str, media_type: str) -> StreamingResponse:
    name = f"audit-trail-{now():%Y-%m-%d}.{suffix}"
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "X-Content-Type-Options": "nosniff",
    }
    return StreamingResponse(lines, media_type=media_type, headers=headers)


@router.get("/retention")
async def get_audit_retention(_: Administrator, context: Ctx, db: DB) -> RetentionOut:
    """How long the trail keeps the details of its entries."""
    return RetentionOut(
        details_days=context.settings.audit_details_retention_days,
        applied_at=await forgetting.last_retention(db),
    )


@router.get("/verification")
async def get_audit_verification(_: Administrator, db: DB) -> VerificationsOut:
    """The last verification of the trail, or the one that runs."""
    return VerificationsOut(last=await reading.last_verification(db))


@router.post("/verification", status_code=status.HTTP_202_ACCEPTED)
async def verify_audit_trail(administrator: Administrator, db: DB) -> VerificationsOut:
    """Ask for a verification of the whole trail; watch it with GET. One runs at a time."""
    await jobs.request(db, by=administrator.id)
    return VerificationsOut(last=await reading.last_verification(db))
