"""Digests: somebody's inbox by e-mail, once for each day or week that they asked for.

A row stands for each person and period before anything is sent, so two workers make one e-mail. It
says that sending began before the mail server is spoken to: whatever dies between that and the
row's last word leaves an e-mail that may have gone out, and it is not sent a second time. The next
period's comes as usual. What the server refused is tried again like every job, and said.
"""

import json
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.auth import callers
from agentlab.auth.callers import Caller
from agentlab.auth.models import Digest, User
from agentlab.context import Context
from agentlab.errors import Conflict, TooManyRequests
from agentlab.inbox import reading
from agentlab.inbox.letter import letter
from agentlab.inbox.models import DigestMail
from agentlab.inbox.reading import Filters, zone_named
from agentlab.inbox.schemas import DigestOut
from agentlab.kit import logging, mail
from agentlab.kit.clock import now
from agentlab.kit.ids import new_id
from agentlab.kit.jobs import enqueue
from agentlab.kit.mail import MailNotSent, MailServer
from agentlab.settings import Settings

log = logging.get(__name__)

SEND = "send_inbox_digest"
SHOWN = 20
LATEST = timedelta(hours=24)
"""A digest that could not be sent so long, because AgentLab was not running, is left out."""
TEST_AGAIN_S = 30


class NoMailServer(Conflict):
    code = "mail_not_configured"


class TestedJustNow(TooManyRequests):
    code = "mail_tested_just_now"


def server_of(settings: Settings) -> MailServer | None:
    if settings.smtp_host is None:
        return None
    return MailServer(
        settings.smtp_host,
        settings.smtp_port,
        settings.smtp_tls,
        settings.smtp_user,
        settings.current("smtp_password"),
    )


async def ask_for_due(context: Context) -> None:
    """A sweep: a job for each digest whose hour has come."""
    if server_of(context.settings) is None:
        return
    async with context.sessions() as db:
        people = await db.execute(
            select(User.id, User.digest, User.digest_hour, User.time_zone).where(
                User.digest != Digest.NEVER, User.deactivated_at.is_(None)
            )
        )
        due = [
            (id_, period)
            for id_, digest, hour, zone in people
            if (period := due_period(Digest(digest), hour, zone_named(zone), now()))
        ]
    for user_id, period in due:
        async with context.sessions.begin() as db:
            await ask(db, user_id, period)


async def ask(db: AsyncSession, user_id: UUID, period: date) -> None:
    is_new = await db.scalar(
        insert(DigestMail)
        .values(user_id=user_id, period=period, asked_at=now())
        .on_conflict_do_nothing()
        .returning(DigestMail.user_id)
    )
    if is_new:
        await enqueue(db, SEND, user_id=str(user_id), period=period.isoformat())


def due_period(digest: Digest, hour: int, zone: ZoneInfo, at: datetime) -> date | None:
    """The day, or the Monday of the week, whose digest is to be sent at this moment."""
    today = at.astimezone(zone).date()
    first = today - timedelta(days=today.weekday()) if digest is Digest.WEEKLY else today
    for period in (first, first - timedelta(days=1)) if digest is Digest.DAILY else (first,):
        due_at = datetime.combine(period, time(hour), tzinfo=zone)
        if due_at <= at < due_at + LATEST:
            return period
    return None


@dataclass(frozen=True)
class Wanted:
    """Who gets it, and what waits for them."""

    caller: Caller
    user: User


async def send(context: Context, user_id: str, period: str) -> None:
    """Send the digest of a period, unless it was sent, may have been, or is not wanted any more."""
    key = (UUID(user_id), date.fromisoformat(period))
    server = server_of(context.settings)
    async with context.sessions.begin() as db:
        row = await db.get(DigestMail, key, with_for_update=True)
        if row is None or row.sent_at or server is None:
            return
        if row.began_at:
            log.warning("digest_may_have_been_sent", user_id=user_id, period=period)
            row.problem = "AgentLab stopped while it was being sent, so it may have arrived or not."
            return
        wanted = await find(db, key[0])
        if wanted is None or wanted.user.digest == Digest.NEVER:
            return
        inbox = await inbox_of(db, wanted.caller)
        row.items = inbox["totals"]["items"]
        if not row.items:
            row.sent_at, row.problem = now(), None
            return
        row.began_at = now()
        zone = zone_named(wanted.user.time_zone)
        message = letter(
            context.settings, wanted.user, inbox, zone=zone, name=f"inbox.{user_id}.{period}"
        )
    try:
        await mail.send(server, message)
    except MailNotSent as refusal:
        async with context.sessions.begin() as db:
            row = await db.get_one(DigestMail, key)
            row.began_at, row.problem = None, refusal.detail
        raise
    async with context.sessions.begin() as db:
        row = await db.get_one(DigestMail, key)
        row.sent_at, row.problem = now(), None


async def find(db: AsyncSession, user_id: UUID) -> Wanted | None:
    caller = await callers.person(db, user_id, "")
    return Wanted(caller, await db.get_one(User, user_id)) if caller else None


async def inbox_of(db: AsyncSession, caller: Caller) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = json.loads(
        await reading.inbox(db, caller, Filters(), limit=SHOWN, after=None)
    )
    return found


async def send_test(db: AsyncSession, context: Context, caller: Caller) -> None:
    """Send somebody the digest of this moment.

    Raises:
        NoMailServer: none is set.
        TestedJustNow: they did the same a moment ago.
        MailNotSent: the server did not take it.
    """
    server = server_of(context.settings)
    if server is None:
        raise NoMailServer(
            "This AgentLab has no mail server. Ask an administrator to set SMTP_HOST."
        )
    if not await context.redis.set(f"inbox:test:{caller.id}", 1, ex=TEST_AGAIN_S, nx=True):
        raise TestedJustNow(
            "You sent one a moment ago. Look into your mailbox, or try again in half a minute.",
            retry_after_s=TEST_AGAIN_S,
        )
    user = await db.get_one(User, caller.id)
    inbox, zone = await inbox_of(db, caller), zone_named(user.time_zone)
    message = letter(context.settings, user, inbox, zone=zone, name=f"inbox.test.{new_id()}")
    await db.commit()  # the mail server may take long, and others need the connection
    await mail.send(server, message)


async def last(db: AsyncSession, context: Context, user_id: UUID) -> DigestOut:
    newest = await db.scalar(
        select(DigestMail)
        .where(DigestMail.user_id == user_id)
        .order_by(DigestMail.period.desc())
        .limit(1)
    )
    sent_at = await db.scalar(
        select(DigestMail.sent_at)
        .where(DigestMail.user_id == user_id, DigestMail.sent_at.is_not(None))
        .order_by(DigestMail.period.desc())
        .limit(1)
    )
    return DigestOut(
        is_available=context.settings.smtp_host is not None,
        sent_at=sent_at,
        problem=newest.problem if newest else None,
    )
