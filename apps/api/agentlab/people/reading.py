"""People as administrators and others look at them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from agentlab.access_tokens import service as access_tokens
from agentlab.auth import sessions
from agentlab.auth.erasure import is_erased, was_erased
from agentlab.auth.models import AccountLink, ClientAssignment, Digest, Identity, Role, User
from agentlab.auth.schemas import Language
from agentlab.auth.service import NO_PASSWORD
from agentlab.auth.sight import Looking, person_in_sight
from agentlab.context import Context
from agentlab.errors import NotFound
from agentlab.kit.clock import now
from agentlab.kit.pages import Order, Orders, Page, read_page
from agentlab.kit.searching import occurs
from agentlab.people.schemas import (
    ClientOfUser,
    OpenLink,
    PersonOut,
    ProfileOut,
    SessionKind,
    SessionOut,
    UserOut,
    UserState,
)
from agentlab.portfolio.models import Client, Project
from agentlab.settings import Settings

Editor = aliased(User, name="editor")
NewestLink = aliased(AccountLink, name="link")

NEVER = func.to_timestamp(0)
USER_ORDERS = Orders(
    User.id,
    {
        "name": Order(func.folded(User.name), str),
        "email": Order(func.lower(User.email), str),
        "role": Order(User.role, str),
        "created": Order(User.created_at, datetime),
        "signed_in": Order(func.coalesce(User.signed_in_at, NEVER), datetime),
    },
)
PERSON_ORDERS = Orders(User.id, {"name": Order(func.folded(User.name), str)})


def can_sign_in(settings: Settings) -> ColumnElement[bool]:
    """Who was invited and never came has neither a password nor another way in.

    The other way is the provider's, as long as there is one.
    """
    ways = [User.password_hash != NO_PASSWORD]
    if settings.oidc_client:
        ways.append(exists().where(Identity.user_id == User.id))
    return and_(User.deactivated_at.is_(None), or_(*ways))


def is_administrator(settings: Settings) -> ColumnElement[bool]:
    return and_(User.role == Role.ADMINISTRATOR, can_sign_in(settings))


async def users(
    db: AsyncSession,
    settings: Settings,
    *,
    locked: Mapping[UUID, datetime],
    search: str = "",
    roles: Iterable[Role] = (),
    states: Iterable[UserState] = (),
    sort: str | None = None,
    limit: int,
    after: str | None,
) -> Page[UserOut]:
    """A page of everybody. `locked` says whose sign-ins are being refused, and until when."""
    query = user_query(settings)
    if search:
        query = query.where(occurs(search, User.name, User.email))
    if roles := list(roles):
        query = query.where(User.role.in_(roles))
    if states := list(states):
        query = query.where(or_(*(has_state(settings, state, locked) for state in states)))
    rows, following = await read_page(db, query, USER_ORDERS, sort=sort, limit=limit, after=after)
    return Page(items=await users_of(db, settings, rows, locked), next=following)


async def user(
    db: AsyncSession, settings: Settings, user_id: UUID, locked: Mapping[UUID, datetime]
) -> UserOut:
    rows = (await db.execute(user_query(settings).where(User.id == user_id))).all()
    if not rows:
        raise NotFound("There is no such person.")
    [found] = await users_of(db, settings, rows, locked)
    return found


def user_query(settings: Settings) -> Select[*tuple[Any, ...]]:
    is_open = and_(
        AccountLink.user_id == User.id,
        AccountLink.used_at.is_(None),
        AccountLink.revoked_at.is_(None),
        AccountLink.expires_at > now(),
    )
    newest = (
        select(AccountLink.id)
        .where(is_open)
        .order_by(AccountLink.created_at.desc())
        .limit(1)
        .correlate(User)
        .scalar_subquery()
    )
    owned = (
        select(func.count())
        .where(Project.owner_id == User.id, Project.deleted_at.is_(None))
        .correlate(User)
        .scalar_subquery()
    )
    return (
        select(
            User,
            Editor.name.label("editor_name"),
            NewestLink.purpose.label("purpose"),
            NewestLink.expires_at.label("expires_at"),
            can_sign_in(settings).label("can_sign_in"),
            owned.label("projects_owned"),
        )
        .outerjoin(Editor, Editor.id == User.updated_by)
        .outerjoin(NewestLink, NewestLink.id == newest)
    )


def has_state(
    settings: Settings, state: UserState, locked: Mapping[UUID, datetime]
) -> ColumnElement[bool]:
    match state:
        case UserState.ERASED:
            return is_erased()
        case UserState.DEACTIVATED:
            return and_(User.deactivated_at.is_not(None), ~is_erased())
        case UserState.INVITED:
            return and_(User.deactivated_at.is_(None), ~can_sign_in(settings))
        case UserState.LOCKED:
            return and_(can_sign_in(settings), User.id.in_(list(locked)))
        case UserState.ACTIVE:
            return and_(can_sign_in(settings), User.id.not_in(list(locked)))


async def users_of(
    db: AsyncSession,
    settings: Settings,
    rows: Iterable[Row[*tuple[Any, ...]]],
    locked: Mapping[UUID, datetime],
) -> list[UserOut]:
    rows = list(rows)
    clients = await clients_of(db, [row.User.id for row in rows])
    two = select(User.id).where(is_administrator(settings)).limit(2)
    administrators = (await db.scalars(two)).all()
    return [
        UserOut(
            id=row.User.id,
            name=row.User.name,
            email=row.User.email,
            role=row.User.role,
            state=state_of(row, locked),
            sees_all_clients=row.User.sees_all_clients,
            clients=clients[row.User.id],
            created_at=row.User.created_at,
            signed_in_at=row.User.signed_in_at,
            link=OpenLink(purpose=row.purpose, expires_at=row.expires_at) if row.purpose else None,
            locked_until=locked.get(row.User.id) if row.can_sign_in else None,
            deactivated_at=row.User.deactivated_at,
            projects_owned=row.projects_owned,
            is_last_administrator=list(administrators) == [row.User.id],
            version=row.User.version,
            updated_at=row.User.updated_at,
            updated_by=editor_of(row.User.updated_by, row.editor_name),
        )
        for row in rows
    ]


def state_of(row: Row[*tuple[Any, ...]], locked: Mapping[UUID, datetime]) -> UserState:
    if was_erased(row.User):
        return UserState.ERASED
    if row.User.deactivated_at:
        return UserState.DEACTIVATED
    if not row.can_sign_in:
        return UserState.INVITED
    return UserState.LOCKED if row.User.id in locked else UserState.ACTIVE


def editor_of(id_: UUID | None, name: str | None) -> PersonOut | None:
    return PersonOut(id=id_, name=name) if id_ and name is not None else None


async def clients_of(
    db: AsyncSession, user_ids: Iterable[UUID]
) -> defaultdict[UUID, list[ClientOfUser]]:
    """The clients that each is assigned to, by name; without those in the bin."""
    found = defaultdict[UUID, list[ClientOfUser]](list)
    rows = await db.execute(
        select(ClientAssignment.user_id, Client.id, Client.name)
        .join(Client, Client.id == ClientAssignment.client_id)
        .where(ClientAssignment.user_id.in_(list(user_ids)), Client.deleted_at.is_(None))
        .order_by(Client.folded_name, Client.id)
    )
    for user_id, client_id, name in rows:
        found[user_id].append(ClientOfUser(id=client_id, name=name))
    return found


async def people(
    db: AsyncSession,
    settings: Settings,
    caller: Looking,
    *,
    search: str,
    limit: int,
    after: str | None,
) -> Page[PersonOut]:
    """Who can sign in and sees a client that is the caller's, by name."""
    query = select(User.id, User.name).where(can_sign_in(settings), person_in_sight(caller))
    if search:
        query = query.where(occurs(search, User.name))
    rows, following = await read_page(db, query, PERSON_ORDERS, sort=None, limit=limit, after=after)
    return Page(items=[PersonOut.model_validate(row) for row in rows], next=following)


