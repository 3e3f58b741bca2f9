"""`Idempotency-Key`: who asks again for a creation gets the reply of the first time.

The reply is stored in the transaction that creates, so both exist or neither does: also when the
process dies between the commit and the reply, and for two requests at once, of which the second
waits for the first. `api.py` applies it to every route that creates.
"""

import hashlib
import json
import re
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any, Protocol
from uuid import UUID

from fastapi import APIRouter, Request, Response, status
from fastapi.routing import APIRoute
from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.auth import sight
from agentlab.auth.models import IdempotencyKey
from agentlab.context import Context
from agentlab.errors import InvalidInput
from agentlab.kit import clock

KEPT = timedelta(hours=24)
HEADER = "Idempotency-Key"
ACCEPTABLE = re.compile(r"[\x21-\x7e]{1,200}")
CREATED = {status.HTTP_201_CREATED, status.HTTP_202_ACCEPTED}

ABOUT = {
    "create_client": {"id": "client_id"},
    "create_service": {"id": "service_id"},
    "create_project": {"id": "project_id"},
    "create_contact": {"id": "contact_id"},
    "create_application": {"id": "application_id"},
    "create_template": {"id": "template_id"},
    "create_sample": {"project_id": "project_id"},
    "import_spreadsheet": {"clients": "client_id", "projects": "project_id"},
}
"""Where the replies of these routes say what they made, and as what `sight` knows that."""

OWN = {
    "create_reference_item",
    "explain_incident",
    "make_backup",
    "plan_maintenance",
    "prove_backup",
    "request_import",
    "restore_backup",
    "save_view",
    "verify_audit_trail",
}
"""Creations whose replies tell nothing of a client."""

SHOWN_ONCE = {"create_token", "invite", "make_link"}
"""Routes whose replies hold a secret of which only a hash is kept: no reply of theirs is stored."""

OF_NOBODY = {"set_up"}
"""Creations that nobody is known before: there is no person yet whose key it could be."""

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class IdempotencyKeyReused(InvalidInput):
    code = "idempotency_key_reused"


class IdempotencyKeyMalformed(InvalidInput):
    code = "idempotency_key_malformed"


class IdempotencyKeyNotTaken(InvalidInput):
    code = "idempotency_key_not_taken"


class Asking(sight.Looking, Protocol):
    """Who asks: see `auth.callers.Caller`."""

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
        and route.name not in SHOWN_ONCE | OF_NOBODY
    )


def shows_once(route: object) -> bool:
    return isinstance(route, APIRoute) and route.name in SHOWN_ONCE


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
        NotFound: what it is about is not there for the caller any more.
        IdempotencyKeyReused, IdempotencyKeyMalformed, IdempotencyKeyNotTaken.
    """
    key = request.headers.get(HEADER)
    route = request.scope.get("route")
    if key is None:
        return
    if shows_once(route):
        raise IdempotencyKeyNotTaken(
            f"This makes a secret that is shown once and not stored, so it takes no `{HEADER}`: "
            "asking twice makes two. Send it without one, and revoke what you did not get.",
            field=HEADER,
        )
    if not is_creation(route):
        return
    if not ACCEPTABLE.fullmatch(key):
        raise IdempotencyKeyMalformed(
            f"`{HEADER}` has to be 1 to 200 visible ASCII characters; a UUID does well.",
            field=HEADER,
        )
    digest = await digest_of(request, caller)
    if not await claim(db, caller.id, key, digest):
        stored = await stored_reply(db, caller.id, key, digest)
        await need_in_sight(db, caller, request.scope["route"].name, stored.body)
        raise AnsweredBefore(as_reply(stored))
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


async def stored_reply(db: AsyncSession, user_id: UUID, key: str, digest: str) -> IdempotencyKey:
    query = select(IdempotencyKey).where(
        IdempotencyKey.user_id == user_id, IdempotencyKey.key == key
    )
    stored = await db.scalar(query)
    if stored is None or stored.status is None or stored.request_digest != digest:
        raise IdempotencyKeyReused(
            f"This `{HEADER}` was used for another request. Take a new one for each creation.",
            field=HEADER,
        )
    return stored


async def need_in_sight(db: AsyncSession, caller: Asking, route: str, body: bytes | None) -> None:
    """What was made then must be there for them now: rights end, and things move and are deleted.

    What the address names was looked at already.
    """
    reply = json.loads(body or b"{}")
    for field, name in ABOUT.get(route, {}).items():
        said = reply[field]
        for id_ in [each["id"] for each in said] if isinstance(said, list) else [said]:
            await sight.need(db, caller, name, UUID(id_))


def as_reply(stored: IdempotencyKey) -> Response:
    headers = {"Idempotency-Replayed": "true"}
    if stored.etag is not None:
        headers["ETag"] = stored.etag
    return Response(stored.body, stored.status or 0, headers, media_type="application/json")


async def keep(begun: Begun, reply: Response) -> None:
    stored = (
        update(IdempotencyKey)
        .where(IdempotencyKey.user_id == begun.user_id, IdempotencyKey.key == begun.key)
        .values(status=reply.status_code, body=bytes(reply.body), etag=reply.headers.get("etag"))
    )
    await begun.db.execute(stored)


async def forget_about(db: AsyncSession, id_: UUID, words: Iterable[str]) -> None:
    """Forget every stored reply that holds this id, or one of these words as a whole value.

    Who asks again for one of these creations gets a second one, within the day: that is the price.
    """
    body = func.convert_from(IdempotencyKey.body, "UTF8")
    values = (f":{json.dumps(word, ensure_ascii=False)}" for word in words)
    held = [body.contains(text, autoescape=True) for text in (str(id_), *values)]
    await db.execute(
        delete(IdempotencyKey).where(or_(*held)).execution_options(synchronize_session=False)
    )


async def forget_old(context: Context) -> None:
    """Sweep: forget what was kept long enough."""
    async with context.sessions.begin() as db:
        await db.execute(
            delete(IdempotencyKey).where(IdempotencyKey.created_at < clock.now() - KEPT)
        )
