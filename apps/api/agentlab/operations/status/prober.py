"""The prober's loop: look, remember, publish; every fifteen seconds until it is told to stop."""

import asyncio
import json
import sqlite3
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from agentlab.kit import clock, logging
from agentlab.operations.status import documents, feeds, page
from agentlab.operations.status.alarms import Postman
from agentlab.operations.status.components import GROUPS, Finding, Group
from agentlab.operations.status.copies import Copy
from agentlab.operations.status.exporter import Exporter
from agentlab.operations.status.places import Places
from agentlab.operations.status.planned import excused
from agentlab.operations.status.publishing import Site
from agentlab.operations.status.reading import Overview, overview
from agentlab.operations.status.store import Store
from agentlab.operations.status.wording import Language, words_in

log = logging.get(__name__)

INTERVAL_S = 15.0
RENEWED_AFTER_S = 60.0
PRUNED_AFTER_S = 3_600.0
MOST_WAITING = 2_880
"""Rounds of half a day, which is long for a disk to be full."""


class Check(Protocol):
    """Something that looks at one or more components."""

    async def look(self) -> list[Finding]: ...


@dataclass(frozen=True, slots=True)
class Round:
    """What was found, and when."""

    findings: list[Finding]
    at: datetime


@dataclass(frozen=True, slots=True)
class Address:
    """What the public knows the installation as."""

    domain: str
    https_port: int = 443

    @property
    def url(self) -> str:
        port = "" if self.https_port == 443 else f":{self.https_port}"  # noqa: PLR2004 - HTTPS
        return f"https://{self.domain}{port}/status/"


class Prober:
    """Looks at everything, keeps what it found, and publishes what there is to tell.

    Args:
        checks: what is asked in each round, all at once.
        places: where to read and write.
        address: what the site calls itself.
        exporter: is told of every round.
        copies: where else the site is put.
        postman: sends alarms; None where there is no mail server or nobody to write to.
        interval_s: from the beginning of a round to the next one's.
        now: the time that results carry.
    """

    def __init__(
        self,
        checks: Sequence[Check],
        places: Places,
        address: Address,
        *,
        exporter: Exporter | None = None,
        copies: Sequence[Copy] = (),
        postman: Postman | None = None,
        interval_s: float = INTERVAL_S,
        now: Callable[[], datetime] = clock.now,
    ) -> None:
        self.checks = checks
        self.places = places
        self.address = address
        self.exporter = exporter or Exporter()
        self.copies = copies
        self.postman = postman
        self.interval_s = interval_s
        self.now = now
        self.waiting: deque[Round] = deque(maxlen=MOST_WAITING)
        self.site = Site(places.site)
        self._store: Store | None = None
        self._told: object = None
        self._renewed = float("-inf")
        # Not at once: a machine that just started may not have its right time yet, and what is
        # forgotten for being old would be gone.
        self._pruned = time.monotonic()

    async def run(self, stopping: asyncio.Event) -> None:
        """Make rounds until `stopping` is set; what a round has begun to ask is then left."""
        stop = asyncio.create_task(stopping.wait())
        try:
            while not stopping.is_set():
                due = time.monotonic() + self.interval_s
                one = asyncio.create_task(self.round())
                await asyncio.wait({one, stop}, return_when=asyncio.FIRST_COMPLETED)
                one.cancel()
                await asyncio.wait({one, stop}, timeout=max(0.0, due - time.monotonic()))
        finally:
            stop.cancel()
            await asyncio.gather(*(each.end() for each in self.copies))
            if self.postman:
                await self.postman.end()
                self.postman.note_handed_in(self.store(), self.now())
            self.close()

    def close(self) -> None:
        if self._store:
            self._store.close()
        self._store = None

    async def round(self) -> None:
        """One look at everything. While the disk takes nothing, what was found waits in memory."""
        findings = await self.look()
        if self.places.maintenance.exists():
            findings = excused(findings, GROUPS[Group.SERVICES])
        self.exporter.note(findings)
        self.waiting.append(Round(findings, self.now().replace(microsecond=0)))
        try:
            self.remember_and_publish()
        except (OSError, sqlite3.Error) as error:
            self.close()  # it is opened anew, and so looked through, in the next round
            self.exporter.note_failure()
            log.exception("status_round_lost", error=str(error))

    async def look(self) -> list[Finding]:
        answers = await asyncio.gather(
            *(check.look() for check in self.checks), return_exceptions=True
        )
        findings: list[Finding] = []
        for check, answer in zip(self.checks, answers, strict=True):
            if isinstance(answer, BaseException):
                log.error("status_check_crashed", check=type(check).__name__, exc_info=answer)
            else:
                findings += answer
        return findings

    def remember_and_publish(self) -> None:
        store, at = self.store(), self.waiting[-1].at
        while self.waiting:
            self.remember(store, self.waiting[0])
            self.waiting.popleft()
        self.tell(store, at)
        seen = overview(store, self.places, at)
        self.publish_if_due(seen)
        if time.monotonic() - self._pruned > PRUNED_AFTER_S:
            store.prune(at)
            self._pruned = time.monotonic()
        self.exporter.note_success(seen.open_incidents)

    def remember(self, store: Store, found: Round) -> None:
        incident = store.record(found.findings, found.at)
        if incident:
            log.warning("incident", id=incident.id, status=incident.status, impact=incident.impact)

    def tell(self, store: Store, at: datetime) -> None:
        for each in self.copies:
            self.exporter.note_copy(each)
            if each.fails:
                store.tell_of_copy(each.target.name, at)
        if self.postman:
            self.postman.deliver(store, at)
            self.exporter.note_alarms(self.postman.failures)

    def store(self) -> Store:
        if self._store is None:
            self._store = Store(self.places.store)
        return self._store

    def publish_if_due(self, seen: Overview) -> None:
        """Publish news at once, and otherwise only that there is none."""
        news = news_in(seen)
        if news == self._told and time.monotonic() - self._renewed < RENEWED_AFTER_S:
            return
        site = files(seen, self.address)
        for each in self.copies:
            each.offer(site, news)
        self.site.publish(site)
        self._told, self._renewed = news, time.monotonic()


def news_in(seen: Overview) -> object:
    """What a reader would want to know at once."""
    states = [(part.component, part.state, part.reason) for part in seen.parts]
    maintenances = [(each, each.stage(seen.at)) for each in seen.maintenances]
    incidents = (seen.open_incidents, seen.past_incidents)
    return seen.indicator, states, incidents, maintenances, seen.releases, seen.drills


def files(seen: Overview, address: Address) -> dict[str, bytes]:
    """The whole site, by paths below `/status/`."""
    site = dict(page.static_files())
    for language, folder in ((Language.ENGLISH, ""), (Language.FRENCH, "fr/")):
        words, url = words_in(language), f"{address.url}{folder}"
        site[f"{folder}history.rss"] = feeds.rss(seen, words, url)
        site[f"{folder}history.atom"] = feeds.atom(seen, words, url)
    for name, document in documents.documents(seen, address.url).items():
        site[name] = json.dumps(document, ensure_ascii=False).encode()
    return site | page.pages(seen, domain=address.domain)
