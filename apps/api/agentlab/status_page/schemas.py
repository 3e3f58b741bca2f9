from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field, StringConstraints, WithJsonSchema

from agentlab.kit.text import Written
from agentlab.operations.status.components import Component, Group, State
from agentlab.operations.status.incidents import Impact, Incident, Message, Status, Update
from agentlab.operations.status.planned import Maintenance, Stage
from agentlab.operations.status.reading import Indicator, Part
from agentlab.operations.status.speaking import LONGEST_WORDS
from agentlab.operations.status.store import Standing
from agentlab.operations.status.wording import Language, Words, words_in
from agentlab.status_page.service import Known

StatusOut = Annotated[str, WithJsonSchema({"type": "string", "enum": [*Status]})]
"""Spelled out in the contract, where `Status` is what a work item is at."""

Text = Annotated[Written, StringConstraints(max_length=LONGEST_WORDS)]


class WordsIn(BaseModel):
    text: Text
    """In English, or the only language that it is said in."""
    french: Text | None = None
    """The same in French; without it the French page shows the text as it is."""


class MaintenanceIn(WordsIn):
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    """At most 7 days later, and not over yet."""
    components: Annotated[list[Component], Field(max_length=len(Component))] = []
    """What may be away meanwhile; none stands for all."""


class ToldOut(BaseModel):
    """What the status page says, in both of its languages."""

    en: str
    fr: str

    @classmethod
    def of(cls, said: Callable[[Words], str]) -> Self:
        return cls(en=said(words_in(Language.ENGLISH)), fr=said(words_in(Language.FRENCH)))


class ComponentOut(BaseModel):
    id: Component
    group: Group
    name: ToldOut
    state: State
    says: ToldOut
    """The state, and why it is so."""
    uptime: float | None
    """The share of checks within 90 days that found it working."""
    checked_at: datetime | None
    latency_ms: float | None
    detail: str
    """Addresses, status codes and numbers, which are not published."""

    @classmethod
    def of(cls, part: Part, group: Group, standing: Standing | None) -> Self:
        def says(words: Words) -> str:
            state = words.say(f"states.{part.state}")
            if not part.reason:
                return state
            return words.say("because", what=state, reason=words.say(f"reasons.{part.reason}"))

        return cls(
            id=part.component,
            group=group,
            name=ToldOut.of(lambda words: words.name(part.component)),
            state=part.state,
            says=ToldOut.of(says),
            uptime=part.uptime,
            checked_at=standing.at if standing else None,
            latency_ms=standing.finding.latency_ms if standing else None,
            detail=standing.finding.detail if standing else "",
        )


class UpdateOut(BaseModel):
    at: datetime
    status: StatusOut
    by_person: bool
    """Whether somebody wrote it; the prober says the others by itself."""
    says: ToldOut

    @classmethod
    def of(cls, incident: Incident, update: Update) -> Self:
        return cls(
            at=update.at,
            status=update.status,
            by_person=update.message is Message.SAID,
            says=ToldOut.of(lambda words: words.update(incident, update)),
        )


class IncidentOut(BaseModel):
    id: UUID
    title: ToldOut
    status: StatusOut
    impact: Impact
    opened_at: datetime
    resolved_at: datetime | None
    updates: list[UpdateOut]
    """The oldest first."""

    @classmethod
    def of(cls, incident: Incident) -> Self:
        return cls(
            id=UUID(incident.id),
            title=ToldOut.of(lambda words: words.title(incident)),
            status=incident.status,
            impact=incident.impact,
            opened_at=incident.opened_at,
            resolved_at=incident.resolved_at,
            updates=[UpdateOut.of(incident, each) for each in incident.updates],
        )


class MaintenanceOut(BaseModel):
    id: UUID
    title: ToldOut
    words: ToldOut
    stage: Stage
    starts_at: datetime
    ends_at: datetime
    """When it is over: earlier than planned where it was ended early."""
    components: list[Component]
    """Empty for all."""

    @classmethod
    def of(cls, planned: Maintenance, now: datetime) -> Self:
        return cls(
            id=UUID(planned.id),
            title=ToldOut.of(lambda words: words.about(planned)),
            words=ToldOut.of(lambda words: words.said(planned.words)),
            stage=planned.stage(now),
            starts_at=planned.starts_at,
            ends_at=planned.over_at if planned.over_at > planned.starts_at else planned.ends_at,
            components=list(planned.components),
        )


class PublishedOut(BaseModel):
    address: str
    """Where everybody reads it; below that `fr/` in French."""
    indicator: Indicator
    says: ToldOut
    """The indicator in words."""
    checked_at: datetime | None
    """When the prober last looked at anything; it does every 15 seconds."""
    components: list[ComponentOut]
    incidents: list[IncidentOut]
    """Of 90 days: whatever is open, then the newest first."""
    maintenances: list[MaintenanceOut]
    """Under way and to come, the next first; then what is over, the newest first."""

    @classmethod
    def of(cls, known: Known, address: str) -> Self:
        seen = known.overview
        over = seen.maintenances_in(Stage.COMPLETED, Stage.CANCELLED)
        return cls(
            address=address,
            indicator=seen.indicator,
            says=ToldOut.of(lambda words: words.say(f"indicator.{seen.indicator}")),
            checked_at=max((each.at for each in known.standings.values()), default=None),
            components=[
                ComponentOut.of(part, group, known.standings.get(part.component))
                for group, parts in seen.groups.items()
                for part in parts
            ],
            incidents=[IncidentOut.of(each) for each in known.incidents],
            maintenances=[MaintenanceOut.of(each, seen.at) for each in (*seen.planned, *over)],
        )


class StatusPageOut(BaseModel):
    page: PublishedOut | None
    """Null where there is none, as on a desk."""
