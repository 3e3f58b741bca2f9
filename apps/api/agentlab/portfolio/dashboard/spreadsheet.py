"""The list of projects as a spreadsheet file (RFC 4180), written while it is read."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.auth.sight import Looking
from agentlab.kit.csv_files import BYTE_ORDER_MARK, written
from agentlab.kit.db import Sessions
from agentlab.portfolio.dashboard.filters import Filters
from agentlab.portfolio.dashboard.reading import PAGE_OF_FILE, Statement, page_of_projects

TITLES = (
    "key",
    "project",
    "client",
    "service",
    "status",
    "status_reason",
    "owner",
    "method",
    "stage",
    "stage_state",
    "stage_since",
    "days_at_stage",
    "stages_closed",
    "stages_total",
    "waits_for_decision",
    "decides_next",
    "documents",
    "changed_at",
    "stale_approvals",
    "contradictions",
    "decision_due_at",
    "type",
    "implementation_type",
    "business_domain",
)
AT_ONCE = 500


async def lines(
    sessions: Sessions, caller: Looking, filters: Filters, *, sort: str | None, first: str
) -> AsyncIterator[str]:
    """The file in parts. Between them no transaction is open: who reads slowly blocks nobody.

    Args:
        sessions: for the pages after the first one.
        caller: who asks.
        filters: which projects.
        sort: in which order.
        first: the first page, as `page_of_file` asks for it.
    """
    yield BYTE_ORDER_MARK + written([TITLES])
    page = json.loads(first)
    while True:
        yield written([cells_of(row) for row in page["items"]])
        if page["next"] is None:
            return
        wanted = page_of_file(caller, filters, sort=sort, after=page["next"])
        async with sessions() as db:
            page = json.loads(await read(db, wanted))


def page_of_file(
    caller: Looking, filters: Filters, *, sort: str | None, after: str | None = None
) -> Statement:
    """The statement for one part of the file."""
    return page_of_projects(
        caller, filters, sort=sort, limit=AT_ONCE, after=after, page=PAGE_OF_FILE
    )


async def read(db: AsyncSession, wanted: Statement) -> str:
    statement, parameters = wanted
    return str(await db.scalar(statement, parameters))


def cells_of(row: dict[str, Any]) -> tuple[object, ...]:
    since = row["stage_since"]
    days = (datetime.now(UTC) - datetime.fromisoformat(since)).days if since else None
    method = " ".join(filter(None, (row["method"], row["generation"])))
    return (
        row["key"],
        row["name"],
        row["client"]["name"],
        row["service"]["name"],
        row["status"],
        row["status_reason"],
        (row["owner"] or {}).get("name"),
        method,
        row["stage"],
        row["stage_state"],
        since,
        days,
        row["stages_closed"],
        row["stages_total"],
        "yes" if row["waiting_gate_id"] else "no",
        ", ".join(person["name"] for person in row["waiting_for"] or []),
        row["documents_total"],
        row["changed_at"],
        row["stale_total"],
        row["contradictions"],
        row["waiting_due_at"],
        row["type"],
        row["implementation_type"],
        row["domain"],
    )
