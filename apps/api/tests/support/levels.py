"""Short ways to a portfolio without folders, and values of the reference data."""

from typing import Any

from agentlab.audit.trail import record
from agentlab.changes.schemas import Noun
from agentlab.changes.service import announce
from agentlab.context import Context
from agentlab.kit.clock import now
from agentlab.portfolio.models import ReferenceItem, ReferenceKind
from tests.support.browser import Browser

Json = dict[str, Any]


async def a_client(browser: Browser, name: str = "Maison Lumière", **more: Any) -> Json:
    made: Json = await browser.do("/clients", {"name": name, **more})
    return made


async def a_service(browser: Browser, client: Json, name: str = "Reading", **more: Any) -> Json:
    made: Json = await browser.do("/services", {"client_id": client["id"], "name": name, **more})
    return made


async def a_project(browser: Browser, service: Json, name: str = "Reader", **more: Any) -> Json:
    made: Json = await browser.do("/projects", {"service_id": service["id"], "name": name, **more})
    return made


async def an_item(
    context: Context, kind: ReferenceKind, name: str, *, retired: bool = False
) -> str:
    """A value of the reference data; its id."""
    item = ReferenceItem(
        kind=kind,
        code=f"test_{name.lower().replace(' ', '_')}",
        name=name,
        retired_at=now() if retired else None,
    )
    async with context.sessions.begin() as db:
        db.add(item)
        announce(db, Noun.PORTFOLIO)
        record(db, "reference_item.created")
    return str(item.id)
