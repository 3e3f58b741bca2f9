"""The JSON documents, in the shape of the API that most status pages have (`/api/v2/…`).

Clients, badges and bots that know one status page know this one.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from agentlab.operations.status.components import Component, State
from agentlab.operations.status.incidents import Incident
from agentlab.operations.status.planned import Maintenance, Stage
from agentlab.operations.status.reading import Indicator, Overview, Part
from agentlab.operations.status.wording import Language, words_in

PAGE_ID = "agentlab"
STATUSES = {
    State.UP: "operational",
    State.DEGRADED: "degraded_performance",
    State.DOWN: "major_outage",
    State.MAINTENANCE: "under_maintenance",
    # The shape has no word for it, and what people notice is told by the api's own component.
    State.UNKNOWN: "degraded_performance",
}
INDICATORS = {Indicator.MAINTENANCE: "maintenance", Indicator.UNKNOWN: "minor"}

Json = dict[str, Any]


def documents(overview: Overview, url: str) -> dict[str, Json]:
    """Every document by its path below the status page."""
    page = page_of(overview, url)
    status = {"indicator": indicator(overview), "description": description(overview)}
    components = [component(part, overview) for part in overview.parts]
    unresolved = [incident(each, url) for each in overview.open_incidents]
    resolved = [incident(each, url) for each in overview.past_incidents]
    maintenances = [maintenance(each, overview, url) for each in overview.maintenances]
    upcoming = [maintenance(each, overview, url) for each in overview.planned]
    active = [each for each in upcoming if each["status"] == Stage.IN_PROGRESS]
    scheduled = [each for each in upcoming if each["status"] == Stage.SCHEDULED]
    return {
        "api/v2/status.json": {"page": page, "status": status},
        "api/v2/components.json": {"page": page, "components": components},
        "api/v2/incidents.json": {"page": page, "incidents": [*unresolved, *resolved]},
        "api/v2/incidents/unresolved.json": {"page": page, "incidents": unresolved},
        "api/v2/scheduled-maintenances.json": {
            "page": page,
            "scheduled_maintenances": maintenances,
        },
        "api/v2/scheduled-maintenances/upcoming.json": {
            "page": page,
            "scheduled_maintenances": scheduled,
        },
        "api/v2/scheduled-maintenances/active.json": {
            "page": page,
            "scheduled_maintenances": active,
        },
        "api/v2/summary.json": {
            "page": page,
            "components": components,
            "incidents": unresolved,
            "scheduled_maintenances": upcoming,
            "status": status,
        },
    }


def page_of(overview: Overview, url: str) -> Json:
    title = words_in(Language.ENGLISH).say("title")
    return {
        "id": PAGE_ID,
        "name": title,
        "url": url,
        "time_zone": "Etc/UTC",
        "updated_at": stamp(overview.at),
    }


def indicator(overview: Overview) -> str:
    return INDICATORS.get(overview.indicator, overview.indicator.value)


def description(overview: Overview) -> str:
    return words_in(Language.ENGLISH).say(f"indicator.{overview.indicator}")


def component(part: Part, overview: Overview) -> Json:
    words = words_in(Language.ENGLISH)
    return {
        "id": part.component.value,
        "name": words.name(part.component),
        "status": STATUSES[part.state],
        "created_at": stamp(overview.since),
        "updated_at": stamp(part.changed_at),
        "position": overview.parts.index(part) + 1,
        "description": words.say(f"about_components.{part.component}"),
        "showcase": True,
        "start_date": overview.since.date().isoformat(),
        "group_id": None,
        "page_id": PAGE_ID,
        "group": False,
        "only_show_if_degraded": False,
    }


def incident(found: Incident, url: str) -> Json:
    words = words_in(Language.ENGLISH)
    affected = codes_of(found.components)
    updates = [
        {
            "id": f"{found.id}-{number}",
            "status": update.status.value,
            "body": words.update(found, update),
            "incident_id": found.id,
            "created_at": stamp(update.at),
            "updated_at": stamp(update.at),
            "display_at": stamp(update.at),
            "affected_components": affected,
        }
        for number, update in enumerate(found.updates)
    ]
    return {
        "id": found.id,
        "name": words.title(found),
        "status": found.status.value,
        "created_at": stamp(found.opened_at),
        "updated_at": stamp(found.updated_at),
        "monitoring_at": stamp(found.monitoring_at),
        "resolved_at": stamp(found.resolved_at),
        "impact": found.impact.value,
        "shortlink": f"{url}#incident-{found.id}",
        "started_at": stamp(found.opened_at),
        "page_id": PAGE_ID,
        "incident_updates": updates[::-1],
        "components": [{"id": each["code"], "name": each["name"]} for each in affected],
    }


def maintenance(planned: Maintenance, overview: Overview, url: str) -> Json:
    """The shape has no word for what was called off: it is completed before it began."""
    words = words_in(Language.ENGLISH)
    stage, changed_at = planned.stage(overview.at), planned.changed_at(overview.at)
    status = Stage.COMPLETED if stage is Stage.CANCELLED else stage
    affected = codes_of(planned.affected)
    update = {
        "id": f"{planned.id}-0",
        "status": status.value,
        "body": words.said(planned.words),
        "incident_id": planned.id,
        "created_at": stamp(planned.planned_at),
        "updated_at": stamp(changed_at),
        "display_at": stamp(planned.planned_at),
        "affected_components": affected,
    }
    return {
        "id": planned.id,
        "name": words.about(planned),
        "status": status.value,
        "created_at": stamp(planned.planned_at),
        "updated_at": stamp(changed_at),
        "monitoring_at": None,
        "resolved_at": stamp(changed_at) if status is Stage.COMPLETED else None,
        "impact": "maintenance",
        "shortlink": f"{url}#maintenance-{planned.id}",
        "started_at": stamp(planned.starts_at),
        "page_id": PAGE_ID,
        "scheduled_for": stamp(planned.starts_at),
        "scheduled_until": stamp(planned.ends_at),
        "incident_updates": [update],
        "components": [{"id": each["code"], "name": each["name"]} for each in affected],
    }


def codes_of(components: Iterable[Component]) -> list[dict[str, str]]:
    words = words_in(Language.ENGLISH)
    return [{"code": each.value, "name": words.name(each)} for each in components]


def stamp(at: datetime | None) -> str | None:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z") if at else None
