"""What is refused before any route runs: foreign hosts, cross-site writes, oversized bodies.

And what is said of every reply of the API: no cache may keep it, no browser may guess its type.
"""

from collections.abc import Collection

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from agentlab.kit.problems import problem_response

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class Guard:
    """ASGI middleware.

    Args:
        app: what is guarded.
        hosts: names that the `Host` header may carry; `*` stands for all. An explicit list keeps
            a page of another site from reaching a local AgentLab through DNS rebinding.
        max_body_bytes: larger bodies get 413.
    """

    def __init__(self, app: ASGIApp, *, hosts: Collection[str], max_body_bytes: int) -> None:
        self.app = app
        self.hosts = frozenset(hosts)
        self.max_body_bytes = max_body_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":  # nothing here speaks it
            await send({"type": "websocket.close"})
            return
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if "*" not in self.hosts and host_name(host) not in self.hosts:
            await problem_response(421, "unknown_host", UNKNOWN_HOST)(scope, receive, send)
        elif scope["method"] not in SAFE_METHODS and is_cross_site(headers, host):
            await problem_response(403, "cross_site_request", CROSS_SITE)(scope, receive, send)
        else:
            await self.pass_on(scope, receive, send, headers)

    async def pass_on(self, scope: Scope, receive: Receive, send: Send, headers: Headers) -> None:
        too_large = f"The body is larger than {self.max_body_bytes // 1024} KiB."
        declared = headers.get("content-length", "0")
        if declared.isdigit() and int(declared) > self.max_body_bytes:
            await problem_response(413, "body_too_large", too_large)(scope, receive, send)
            return
        seen = 0

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self.max_body_bytes:
                # FastAPI turns any other exception that reading a body raises into a 400.
                raise HTTPException(413, too_large)
            return message

        async def protected(message: Message) -> None:
            if message["type"] == "http.response.start" and scope["path"].startswith("/api/"):
                reply = MutableHeaders(scope=message)
                reply["Cache-Control"] = "no-store"
                reply["X-Content-Type-Options"] = "nosniff"
            await send(message)

        await self.app(scope, counted, protected)


UNKNOWN_HOST = (
    "This server is not known under that host name. Use the address that `agentlab up` printed."
)
CROSS_SITE = "This change was asked for by a page of another site, so it was refused."


def host_name(host: str) -> str:
    """`[::1]:8000` becomes `[::1]`, `localhost:8000` becomes `localhost`."""
    return host.rpartition("]")[0] + "]" if host.startswith("[") else host.partition(":")[0].lower()


def is_cross_site(headers: Headers, host: str) -> bool:
    """Whether a browser says that this write comes from elsewhere.

    Browsers send `Sec-Fetch-Site` or `Origin` with every write; a client that sends neither is no
    browser, and nobody can make it carry a person's cookie. A bearer token counts instead of the
    cookie, and no page can make a browser send somebody else's.
    """
    if headers.get("authorization", "").lower().startswith("bearer "):
        return False
    fetch_site = headers.get("sec-fetch-site")
    if fetch_site is not None:
        return fetch_site not in {"same-origin", "none"}
    origin = headers.get("origin")
    return origin is not None and origin.partition("://")[2] != host
