"""People who write through the edge, and ask again until they know, as good clients do.

Each asks for one thing at a time, under an `Idempotency-Key`. What is not answered with a success
is asked for again under the same key: after a connection that broke, nginx's 502, a refusal of the
api. So in the end all that was asked for is there, each once.
"""

import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import httpx
from typing_extensions import override

from support.stack import Stack

PREFIX = "Survivor "
AGAIN_S = 0.2
PAUSE_S = 0.1
"""All of them are one address to nginx, which may ask 100 times a second."""
CLEAR = {
    *("502 unavailable", "504 unavailable"),  # nginx's own
    *("503 service_away", "503 disk_full", "503 outcome_unknown"),
}
"""Refusals that say what happened and what to do."""


@dataclass
class Written:
    """What became of it all."""

    acknowledged: dict[tuple[str, str], float] = field(default_factory=dict)
    """When, on the monotonic clock, by the table and by the name that nothing else there has."""
    refusals: Counter[str] = field(default_factory=Counter)
    """By status and code."""
    broken: Counter[str] = field(default_factory=Counter)
    """Connections, by how they broke."""
    replayed: int = 0
    """Things that had been made when they were asked for again."""
    given_up: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    @override
    def __str__(self) -> str:
        return (
            f"{len(self.acknowledged)} acknowledged, {self.replayed} of them made before; "
            f"{self.given_up} given up; refusals {dict(self.refusals)}; broken {dict(self.broken)}"
        )

    def names(self, table: str) -> Counter[str]:
        return Counter(name for where, name in self.acknowledged if where == table)


class GivenUp(Exception):
    """It was refused for good, or for longer than anybody waits."""


@dataclass
class Writer:
    """One of them, with a browser of their own."""

    browser: httpx.Client
    written: Written
    stopped: threading.Event
    patience_s: float
    """How long it asks on for its last thing, once it was told to stop."""
    stopped_at: float | None = None

    def build(self) -> None:
        """Clients, each with a service and a project."""
        name = new_name()
        client = self.make("clients", name, "/clients", {"name": name})
        place = {"client_id": client["id"], "name": name}
        service = self.make("services", name, "/services", place)
        place = {"service_id": service["id"], "name": name}
        self.make("projects", name, "/projects", place)

    def review(self, gate_id: str) -> None:
        """Submissions of one stage, each rejected; a job writes each decision into a file."""
        name = new_name()
        gate = self.make("submissions", name, f"/gates/{gate_id}/submissions", {"note": name})
        submission = gate["submissions"][0]
        shown = [
            {"document_id": each["document_id"], "sha256": each["sha256"]}
            for each in submission["artefacts"]
        ]
        decision = {"verdict": "rejected", "reason": name, "artefacts": shown}
        self.make("decisions", name, f"/submissions/{submission['id']}/decision", decision)

    def work(self, write: Callable[["Writer"], None]) -> None:
        while not self.stopped.is_set():
            try:
                write(self)
            except GivenUp:
                with self.written.lock:
                    self.written.given_up += 1
                return

    def make(self, table: str, name: str, path: str, body: dict[str, Any]) -> Any:
        """What was made, as soon as that is acknowledged; raises `GivenUp`."""
        key = {"Idempotency-Key": str(uuid.uuid4())}
        while True:
            answer = self.ask(path, body, key)
            if answer is not None and answer.is_success:
                with self.written.lock:
                    self.written.acknowledged[table, name] = time.monotonic()
                    self.written.replayed += "idempotency-replayed" in answer.headers
                time.sleep(PAUSE_S)
                return answer.json()
            if answer is not None and answer.status_code < 500:  # asking again does not help
                raise GivenUp
            self.need_patience()
            time.sleep(AGAIN_S)

    def ask(
        self, path: str, body: dict[str, Any], headers: dict[str, str]
    ) -> httpx.Response | None:
        try:
            answer = self.browser.post(f"/api/v1{path}", json=body, headers=headers)
        except httpx.TransportError as error:
            with self.written.lock:
                self.written.broken[type(error).__name__] += 1
            return None
        if not answer.is_success:
            with self.written.lock:
                self.written.refusals[said_in(answer)] += 1
        return answer

    def need_patience(self) -> None:
        if not self.stopped.is_set():
            return
        self.stopped_at = self.stopped_at or time.monotonic()
        if time.monotonic() - self.stopped_at >= self.patience_s:
            raise GivenUp


def new_name() -> str:
    return f"{PREFIX}{uuid.uuid4()}"


def said_in(answer: httpx.Response) -> str:
    """The status, and the code where it is a whole problem document."""
    is_problem = answer.headers.get("content-type", "").startswith("application/problem+json")
    problem = answer.json() if is_problem else {}
    code = problem.get("code") if problem.get("detail") else None
    return f"{answer.status_code} {code or f'without a code: {answer.text[:200]}'}"


@contextmanager
def writing(
    stack: Stack,
    cookies: httpx.Cookies,
    *,
    builders: int = 5,
    gate_id: str | None = None,
    patience_s: float = 120,
) -> Iterator[Written]:
    """Writers who work while the block runs, and then until their last thing is acknowledged.

    Args:
        stack: where.
        cookies: of somebody who is signed in.
        builders: how many make clients, services and projects at once.
        gate_id: of a stage that one more submits and rejects.
        patience_s: how long they ask on after the block.
    """
    written, stopped = Written(), threading.Event()
    work: list[Callable[[Writer], None]] = [Writer.build] * builders
    if gate_id:
        work.append(partial(Writer.review, gate_id=gate_id))
    browsers = [stack.browser() for _ in work]
    threads = []
    for browser, write in zip(browsers, work, strict=True):
        browser.cookies = cookies
        writer = Writer(browser, written, stopped, patience_s)
        threads.append(threading.Thread(target=writer.work, args=(write,)))
    for thread in threads:
        thread.start()
    try:
        yield written
    finally:
        stopped.set()
        for thread in threads:
            thread.join()
        for browser in browsers:
            browser.close()


NAMES = {
    "clients": "SELECT name FROM clients",
    "services": "SELECT name FROM services",
    "projects": "SELECT name FROM projects",
    "submissions": "SELECT note FROM submissions",
    "decisions": "SELECT reason FROM decisions",
}


def found(stack: Stack, table: str) -> Counter[str]:
    """What the database has of it, by its name."""
    lines = stack.psql(NAMES[table]).splitlines()
    return Counter(line for line in lines if line.startswith(PREFIX))


def assert_nothing_is_lost_or_doubled(stack: Stack, written: Written) -> None:
    """Also that each refusal was clear. Of writers who had the patience to learn of everything."""
    assert set(written.refusals) <= CLEAR, written
    assert written.given_up == 0, written
    for table in NAMES:
        assert found(stack, table) == written.names(table), table
