"""Digests by e-mail, handed in to a real SMTP server."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import SecretStr
from sqlalchemy import select, text

from agentlab.auth.models import Digest
from agentlab.auth.schemas import Language
from agentlab.context import Context
from agentlab.inbox import digest, letter
from agentlab.inbox.models import DigestMail
from agentlab.kit import mail
from agentlab.kit.clock import now
from agentlab.kit.mail import MailNotSent, MailServer
from tests.portfolio.test_sight import only_assigned
from tests.support.browser import Browser, refusal
from tests.support.flow import WORKFLOW, Flow
from tests.support.mail_server import SECRET, USER, Mailbox, mail_server
from tests.support.projects import bmad_folder, import_it, project_of, run_jobs
from tests.support.review import Review


@pytest.fixture
async def mailbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Mailbox]:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    async with mail_server(tmp_path) as mailbox:
        yield mailbox


@pytest.fixture
def sending(context: Context, mailbox: Mailbox) -> Context:
    """AgentLab with that mail server."""
    settings = context.settings.model_copy(
        update={
            "smtp_host": "localhost",
            "smtp_port": mailbox.port,
            "smtp_user": USER,
            "smtp_password": SecretStr(SECRET),
            "smtp_sender": "lab@example.com",
            "public_url": "https://lab.example.com",
        }
    )
    return replace(context, settings=settings)


async def wants(browser: Browser, **profile: Any) -> Any:
    version = (await browser.read("/profile"))["version"]
    reply = await browser.patch("/profile", profile, version=version)
    assert reply.is_success, reply.text
    return reply.json()


async def id_of(browser: Browser) -> str:
    return str((await browser.read("/session"))["id"])


async def mails(context: Context) -> list[DigestMail]:
    async with context.sessions() as db:
        return list(await db.scalars(select(DigestMail)))


@pytest.mark.parametrize(
    ("wanted", "hour", "at", "period"),
    [
        (Digest.DAILY, 8, datetime(2026, 11, 29, 7, 0, tzinfo=UTC), date(2026, 11, 29)),
        (Digest.DAILY, 8, datetime(2026, 11, 29, 6, 59, tzinfo=UTC), date(2026, 11, 28)),
        (Digest.WEEKLY, 8, datetime(2026, 11, 30, 6, 59, tzinfo=UTC), None),
        (Digest.WEEKLY, 8, datetime(2026, 11, 30, 7, 0, tzinfo=UTC), date(2026, 11, 30)),
        (Digest.WEEKLY, 8, datetime(2026, 12, 1, 6, 59, tzinfo=UTC), date(2026, 11, 30)),
        (Digest.WEEKLY, 8, datetime(2026, 12, 1, 7, 0, tzinfo=UTC), None),
        (Digest.WEEKLY, 0, datetime(2026, 11, 29, 23, 0, tzinfo=UTC), date(2026, 11, 30)),
    ],
)
def test_a_digest_is_due_from_its_hour_where_the_person_is(
    wanted: Digest, hour: int, at: datetime, period: date | None
) -> None:
    assert digest.due_period(wanted, hour, ZoneInfo("Europe/Paris"), at) == period


async def test_each_gets_their_own_inbox_once_in_their_language(
    sending: Context, mailbox: Mailbox, bob: Browser, ada: Browser, root: Path
) -> None:
    workflow = await project_of(bob, sending, bmad_folder(root, "<b>reader & co"))
    review = Review(bob, sending, root / "<b>reader & co", workflow)
    await review.submit("Please read {this}.")
    await wants(bob, digest="daily", digest_hour=0, language="fr", time_zone="Europe/Paris")
    await wants(ada, digest="daily", digest_hour=0)
    await only_assigned(sending, bob, workflow["client_id"])
    for _ in range(2):
        await digest.ask_for_due(sending)
    asked = await mails(sending)
    assert len(asked) == 2
    for row in asked * 2:
        await digest.send(sending, str(row.user_id), row.period.isoformat())
    assert sorted(message["To"] for message in mailbox.messages) == [
        "Ada Lovelace <ada@example.com>",
        "Bob Noyce <bob@example.com>",
    ]
    [to_bob] = [each for each in mailbox.messages if "bob@" in each["To"]]
    assert to_bob["Subject"] == "Un élément vous attend"
    assert to_bob["From"] == "AgentLab <lab@example.com>"
    assert to_bob["Message-ID"].strip().startswith(f"<inbox.{await id_of(bob)}.")
    plain, html = (part.get_content() for part in to_bob.iter_parts())
    link = f"https://lab.example.com/gates/{review.gate_id}"
    assert "À décider\u00a0: Create the PRD" in plain
    assert link in plain
    assert "Maison Lumière / <b>reader & co" in plain
    assert "Please read {this}." in html
    assert f'href="{link}"' in html
    assert "&lt;b&gt;reader &amp; co" in html
    assert "<b>" not in html
    status = await bob.read("/inbox/digest")
    assert (status["is_available"], status["problem"]) == (False, None)
    assert datetime.fromisoformat(status["sent_at"]) <= now()


async def test_where_nothing_waits_nothing_is_sent(
    sending: Context, mailbox: Mailbox, bob: Browser
) -> None:
    await wants(bob, digest="daily", digest_hour=0)
    await digest.ask_for_due(sending)
    [row] = await mails(sending)
    await digest.send(sending, str(row.user_id), row.period.isoformat())
    [row] = await mails(sending)
    assert (row.items, row.began_at, mailbox.messages) == (0, None, [])
    assert row.sent_at


async def test_a_server_that_refuses_is_tried_again_and_its_answer_is_said(
    sending: Context, mailbox: Mailbox, review: Review
) -> None:
    bob = review.browser
    await review.submit()
    await wants(bob, digest="daily", digest_hour=0)
    await digest.ask_for_due(sending)
    [row] = await mails(sending)
    job = (str(row.user_id), row.period.isoformat())
    mailbox.refusal = "451 Come back later"
    for _ in range(2):
        with pytest.raises(MailNotSent):
            await digest.send(sending, *job)
    problem = (await bob.read("/inbox/digest"))["problem"]
    assert "localhost" in problem
    assert "Come back later" in problem
    mailbox.refusal = None
    await digest.send(sending, *job)
    await digest.send(sending, *job)
    assert len(mailbox.messages) == 1
    assert (await bob.read("/inbox/digest"))["problem"] is None


async def test_what_may_have_been_sent_is_not_sent_again(
    sending: Context, mailbox: Mailbox, review: Review
) -> None:
    await review.submit()
    await wants(review.browser, digest="daily", digest_hour=0)
    await digest.ask_for_due(sending)
    [row] = await mails(sending)
    async with sending.engine.begin() as connection:
        await connection.execute(text("UPDATE inbox_digests SET began_at = now()"))
    await digest.send(sending, str(row.user_id), row.period.isoformat())
    assert mailbox.messages == []
    assert "may have arrived" in (await review.browser.read("/inbox/digest"))["problem"]


async def test_whoever_wants_none_any_more_or_is_gone_gets_none(
    sending: Context, mailbox: Mailbox, review: Review, ada: Browser
) -> None:
    await review.submit()
    bob = review.browser
    await wants(bob, digest="daily", digest_hour=0)
    await digest.ask_for_due(sending)
    [row] = await mails(sending)
    job = (str(row.user_id), row.period.isoformat())
    await wants(bob, digest="never")
    await digest.send(sending, *job)
    await wants(bob, digest="daily")
    assert (await ada.post(f"/users/{row.user_id}/deactivation")).is_success
    await digest.send(sending, *job)
    assert mailbox.messages == []


async def test_without_a_mail_server_nothing_is_asked_for(context: Context, bob: Browser) -> None:
    await wants(bob, digest="daily", digest_hour=0)
    await digest.ask_for_due(context)
    assert await mails(context) == []
    assert refusal(await bob.post("/inbox/digest/test")) == (409, "mail_not_configured")


async def test_one_can_send_oneself_one_to_see(
    sending: Context, mailbox: Mailbox, app: Any, bob: Browser
) -> None:
    app.state.context = sending
    assert (await bob.post("/inbox/digest/test")).status_code == 204
    [message] = mailbox.messages
    assert (message["To"], message["Subject"]) == (
        "Bob Noyce <bob@example.com>",
        "Nothing waits for you",
    )
    assert refusal(await bob.post("/inbox/digest/test")) == (429, "mail_tested_just_now")
    await sending.redis.flushdb()


async def test_a_wrong_password_a_closed_port_and_a_stranger_are_said(
    mailbox: Mailbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = letter_to_nobody()
    server = MailServer("localhost", mailbox.port, "starttls", USER, "wrong")
    with pytest.raises(MailNotSent, match=r"localhost:\d+ did not take the e-mail"):
        await mail.send(server, message)
    assert "wrong" not in repr(server)
    with pytest.raises(MailNotSent):
        await mail.send(replace(server, port=1), message)
    with pytest.raises(MailNotSent):
        await mail.send(replace(server, tls="none"), message)
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(MailNotSent, match="certificate"):
        await mail.send(replace(server, password=SECRET), message)
    assert mailbox.messages == []


def letter_to_nobody() -> Any:

    message = EmailMessage()
    message["From"] = message["To"] = "nobody@example.com"
    message.set_content("Nothing.")
    return message


async def test_a_job_sends_it_and_a_late_one_is_left_out(
    sending: Context, mailbox: Mailbox, review: Review
) -> None:
    await review.submit()
    await wants(review.browser, digest="daily", digest_hour=0)
    await digest.ask_for_due(sending)
    await run_jobs(sending)
    assert len(mailbox.messages) == 1
    yesterday = now() - timedelta(days=1)
    assert digest.due_period(Digest.WEEKLY, 0, ZoneInfo("UTC"), yesterday) in {
        None,
        yesterday.date(),
    }


async def test_what_a_stage_asks_is_told_with_the_way_to_its_project(
    bob: Browser, context: Context, root: Path
) -> None:
    folder = bmad_folder(root, workflow=WORKFLOW)
    ended = await import_it(bob, context, folder, gates=[])
    flow = Flow(bob, await bob.read(f"/projects/{ended['project_id']}"))
    await flow.complete("classification")
    [item] = (await bob.read("/inbox"))["page"]["items"]
    words = letter.words_in(Language.FRENCH)
    told = letter.lines_of(item, words, "https://lab.example", ZoneInfo("UTC"), 220)
    assert told["title"] == "Choisir la suite du travail\u00a0: Routing decision"
    assert "single_story" in told["text"]
    assert told["address"] == f"https://lab.example/projects/{flow.project_id}"
