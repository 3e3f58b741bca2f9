"""What people see: pages and the API, asked through nginx under the real host name."""

import asyncio
import json
import ssl
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

import httpx

from agentlab.kit import logging
from agentlab.operations.status.components import IN_FRONT, Component, Finding, Reason, State

log = logging.get(__name__)

PATIENCE_S = 8.0
SLOW_MS = 3_000
LONGEST_REPLY = 512 * 1024
EXPIRES_SOON_DAYS = 14

PAGE = "text/html"
JSON = "application/json"
PROBLEM = "application/problem+json"

REFUSALS = {
    10: Reason.CERTIFICATE_EXPIRED,
    62: Reason.CERTIFICATE_OF_ANOTHER,
}
"""OpenSSL's numbers; every other one means that nobody known has signed it."""


@dataclass(frozen=True)
class Question:
    """A request, and whether a reply to it is the right one."""

    path: str
    is_right: Callable[[httpx.Response, bytes], bool]
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None

    @property
    def said(self) -> str:
        return self.path if self.method == "GET" else f"{self.method} {self.path}"


@dataclass(frozen=True)
class Edge:
    """The way that browsers come.

    Args:
        host: where nginx listens inside the stack, such as `nginx`.
        port: for HTTPS.
        domain: what people type: it is looked for in the certificate and sent as `Host`.
        authority: a certificate authority that is trusted besides the system's, if the file exists.
        maintenance: the file that nginx takes as the sign of maintenance.
    """

    host: str
    port: int
    domain: str
    authority: Path | None = None
    maintenance: Path | None = None

    async def look(self) -> list[Finding]:
        if self.maintenance and self.maintenance.exists():
            at_work = [Finding(component, State.MAINTENANCE) for component in IN_FRONT]
            return [*at_work, await self.look_at_certificate()]
        async with self.client() as client:
            return list(
                await asyncio.gather(
                    *(self.ask(client, component, asked) for component, asked in ASKED.items()),
                    self.look_at_certificate(),
                )
            )

    def client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            verify=self.trust(),
            trust_env=False,  # no proxy of anybody's: this is the way to the edge itself
            timeout=PATIENCE_S,
            headers={"Host": self.domain, "User-Agent": "agentlab-status"},
        )

    def trust(self) -> ssl.SSLContext:
        try:
            written_at = self.authority.stat().st_mtime_ns if self.authority else None
        except FileNotFoundError:
            written_at = None
        return trusting(self.authority if written_at else None, written_at)

    async def ask(
        self, client: httpx.AsyncClient, component: Component, questions: tuple[Question, ...]
    ) -> Finding:
        """Up to the first wrong answer; the slowest one counts."""
        slowest_ms = 0.0
        try:
            async with asyncio.timeout(PATIENCE_S):
                for question in questions:
                    started = time.perf_counter()
                    response, body = await self.reply(client, question)
                    slowest_ms = max(slowest_ms, (time.perf_counter() - started) * 1000)
                    if not question.is_right(response, body):
                        kind = response.headers.get("content-type", "no type")
                        detail = f"{question.said} answered {response.status_code}, {kind}"
                        wrong = Reason.WRONG_ANSWER
                        return Finding(component, State.DOWN, wrong, slowest_ms, detail)
        except (httpx.HTTPError, OSError, TimeoutError) as error:
            return Finding(component, State.DOWN, reason_of(error), detail=told(error))
        if slowest_ms > SLOW_MS:
            return Finding(component, State.DEGRADED, Reason.SLOW, slowest_ms)
        return Finding(component, State.UP, latency_ms=slowest_ms)

    async def reply(
        self, client: httpx.AsyncClient, question: Question
    ) -> tuple[httpx.Response, bytes]:
        address = f"https://{self.host}:{self.port}{question.path}"
        body = b""
        name = {"sni_hostname": self.domain}
        async with client.stream(
            question.method,
            address,
            headers=question.headers,
            content=question.body,
            extensions=name,
        ) as response:
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > LONGEST_REPLY:
                    break
        return response, body

    async def look_at_certificate(self) -> Finding:
        component = Component.CERTIFICATE
        try:
            async with asyncio.timeout(PATIENCE_S):
                expires = await self.expiry()
        except ssl.SSLCertVerificationError as error:
            return Finding(component, State.DOWN, reason_of(error), detail=told(error))
        except (OSError, TimeoutError) as error:
            return Finding(component, State.UNKNOWN, Reason.NO_ANSWER, detail=told(error))
        days = (expires - datetime.now(UTC)).total_seconds() / 86_400
        figures = {"certificate_days": days}
        detail = f"{days:.0f} days left"
        if days < EXPIRES_SOON_DAYS:
            reason = Reason.EXPIRES_SOON
            return Finding(component, State.DEGRADED, reason, detail=detail, figures=figures)
        return Finding(component, State.UP, detail=detail, figures=figures)

    async def expiry(self) -> datetime:
        """Until when the certificate is valid that the edge shows; it has to be a good one."""
        _, writer = await asyncio.open_connection(
            self.host, self.port, ssl=self.trust(), server_hostname=self.domain
        )
        certificate = writer.get_extra_info("peercert")
        writer.transport.abort()
        with suppress(OSError):
            await writer.wait_closed()
        return datetime.fromtimestamp(ssl.cert_time_to_seconds(certificate["notAfter"]), UTC)


