"""E-mails to those who operate the installation: one for each event, whatever happens meanwhile.

Which are due is decided with the round that brought the event, in its transaction (`store.py`); a
server that does not take them is asked again, and a restart forgets none.
"""

import asyncio
import time
from collections.abc import Callable
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

from agentlab.kit import logging
from agentlab.operations.status.components import Component, Reason
from agentlab.operations.status.incidents import Incident
from agentlab.operations.status.store import Alarm, Kind, Store
from agentlab.operations.status.wording import Language, words_in

if TYPE_CHECKING:
    from agentlab.kit.mail import MailServer

log = logging.get(__name__)

TRIED_AGAIN_AFTER_S = 60.0


class Letterhead(NamedTuple):
    """Who writes to whom, about which installation."""

    sender: str
    recipients: tuple[str, ...]
    domain: str
    url: str
    language: Language = Language.ENGLISH


class Postman:
    """Hands in what waits, one e-mail after the other, beside the rounds.

    Args:
        server: asked for anew each time: the password may have changed.
        letterhead: what stands on each.
    """

    def __init__(self, server: "Callable[[], MailServer]", letterhead: Letterhead) -> None:
        self.server = server
        self.letterhead = letterhead
        self.failed_at = float("-inf")
        self.failures = 0
        self.handed_in: list[str] = []
        self.task: asyncio.Task[None] | None = None

    def deliver(self, store: Store, now: datetime) -> None:
        """Note what was handed in since the last round, and begin with what waits."""
        self.note_handed_in(store, now)
        is_busy = self.task is not None and not self.task.done()
        if is_busy or time.monotonic() - self.failed_at < TRIED_AGAIN_AFTER_S:
            return
        letters = [(each.key, self.letter(each, store)) for each in store.waiting_alarms(now)]
        if letters:
            self.task = asyncio.create_task(self.hand_in(letters))

    def note_handed_in(self, store: Store, now: datetime) -> None:
        while self.handed_in:
            store.note_alarm_sent(self.handed_in[0], now)
            del self.handed_in[0]

    async def hand_in(self, letters: list[tuple[str, EmailMessage]]) -> None:
        from agentlab.errors import AgentLabError  # noqa: PLC0415
        from agentlab.kit.mail import send  # noqa: PLC0415 - most have no server for it

        try:
            for key, letter in letters:
                await send(self.server(), letter)
                self.handed_in.append(key)
        except (AgentLabError, OSError, ValueError) as error:
            self.failed_at = time.monotonic()
            self.failures += 1
            log.warning("alarm_not_sent", error=str(error))

    async def end(self) -> None:
        if self.task:
            await asyncio.wait({self.task}, timeout=2)

    def letter(self, alarm: Alarm, store: Store) -> EmailMessage:
        head, (subject, text) = self.letterhead, told(alarm, store, self.letterhead.language)
        letter = EmailMessage()
        letter["From"] = head.sender
        letter["To"] = ", ".join(head.recipients)
        letter["Date"] = format_datetime(alarm.at)
        letter["Subject"] = f"[{head.domain}] {subject}"
        # The same for the same event: a server that took it just before a crash knows it again.
        letter["Message-ID"] = f"<{sha256(alarm.key.encode()).hexdigest()[:32]}@{head.domain}>"
        letter["Auto-Submitted"] = "auto-generated"
        words = words_in(head.language)
        closing = words.say("alarm.closing", url=head.url)
        letter.set_content(f"{text}\n\n{words.moment(alarm.at)}\n\n{closing}\n")
        return letter


def told(alarm: Alarm, store: Store, language: Language) -> tuple[str, str]:
    """Subject and text."""
    words = words_in(language)
    if alarm.kind is Kind.COPY:
        return words.say("alarm.copy"), words.say("alarm.copy_text", target=alarm.about)
    if alarm.kind is Kind.ATTENTION:
        component, _, reason = alarm.about.partition(":")
        name = words.name(Component(component))
        why = words.say(f"reasons.{Reason(reason)}")
        return words.say("alarm.attention", name=name), words.say("because", what=name, reason=why)
    incident = store.incident(alarm.about)
    title = words.title(incident)
    if alarm.kind is Kind.OPENED:
        return title, story_of(incident, language)
    return words.say("alarm.resolved", title=title), story_of(incident, language)


def story_of(incident: Incident, language: Language) -> str:
    words = words_in(language)
    return "\n".join(
        f"{words.say(f'statuses.{each.status}')} · {words.moment(each.at)}\n"
        f"{words.update(incident, each)}\n"
        for each in reversed(incident.updates)
    ).rstrip()
