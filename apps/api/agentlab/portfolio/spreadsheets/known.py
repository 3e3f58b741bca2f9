"""What is there already of what a spreadsheet names, read in a number of statements of its own."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    SQLColumnExpression,
    Text,
    Uuid,
    any_,
    bindparam,
    func,
    literal,
    or_,
    select,
    text,
)
from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.auth.models import ClientAssignment, Role, User
from agentlab.auth.sight import Looking, client_in_sight, person_in_sight
from agentlab.portfolio.keys import LONGEST, MOST_DIGITS, key_from, stem
from agentlab.portfolio.models import Client, Project, ReferenceItem, ReferenceKind, Service
from agentlab.portfolio.spreadsheets.columns import Column, folded
from agentlab.portfolio.spreadsheets.table import Row


@dataclass(frozen=True)
class KnownPlace:
    """A client or a service."""

    id: UUID
    name: str
    is_archived: bool


@dataclass(frozen=True)
class KnownPerson:
    id: UUID
    sees_all: bool
    client_ids: frozenset[UUID]


@dataclass(frozen=True)
class Known:
    lower: dict[str, str]
    """The lower case of each name, as the database's unique indexes see it."""
    clients: dict[str, KnownPlace]
    """In sight, by lower-case name."""
    services: dict[tuple[UUID, str], KnownPlace]
    """By client and lower-case name."""
    projects: dict[tuple[UUID, str], str]
    """The key, by service and lower-case name."""
    keys: set[str]
    """In capitals: those that this file might take and somebody has, also in the bin."""
    people: dict[str, KnownPerson]
    """Who may own a project, by lower-case e-mail address."""
    items: dict[ReferenceKind, dict[str, ReferenceItem]]
    """By folded code and folded name."""


ALIKE = text("SELECT given, alike(given) FROM unnest(:names) AS given").bindparams(
    bindparam("names", type_=ARRAY(Text))
)


def among(column: SQLColumnExpression[str], texts: list[str]) -> ColumnElement[bool]:
    """That the column has one of the texts, in one parameter however many they are."""
    return column == any_(literal(texts, ARRAY(Text)))


def one_of_ids(column: SQLColumnExpression[UUID], ids: list[UUID]) -> ColumnElement[bool]:
    return column == any_(literal(ids, ARRAY(Uuid)))


async def look_up(db: AsyncSession, rows: Collection[Row], caller: Looking) -> Known:
    lower = await lower_case(db, rows)
    clients = await clients_named(db, in_column(rows, Column.CLIENT, lower), caller)
    client_ids = [client.id for client in clients.values()]
    services = await services_named(db, client_ids, in_column(rows, Column.SERVICE, lower))
    service_ids = [service.id for service in services.values()]
    return Known(
        lower=lower,
        clients=clients,
        services=services,
        projects=await projects_named(db, service_ids, in_column(rows, Column.PROJECT, lower)),
        keys=await keys_taken(db, rows),
        people=await people_named(db, in_column(rows, Column.OWNER_EMAIL, lower), caller),
        items=await all_items(db),
    )


async def lower_case(db: AsyncSession, rows: Iterable[Row]) -> dict[str, str]:
    columns = (Column.CLIENT, Column.SERVICE, Column.PROJECT, Column.OWNER_EMAIL)
    names = {row.cells[column] for row in rows for column in columns if column in row.cells}
    storable = [name for name in names if "\0" not in name]
    found = await db.execute(ALIKE, {"names": storable})
    return {given: in_lower for given, in_lower, *_ in found}


def in_column(rows: Iterable[Row], column: Column, lower: dict[str, str]) -> list[str]:
    given = {row.cells[column] for row in rows if column in row.cells}
    return sorted({lower[name] for name in given if name in lower})


async def clients_named(
    db: AsyncSession, names: list[str], caller: Looking
) -> dict[str, KnownPlace]:
    named = select(func.alike(Client.name), Client.id, Client.name, Client.archived_at).where(
        among(func.alike(Client.name), names),
        Client.deleted_at.is_(None),
        client_in_sight(caller, Client.id),
    )
    rows = await db.execute(named)
    return {lower: KnownPlace(id_, name, bool(at)) for lower, id_, name, at in rows}


async def services_named(
    db: AsyncSession, client_ids: list[UUID], names: list[str]
) -> dict[tuple[UUID, str], KnownPlace]:
    named = select(
        Service.client_id, func.alike(Service.name), Service.id, Service.name, Service.archived_at
    ).where(
        one_of_ids(Service.client_id, client_ids),
        among(func.alike(Service.name), names),
        Service.deleted_at.is_(None),
    )
    rows = await db.execute(named)
    return {(of, lower): KnownPlace(id_, name, bool(at)) for of, lower, id_, name, at in rows}


async def projects_named(
    db: AsyncSession, service_ids: list[UUID], names: list[str]
) -> dict[tuple[UUID, str], str]:
    named = select(Project.service_id, func.alike(Project.name), Project.key).where(
        one_of_ids(Project.service_id, service_ids),
        among(func.alike(Project.name), names),
        Project.deleted_at.is_(None),
    )
    return {(of, lower): key for of, lower, key in await db.execute(named)}


async def keys_taken(db: AsyncSession, rows: Iterable[Row]) -> set[str]:
    """Of all projects: a key is unique even among those that one does not see."""
    given, stems = set[str](), set[str]()
    for row in rows:
        if Column.KEY in row.cells:
            given.add(row.cells[Column.KEY].upper())
        elif Column.PROJECT in row.cells:
            base = key_from(row.cells[Column.PROJECT])
            given.add(base)
            stems.add(stem(base))
    keys = [key for key in given if "\0" not in key]
    key = func.upper(Project.key)
    begins = func.left(func.regexp_replace(key, r"-\d+$", ""), LONGEST - MOST_DIGITS - 1)
    begun = func.rtrim(begins, "-")
    taken = select(key).where(or_(among(key, keys), among(begun, list(stems))))
    return set(await db.scalars(taken))


async def people_named(
    db: AsyncSession, emails: list[str], caller: Looking
) -> dict[str, KnownPerson]:
    """Until this transaction ends, nobody changes what these people may own."""
    held = select(User.id).where(among(func.lower(User.email), emails)).order_by(User.id)
    await db.execute(held.with_for_update(read=True))
    assigned = func.array_remove(func.array_agg(ClientAssignment.client_id), None)
    named = (
        select(func.lower(User.email), User.id, User.role, User.sees_all_clients, assigned)
        .outerjoin(ClientAssignment, ClientAssignment.user_id == User.id)
        .where(
            among(func.lower(User.email), emails),
            User.deactivated_at.is_(None),
            User.role != Role.VIEWER,
            person_in_sight(caller),
        )
        .group_by(User.id)
    )
    return {
        email: KnownPerson(id_, sees_all or role is Role.ADMINISTRATOR, frozenset(client_ids))
        for email, id_, role, sees_all, client_ids in await db.execute(named)
    }


async def all_items(db: AsyncSession) -> dict[ReferenceKind, dict[str, ReferenceItem]]:
    """Until this transaction ends, nobody deletes one of them."""
    items: dict[ReferenceKind, dict[str, ReferenceItem]] = {kind: {} for kind in ReferenceKind}
    locked = select(ReferenceItem).order_by(ReferenceItem.id)
    found = list(await db.scalars(locked.with_for_update(read=True, key_share=True)))
    for item in sorted(found, key=lambda item: item.retired_at is None):  # those offered win
        items[item.kind][folded(item.name)] = item
    for item in found:
        items[item.kind][folded(item.code)] = item
    return items
