"""Import of a spreadsheet: everything that it names and that is not there, or nothing at all."""

import asyncio
from typing import Any
from uuid import UUID

from sqlalchemy import insert, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.audit import actors
from agentlab.audit.trail import record
from agentlab.auth.sight import Looking
from agentlab.changes.schemas import Noun
from agentlab.changes.service import announce, touch
from agentlab.errors import Conflict, Forbidden, InvalidInput
from agentlab.kit.clock import now
from agentlab.kit.db import Base
from agentlab.kit.ids import new_id
from agentlab.portfolio.models import (
    Client,
    PortfolioTransition,
    Project,
    Service,
    ServiceCategory,
    TransitionKind,
)
from agentlab.portfolio.places import PlaceOut
from agentlab.portfolio.spreadsheets.known import look_up
from agentlab.portfolio.spreadsheets.plan import NewProject, Plan, plan_import
from agentlab.portfolio.spreadsheets.schemas import (
    Counts,
    ProjectMade,
    SpreadsheetReport,
    SpreadsheetResult,
)
from agentlab.portfolio.spreadsheets.table import Table, inflated, read_table

ONE_AT_A_TIME = 7_236_540_040
"""Lock of the database that an import holds until it commits."""
LISTED = 20
AT_ONCE = 500


class SpreadsheetHasErrors(InvalidInput):
    code = "spreadsheet_has_errors"


class PortfolioChangedMeanwhile(Conflict):
    code = "portfolio_changed_meanwhile"


async def inspect(
    db: AsyncSession, body: bytes, *, compressed: bool, by: Looking
) -> SpreadsheetReport:
    """What an import would do. Changes nothing."""
    table, plan = await planned(db, body, compressed=compressed, by=by)
    return SpreadsheetReport(
        columns=table.columns,
        ignored_columns=table.ignored,
        creates=counts_of(plan),
        already_there=plan.already_there,
        errors_total=plan.errors_total,
        rows=plan.rows,
    )


async def import_all(
    db: AsyncSession, body: bytes, *, compressed: bool, by: Looking
) -> SpreadsheetResult:
    """Make all that is not there yet.

    Raises:
        SpreadsheetHasErrors: when a row has one; then nothing is made.
        PortfolioChangedMeanwhile: when somebody else made or deleted some of it just now.
    """
    await db.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": ONE_AT_A_TIME})
    _, plan = await planned(db, body, compressed=compressed, by=by)
    if plan.errors_total:
        wrong = sum(bool(row.errors) for row in plan.rows)
        raise SpreadsheetHasErrors(
            f"{wrong} rows have errors, so nothing was imported. Inspect the file to read what is "
            "wrong in which row."
        )
    try:
        async with db.begin_nested():
            await make(db, plan, by=by.id)
    except IntegrityError as error:
        raise PortfolioChangedMeanwhile(
            "Somebody changed the portfolio meanwhile, so nothing was imported. Try again."
        ) from error
    if plan.clients or plan.services or plan.projects:
        announce(db, Noun.PORTFOLIO)
        touch(db, [project.id for project in plan.projects])
        await asyncio.to_thread(record_all, db, plan)  # others are answered meanwhile
    return result_of(plan)


async def planned(
    db: AsyncSession, body: bytes, *, compressed: bool, by: Looking
) -> tuple[Table, Plan]:
    if by.project_id is not None:
        raise Forbidden("This token reaches one project only. Import with one that is not bound.")
    # In a thread, so that others are answered meanwhile.
    table = await asyncio.to_thread(lambda: read_table(inflated(body) if compressed else body))
    known = await look_up(db, table.rows, by)
    return table, await asyncio.to_thread(plan_import, table.rows, known, by)


def counts_of(plan: Plan) -> Counts:
    return Counts(
        clients=len(plan.clients), services=len(plan.services), projects=len(plan.projects)
    )


async def make(db: AsyncSession, plan: Plan, *, by: UUID) -> None:
    at = now()
    clients = [
        {"id": new.id, "name": new.name, "domain_id": new.domain_id, "created_at": at}
        for new in plan.clients
    ]
    services = [
        {
            "id": new.id,
            "client_id": new.client_id,
            "name": new.name,
            "description": new.description,
            "created_at": at,
        }
        for new in plan.services
    ]
    categories = [
        {"service_id": new.id, "item_id": item_id}
        for new in plan.services
        for item_id in new.category_ids
    ]
    projects = [
        {
            "id": new.id,
            "service_id": new.service_id,
            **said_of(new),
            "created_by": by,
            "created_at": at,
        }
        for new in plan.projects
    ]
    token_id = actors.current().token_id
    transitions = [
        {
            "id": new_id(),
            "subject_id": new.id,
            "kind": TransitionKind.STATUS,
            "to_value": new.status,
            "actor_id": by,
            "token_id": token_id,
            "at": at,
            "reason": new.status_reason,
        }
        for new in plan.projects
    ]
    for name, rows in (
        (Client.__tablename__, clients),
        (Service.__tablename__, services),
        (ServiceCategory.__tablename__, categories),
        (Project.__tablename__, projects),
        (PortfolioTransition.__tablename__, transitions),
    ):
        # Tables, not entities, and not all at once: others are answered meanwhile.
        for start in range(0, len(rows), AT_ONCE):
            await db.execute(insert(Base.metadata.tables[name]), rows[start : start + AT_ONCE])


def said_of(new: NewProject) -> dict[str, Any]:
    return {
        "name": new.name,
        "key": new.key,
        "description": new.description,
        "type": new.type,
        "implementation_type_id": new.implementation_type_id,
        "user_category_ids": new.user_category_ids,
        "status": new.status,
        "status_reason": new.status_reason,
        "owner_id": new.owner_id,
    }


def record_all(db: AsyncSession, plan: Plan) -> None:
    """One entry for each thing that was made, as if by hand, and one for the import."""
    for client in plan.clients:
        record(
            db,
            "client.created",
            subject=client.id,
            label=client.name,
            client_id=client.id,
            after=given({"name": client.name, "domain_id": client.domain_id}),
        )
    for service in plan.services:
        record(
            db,
            "service.created",
            subject=service.id,
            label=service.name,
            client_id=service.client_id,
            after=given(
                {
                    "name": service.name,
                    "description": service.description,
                    "category_ids": service.category_ids,
                }
            ),
        )
    for project in plan.projects:
        record(
            db,
            "project.created",
            subject=project.id,
            label=project.name,
            client_id=project.client_id,
            project_id=project.id,
            after=given(said_of(project)),
        )
    record(
        db,
        "spreadsheet.imported",
        client_id=next(iter(plan.named)) if len(plan.named) == 1 else None,
        after={"rows": len(plan.rows), **counts_of(plan).model_dump()},
    )


def given(values: dict[str, Any]) -> dict[str, Any]:
    """What the file says; what it leaves out says nothing in the trail either."""
    return {name: value for name, value in values.items() if value not in (None, "", [])}


def result_of(plan: Plan) -> SpreadsheetResult:
    named = list(plan.named.items())[:LISTED]
    return SpreadsheetResult(
        created=counts_of(plan),
        already_there=plan.already_there,
        clients=[PlaceOut(id=id_, name=name) for id_, name in named],
        projects=[
            ProjectMade(id=project.id, key=project.key, name=project.name)
            for project in plan.projects[:LISTED]
        ],
    )
