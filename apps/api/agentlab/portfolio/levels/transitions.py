"""State and place are rows: who changed them, when, and why."""

from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ColumnElement, Row, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.audit import actors
from agentlab.auth.models import ApiToken, User
from agentlab.auth.sight import Looking, client_in_sight
from agentlab.kit.clock import now
from agentlab.kit.pages import Order, Orders, Page, read_page
from agentlab.portfolio.edits import person_named
from agentlab.portfolio.levels.schemas import TransitionOut
from agentlab.portfolio.models import Client, PortfolioTransition, Service, TransitionKind

NEWEST_FIRST = Orders(
    cast("ColumnElement[UUID]", PortfolioTransition.id),
    {"at": Order(cast("ColumnElement[Any]", PortfolioTransition.at), datetime, descending=True)},
)


def note_transition(
    db: AsyncSession,
    subject_id: UUID,
    kind: TransitionKind,
    *,
    before: object = None,
    after: object = None,
    reason: str = "",
) -> None:
    """Keep that the subject changed its state or place."""
    actor = actors.current()
    db.add(
        PortfolioTransition(
            subject_id=subject_id,
            kind=kind,
            from_value=None if before is None else str(before),
            to_value=None if after is None else str(after),
            actor_id=actor.id,
            token_id=actor.token_id,
            at=now(),
            reason=reason,
        )
    )


async def transitions_of(
    db: AsyncSession, caller: Looking, subject_id: UUID, *, limit: int, after: str | None
) -> Page[TransitionOut]:
    """The newest first. Places that the caller may not see have no name."""
    query = (
        select(PortfolioTransition, User.name, ApiToken.name)
        .outerjoin(User, User.id == PortfolioTransition.actor_id)
        .outerjoin(ApiToken, ApiToken.id == PortfolioTransition.token_id)
        .where(PortfolioTransition.subject_id == subject_id)
    )
    rows, following = await read_page(db, query, NEWEST_FIRST, sort=None, limit=limit, after=after)
    places = await names_of_places(db, caller, [row[0] for row in rows])
    return Page(items=[shown(row, places) for row in rows], next=following)


async def names_of_places(
    db: AsyncSession, caller: Looking, transitions: list[PortfolioTransition]
) -> dict[str, str]:
    """By id, of the clients and services that things were moved between."""
    moves = [each for each in transitions if each.kind is TransitionKind.MOVE]
    ids = {UUID(value) for each in moves for value in (each.from_value, each.to_value) if value}
    clients = select(Client.id, Client.name).where(
        Client.id.in_(ids), Client.deleted_at.is_(None), client_in_sight(caller, Client.id)
    )
    services = (
        select(Service.id, Service.name)
        .join(Client, Client.id == Service.client_id)
        .where(
            Service.id.in_(ids),
            Service.deleted_at.is_(None),
            Client.deleted_at.is_(None),
            client_in_sight(caller, Client.id),
        )
    )
    found = await db.execute(union_all(clients, services))
    return {str(id_): name for id_, name in found}


def shown(row: Row[*tuple[Any, ...]], places: dict[str, str]) -> TransitionOut:
    transition: PortfolioTransition
    transition, person, token = row[:3]
    is_move = transition.kind is TransitionKind.MOVE

    def value(of: str | None) -> str | None:
        return None if of is None or (is_move and of not in places) else of

    return TransitionOut(
        id=transition.id,
        kind=transition.kind,
        from_value=value(transition.from_value),
        to_value=value(transition.to_value),
        from_name=places.get(transition.from_value or "") if is_move else None,
        to_name=places.get(transition.to_value or "") if is_move else None,
        by=person_named(transition.actor_id, person),
        token_id=transition.token_id,
        token=token,
        at=transition.at,
        reason=transition.reason,
    )
