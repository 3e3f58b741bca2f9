"""A program with a token, as tests drive it: no cookies, no browser's headers."""

from typing import Any, Self

import httpx
from fastapi import FastAPI
from typing_extensions import override

from tests.support.browser import ORIGIN, Browser


class Agent(Browser):
    """Speaks like a `Browser`, with a bearer token and nothing that only browsers send."""

    def __init__(self, app: FastAPI, token: str) -> None:
        super().__init__(app)
        self.http = httpx.AsyncClient(
            transport=self.http._transport,  # noqa: SLF001 - the same way to the app
            base_url=ORIGIN,
            headers={"Authorization": f"Bearer {token}"},
        )

    @override
    async def __aenter__(self) -> Self:
        return self


async def token_of(person: Browser, *scopes: str, **changes: Any) -> str:
    """A new API token of this person; `read` and `write` unless it is said."""
    body = {"name": "Claude Code", "scopes": scopes or ("read", "write"), **changes}
    made = await person.do("/tokens", body)
    return str(made["token"])
