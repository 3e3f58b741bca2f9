"""`agentlab up` with a tiny app: the real launch, in a process that the tests can signal."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import typer
from fastapi import FastAPI, Request, Response
from psycopg import AsyncConnection, OperationalError

from agentlab.cli.terminal import one_sentence_on_failure
from agentlab.kit import logging
from agentlab.operations.launch import Launch, run
from agentlab.settings import Settings


def create_app(settings: Settings) -> FastAPI:
    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        tell("app closed")

    app = FastAPI(lifespan=lifespan)
    app.state.stopping = asyncio.Event()

    @app.get("/readyz")
    async def readyz(response: Response) -> str:
        assert settings.database_url
        if app.state.stopping.is_set():
            response.status_code = 503
            return "stopping"
        try:
            async with await AsyncConnection.connect(settings.database_url.get_secret_value()):
                return "ready"
        except OperationalError:
            response.status_code = 503
            return "away"

    @app.get("/caller")
    async def caller(request: Request) -> str:
        assert request.client
        return request.client.host

    @app.get("/slow")
    async def slow() -> str:
        """Ends when the test writes a line to our standard input."""
        tell("request began")
        return await asyncio.to_thread(sys.stdin.readline)

    @app.get("/endless")
    async def endless() -> None:
        tell("request began")
        await asyncio.Event().wait()

    return app


def migrate(_database_url: str) -> None:
    tell("migrated")


def tell(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - the test reads it


command = typer.Typer()


@command.command()
def up() -> None:
    with one_sentence_on_failure():
        logging.configure("info", as_json=False)
        run(Launch(Settings(), create_app=create_app, migrate=migrate, say=tell))


if __name__ == "__main__":
    command()
