import secrets
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Select, and_, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.api_tokens.schemas import Owner, TokenIn, TokenOut
from agentlab.audit.trail import record
from agentlab.auth import sight
from agentlab.auth.bearers import PREFIX, hash_of
from agentlab.auth.callers import Caller
from agentlab.auth.models import ApiToken, Role, Scope, User
from agentlab.context import Context
from agentlab.errors import Conflict, Forbidden, InvalidInput, NotFound
from agentlab.kit import clock
from agentlab.kit.pages import Order, Orders, Page, read_page
from agentlab.portfolio.models import Project, Service

AT_MOST = 50
"""Tokens of one person: more are a sign that nobody knows what they are for."""
LONGEST = timedelta(days=366)
HINT = 4
ADDRESS_KEPT = timedelta(days=30)
"""After a token's end: from where it was used last."""


class TooManyTokens(Conflict):
    code = "too_many_tokens"


class ScopeNotYours(Forbidden):
    code = "scope_not_yours"


class ExpiryOutOfRange(InvalidInput):
    code = "expiry_out_of_range"


ORDERS = Orders(
    ApiToken.__table__.c.id,
    {
        "created": Order(ApiToken.__table__.c.created_at, datetime, descending=True),
        "name": Order(func.folded(ApiToken.name), str),
    },
)


async def page(
    db: AsyncSession,
    caller: Caller,
    *,
    everybody: bool,
    sort: str | None,
    limit: int,
    after: str | None,
) -> Page[TokenOut]:
    """The tokens that were not revoked: the caller's own, or with `everybody` all there are."""
    if everybody and caller.role is not Role.ADMINISTRATOR:
        raise Forbidden("Only an administrator sees the tokens of others.")
    query = described(caller)
    if not everybody:
        query = query.where(ApiToken.user_id == caller.id)
    rows, after = await read_page(db, query, ORDERS, sort=sort, limit=limit, after=after)
    return Page(items=[shown(*row[:3]) for row in rows], next=after)


def described(caller: Caller) -> Select[ApiToken, str, str]:
    """Tokens that were not revoked, with the names that the caller may know."""
    seen = sight.project_in_sight(caller, Project.__table__.c.id, Service.__table__.c.client_id)
    project = and_(
        Project.id == ApiToken.project_id,
        Project.deleted_at.is_(None),
        Project.service_id.in_(select(Service.id).where(seen)),
    )
    return (
        select(ApiToken, User.name, Project.name)
        .join(User, User.id == ApiToken.user_id)
        .outerjoin(Project, project)
        .where(ApiToken.revoked_at.is_(None))
    )


def shown(token: ApiToken, owner: str, project: str | None) -> TokenOut:
    return TokenOut(
        id=token.id,
        name=token.name,
        owner=Owner(id=token.user_id, name=owner),
        hint=token.hint,
        scopes=sorted(map(Scope, token.scopes)),
        project_id=token.project_id,
        project_name=project,
        created_at=token.created_at,
        expires_at=token.expires_at,
        last_used_at=token.last_used_at,
        last_used_address=token.last_used_address,
    )


async def create(db: AsyncSession, wanted: TokenIn, *, by: Caller) -> tuple[UUID, str]:
    """Make a token of the caller's; its id, and the token itself, which nobody can read again."""
    need_possible(wanted, by)
    if wanted.project_id is not None:
        await sight.need(db, by, "project_id", wanted.project_id, field="project_id")
    await need_room(db, by)
    token = PREFIX + secrets.token_urlsafe(32)
    made = ApiToken(
        user_id=by.id,
        name=wanted.name,
        token_hash=hash_of(token),
        hint=token[-HINT:],
        scopes=sorted(wanted.scopes),
        project_id=wanted.project_id,
        expires_at=wanted.expires_at,
    )
    db.add(made)
    await db.flush()
    after = {
        "name": made.name,  # often a person's, as in “Po's laptop”: where it can be erased
        "scopes": made.scopes,
        "project_id": made.project_id,
        "expires_at": made.expires_at,
    }
    record(db, "api_token.created", subject=made.id, after=after)
    return made.id, token


def need_possible(wanted: TokenIn, by: Caller) -> None:
    if by.role is Role.VIEWER and wanted.scopes != {Scope.READ}:
        raise ScopeNotYours(
            "Viewers cannot change anything, and nor can their tokens: only `read`."
        )
    if wanted.expires_at is not None:
        left = wanted.expires_at - clock.now()
        if not timedelta() < left <= LONGEST:
            raise ExpiryOutOfRange(
                "A token ends within a year from now, or never. Choose another date.",
                field="expires_at",
            )


async def need_room(db: AsyncSession, by: Caller) -> None:
    """Of two who make their fiftieth at once, one waits for the other."""
    await db.execute(select(User.id).where(User.id == by.id).with_for_update())
    mine = select(func.count()).where(ApiToken.user_id == by.id, ApiToken.revoked_at.is_(None))
    if (await db.scalar(mine) or 0) >= AT_MOST:
        raise TooManyTokens(f"You have {AT_MOST} tokens. Revoke one that nobody uses first.")


async def find(db: AsyncSession, caller: Caller, token_id: UUID) -> TokenOut:
    row = (await db.execute(described(caller).where(ApiToken.id == token_id))).one()
    return shown(*row[:3])


async def revoke(db: AsyncSession, token_id: UUID, *, by: Caller) -> None:
    """End a token of the caller's own, or as an administrator anybody's."""
    token = await db.get(ApiToken, token_id, with_for_update=True)
    is_theirs = token is not None and (token.user_id == by.id or by.role is Role.ADMINISTRATOR)
    if token is None or not is_theirs or token.revoked_at is not None:
        raise NotFound("There is no such token.")
    end(db, token)


async def revoke_all(db: AsyncSession, user_id: UUID) -> int:
    """End every token of a person, whoever may have got hold of them. Returns how many."""
    found = await db.scalars(
        select(ApiToken).filter_by(user_id=user_id, revoked_at=None).with_for_update()
    )
    ended = found.all()
    for token in ended:
        end(db, token)
    return len(ended)


def end(db: AsyncSession, token: ApiToken) -> None:
    token.revoked_at = clock.now()
    before = {"name": token.name, "user_id": token.user_id}
    record(db, "api_token.revoked", subject=token.id, before=before)


async def forget_addresses(context: Context) -> None:
    """Sweep: forget from where tokens were used last that ended long ago."""
    async with context.sessions.begin() as db:
        ended = and_(
            func.least(ApiToken.revoked_at, ApiToken.expires_at) < clock.now() - ADDRESS_KEPT,
            ApiToken.last_used_address.is_not(None),
        )
        if count := await db.scalar(select(func.count()).where(ended)):
            await db.execute(update(ApiToken).where(ended).values(last_used_address=None))
            record(db, "api_token.addresses_forgotten", after={"count": count})
