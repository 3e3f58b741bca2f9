import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from socket import SHUT_RDWR, socket

import httpx
import pytest
from fastapi import FastAPI
from pydantic import SecretStr
from sqlalchemy import Connection, event

from agentlab.app import create_app
from agentlab.auth.callers import COOKIE
from agentlab.kit import migrations
from agentlab.operations.embedded import EmbeddedServices
from agentlab.settings import Settings
from tests.support.browser import Browser, refusal
from tests.support.folders import open_folder


async def test_a_process_that_answers_is_alive_and_ready(anonymous: Browser) -> None:
    assert (await anonymous.http.get("/livez")).json() == {
        "status": "alive",
        "version": version("agentlab"),
    }
    response = await anonymous.http.get("/readyz")
    assert (response.status_code, set(response.json().values())) == (200, {"ok"})


async def test_a_process_that_was_told_to_stop_is_not_ready(
    anonymous: Browser, app: FastAPI
) -> None:
    app.state.stopping.set()
    response = await anonymous.http.get("/readyz")
    assert (response.status_code, response.json()["shutdown"]) == (503, "stopping")
    assert (await anonymous.http.get("/livez")).status_code == 200


@pytest.fixture
async def own_services() -> AsyncIterator[EmbeddedServices]:
    """Services of this test alone, which it may stop."""
    with open_folder() as folder:
        services = EmbeddedServices(folder / "data")
        yield services
        await services.stop()


async def test_without_postgresql_it_is_alive_and_not_ready(
    own_services: EmbeddedServices,
) -> None:
    connections = await own_services.start()
    await asyncio.to_thread(migrations.upgrade, connections.as_owner)
    settings = Settings(
        database_url=SecretStr(connections.database_url),
        redis_url=SecretStr(connections.redis_url),
    )
    app: FastAPI = create_app(settings, with_worker=False)
    async with app.router.lifespan_context(app), Browser(app) as browser:
        assert (await readiness(browser)).status_code == 200
        await own_services.stop()
        response = await readiness(browser)
        assert response.status_code == 503
        assert (response.json()["postgresql"], response.json()["redis"]) == ("away", "away")
        assert (await browser.http.get("/livez")).status_code == 200
        assert refusal(await browser.get("/setup")) == (503, "service_away")
        browser.http.cookies.set(COOKIE, "anything")
        assert refusal(await browser.get("/portfolio")) == (503, "service_away")


async def readiness(browser: Browser) -> httpx.Response:
    return await browser.http.get("/readyz")


async def test_when_the_database_is_lost_at_the_commit_nobody_says_that_nothing_was_changed(
    bob: Browser, app: FastAPI
) -> None:
    """Reads change nothing whatever happens, so they are answered as by any outage."""
    with lost_at_commit(app):
        reply = await bob.post("/clients", {"name": "Élan"})
        assert refusal(reply) == (503, "outcome_unknown")
        assert refusal(await bob.get("/clients")) == (503, "service_away")
    assert (await bob.get("/clients")).status_code == 200
    assert (await bob.post("/clients", {"name": "Élan"})).status_code == 201


@contextmanager
def lost_at_commit(app: FastAPI) -> Iterator[None]:
    """Every connection breaks as it commits."""
    engine = app.state.context.engine.sync_engine

    def lose(connection: Connection) -> None:
        with socket(fileno=os.dup(connection.connection.driver_connection.fileno())) as line:  # type: ignore[union-attr] # psycopg's
            line.shutdown(SHUT_RDWR)

    event.listen(engine, "commit", lose)
    try:
        yield
    finally:
        event.remove(engine, "commit", lose)