@lru_cache(maxsize=1)
def trusting(authority: Path | None, written_at: int | None) -> ssl.SSLContext:  # noqa: ARG001 - a file that was written anew is read anew
    """Reading the system's authorities takes longer than all questions of a round together."""
    context = ssl.create_default_context()
    if authority:
        try:
            context.load_verify_locations(authority)
        except ssl.SSLError as error:
            log.warning("status_authority_unreadable", file=str(authority), error=told(error))
    return context


def is_page(response: httpx.Response, body: bytes) -> bool:
    return is_ok(response, PAGE) and b"<html" in body


def is_setup(response: httpx.Response, body: bytes) -> bool:
    return is_ok(response, JSON) and b"needs_first_administrator" in body


def is_unknown_session(response: httpx.Response, body: bytes) -> bool:
    return is_refusal(response, body, httpx.codes.UNAUTHORIZED, "not_signed_in")


def is_empty_form(response: httpx.Response, body: bytes) -> bool:
    return is_refusal(response, body, httpx.codes.UNPROCESSABLE_ENTITY, "invalid_input")


def is_ok(response: httpx.Response, kind: str) -> bool:
    return is_of(response, httpx.codes.OK, kind)


def is_refusal(response: httpx.Response, body: bytes, status: int, code: str) -> bool:
    """Whether the API itself refused, and for that reason."""
    if not is_of(response, status, PROBLEM):
        return False
    try:
        said = json.loads(body)
    except ValueError:
        return False
    return isinstance(said, dict) and said.get("code") == code


def is_of(response: httpx.Response, status: int, kind: str) -> bool:
    found = response.headers.get("content-type", "")
    return response.status_code == status and found.startswith(kind)


SETUP = Question("/api/v1/setup", is_setup)
"""The one address that answers strangers and has looked for people in the database before it does:
/livez would be content with a process that can do nothing."""

ASKED: Mapping[Component, tuple[Question, ...]] = {
    Component.WEB: (Question("/", is_page),),
    Component.SIGN_IN: (
        Question("/sign-in", is_page),
        SETUP,
        # A session that nobody has is looked for among the others.
        Question(
            "/api/v1/session", is_unknown_session, headers={"Cookie": "agentlab_session=nobodys"}
        ),
        # An empty form is refused before an attempt is counted against any account or address.
        Question(
            "/api/v1/session",
            is_empty_form,
            method="POST",
            headers={"Content-Type": JSON},
            body=b"{}",
        ),
    ),
    Component.API: (SETUP,),
}
"""What has to be answered rightly."""


def reason_of(error: BaseException) -> Reason:
    """No answer, unless a refused certificate lies under an error of the HTTP client."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return REFUSALS.get(cause.verify_code, Reason.CERTIFICATE_UNTRUSTED)
        cause = cause.__cause__ or cause.__context__
    return Reason.NO_ANSWER


def told(error: BaseException) -> str:
    """An error in one line; the ones without words by their name."""
    return " ".join(str(error).split()) or type(error).__name__
