"""What happens around every request: an id, a log line, an answer to the unexpected."""

import re
import time
from collections.abc import Mapping

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from agentlab.kit import logging
from agentlab.kit.ids import current_request_id, new_id, request_id
from agentlab.kit.problems import problem_response

log = logging.get(logging.REQUESTS)
ACCEPTABLE_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")


class RequestContext:
    """ASGI middleware, outermost: binds the request id, logs one line, answers crashes with 500.

    Args:
        app: what is surrounded.
        reply_headers: what every reply carries besides its request id.
    """

    def __init__(self, app: ASGIApp, *, reply_headers: Mapping[str, str] | None = None) -> None:
        self.app = app
        self.reply_headers = reply_headers or {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        sent = Headers(scope=scope).get("x-request-id", "")
        identifier = sent if ACCEPTABLE_ID.fullmatch(sent) else str(new_id())
        current_request_id.set(identifier)
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=identifier)
        await self.answer(scope, receive, send, identifier)

    async def answer(self, scope: Scope, receive: Receive, send: Send, identifier: str) -> None:
        started = time.perf_counter()
        status = 0
        # As it was sent: decoded, it could hold characters that a terminal obeys.
        path = scope["raw_path"].decode("ascii", "backslashreplace")

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers["X-Request-ID"] = identifier
                headers.update(self.reply_headers)
            await send(message)

        try:
            await self.app(scope, receive, send_with_id)
        except Exception:
            log.exception("request_crashed", method=scope["method"], path=path)
            if status:
                raise
            await self.apologise(scope, receive, send_with_id)
        elapsed_ms = round((time.perf_counter() - started) * 1000, 1)
        say = log.debug if scope["path"] in {"/livez", "/readyz", "/metrics"} else log.info
        say("request", method=scope["method"], path=path, status=status, ms=elapsed_ms)

    async def apologise(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = problem_response(
            500,
            "internal_error",
            "Something went wrong on our side and nothing was changed. Try again; if it happens "
            f"again, look for request {request_id()} in the log.",
        )
        await response(scope, receive, send)
