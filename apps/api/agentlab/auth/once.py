"""`Idempotency-Key`: who asks again for a creation gets the reply of the first time.

The reply is stored in the transaction that creates, so both exist or neither does: also when the
process dies between the commit and the reply, and for two requests at once, of which the second
waits for the first. `api.py` applies it to every route that creates.
"""

import hashlib
import re
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any, Protocol
from uuid import UUID

from fastapi import APIRouter, Request, Response, status
from fastapi.routing import APIRoute
from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.auth.models import IdempotencyKey
from agentlab.context import Context
from agentlab.errors import InvalidInput
from agentlab.kit import clock

KEPT = timedelta(hours=24)
HEADER = "Idempotency-Key"
ACCEPTABLE = re.compile(r"[\x21-\x7e]{1,200}")
CREATED = {status.HTTP_201_CREATED, status.HTTP_202_ACCEPTED}

SHOWN_ONCE = {"create_token", "invite", "make_link"}
"""Routes whose replies hold a secret of which only a hash is kept: no reply of theirs is stored."""

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class IdempotencyKeyReused(InvalidInput):
    code = "idempotency_key_reused"


class IdempotencyKeyMalformed(InvalidInput):
    code = "idempotency_key_malformed"


class Asking(Protocol):
    """Who asks: see `auth.callers.Caller`."""

    @property
    def id(self) -> UUID: ...
    @property
    def role(self) -> str: ...
    @property
    def token_id(self) -> UUID | None: ...


class AnsweredBefore(Exception):
    """This was asked and answered before; `reply` is what was said."""

    def __init__(self, reply: Response) -> None:
        super().__init__()
        self.reply = reply


@dataclass(frozen=True)
class Begun:
    """A creation under a key, whose reply is not known yet."""

    db: AsyncSession
    user_id: UUID
    key: str


def is_creation(route: object) -> bool:
    return (
        isinstance(route, APIRoute)
        and route.methods == {"POST"}
        and route.status_code in CREATED
        and route.name not in SHOWN_ONCE
    )


def answer_once(router: APIRouter) -> APIRouter:
    """Let every creation of `router` keep its reply under the key that it came with."""
    for route in router.routes:
        if isinstance(route, APIRoute) and is_creation(route):
            # FastAPI asks for the handler when the router is included.
            handler_of = partial(keeping, route.get_route_handler)
            route.get_route_handler = handler_of  # type: ignore[method-assign]
    return router


def keeping(plain: Callable[[], Handler]) -> Handler:
    return Keeping(plain()).answer


@dataclass(frozen=True)
class Keeping:
    """A creation's handler that stores what `plain` replies."""

    plain: Handler

    async def answer(self, request: Request) -> Response:
        try:
            reply = await self.plain(request)
        except AnsweredBefore as before:
            return before.reply
        begun: Begun | None = getattr(request.state, "begun", None)
        if begun is not None:
            await keep(begun, reply)
        return reply


async def begin(db: AsyncSession, request: Request, caller: Asking) -> None:
    """Claim the key of this request, if it is a creation that came with one.

    Raises:
        AnsweredBefore: with the stored reply.
        IdempotencyKeyReused, IdempotencyKeyMalformed.
    """
    key = request.headers.get(HEADER)
    if key is None or not is_creation(request.scope.get("route")):
        return
    if not ACCEPTABLE.fullmatch(key):
        raise IdempotencyKeyMalformed(
            f"`{HEADER}` has to be 1 to 200 visible ASCII characters; a UUID does well.",
            field=HEADER,
        )
    digest = await digest_of(request, caller)
    if not await claim(db, caller.id, key, digest):
        await answer_again(db, caller.id, key, digest)
    request.state.begun = Begun(db, caller.id, key)


async def digest_of(request: Request, caller: Asking) -> str:
    """What makes two requests the same one: also who asks, and with which rights."""
    parts = (
        request.url.path.encode(),
        request.url.query.encode(),
        str(caller.role).encode(),
        str(caller.token_id).encode(),
        await request.body(),
    )
    return hashlib.sha256(b"\0".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()


async def claim(db: AsyncSession, user_id: UUID, key: str, digest: str) -> bool:
    """Whether the key is this request's; waits for another one that has it and is not done."""
    now = clock.now()
    fresh = {"request_digest": digest, "created_at": now}
    claimed = (
        insert(IdempotencyKey)
        .values(user_id=user_id, key=key, **fresh)
        .on_conflict_do_update(
            index_elements=["user_id", "key"],
            set_={**fresh, "status": None, "body": None, "etag": None},
            where=IdempotencyKey.created_at < now - KEPT,
        )
        .returning(IdempotencyKey.key)
    )
    return await db.scalar(claimed) is not None


async def answer_again(db: AsyncSession, user_id: UUID, key: str, digest: str) -> None:
    query = select(IdempotencyKey).where(
        IdempotencyKey.user_id == user_id, IdempotencyKey.key == key
    )
    stored = await db.scalar(query)
    if stored is None or stored.status is None or stored.request_digest != digest:
        raise IdempotencyKeyReused(
            f"This `{HEADER}` was used for another request. Take a new one for each creation.",
            field=HEADER,
        )
    headers = {"Idempotency-Replayed": "true"}
    if stored.etag is not None:
        headers["ETag"] = stored.etag
    raise AnsweredBefore(
        Response(stored.body, stored.status, headers, media_type="application/json")
    )


async def keep(begun: Begun, reply: Response) -> None:
    stored = (
        update(IdempotencyKey)
        .where(IdempotencyKey.user_id == begun.user_id, IdempotencyKey.key == begun.key)
        .values(status=reply.status_code, body=bytes(reply.body), etag=reply.headers.get("etag"))
    )
    await begun.db.execute(stored)


async def forget_old(context: Context) -> None:
    """Sweep: forget what was kept long enough."""
    async with context.sessions.begin() as db:
        await db.execute(
            delete(IdempotencyKey).where(IdempotencyKey.created_at < clock.now() - KEPT)
        )
