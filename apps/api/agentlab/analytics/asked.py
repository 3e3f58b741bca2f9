"""What figures are asked for: of which projects, and of which days."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

from annotated_types import Ge, Le
from fastapi import Depends, Query

from agentlab.analytics.periods import Grain, Period, period_of
from agentlab.kit.clock import now
from agentlab.kit.text import Word
from agentlab.people.schemas import TimeZone

MOST_CLIENTS = 50

Day = Annotated[date, Ge(date(2000, 1, 1)), Le(date(2999, 12, 31))]
"""OpenAPI has no word for such bounds, so the parameters' descriptions say them."""


@dataclass(frozen=True)
class Asked:
    """Each narrows the figures; several clients widen them again."""

    period: Period
    client_ids: Collection[UUID] = ()
    project_id: UUID | None = None
    method: str | None = None
    generation: str | None = None


async def asked(  # noqa: PLR0917 - FastAPI names them
    client_id: Annotated[tuple[UUID, ...], Query(max_length=MOST_CLIENTS)] = (),
    project_id: UUID | None = None,
    method: Annotated[
        Word | None, Query(description="Only workflows of this method, such as `bmad`.")
    ] = None,
    generation: Annotated[
        Word | None, Query(description="Only of this generation of it, such as `v6`.")
    ] = None,
    first: Annotated[
        Day | None,
        Query(
            alias="from",
            description="The first day; without it, twelve weeks or months back, this one counted. "
            "From 2000 to 2999.",
        ),
    ] = None,
    last: Annotated[
        Day | None,
        Query(alias="to", description="The last day; without it, today. From 2000 to 2999."),
    ] = None,
    grain: Annotated[Grain, Query(description="How the period is divided.")] = Grain.WEEK,
    time_zone: Annotated[
        TimeZone, Query(description="Whose days they are, as an IANA name: `Europe/Paris`.")
    ] = "UTC",
) -> Asked:
    """Which figures.

    Raises:
        PeriodBackwards, PeriodTooLong.
    """
    zone = ZoneInfo(time_zone)
    period = period_of(first, last, grain, zone, today=today_in(zone))
    return Asked(period, client_id, project_id, method or None, generation or None)


def today_in(zone: ZoneInfo) -> date:
    moment: datetime = now()
    return moment.astimezone(zone).date()


Wanted = Annotated[Asked, Depends(asked)]
"""The filters in an address, as a route parameter."""
