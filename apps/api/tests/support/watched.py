"""Real servers for a prober to watch, which fail and recover when a test says so."""

import asyncio
import json
import re
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import trustme

DOMAIN = "lab.example.com"

PAGE = (200, "text/html; charset=utf-8", "<!doctype html><html></html>")
SETUP = (200, "application/json", json.dumps({"needs_first_administrator": False}))
NOT_SIGNED_IN = (401, "application/problem+json", json.dumps({"code": "not_signed_in"}))
EMPTY_FORM = (422, "application/problem+json", json.dumps({"code": "invalid_input"}))
AWAY = (502, "text/html", "<!doctype html><html></html>")

Answer = tuple[int, str, str]


@dataclass
class Server:
    """An HTTP server on a free port of its own. `answers` may be changed at any time."""

    answers: dict[str, Answer] = field(default_factory=dict)
    """By path; by `POST /path` where it is not just read."""
    host: str = ""
    """The name that requests must carry, as nginx wants it; every other one is hung up on."""
    tls: ssl.SSLContext | None = None
    delay_s: float = 0
    port: int = 0
    asked: list[str] = field(default_factory=list)
    _server: asyncio.Server | None = None

    async def start(self, address: str = "127.0.0.1") -> None:
        """Listen; after a stop on the same port as before."""
        self._server = await asyncio.start_server(
            self.talk, address, self.port, ssl=self.tls, reuse_address=True
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._server:
            self._server.close()
            self._server = None

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            if length := re.search(r"\r\ncontent-length: (\d+)\r\n", head.lower()):
                await reader.readexactly(int(length[1]))
            await self.answer(head, writer)
        except (OSError, asyncio.IncompleteReadError):
            pass  # the prober looked at the certificate only
        finally:
            writer.close()

    async def answer(self, head: str, writer: asyncio.StreamWriter) -> None:
        method, path, _ = head.split(" ", 2)
        asked = path if method == "GET" else f"{method} {path}"
        self.asked.append(asked)
        if self.host and f"\r\nhost: {self.host}\r\n" not in head.lower():
            return
        await asyncio.sleep(self.delay_s)
        status, kind, body = self.answers.get(asked, (404, "text/plain", "nothing here"))
        lines = [
            f"HTTP/1.1 {status} As told",
            f"Content-Type: {kind}",
            f"Content-Length: {len(body.encode())}",
            "Connection: close",
        ]
        writer.write("\r\n".join([*lines, "", body]).encode())
        await writer.drain()


class Watched:
    """An installation as the prober sees it: the edge over HTTPS, and one process of the api."""

    def __init__(self, authority: trustme.CA) -> None:
        self.authority = authority
        self.edge = Server(host=DOMAIN, tls=serving(authority.issue_cert(DOMAIN)))
        self.api = Server()
        self.recover()

    def recover(self) -> None:
        self.edge.answers = {
            "/": PAGE,
            "/sign-in": PAGE,
            "/api/v1/setup": SETUP,
            "/api/v1/session": NOT_SIGNED_IN,
            "POST /api/v1/session": EMPTY_FORM,
        }
        self.edge.delay_s = 0
        self.services()
        self.measure()

    def services(self, **states: str) -> None:
        """What `/readyz` says; everything that is not named is ok."""
        said = {"shutdown": "ok", "postgresql": "ok", "redis": "ok"} | states
        status = 200 if set(said.values()) == {"ok"} else 503
        self.api.answers["/readyz"] = (status, "application/json", json.dumps(said))

    def measure(self, **samples: float) -> None:
        """What `/metrics` says; everything that is not named is as it should be."""
        told = {
            "workers": 1,
            "jobs_oldest_age_seconds": 0,
            "search_up": 1,
            "search_seconds": 0.02,
            "workspaces": 4,
            "workspaces_away": 0,
        } | samples
        lines = [f"agentlab_{name} {value}" for name, value in told.items()]
        lines.append('agentlab_build_info{version="1",schema="0001"} 1')
        self.api.answers["/metrics"] = (200, "text/plain", "\n".join([*lines, ""]))

    def without_database(self) -> None:
        self.services(postgresql="away")
        self.edge.answers["/api/v1/setup"] = (503, "application/problem+json", "{}")
        self.api.answers["/metrics"] = (200, "text/plain", "agentlab_database_up 0\n")

    def show(self, certificate: trustme.LeafCert) -> None:
        """Serve another certificate from now on."""
        assert self.edge.tls
        certificate.configure_cert(self.edge.tls)


@asynccontextmanager
async def watched(authority: trustme.CA) -> AsyncIterator[Watched]:
    found = Watched(authority)
    await found.edge.start()
    await found.api.start()
    yield found
    await found.edge.stop()
    await found.api.stop()


def serving(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context
