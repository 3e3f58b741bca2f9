"""What the prober asks of signing in, asked of the API itself."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from redis.exceptions import ConnectionError as RedisAway

from agentlab.auth import sessions, throttle
from agentlab.context import Context
from agentlab.operations.status.components import Component
from agentlab.operations.status.edge import ASKED, Question
from tests.support.browser import ORIGIN

OF_THE_API = [each for each in ASKED[Component.SIGN_IN] if each.path.startswith("/api/")]


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """No browser: it says nothing of where it comes from."""
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=ORIGIN) as client:
        yield client


async def is_right(client: httpx.AsyncClient, question: Question) -> bool:
    response = await client.request(
        question.method, question.path, headers=question.headers, content=question.body
    )
    return question.is_right(response, response.content)


@pytest.mark.parametrize("question", OF_THE_API, ids=lambda each: each.said)
async def test_it_is_answered_rightly_however_often_it_is_asked(
    client: httpx.AsyncClient, context: Context, question: Question
) -> None:
    for _ in range(throttle.LIMITS["account"] + 1):
        assert await is_right(client, question)
    assert await context.redis.keys("sign-ins:*") == []


async def test_without_the_session_store_it_is_not(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: Any) -> None:
        raise RedisAway

    monkeypatch.setattr(sessions, "user_of", away)
    _, session, form = OF_THE_API
    assert not await is_right(client, session)
    assert await is_right(client, form)
