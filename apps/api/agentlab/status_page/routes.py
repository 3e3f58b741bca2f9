import asyncio
from uuid import UUID

from fastapi import APIRouter, status

from agentlab.audit.trail import record
from agentlab.auth.callers import Administrator
from agentlab.changes.schemas import Noun
from agentlab.changes.service import announce
from agentlab.context import Ctx
from agentlab.kit import clock
from agentlab.kit.db import DB
from agentlab.kit.problems import documents
from agentlab.operations.status.speaking import TimeUnusable, WordsUnusable, words_of
from agentlab.operations.status.store import (
    NoSuchIncident,
    NoSuchMaintenance,
    OfAnotherVersion,
)
from agentlab.status_page import service
from agentlab.status_page.memory import MemoryAway, MemoryBusy, NoStatusPage
from agentlab.status_page.schemas import (
    IncidentOut,
    MaintenanceIn,
    MaintenanceOut,
    PublishedOut,
    StatusPageOut,
    WordsIn,
)

router = APIRouter(prefix="/status-page", tags=["status page"])

REFUSALS = (NoStatusPage, OfAnotherVersion, MemoryAway, MemoryBusy)


@router.get("", responses=documents(OfAnotherVersion, MemoryAway, MemoryBusy))
async def get_status_page(_: Administrator, context: Ctx) -> StatusPageOut:
    """How AgentLab is as its prober sees it, with incidents and maintenance; if there is one."""
    state = context.settings.state
    if state is None:
        return StatusPageOut(page=None)
    known = await asyncio.to_thread(service.known, state)
    return StatusPageOut(page=PublishedOut.of(known, f"{context.settings.address}/status/"))


# Each of these tells the prober first and the trail afterwards: the other way round the trail would
# tell of words that the prober refused, which it does far more often. When AgentLab dies or
# loses its database between the two, what was said stands on the page and not in the trail. Who
# then asks again within ten minutes is not heard twice, and is in the trail; only what was called
# off is then refused as done.


@router.post(
    "/incidents/{incident_id}/words",
    status_code=status.HTTP_201_CREATED,
    responses=documents(*REFUSALS, NoSuchIncident, WordsUnusable),
)
async def explain_incident(
    incident_id: UUID, asked: WordsIn, _: Administrator, context: Ctx, db: DB
) -> IncidentOut:
    """Add words to an incident, open or not: everybody reads them within 15 seconds."""
    words = words_of(asked.text, asked.french)
    explained = await asyncio.to_thread(service.explain, context.settings.state, incident_id, words)
    told = IncidentOut.of(explained)
    record(db, "incident.explained", subject=told.id, label=told.title.en, after={"words": words})
    announce(db, Noun.STATUS_PAGE, of=told.id)
    return told


@router.post(
    "/maintenances",
    status_code=status.HTTP_201_CREATED,
    responses=documents(*REFUSALS, WordsUnusable, TimeUnusable),
)
async def plan_maintenance(
    asked: MaintenanceIn, _: Administrator, context: Ctx, db: DB
) -> MaintenanceOut:
    """Announce maintenance: shown ahead, and nothing it names counts as an outage meanwhile."""
    words = words_of(asked.text, asked.french)
    planned = await asyncio.to_thread(
        service.plan,
        context.settings.state,
        words,
        asked.starts_at,
        asked.ends_at,
        asked.components,
    )
    told = MaintenanceOut.of(planned, clock.now())
    after = {
        "words": words,
        "starts_at": planned.starts_at,
        "ends_at": planned.ends_at,
        "components": planned.components,
    }
    record(db, "maintenance.planned", subject=told.id, label=told.title.en, after=after)
    announce(db, Noun.STATUS_PAGE, of=told.id)
    return told


@router.delete("/maintenances/{maintenance_id}", responses=documents(*REFUSALS, NoSuchMaintenance))
async def cancel_maintenance(
    maintenance_id: UUID, _: Administrator, context: Ctx, db: DB
) -> MaintenanceOut:
    """Call planned maintenance off; what is under way ends now."""
    ended = await asyncio.to_thread(service.cancel, context.settings.state, maintenance_id)
    told = MaintenanceOut.of(ended, clock.now())
    record(db, "maintenance.cancelled", subject=told.id, label=told.title.en)
    announce(db, Noun.STATUS_PAGE, of=told.id)
    return told
