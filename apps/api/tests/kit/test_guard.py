from collections.abc import AsyncIterator

from fastapi import FastAPI
from starlette.types import Message

from tests.support.browser import PASSWORD, Browser, refusal

CREDENTIALS = {"email": "ada@example.com", "password": PASSWORD}


async def test_a_write_that_another_site_asked_for_is_refused(ada: Browser) -> None:
    for headers in (
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ):
        response = await ada.http.post("/api/v1/sample", headers=headers)
        assert refusal(response) == (403, "cross_site_request")


async def test_an_older_browser_is_judged_by_its_origin(ada: Browser) -> None:
    del ada.http.headers["Sec-Fetch-Site"]
    foreign = ("http://evil.example", "http://127.0.0.1:9000", "null", "x")
    for origin in (*foreign, "http://[", "http://[::1", "http://a]b"):
        response = await ada.http.post(
            "/api/v1/session", json=CREDENTIALS, headers={"Origin": origin}
        )
        assert refusal(response) == (403, "cross_site_request")
    assert (await ada.post("/session", CREDENTIALS)).status_code == 200


async def test_a_client_that_is_no_browser_may_write(ada: Browser) -> None:
    del ada.http.headers["Sec-Fetch-Site"]
    del ada.http.headers["Origin"]
    assert (await ada.post("/session", CREDENTIALS)).status_code == 200


async def test_reading_is_allowed_from_everywhere_but_tells_nothing_without_a_session(
    anonymous: Browser,
) -> None:
    response = await anonymous.http.get(
        "/api/v1/portfolio", headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert refusal(response) == (401, "not_signed_in")


async def test_a_foreign_host_name_is_refused(anonymous: Browser) -> None:
    response = await anonymous.http.get("/api/v1/setup", headers={"Host": "evil.example:8000"})
    assert refusal(response) == (421, "unknown_host")


async def test_a_body_that_is_too_large_is_refused_declared_or_not(anonymous: Browser) -> None:
    large = b"x" * (1024 * 1024 + 1)

    async def in_pieces() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield large[:65536]

    declared = await anonymous.http.post("/api/v1/session", content=large)
    undeclared = await anonymous.http.post("/api/v1/session", content=in_pieces())
    assert refusal(declared) == (413, "body_too_large")
    assert refusal(undeclared) == (413, "body_too_large")


async def test_no_cache_keeps_what_the_api_says(ada: Browser) -> None:
    reply = await ada.get("/portfolio")
    assert reply.headers["cache-control"] == "no-store"
    assert reply.headers["x-content-type-options"] == "nosniff"


async def test_a_websocket_is_closed_before_it_opens(app: FastAPI) -> None:
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "websocket", "path": "/api/v1/portfolio", "headers": [], "query_string": b""}
    await app(scope, receive, send)
    assert [message["type"] for message in sent] == ["websocket.close"]