async def profile(db: AsyncSession, user_id: UUID) -> ProfileOut:
    person, editor_name = (
        await db.execute(
            select(User, Editor.name)
            .outerjoin(Editor, Editor.id == User.updated_by)
            .where(User.id == user_id)
        )
    ).one()
    return ProfileOut(
        id=person.id,
        name=person.name,
        email=person.email,
        role=person.role,
        sees_all_clients=person.sees_all_clients,
        clients=(await clients_of(db, [user_id]))[user_id],
        language=Language(person.language) if person.language else None,
        time_zone=person.time_zone,
        reading_minutes=person.reading_minutes,
        digest=Digest(person.digest),
        digest_hour=person.digest_hour,
        has_password=person.password_hash != NO_PASSWORD,
        created_at=person.created_at,
        version=person.version,
        updated_at=person.updated_at,
        updated_by=editor_of(person.updated_by, editor_name),
    )


async def sessions_of(
    db: AsyncSession, context: Context, user_id: UUID, *, current: str
) -> list[SessionOut]:
    """Browsers and programs, the one that was used last first."""
    limits = sessions.limits_of(context.settings)
    browsers = [
        SessionOut(
            key=session.key,
            kind=SessionKind.BROWSER,
            started_at=session.started_at,
            last_used_at=session.last_used_at,
            address=session.address,
            user_agent=session.user_agent,
            is_current=session.key == current,
        )
        for session in await sessions.of_person(context.redis, user_id, limits)
    ]
    programs = [
        SessionOut(
            key=str(sign_in.family_id),
            kind=SessionKind.API,
            started_at=sign_in.started_at,
            last_used_at=sign_in.refreshed_at,
            address="",
            user_agent="",
            is_current=False,
        )
        for sign_in in await access_tokens.sign_ins(db, user_id)
    ]
    return sorted([*browsers, *programs], key=lambda each: each.last_used_at, reverse=True)
